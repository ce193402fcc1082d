"""Ending a simulated daemon at a chosen instruction: a commit, a command to a device, a report of progress.

The room is a process of its own, so it goes on as it is; only what the daemon had in memory is gone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event

from archived.catalog.store import Catalog
from archived.sessions.inline import InlineBurner
from archived.sessions.tools import BurnJob, BurnOutcome, ProgressBoard, Report
from backends.interface import OpticalDrive
from simulator.answers import Answer
from simulator.room import Room

MOVE, INVENTORY, WRITE, CLOSE, READ, TRAY = 0xA5, 0xB8, 0x2A, 0x5B, 0x28, 0x1B


class Killed(BaseException):
    """The daemon ended here. Not an Exception: nothing in it may catch its own end."""


class Fuse:
    """Counts everything that the daemon does to the outside, and ends it at the step that was chosen."""

    def __init__(self) -> None:
        self.steps = 0
        self._left: int | None = None
        self._which: Callable[[str], bool] = lambda step: True

    def arm(self, nth: int = 1, which: Callable[[str], bool] = lambda step: True) -> None:
        """End the daemon at the nth step from now for which `which` holds."""
        self._left, self._which = nth, which

    def disarm(self) -> None:
        self._left = None

    @property
    def armed(self) -> bool:
        return self._left is not None

    def step(self, name: str) -> None:
        """Something happens now. Raises Killed when it is the step that was chosen."""
        self.steps += 1
        if self._left is None or not self._which(name):
            return
        self._left -= 1
        if self._left == 0:
            self._left = None
            raise Killed(name)


class FusedCatalog(Catalog):
    """A catalog whose process may die before a commit, or right behind it."""

    fuse: Fuse

    def __init__(self, path: Path) -> None:
        super().__init__(path)

        # A killed process loses nothing that it handed to the system; only a power cut would.
        @event.listens_for(self._writer, "connect")
        def without_sync(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA synchronous = OFF")

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with super().write() as connection:
            yield connection
            self.fuse.step("before commit")
        self.fuse.step("after commit")


class FusedRoom(Room):
    """A room whose client may die before a command, or while the answer is on its way."""

    fuse: Fuse

    def execute(self, device: str, cdb: bytes, *, data_in: int = 0, data_out: bytes = b"") -> Answer:
        name = f"{device} {cdb[0]:02X}"
        self.fuse.step(f"before {name}")
        answer = super().execute(device, cdb, data_in=data_in, data_out=data_out)
        self.fuse.step(f"after {name}")
        return answer


class FusedBoard(ProgressBoard):
    """A progress board at every report of which the process may die."""

    fuse: Fuse

    def begin(self, key: str, what: str, total_bytes: int = 0, *, cancellable: bool = False) -> Report:
        report = super().begin(key, what, total_bytes, cancellable=cancellable)
        self.fuse.step(f"begin {key}")

        def reported(done_bytes: int, total: int) -> None:
            report(done_bytes, total)
            self.fuse.step(f"report {key}")

        return reported


class WatchedBurner(InlineBurner):
    """Sees for itself that a burn begins on a blank disc, and on the one that was meant."""

    def __init__(self, drives: dict[str, OpticalDrive], room: Room) -> None:
        super().__init__(drives)
        self._room = room
        self.burns: list[tuple[str, str]] = []

    def burn(self, job: BurnJob, report: Report) -> BurnOutcome:
        carrier = self._carrier_in(job.drive)
        with self._room.disc(carrier) as disc:
            assert disc.state.value == "blank", f"{job.medium_id} was to be written twice"
        assert self._room.estate.world.carriers[carrier].barcode == job.medium_id
        self.burns.append((job.image_id, carrier))
        return super().burn(job, report)

    def _carrier_in(self, drive: str) -> Any:
        address = next(d.address for d in self._room.estate.plan.drives if d.name == drive)
        carrier = self._room.estate.world.at(address)
        assert carrier is not None, f"{drive} is empty and was to burn"
        return carrier
