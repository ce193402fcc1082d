"""A room with a Nimbie, in this process and on a simulated clock, and the arm that drives it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devices.clock import SimulatedClock
from robotics.arms.nimbie import BINS, NimbieArm
from simulator.inprocess import furnish_room
from simulator.line_ends import InProcessPacketLine, LineEnd
from simulator.plan import DiscPlan, RoomPlan, standard_drives
from simulator.room import Room

DISCS = ("D1", "D2", "D3")


def nimbie_plan(discs: tuple[str, ...] = DISCS) -> RoomPlan:
    """One drive, a queue with a few discs in it, two empty piles."""
    return RoomPlan(
        library="N1",
        drives=standard_drives(1),
        slots=0,
        magazine_slots=5,
        import_export_slots=0,
        capacity_sectors=1024,
        robot="nimbie",
        bins=BINS,
        discs=tuple(DiscPlan(name, "MILLEN/MR1", number) for number, name in enumerate(discs, start=1)),
    )


class NimbieRoom:
    """The room, the arm over an in-process line, and a person's view of where everything is."""

    def __init__(self, room: Room, clock: SimulatedClock) -> None:
        self.room = room
        self.clock = clock
        self.end = LineEnd(room.lines["N1"], room.estate, "N1")
        self.arm = NimbieArm(InProcessPacketLine(self.end), clock, name="N1")

    def tray(self, *, out: bool) -> None:
        self.room.execute("B1", bytes((0x1B, 0, 0, 0, 2 if out else 3, 0)))

    def where(self) -> dict[str, int | str | None]:
        """Address of every disc by its barcode, or the words for where else it is."""
        carriers = self.room.estate.world.carriers.values()
        return {c.barcode: c.place if c.address is None else c.address for c in carriers}

    @property
    def strikes(self) -> int:
        return self.room.estate.world.strikes


@contextmanager
def opened_room(folder: Path, clock: SimulatedClock, discs: tuple[str, ...] = DISCS) -> Iterator[NimbieRoom]:
    """The room in `folder`, furnished when there is none; leaving it is a power cut."""
    if (folder / "plan.json").exists():
        room = Room(folder, clock=clock, sync=lambda descriptor: None)
    else:
        room = furnish_room(folder, nimbie_plan(discs), clock=clock, sync=lambda descriptor: None)
    try:
        yield NimbieRoom(room, clock)
    finally:
        room.close()
