"""The ways to reach the devices under contract: each suite runs once for every one of them.

A new implementation (a real library, another changer) is one more parameter of `place`.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from backends.optical.drive import MmcDrive, MmcTimeouts
from devices.clock import SimulatedClock
from devices.scsi import Transport
from robotics.changers.smc import SmcChanger, SmcTimeouts
from robotics.model import Element
from simulator.control import control
from simulator.inprocess import InProcessTransport, furnish_room
from simulator.plan import DiscPlan, RoomPlan, standard_drives
from tests.contract.served_room import served

QUICK_S = 1.0
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

    `interfere` does to it what nobody could do through the devices (`simulator.control`).
    """

    changer: SmcChanger
    drives: dict[int, MmcDrive]
    interfere: Callable[..., Any]

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


PLACES: dict[str, Callable[[], AbstractContextManager[Place]]] = {
    "in-process": in_process,
    "over-socket": over_socket,
}


@pytest.fixture(params=sorted(PLACES))
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    with PLACES[request.param]() as place:
        yield place
