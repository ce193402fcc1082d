"""The ways to reach the devices under contract: each suite runs once for every one of them.

A new implementation (a real library) is one more row of `PLACES`.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from backends.optical.drive import MmcDrive, MmcTimeouts
from devices.clock import SimulatedClock
from devices.scsi import Transport
from robotics.changers.smc import SmcChanger, SmcTimeouts
from robotics.errors import InventoryStale
from robotics.model import Element
from robotics.profiles import PROFILES
from simulator.control import control
from simulator.inprocess import InProcessTransport, furnish_room
from simulator.plan import DiscPlan, RoomPlan, standard_drives
from tests.contract.served_room import served
from tests.contract.tgt_manners import TGT_DVD_LACKS
from tests.contract.tgt_target import CHANGER_LUN, DVD_DRIVE, DVD_LUN, require_tgt, tgt_target

QUICK_S = 1.0
DVD_PLUS_R_SECTORS = 2295104
PLAN = RoomPlan(
    library="L1",
    drives=standard_drives(2),
    slots=10,
    magazine_slots=5,
    import_export_slots=2,
    capacity_sectors=256,
    discs=tuple(DiscPlan(f"D{number:04d}", "MILLEN/MR1", number) for number in range(1, 7)),
    speed=0,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A library with two drives and six blanks, D0001 to D0006, in its first slots; the rest is free.

    `interfere` does to it what nobody could do through the devices (`simulator.control`). `lacks` declares what this
    place cannot show; tests that need it say so. With one drive only it is both `drive` and `other`.
    """

    changer: SmcChanger
    drives: dict[int, MmcDrive]
    interfere: Callable[..., Any]
    drive: int = 256
    other: int = 257
    capacity_sectors: int = 256
    lacks: frozenset[str] = frozenset()

    def needs(self, what: str) -> None:
        if what in self.lacks:
            pytest.skip(f"this place lacks {what}")

    def look(self, address: int) -> Element:
        """One element as the changer sees it now."""
        element = self.changer.inventory().at(address)
        assert element is not None
        return element

    def load(self, slot: int, drive: int) -> MmcDrive:
        """Put the medium of a slot into a drive and make it ready."""
        self.changer.move(source=slot, destination=drive)
        self.drives[drive].load()
        self.drives[drive].is_ready()
        assert self.drives[drive].is_ready()
        return self.drives[drive]

    def unload(self, drive: int, slot: int) -> None:
        self.drives[drive].eject()
        self.changer.move(source=drive, destination=slot)


def place_over(transport: Callable[[str], Transport], interfere: Callable[..., Any]) -> Place:
    # A command that is never answered must not hold the suite up for a real library's quarter of an hour.
    changer = SmcChanger(transport("L1"), SmcTimeouts(QUICK_S, QUICK_S, QUICK_S, QUICK_S))
    drives = {
        drive.address: MmcDrive(transport(drive.name), MmcTimeouts(*[QUICK_S] * 6), name=drive.name)
        for drive in PLAN.drives
    }
    return Place(changer, drives, interfere)


@contextmanager
def in_process() -> Iterator[Place]:
    with tempfile.TemporaryDirectory() as folder:
        room = furnish_room(Path(folder) / "room", PLAN, clock=SimulatedClock(), sync=lambda descriptor: None)
        yield place_over(
            lambda device: InProcessTransport(room, device),
            lambda verb, **arguments: control(room, verb, arguments),
        )
        room.close()


@contextmanager
def over_socket() -> Iterator[Place]:
    with served(PLAN) as (transport, interfere):
        yield place_over(transport, interfere)


@contextmanager
def on_tgt() -> Iterator[Place]:
    """A writer of DVD+R behind a real target: one drive, and discs that are not write-once."""
    require_tgt()
    discs = tuple(disc.barcode for disc in PLAN.discs)
    with tgt_target((), discs) as target, ExitStack() as lines:
        changer, line = target.transport(CHANGER_LUN), target.transport(DVD_LUN)
        for one in (changer, line):
            lines.callback(one.close)
        robot = SmcChanger(changer, profile=PROFILES["tgt"])
        with suppress(InventoryStale):
            robot.inventory()  # a new session is a unit attention
        robot.inventory()
        drive = MmcDrive(line, name="B1")
        drive.is_ready()
        yield Place(
            robot, {DVD_DRIVE: drive}, _nobody_can, DVD_DRIVE, DVD_DRIVE, DVD_PLUS_R_SECTORS, TGT_DVD_LACKS
        )


def _nobody_can(verb: str, **_arguments: Any) -> Any:
    raise AssertionError(f"{verb}: declare what this place lacks")


PLACES: dict[str, Callable[[], AbstractContextManager[Place]]] = {
    "in-process": in_process,
    "over-socket": over_socket,
    "tgt": on_tgt,
}


@pytest.fixture(params=sorted(PLACES))
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    with PLACES[request.param]() as place:
        yield place
