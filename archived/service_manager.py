"""Telling a service manager how the daemon is: the datagrams of sd_notify(3), to a path or to an abstract socket.

Each datagram holds lines `NAME=value`. Nobody answers, and nobody who listens must not matter: a manager that is gone
is no reason for an archive to stop.
"""

import os
import socket
from collections.abc import Callable, MutableMapping
from typing import Final

ADDRESS, WATCHDOG_USEC, WATCHDOG_PID = "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"
#: The manager hears so often, within the time after which it takes us for dead.
BEATS_IN_TIME: Final = 4
#: A new status is told so often at most.
STATUS_INTERVAL_S: Final = 1.0


class ServiceManager:
    """Whoever started us, if it listens. All its methods belong to one thread."""

    def __init__(
        self, address: str = "", *, watchdog_s: float = 0.0, monotonic: Callable[[], float] = lambda: 0.0
    ) -> None:
        """`address` as in NOTIFY_SOCKET, empty for nobody; `watchdog_s` 0 when no watchdog is wanted."""
        self._address = b"\0" + os.fsencode(address[1:]) if address.startswith("@") else os.fsencode(address)
        self._watchdog_s = watchdog_s
        self._monotonic = monotonic
        self._next_beat_s = 0.0
        self._next_status_s = 0.0
        self._status = ""
        self._is_ready = False
        self._is_stopping = False

    @property
    def listens(self) -> bool:
        return bool(self._address)

    def ready(self) -> None:
        """The daemon answers and its loop turns; told once."""
        if not self._is_ready:
            self._is_ready = True
            self._tell("READY=1")

    def stopping(self) -> None:
        """The daemon was told to stop and drains; told once."""
        if not self._is_stopping:
            self._is_stopping = True
            self._tell("STOPPING=1")

    def status(self, words: str) -> None:
        """One line for people; told when it is new, and not more often than people read."""
        now_s = self._monotonic()
        if words != self._status and now_s >= self._next_status_s:
            self._status, self._next_status_s = words, now_s + STATUS_INTERVAL_S
            self._tell(f"STATUS={' '.join(words.split())}")

    def beat(self) -> None:
        """The control loop has turned: only its own thread may say so, and only then."""
        now_s = self._monotonic()
        if self._watchdog_s and now_s >= self._next_beat_s:
            self._next_beat_s = now_s + self._watchdog_s / BEATS_IN_TIME
            self._tell("WATCHDOG=1")

    def _tell(self, line: str) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            # A full or vanished socket must not hold the control loop up.
            sender.setblocking(False)
            try:
                sender.sendto(line.encode("utf-8", "replace"), self._address)
            except OSError:
                return


def service_manager(
    environment: MutableMapping[str, str], pid: int, monotonic: Callable[[], float]
) -> ServiceManager:
    """The manager that the environment names. The names are taken out of it: no burn and no room may speak for us."""
    address = environment.pop(ADDRESS, "")
    micros, meant = environment.pop(WATCHDOG_USEC, ""), environment.pop(WATCHDOG_PID, "")
    if address[:1] not in ("/", "@"):
        return ServiceManager()
    # WATCHDOG_PID names the process that is watched, when it is only one of those that were started.
    watched = micros.isdecimal() and meant in ("", str(pid))
    return ServiceManager(address, watchdog_s=int(micros) / 1e6 if watched else 0.0, monotonic=monotonic)
