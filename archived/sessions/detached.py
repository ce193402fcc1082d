"""Burning as a detached process, and attaching to one that runs.

The daemon takes the job's lock and passes the open descriptor to the burn, which passes it to the burning
program. So the lock is free only when nobody is at the disc any more, whoever died first; a free lock without
a `done` file means interrupted.
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archived.language import _
from archived.sessions.tools import Answer, BurnJob, BurnOutcome, Report
from backends.durable import write_durably
from devices.clock import Clock
from devices.failures import DeviceFailure
from devices.transports.room import RoomSocket

POLL_S = 0.05
WITHDRAW_TIMEOUT_S = 60.0
JOB, LOCK, DONE, PROGRESS, LOG = "job.json", "lock", "done", "progress", "log"


@dataclass(frozen=True, slots=True)
class DetachedBurner:
    """Implements `archived.sessions.tools.Burner`; `targets` says for each drive where the bytes go.

    `let_go` makes this process give a drive up, so that the one that burns has it alone.
    """

    burns: Path
    clock: Clock
    targets: Mapping[str, Mapping[str, Any]]
    let_go: Callable[[str], None] = lambda drive: None
    #: By drive; held while a lock is tried or the drive is asked: neither is mistaken for a burn.
    _turns: dict[str, threading.Lock] = field(default_factory=dict)

    def burn(self, job: BurnJob, report: Report) -> BurnOutcome:
        with self._turn(job.drive):
            begun = self._begun(job)
        return self._follow(job, report, begun)

    def _begun(self, job: BurnJob) -> "subprocess.Popen[bytes] | None":
        """The process of a new burn; None where one is under way already."""
        folder = self._folder(job)
        self.let_go(job.drive)
        if folder.exists():
            lock = _take(folder)
            if lock is None:
                return None
            os.close(lock)
            shutil.rmtree(folder)  # an earlier attempt that left its disc blank
        folder.mkdir(parents=True)
        document = {
            "image": job.image_id,
            "medium": job.medium_id,
            "drive": job.drive,
            "recipe": str(job.recipe),
            "staging": str(job.staging),
            "sectors": job.sectors,
            "target": dict(self.targets[job.drive]),
        }
        write_durably(folder / JOB, json.dumps(document, ensure_ascii=False, indent=1))
        lock = _take(folder)
        if lock is None:
            return None
        try:
            return _spawn(folder, lock)
        finally:
            os.close(lock)

    def attach(self, job: BurnJob, report: Report) -> BurnOutcome:
        folder = self._folder(job)
        if not folder.exists():
            return BurnOutcome("interrupted", _("the burn was not begun"))
        with self._turn(job.drive):
            self.let_go(job.drive)
        outcome = self._follow(job, report, None)
        if outcome.kind == "interrupted":
            withdraw(self.targets[job.drive])
        return outcome

    def aside(self, drive: str, question: Callable[[], Answer]) -> Answer | None:
        with self._turn(drive):
            return None if self._is_burning(drive) else question()

    def _is_burning(self, drive: str) -> bool:
        """Whether the lock of a burn into this drive is held, by whichever life began it."""
        for text in self.burns.glob(f"*/{JOB}"):
            try:
                if json.loads(text.read_text(encoding="utf-8"))["drive"] != drive:
                    continue
                lock = _take(text.parent)
            except (FileNotFoundError, ValueError):
                continue  # a folder that is being removed, or was never begun
            if lock is None:
                return True
            os.close(lock)
        return False

    def _folder(self, job: BurnJob) -> Path:
        return self.burns / f"copy-{job.copy_id}"

    def _follow(self, job: BurnJob, report: Report, process: "subprocess.Popen[bytes] | None") -> BurnOutcome:
        """Wait until the lock is free, telling progress; then say what `done` says."""
        folder = self._folder(job)
        while (lock := self._taken(job)) is None:
            _tell(folder, report)
            if process is not None:
                process.poll()  # reap it as soon as it ends; the burning program may go on
            self.clock.sleep(POLL_S)
        os.close(lock)
        if process is not None:
            process.wait()
        try:
            done = json.loads((folder / DONE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return BurnOutcome("interrupted", _("the burn ended without saying how"))
        return BurnOutcome(done["kind"], done["note"])

    def _turn(self, drive: str) -> threading.Lock:
        return self._turns.setdefault(drive, threading.Lock())

    def _taken(self, job: BurnJob) -> int | None:
        with self._turn(job.drive):
            return _take(self._folder(job))


def withdraw(target: Mapping[str, Any]) -> None:
    """Let a simulated burner forget an announced burn of which no byte came; harmless otherwise."""
    if target["kind"] != "room":
        return
    room = RoomSocket(Path(target["socket"]))
    try:
        room.request({"op": "withdraw", "device": target["device"]}, timeout_s=WITHDRAW_TIMEOUT_S)
    except DeviceFailure:
        return  # bytes came already, or the room does not answer: the disc will say
    finally:
        room.close()


def _take(folder: Path) -> int | None:
    """The job's lock as an open descriptor, or None while somebody holds it."""
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _spawn(folder: Path, lock: int) -> "subprocess.Popen[bytes]":
    with (folder / LOG).open("ab") as log:
        return subprocess.Popen(
            # As `archived burn`, without the command line's own imports: it starts for every disc.
            [sys.executable, "-P", "-m", "archived.burn", str(folder), str(lock)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(lock,),
            start_new_session=True,
            cwd="/",
        )


def _tell(folder: Path, report: Report) -> None:
    try:
        done_bytes, total_bytes = (folder / PROGRESS).read_text().split()
    except (FileNotFoundError, ValueError):
        return
    report(int(done_bytes), int(total_bytes))
