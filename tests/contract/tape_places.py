"""The ways to reach tape drives under contract; a new one (a real library) is one more row of `TAPE_PLACES`."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from backends.tape.profiles import STANDARD, TGT, TapeProfile
from backends.tape.ssc_drive import SscTapeDrive
from backends.tape.timeouts import TapeTimeouts
from devices.clock import SimulatedClock
from devices.scsi import Transport
from robotics.changers.smc import SmcChanger
from robotics.errors import InventoryStale
from robotics.profiles import PROFILES as CHANGER_PROFILES
from robotics.profiles import ChangerProfile
from simulator.control import control
from simulator.inprocess import InProcessTransport, furnish_room
from simulator.plan import CartridgePlan, RoomPlan, standard_tape_drives
from tests.contract.served_room import served
from tests.contract.tgt_manners import TGT_LACKS, LikeTgt
from tests.contract.tgt_target import (
    CHANGER_LUN,
    OTHER_TAPE_LUN,
    TAPE_LUN,
    Cartridge,
    require_tgt,
    tgt_target,
)

SLOT = 1024
CAPACITY_BYTES = 1 << 20
PLAN = RoomPlan(
    kind="tape",
    library="TL1",
    drives=standard_tape_drives(2),
    slots=10,
    magazine_slots=10,
    import_export_slots=1,
    cartridges=(
        CartridgePlan("A00001L8", 1, capacity_bytes=CAPACITY_BYTES),
        CartridgePlan("A00002L8", 2, capacity_bytes=CAPACITY_BYTES),
        CartridgePlan("W00001LY", 3, capacity_bytes=CAPACITY_BYTES, worm=True),
        CartridgePlan("P00001L8", 4, capacity_bytes=CAPACITY_BYTES, write_protected=True),
        CartridgePlan("CLNU01L1", 5, cleaning=True),
        CartridgePlan("A00001L5", 6, generation="lto-5"),
    ),
    buffer_bytes=256 * 1024,
    early_warning_bytes=128 * 1024,
    speed=0,
)
#: The same cartridges in the same slots as tgt knows them, and behind them one that is full soon.
ON_TGT = (
    *(
        Cartridge(plan.barcode, kind="clean" if plan.cleaning else "WORM" if plan.worm else "data")
        for plan in PLAN.cartridges
    ),
    Cartridge("SML001L8", size_mb=2),
)
DATA, OTHER_DATA, WORM, PROTECTED, CLEANER, TOO_OLD = (SLOT + number for number in range(6))


@dataclass(frozen=True, slots=True)
class TapePlace:
    """A tape library with two drives and the cartridges of the plan in its first slots.

    `interfere` does to it what nobody could do through the devices (`simulator.control`). `lacks` declares what this
    place cannot show; tests that need it say so. `small` is the slot of a cartridge that can be filled quickly.
    """

    changer: SmcChanger
    drives: dict[int, SscTapeDrive]
    interfere: Callable[..., Any]
    lacks: frozenset[str] = frozenset()
    small: int = DATA

    def needs(self, what: str) -> None:
        if what in self.lacks:
            pytest.skip(f"this place lacks {what}")

    def put(self, slot: int = DATA, drive: int = 256) -> SscTapeDrive:
        """Have the robot put a cartridge into a drive, and hear what the drive has to say about it."""
        self.drives[drive].is_ready()
        self.changer.move(source=slot, destination=drive)
        self.drives[drive].is_ready()
        if self.drives[drive].is_ready():
            self.drives[drive].rewind()
        return self.drives[drive]

    def fetch(self, slot: int = DATA, drive: int = 256) -> None:
        self.drives[drive].unload()
        self.changer.move(source=drive, destination=slot)


def _place(
    transport: Callable[[str], Transport],
    interfere: Callable[..., Any],
    profile: TapeProfile = STANDARD,
    *,
    patience_s: float = 1.0,
    lacks: frozenset[str] = frozenset(),
    small: int = DATA,
    changer: ChangerProfile | None = None,
) -> TapePlace:
    quick = TapeTimeouts(*[patience_s] * 4)
    drives = {
        drive.address: SscTapeDrive(transport(drive.name), quick, name=drive.name, profile=profile)
        for drive in PLAN.drives
    }
    return TapePlace(SmcChanger(transport("TL1"), profile=changer), drives, interfere, lacks, small)


@contextmanager
def in_process() -> Iterator[TapePlace]:
    with tempfile.TemporaryDirectory() as folder:
        room = furnish_room(Path(folder) / "room", PLAN, clock=SimulatedClock(), sync=lambda descriptor: None)
        yield _place(
            lambda device: InProcessTransport(room, device),
            lambda verb, **arguments: control(room, verb, arguments),
        )
        room.close()


@contextmanager
def with_the_manners_of_tgt() -> Iterator[TapePlace]:
    with tempfile.TemporaryDirectory() as folder:
        room = furnish_room(Path(folder) / "room", PLAN, clock=SimulatedClock(), sync=lambda descriptor: None)

        def transport(device: str) -> Transport:
            line = InProcessTransport(room, device)
            return line if device == PLAN.library else LikeTgt(line)

        yield _place(transport, lambda verb, **arguments: control(room, verb, arguments), TGT)
        room.close()


@contextmanager
def over_socket() -> Iterator[TapePlace]:
    with served(PLAN) as (transport, interfere):
        yield _place(transport, interfere)


@contextmanager
def on_tgt() -> Iterator[TapePlace]:
    """Real bytes over a real wire. Drives are told by name that they are tgt's: they call themselves IBM."""
    require_tgt()
    luns = {"TL1": CHANGER_LUN, "T1": TAPE_LUN, "T2": OTHER_TAPE_LUN}
    with tgt_target(ON_TGT, discs=()) as target, ExitStack() as lines:

        def transport(device: str) -> Transport:
            line = target.transport(luns[device])
            lines.callback(line.close)
            return line

        small = SLOT + len(PLAN.cartridges)
        place = _place(
            transport,
            _nobody_can,
            TGT,
            patience_s=30,
            lacks=TGT_LACKS,
            small=small,
            changer=CHANGER_PROFILES["tgt"],
        )
        with suppress(InventoryStale):
            place.changer.inventory()  # a new session is a unit attention, and nothing moves before a look
        place.changer.inventory()
        yield place


def _nobody_can(verb: str, **_arguments: Any) -> Any:
    raise AssertionError(f"{verb}: declare what this place lacks")


TAPE_PLACES: dict[str, Callable[[], AbstractContextManager[TapePlace]]] = {
    "in-process": in_process,
    "over-socket": over_socket,
    "manners-of-tgt": with_the_manners_of_tgt,
    "tgt": on_tgt,
}
