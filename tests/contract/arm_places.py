"""The arms under contract, each over its emulator in a room of this process, on a simulated clock.

A new arm is one more row of `ROWS`. What a place cannot show stands in its `lacks`.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from backends.optical.drive import MmcDrive
from devices.clock import SimulatedClock
from robotics.arms import aleratec, nimbie
from robotics.arms.aleratec import AleratecArm
from robotics.arms.generic import GenericArm
from robotics.arms.generic_profiles import ACCEPT, INPUT, PROFILES, REJECT, furnished
from robotics.arms.interface import DiscArm
from robotics.arms.nimbie import NimbieArm
from robotics.arms.rimage import RimageArm
from robotics.model import Bin, BinOrder
from simulator.control import control
from simulator.generic_robot import GenericRobot
from simulator.inprocess import InProcessTransport, furnish_room
from simulator.line_devices import LineDevice
from simulator.line_ends import InProcessPacketLine, InProcessSerialLine, LineEnd
from simulator.line_faults import FaultyLine
from simulator.plan import TRANSPORT_ADDRESS, DiscPlan, RoomPlan, places_of, standard_drives
from simulator.room import Room

#: Discs in the input bin, from the bottom up.
DISCS = ("D1", "D2", "D3", "D4")
IN_HAND, ON_FLOOR = "hand", "floor"
#: Three bins of a stacker with an arm over its input bin.
BINS = (
    Bin(INPUT, "input", 1024, 8, BinOrder.LIFO, takes=True, puts=False),
    Bin(ACCEPT, "accept", 1280, 3, BinOrder.LIFO, takes=False, puts=True),
    Bin(REJECT, "reject", 1536, 3, BinOrder.LIFO, takes=False, puts=True),
)
#: The bins of the other machines, with few places in those for discs that are done.
_LIKE_ALERATEC = tuple(replace(one, count=8 if one.number == 1 else 3) for one in aleratec.BINS)
_LIKE_NIMBIE = tuple(replace(one, count=8 if one.number == nimbie.QUEUE else 3) for one in nimbie.BINS)


@dataclass(frozen=True, slots=True)
class ArmPlace:
    """An arm that was prepared, over an input bin with `DISCS`; every tray is closed and empty.

    `source` is the bin that it fetches from, `accept` and `reject` those where it lays discs. What is asked of the room
    is what really is, whatever the arm says.
    """

    arm: DiscArm
    room: Room
    clock: SimulatedClock
    bins: Mapping[int, Bin]
    source: int
    accept: int
    reject: int
    lacks: frozenset[str]
    row: "Row"

    def needs(self, what: str) -> None:
        """Skip loudly where the place cannot show something."""
        if what in self.lacks:
            pytest.skip(f"this place lacks {what}")

    def open(self, drive: int) -> None:
        self._drive(drive).eject()

    def close(self, drive: int) -> None:
        self._drive(drive).load()

    def load(self, drive: int = 1) -> None:
        """Bring the next disc to a drive, as whoever owns the trays does it."""
        self.open(drive)
        self.arm.load(bin=self.source, drive=drive)
        self.close(drive)

    def unload(self, bin: int, drive: int = 1) -> None:
        """Take the disc of a drive away, the tray closed as soon as the arm says that it may be."""
        self.open(drive)
        self.arm.unload(drive=drive, bin=bin, lifted=lambda: self.close(drive))

    def arm_fault(self, kind: str, *, after: int = 0, times: int | None = 1, seed: int = 0) -> None:
        control(self.room, "fault", {"name": kind, "after": after, "times": times, "seed": seed})

    def where(self, disc: str) -> object:
        """Where a disc is: (bin, place from 1), "drive 1", IN_HAND or ON_FLOOR."""
        carrier = next(c for c in self.room.estate.world.carriers.values() if c.barcode == disc)
        if carrier.address is None:
            return carrier.place
        if carrier.address == TRANSPORT_ADDRESS:
            return IN_HAND
        for pile in self.bins.values():
            if carrier.address in places_of(pile):
                return pile.number, carrier.address - pile.first + 1
        return f"drive {carrier.address - 255}"

    def discs(self) -> dict[str, object]:
        """Where all of them are."""
        return {disc: self.where(disc) for disc in DISCS}

    def next_disc(self) -> str:
        """The disc that the bin gives next."""
        here = {place[1]: disc for disc, place in self.discs().items() if _is_in(place, self.source)}
        lifo = self.bins[self.source].order is BinOrder.LIFO
        return here[max(here) if lifo else min(here)]

    @property
    def strikes(self) -> int:
        """How often the arm ran into a tray."""
        return self.room.estate.world.strikes

    def _drive(self, number: int) -> MmcDrive:
        return MmcDrive(InProcessTransport(self.room, f"B{number}"))


@dataclass(frozen=True, slots=True)
class Row:
    """One arm: the robot of its room, its bins, and how it is made over a line to it.

    `device` makes the emulator where it is not the one that such a room has. `bins_by_use` are the numbers of the bins
    for taking, for good and for bad discs. `looks_first` is how often the arm asks before a motion how things are,
    `recover` what brings it back after a jam.
    """

    robot: str
    make: Callable[[Any, SimulatedClock, Room], DiscArm]
    bins: tuple[Bin, ...] = BINS
    drives: int = 1
    bins_by_use: tuple[int, int, int] = (INPUT, ACCEPT, REJECT)
    device: Callable[[Room], LineDevice] | None = None
    lacks: frozenset[str] = frozenset()
    looks_first: int = 0
    recover: Callable[[Any], None] = lambda arm: arm.prepare()


def _generic(name: str, *lacks: str, drives: int = 1, order: BinOrder = BinOrder.LIFO) -> Row:
    bins = (replace(BINS[0], order=order), replace(BINS[1], by_hand=False), *BINS[2:])
    profile = furnished(PROFILES[name], drives=drives, bins=bins)

    def look_into(room: Room) -> Callable[[int], bool]:
        def look(drive: int) -> bool:
            burner = MmcDrive(InProcessTransport(room, f"B{drive}"))
            burner.load()
            event = burner.tray_state()
            assert event is not None
            return event.media_present

        return look

    def robot(room: Room) -> LineDevice:
        assert room.mechanism is not None
        return GenericRobot(room.estate, room.mechanism, profile)

    return Row(
        "generic",
        lambda line, clock, room: GenericArm(line, profile, clock, look_into=look_into(room)),
        bins=bins,
        drives=drives,
        device=robot,
        lacks=frozenset(("hand that is told", "tray that is told", "full bin that is told", *lacks)),
    )


ROWS: dict[str, Row] = {
    "aleratec": Row(
        "aleratec",
        lambda line, clock, room: AleratecArm(line, clock, bins=_LIKE_ALERATEC),
        bins=_LIKE_ALERATEC,
        drives=3,
        bins_by_use=(1, 2, aleratec.REJECT),
        lacks=frozenset(("hand that is told", "tray that is told", "full bin that is told")),
    ),
    "nimbie": Row(
        "nimbie",
        lambda line, clock, room: NimbieArm(line, clock, bins=_LIKE_NIMBIE),
        bins=_LIKE_NIMBIE,
        bins_by_use=(nimbie.QUEUE, nimbie.ACCEPT, nimbie.REJECT),
        lacks=frozenset(("full bin that is told",)),
        looks_first=1,
        recover=lambda arm: arm.prepare(reset=True),
    ),
    "generic-amtren": _generic("amtren"),
    "generic-amtren-two-drives": _generic("amtren-two-drives", drives=2, order=BinOrder.FIFO),
    "generic-mf-digital": _generic("mf-digital"),
    "generic-microboards-old": _generic("microboards-old"),
    "generic-kodak": _generic("kodak"),
    "generic-two-banks": _generic("two-banks", drives=2),
    "rimage": Row(
        "rimage",
        lambda line, clock, room: RimageArm(line, clock, drives=2, bins=BINS),
        drives=2,
        lacks=frozenset({"hand that is told", "tray that is told", "full bin that is told"}),
    ),
}


@contextmanager
def arm_place(row: Row) -> Iterator[ArmPlace]:
    """The place of a row, for as long as it is looked at."""
    plan = RoomPlan(
        library="L1",
        drives=standard_drives(row.drives),
        slots=0,
        magazine_slots=1,
        import_export_slots=0,
        capacity_sectors=64,
        discs=tuple(DiscPlan(name, "MILLEN/MR1", slot) for slot, name in enumerate(DISCS, 1)),
        robot=row.robot,
        bins=row.bins,
    )
    clock = SimulatedClock()
    with tempfile.TemporaryDirectory() as folder:
        room = furnish_room(Path(folder) / "room", plan, clock=clock, sync=lambda descriptor: None)
        end = room.line_end("L1")
        if row.device is not None:
            end = LineEnd(FaultyLine(row.device(room), room.estate, "L1"), room.estate, "L1")
        line = InProcessPacketLine(end) if "L1" in room.usb_lines else InProcessSerialLine(end)
        arm = row.make(line, clock, room)
        arm.prepare()
        source, accept, reject = row.bins_by_use
        bins = {pile.number: pile for pile in row.bins}
        yield ArmPlace(arm, room, clock, bins, source, accept, reject, row.lacks, row)
        room.close()


def _is_in(place: object, bin: int) -> bool:
    return isinstance(place, tuple) and place[0] == bin
