"""The detached burn: `archived burn JOBDIR`. Input is the recipe and the target, nothing else.

It feeds the image to the burning program, or, behind iSCSI, to the drive by commands of its own; it watches, asks the
drive what became of the disc, and writes `done` before it reports. It needs neither daemon nor catalog, and both may
vanish while it works.

| target | the drive is | burnt by |
| --- | --- | --- |
| room | simulated, behind the room's socket | the program, through a FIFO |
| node | at a node of this machine | the program, which inherits its lock; the drive is asked before and after it |
| iscsi | behind an iSCSI target | WRITE, SYNCHRONIZE CACHE, CLOSE in this process |
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from archived.language import _
from archived.sessions.detached import DONE, JOB, LOG, PROGRESS, withdraw
from archived.sessions.encode import open_recipe
from archived.wiring import room_drive
from backends.durable import write_durably
from backends.errors import BackendError, MediumRefused, RecipeDamaged, SourceDiffers, SourceMissing
from backends.interface import SECTOR_BYTES, DiscStatus, OpticalDrive
from backends.optical.burn import xorriso
from backends.optical.burn.engine import burn_by_commands
from backends.recipe import RecipeReader
from devices.clock import SystemClock
from devices.failures import DeviceFailure, DeviceRefused, OutcomeUnknown
from devices.node_lock import kept_for
from devices.polling import wait_until
from devices.scsi import Transport
from devices.transports.room import RoomSocket

BLOCK_BYTES = 1 << 20
DECLARE_TIMEOUT_S = 60.0
CLOSE_TIMEOUT_S = 1800.0
READY_TIMEOUT_S = 180.0
INTERVAL_S = 0.05
_PROGRESS_LINE = b"%020d %020d\n"
#: linux/fcntl.h; a pipe of 1 MiB spares most of the context switches.
F_SETPIPE_SZ = 1031


def main(folder: Path, lock: int) -> int:
    """Burn the job in `folder`; `lock` is the inherited descriptor that says somebody is at it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    job = json.loads((folder / JOB).read_text(encoding="utf-8"))
    try:
        kind, note = _burn(folder, job, lock)
    except (SourceDiffers, SourceMissing, RecipeDamaged) as error:
        kind, note = "source", str(error)
    except (BackendError, DeviceFailure, OSError) as error:
        kind, note = "failed", str(error)
    write_durably(folder / DONE, json.dumps({"kind": kind, "note": note}, ensure_ascii=False))
    return 0 if kind == "flushed" else 1


def _burn(folder: Path, job: dict[str, Any], lock: int) -> tuple[str, str]:
    target, sectors = job["target"], int(job["sectors"])
    with open_recipe(Path(job["recipe"]), Path(job["staging"]), check="xxh3-128") as reader:
        if reader.header.image_bytes != sectors * SECTOR_BYTES:
            raise RecipeDamaged(
                f"{job['recipe']} makes {reader.header.image_bytes} bytes, not {sectors} sectors"
            )
        drive, line = _reach(target)
        try:
            if target["kind"] != "room":
                _meet(drive, target)
            if target["kind"] == "iscsi":
                _command(folder, reader, drive, sectors)
                return _closed(drive, target)
            line.close()  # the program has the node alone
            verdict = _run_program(folder, target, reader, sectors, lock)
            return _closed(drive, target) if verdict.succeeded else ("failed", verdict.reason)
        finally:
            line.close()


def _run_program(
    folder: Path, target: dict[str, Any], reader: RecipeReader, sectors: int, lock: int
) -> xorriso.Verdict:
    node = _node(folder, target, sectors)
    held = [lock]
    if target["kind"] == "node":
        # The program takes no lock that others ask for, so it inherits ours: it lasts as long as the program.
        held.append(kept_for(Path(node)))
    try:
        verdict = _feed(folder, reader, node, sectors, held)
    except BackendError:
        withdraw(target)  # the program may have been ended before it sent a byte
        raise
    finally:
        for descriptor in held[1:]:
            os.close(descriptor)
    if not verdict.succeeded:
        withdraw(target)
    return verdict


def _reach(target: dict[str, Any]) -> tuple[OpticalDrive, Transport]:
    """The drive to burn in, and the way to it, which is to be closed."""
    if target["kind"] == "room":
        return room_drive(Path(target["socket"]), target["device"])
    # A real room's: what a simulated burn can do without is not imported for it.
    from archived.wiring_devices import burner_drive
    from archived.wiring_hardware import device_transport, target_settings

    settings = target_settings(target)
    line = device_transport(settings)
    return burner_drive(settings, target["device"], line), line


def _meet(drive: OpticalDrive, target: dict[str, Any]) -> None:
    """The drive that is meant answers, and holds a blank: a session of ours may have something to tell first.

    Raises MediumRefused, DeviceFailure: nothing was written.
    """
    wait_until(drive.is_ready, clock=SystemClock(), timeout_s=READY_TIMEOUT_S, interval_s=INTERVAL_S)
    status = drive.inspect().status
    if status is not DiscStatus.BLANK:
        raise MediumRefused(
            _("{device}: the disc is {value}, not blank; nothing was written to it").format(
                device=target["device"], value=status.value
            )
        )


def _command(folder: Path, reader: RecipeReader, drive: OpticalDrive, sectors: int) -> None:
    total_bytes = sectors * SECTOR_BYTES
    progress = os.open(folder / PROGRESS, os.O_WRONLY | os.O_CREAT, 0o600)

    def tell(done: int) -> None:
        os.pwrite(progress, _PROGRESS_LINE % (done * SECTOR_BYTES, total_bytes), 0)

    try:
        burn_by_commands(reader, sectors, drive, tell)
    finally:
        os.close(progress)


def _node(folder: Path, target: dict[str, Any], sectors: int) -> str:
    """What the burning program writes to: a device node, or the FIFO of a simulated burner."""
    if target["kind"] == "room":
        return xorriso.fifo_target(_declare(folder, target, sectors))
    return str(target["node"])


def _declare(folder: Path, target: dict[str, Any], sectors: int) -> Path:
    """Tell the simulated burner how much comes through which FIFO."""
    fifo = folder / "fifo"
    os.mkfifo(fifo, 0o600)
    room = RoomSocket(Path(target["socket"]))
    declaration = {"op": "declare", "device": target["device"], "fifo": str(fifo), "sectors": sectors}
    try:
        room.request(declaration, timeout_s=DECLARE_TIMEOUT_S)
    finally:
        room.close()
    return fifo


def _feed(
    folder: Path, reader: RecipeReader, node: str, sectors: int, held: Sequence[int]
) -> xorriso.Verdict:
    process = subprocess.Popen(
        xorriso.argv(node, sectors),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=held,
    )
    if process.stdout is None:
        raise OSError("the burning program has no output to listen to")
    output: list[str] = []
    listener = threading.Thread(target=_listen, args=(process.stdout, folder / LOG, output))
    listener.start()
    try:
        _pour(folder, reader, process, sectors * SECTOR_BYTES)
    finally:
        process.wait()
        listener.join()
        process.stdout.close()
    return xorriso.verdict(process.returncode, "\n".join(output))


def _pour(folder: Path, reader: RecipeReader, process: "subprocess.Popen[bytes]", total_bytes: int) -> None:
    if process.stdin is None:
        raise OSError("the burning program has no input to pour into")
    pipe = process.stdin
    buffer = memoryview(bytearray(BLOCK_BYTES))
    progress = os.open(folder / PROGRESS, os.O_WRONLY | os.O_CREAT, 0o600)
    done_bytes = 0
    try:
        fcntl.fcntl(pipe.fileno(), F_SETPIPE_SZ, BLOCK_BYTES)
        while count := reader.readinto(buffer):
            block = buffer[:count]
            while block:
                block = block[os.write(pipe.fileno(), block) :]
            done_bytes += count
            os.pwrite(progress, _PROGRESS_LINE % (done_bytes, total_bytes), 0)
    except BrokenPipeError:
        pass  # the program gave up; its own words and status say why
    except BackendError:
        process.kill()  # before the pipe closes: a short image must not be taken for a whole one
        raise
    finally:
        pipe.close()
        os.close(progress)


def _listen(stream: IO[bytes], log: Path, output: list[str]) -> None:
    with log.open("a", encoding="utf-8") as file:
        for line in xorriso.lines_of(iter(lambda: os.read(stream.fileno(), 65536), b"")):
            if xorriso.parse_progress(line) is None:
                output.append(line)
                file.write(line + "\n")
                file.flush()


def _closed(drive: OpticalDrive, target: dict[str, Any]) -> tuple[str, str]:
    """Closing is a step of its own: wait until the drive says what became of the disc."""
    # A real drive may be hard to reach for a moment; a simulated one that is gone stays so.
    passing = DeviceRefused if target["kind"] == "room" else (DeviceRefused, OutcomeUnknown)

    def settled() -> DiscStatus | None:
        try:
            return drive.inspect().status
        except passing:
            return None

    status = wait_until(settled, clock=SystemClock(), timeout_s=CLOSE_TIMEOUT_S, interval_s=INTERVAL_S)
    if status is DiscStatus.COMPLETE:
        return "flushed", ""
    return "failed", _("{device}: all was written, and closing failed; the disc is {value}").format(
        device=target["device"], value=status.value
    )


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
