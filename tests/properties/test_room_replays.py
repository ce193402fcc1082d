"""In one process a seed replays a run exactly, and whatever happens no medium is lost or doubled."""

import random
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from backends.errors import BackendError
from backends.optical.drive import MmcDrive
from devices.clock import SimulatedClock
from devices.failures import DeviceFailure
from robotics.changers.smc import SmcChanger
from robotics.errors import RoboticsError
from simulator.control import control
from simulator.damage import CLUSTER_BYTES
from simulator.faults import kinds_in
from simulator.inprocess import InProcessTransport, furnish_room
from simulator.plan import DiscPlan, RoomPlan, standard_drives
from simulator.room import Room
from simulator.world import assert_nothing_lost

PLAN = RoomPlan(
    library="L1",
    drives=standard_drives(2),
    slots=5,
    magazine_slots=5,
    import_export_slots=1,
    capacity_sectors=128,
    discs=tuple(DiscPlan(f"D{number}", "MILLEN/MR1", number) for number in range(1, 5)),
)
ELEMENTS = (1, 16, 256, 257, *range(1024, 1029))
FAULTS = sorted(set(kinds_in(PLAN)) - {"wrong-disc"})


def step(room: Room, choice: random.Random) -> str:
    """One arbitrary thing that somebody does, and what came of it."""
    changer = SmcChanger(InProcessTransport(room, "L1"))
    name = choice.choice(("B1", "B2"))
    drive = MmcDrive(InProcessTransport(room, name))
    actions: dict[str, Any] = {
        "move": lambda: changer.move(source=choice.choice(ELEMENTS), destination=choice.choice(ELEMENTS)),
        "inventory": changer.inventory,
        "load": drive.load,
        "eject": drive.eject,
        "inspect": drive.inspect,
        "write": lambda: drive.write(
            drive.inspect().next_writable or 0, choice.randbytes(CLUSTER_BYTES // 2)
        ),
        "close": drive.close_disc,
        "read": lambda: drive.read(0, 4),
        "lock": lambda: drive.lock_tray(choice.random() < 0.2),
        "fault": lambda: control(room, "fault", {"name": choice.choice(FAULTS), "seed": choice.randrange(9)}),
    }
    action = choice.choice(sorted(actions))
    try:
        return f"{action} {name}: {actions[action]()}"
    except (DeviceFailure, RoboticsError, BackendError) as error:
        return f"{action} {name}: {error!r}"


def run(seed: int, steps: int) -> tuple[list[str], list[bytes], float]:
    clock, choice = SimulatedClock(), random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        room = furnish_room(Path(folder) / "room", PLAN, clock=clock, sync=lambda descriptor: None)
        first = room.estate.world
        told = []
        for _ in range(steps):
            told.append(step(room, choice))
            assert_nothing_lost(first, room.estate.world)
        told.append(str(control(room, "show", {})))
        discs = [room.disc_bytes(disc.barcode) for disc in PLAN.discs]
        room.close()
    return told, discs, clock.monotonic()


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_a_seed_replays_a_run_exactly(seed: int) -> None:
    assert run(seed, 40) == run(seed, 40)
