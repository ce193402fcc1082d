"""A small room in a temporary folder, on a simulated clock."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.clock import SimulatedClock
from robotics.model import Bin, BinOrder
from simulator.inprocess import furnish_room
from simulator.plan import DiscPlan, RoomPlan, standard_drives
from simulator.room import Room

#: The bins of `stacker_plan`, as its machine numbers them.
INPUT, ACCEPT = 1, 2


def small_plan(**changes: object) -> RoomPlan:
    """Two drives, 12 slots, 8 discs of 1024 sectors; anything may be changed."""
    values: dict[str, object] = {
        "library": "L1",
        "drives": standard_drives(2),
        "slots": 12,
        "magazine_slots": 5,
        "import_export_slots": 2,
        "capacity_sectors": 1024,
        "discs": tuple(DiscPlan(f"D{number:04d}", "MILLEN/MR1", number) for number in range(1, 9)),
    }
    return RoomPlan(**{**values, **changes})  # type: ignore[arg-type]


def stacker_plan(order: BinOrder = BinOrder.LIFO) -> RoomPlan:
    """Two drives, an input bin of four places with three discs in it, and an accept bin of two."""
    return small_plan(
        slots=0,
        import_export_slots=0,
        robot="generic",
        bins=(
            Bin(INPUT, "input", 1024, 4, order, takes=True, puts=False),
            Bin(ACCEPT, "accept", 1280, 2, BinOrder.LIFO, takes=False, puts=True),
        ),
        discs=tuple(DiscPlan(f"D{number}", "MILLEN/MR1", number) for number in (1, 2, 3)),
    )


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock()


@pytest.fixture
def room(tmp_path: Path, clock: SimulatedClock) -> Iterator[Room]:
    room = furnish_room(tmp_path / "room", small_plan(), clock=clock, sync=lambda descriptor: None)
    yield room
    room.close()
