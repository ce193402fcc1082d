"""A site with a daemon and a simulated room of unlimited speed, and what both and their children cost."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archived.api.client import Client
from archived.errors import ArchivedError
from archived.founding import api_socket, room_socket
from devices.transports.room import RoomSocket

START_TIMEOUT_S = 120.0
#: Looking costs the daemon a little too, and it is counted.
LOOK_EVERY_S = 1.0
_ARCHIVED = [sys.executable, "-P", "-m", "archived"]
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Trial:
    """A site that runs."""

    client: Client
    #: Daemon and room server.
    pids: tuple[int, int]

    def cpu_seconds(self) -> float:
        """What daemon and room took so far, with all children that ended and were waited for: the burns, which
        in turn waited for xorriso.
        """
        return sum(process_cpu_seconds(pid) for pid in self.pids)

    def wait_until_archived(self, count: int, timeout_s: float) -> None:
        """Return when that many packages are archived; raises TimeoutError with what waits for a person."""
        until_s = time.monotonic() + timeout_s
        while len(self.client.get("/v1/packages", state="archived")["items"]) < count:
            if time.monotonic() > until_s:
                raise TimeoutError(f"not archived within {timeout_s:g} s: {self.client.get('/v1/attention')}")
            time.sleep(LOOK_EVERY_S)


@contextmanager
def running_site(folder: Path, *, disc_bytes: int) -> Iterator[Trial]:
    """Make a site in `folder`, serve it, and leave no process behind."""
    options = ["--disc-capacity", str(disc_bytes), "--speed", "0"]
    _run("init", "--site", str(folder), *options)
    with (folder / "daemon.log").open("ab") as log:
        daemon = subprocess.Popen([*_ARCHIVED, "serve", "--site", str(folder)], stdout=log, stderr=log)
    client = Client(api_socket(folder))
    try:
        _await_answer(client, daemon, folder / "daemon.log")
        room = RoomSocket(room_socket(folder))
        answer, _ = room.request({"op": "ping"}, timeout_s=10)
        room.close()
        yield Trial(client, (daemon.pid, answer["pid"]))
    finally:
        client.close()
        daemon.terminate()
        daemon.wait()
        _run("room", "stop", "--site", str(folder))


def _await_answer(client: Client, daemon: "subprocess.Popen[bytes]", log: Path) -> None:
    until_s = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            client.get("/v1/status")
        except ArchivedError as error:
            if daemon.poll() is not None or time.monotonic() > until_s:
                raise RuntimeError(f"the daemon does not start: {log.read_text()[-2000:]}") from error
            time.sleep(0.1)
        else:
            return


def _run(*words: str) -> None:
    subprocess.run([*_ARCHIVED, *words], check=True, stdout=subprocess.DEVNULL)


def process_cpu_seconds(pid: int) -> float:
    """utime, stime, cutime and cstime of proc(5): the process and its children that were waited for."""
    fields = re.sub(r"^.*\) ", "", Path(f"/proc/{pid}/stat").read_text(), flags=re.DOTALL).split()
    return sum(int(ticks) for ticks in fields[11:15]) / _TICKS
