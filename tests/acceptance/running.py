"""A site under test, reached as a user reaches it: through the installed commands, in processes of their own."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archived.founding import api_socket

BIN = Path(sys.executable).parent
ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0
#: Whether `Site.ctl_as` works here; two persons are two Unix users.
CAN_BE_OTHERS = os.geteuid() == 0


@dataclass(frozen=True, slots=True)
class Done:
    """A command that has ended."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """What it printed with --json: the answer, or the error."""
        return json.loads(self.out if self.out.strip() else self.err)


class Site:
    """One site. Everything that it starts is found by its folder, and ended by `end`."""

    def __init__(self, folder: Path, *, capacity: str = "8MiB", speed: str = "0", keep_free: str = "16MiB",
                 settings: dict[str, str] | None = None, hardware: Path | None = None) -> None:  # fmt: skip
        self.folder = folder
        self.daemon: subprocess.Popen[bytes] | None = None
        self.is_real = hardware is not None
        room = ["--hardware", hardware] if hardware else ["--disc-capacity", capacity, "--speed", speed]
        made = self.run(
            "archived", "init", "--site", folder, *room, "--rest", "0.5", "--keep-free", keep_free
        )
        assert made.status == 0, made.err
        toml = folder / "archived.toml"
        text = toml.read_text(encoding="utf-8")
        for old, new in (settings or {}).items():
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        toml.write_text(text, encoding="utf-8")

    def run(self, program: str, *words: object, timeout_s: float = PATIENCE_S) -> Done:
        """One installed command, to its end."""
        line = [str(BIN / program), *map(str, words)]
        done = subprocess.run(line, capture_output=True, text=True, timeout=timeout_s, check=False)
        return Done(done.returncode, done.stdout, done.stderr)

    def ctl(self, *words: object) -> Done:
        """archivectl WORDS --json, whatever becomes of it."""
        return self.run("archivectl", "--site", self.folder, *words, "--json")

    def ctl_as(self, uid: int, *words: object) -> Done:
        """archivectl WORDS --json as another Unix user, who is in the daemon's group and nothing else.

        Only root becomes somebody else: tests that need a second person skip where CAN_BE_OTHERS is false.
        """
        for folder in (self.folder, *self.folder.parents):
            if folder != Path("/"):
                folder.chmod(folder.stat().st_mode | 0o011)
        line = [sys.executable, "-m", "tests.acceptance.other_person", str(uid), "--site", str(self.folder)]
        done = subprocess.run(
            [*line, *map(str, words), "--json"],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
            cwd=ROOT,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def ask_as(self, uid: int, *words: object) -> dict[str, Any]:
        """archivectl WORDS --json as another Unix user, which must succeed."""
        done = self.ctl_as(uid, *words)
        assert done.status == 0, (uid, words, done)
        return done.document

    def begin(self, *words: object) -> "subprocess.Popen[str]":
        """archivectl WORDS --json, without waiting for its end."""
        line = [str(BIN / "archivectl"), "--site", str(self.folder), *map(str, words), "--json"]
        return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def ask(self, *words: object) -> dict[str, Any]:
        """archivectl WORDS --json, which must succeed."""
        done = self.ctl(*words)
        assert done.status == 0, (words, done)
        return done.document

    def items(self, *words: object) -> list[dict[str, Any]]:
        return self.ask(*words)["items"]

    def attentions(self) -> dict[str, dict[str, Any]]:
        """What waits for a person, by its id; `attention` says by its status whether there is anything."""
        done = self.ctl("attention")
        assert done.status in (0, 10, 11), done
        return {item["id"]: item for item in done.document["items"]}

    def submit(self, path: Path, volume: str, *more: object, series: str = "S1") -> Done:
        return self.ctl(
            "submit", path, "--fonds", "F1", "--series", series, "--volume", volume,
            "--retention", "永久", "--confidentiality", "open", *more,
        )  # fmt: skip

    def start(self) -> None:
        """archived serve, until it answers."""
        with (self.folder / "daemon.log").open("ab") as log:
            self.daemon = subprocess.Popen(
                [BIN / "archived", "serve", "--site", self.folder],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        # The socket of an earlier life does not count: somebody has to answer on it.
        self.wait(self._answers, "the daemon to answer", interval_s=0.2)

    def _answers(self) -> bool:
        assert self.daemon is not None
        assert self.daemon.poll() is None, self.words()[-3000:]
        with socket.socket(socket.AF_UNIX) as caller:
            try:
                caller.connect(str(api_socket(self.folder)))
            except OSError:
                return False
        return True

    def kill(self) -> None:
        """SIGKILL the daemon."""
        assert self.daemon is not None
        self.daemon.kill()
        self.daemon.wait()

    def drain(self) -> int:
        """SIGTERM the daemon; its exit status."""
        assert self.daemon is not None
        self.daemon.terminate()
        return self.daemon.wait(PATIENCE_S)

    def words(self) -> str:
        return (self.folder / "daemon.log").read_text(encoding="utf-8")

    def wait(self, holds: Callable[[], Any], what: str, *, interval_s: float = 0.05) -> Any:
        """The first true value of `holds`; fails after a while with everything that may explain it."""
        until = time.monotonic() + PATIENCE_S
        while not (found := holds()):
            if time.monotonic() > until:
                raise AssertionError(
                    f"waited in vain for {what}: {self.ctl('attention')} {self.words()[-3000:]}"
                )
            time.sleep(interval_s)
        return found

    def look(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of the catalog, read past the daemon: quick enough to catch a state that lasts milliseconds."""
        connection = sqlite3.connect(f"file:{self.folder / 'catalog.sqlite'}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def wait_for_rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self.wait(lambda: self.look(query, *values), query, interval_s=0.004)

    def archive(self, *volumes: str) -> None:
        """Close what is open and wait until these volumes are archived."""
        self.ask("images", "close", "--all")
        marks = ", ".join("?" * len(volumes))
        waiting = f"select 1 from package where volume in ({marks}) and state in ('accepted', 'staging')"
        unpacked = "select 1 from image where state in ('open', 'closing') and close_reason != ''"
        self.wait(lambda: not self.look(unpacked), "the images to close")
        self.ask("sets", "close", "--all")
        self.wait(lambda: not self.look(waiting, *volumes), f"{volumes} to be archived")

    def processes(self) -> dict[int, str]:
        """Command lines of every process that works for this site."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            # The slash keeps site and site-2 apart.
            if f"{self.folder}/" in f"{line.strip()}/".replace(" ", "/ "):
                found[int(entry.name)] = line
        return found

    def process(self, *words: str) -> int | None:
        """The one process whose command line has these words."""
        pids = [pid for pid, line in self.processes().items() if all(word in line for word in words)]
        return pids[0] if pids else None

    def end(self) -> dict[int, str]:
        """End everything; returns what neither draining nor stopping the room ended."""
        if self.daemon is not None and self.daemon.poll() is None:
            self.daemon.send_signal(signal.SIGTERM)
            try:
                self.daemon.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
        if not self.is_real:
            self.run("archived", "room", "stop", "--site", self.folder)
        until = time.monotonic() + 10
        while (left := self.processes()) and time.monotonic() < until:
            time.sleep(0.1)
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        run_directory = self.folder / "run-directory"
        if run_directory.exists():  # it lies outside the site, where paths are short
            shutil.rmtree(run_directory.read_text(encoding="utf-8").strip(), ignore_errors=True)
        return left
