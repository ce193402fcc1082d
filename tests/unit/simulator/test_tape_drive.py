"""What a simulated tape drive does beside reading and writing: threading, cleaning, attentions, chip, faults, time."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from backends.errors import MediumUnreadable, WriteFailed
from backends.interface import AttributeFormat
from backends.tape.attributes import Attribute
from backends.tape.densities import GENERATIONS
from backends.tape.readiness import wait_until_ready
from backends.tape.ssc_drive import SscTapeDrive
from devices.clock import SimulatedClock
from devices.failures import DeviceRefused, OutcomeUnknown
from robotics.changers.smc import SmcChanger
from robotics.errors import InventoryStale
from simulator.control import control
from simulator.errors import ControlRefused, PlanRefused
from simulator.inprocess import InProcessTransport, furnish_room
from simulator.plan import CartridgePlan, DrivePlan, RoomPlan, standard_tape_drives
from simulator.room import Room

DRIVE = 256
DATA, CLEANER, OLD, OLDER, NEW, OTHER = (1024 + number for number in range(6))
LTO_9 = DrivePlan("T9", "SIMLT00009", 257, generation="lto-9")
PLAN = RoomPlan(
    kind="tape",
    library="TL1",
    drives=(*standard_tape_drives(1), LTO_9),
    slots=8,
    magazine_slots=8,
    import_export_slots=1,
    cartridges=(
        CartridgePlan("A00001L8", 1),
        CartridgePlan("CLNU01L1", 2, cleaning=True),
        CartridgePlan("A00001L7", 3, generation="lto-7"),
        CartridgePlan("A00001L6", 4, generation="lto-6"),
        CartridgePlan("A00001L9", 5, generation="lto-9"),
        CartridgePlan("A00002L8", 6),
    ),
    buffer_bytes=1 << 20,
)


@dataclass
class Bench:
    """A tape room on a clock, its robot and its drives."""

    folder: Path
    clock: SimulatedClock
    room: Room

    def __post_init__(self) -> None:
        self.robot = SmcChanger(InProcessTransport(self.room, "TL1"))
        self.drive = SscTapeDrive(InProcessTransport(self.room, "T1"))
        self.newer = SscTapeDrive(InProcessTransport(self.room, "T9"))

    def load(self, slot: int) -> SscTapeDrive:
        self.robot.move(source=slot, destination=DRIVE)
        wait_until_ready(self.drive, clock=self.clock)
        return self.drive

    def restart(self) -> None:
        """The power goes, and comes back."""
        self.room.close()
        self.room = Room(self.folder, clock=self.clock, sync=lambda descriptor: None)
        self.__post_init__()

    def tell(self, verb: str, **arguments: Any) -> Any:
        return control(self.room, verb, arguments)

    def duration_s(self, since_s: float) -> float:
        return self.clock.monotonic() - since_s


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    clock = SimulatedClock()
    bench = Bench(tmp_path / "r", clock, furnish_room(tmp_path / "r", PLAN, clock=clock, sync=lambda _: None))
    yield bench
    bench.room.close()


def refusal(drive: SscTapeDrive) -> tuple[int, int, int]:
    with pytest.raises(DeviceRefused) as refused:
        drive.position()
    return refused.value.sense.code


def test_it_tells_in_turn_that_it_was_switched_on_is_empty_threads_and_has_a_new_cartridge(
    bench: Bench,
) -> None:
    assert refusal(bench.drive) == (6, 0x29, 0x00)
    assert refusal(bench.drive) == (2, 0x3A, 0x00)
    bench.robot.move(source=DATA, destination=DRIVE)
    assert refusal(bench.drive) == (2, 0x04, 0x01)
    bench.clock.sleep(15)
    assert refusal(bench.drive) == (6, 0x28, 0x00)
    assert bench.drive.position().at_beginning


def test_a_new_cartridge_of_the_ninth_generation_is_conditioned_once(bench: Bench) -> None:
    began_s = bench.clock.monotonic()
    for expected_s in (2400, 15):
        bench.robot.move(source=NEW, destination=257)
        began_s = bench.clock.monotonic()
        wait_until_ready(bench.newer, clock=bench.clock)
        assert expected_s <= bench.duration_s(began_s) < expected_s + 20
        bench.newer.unload()
        bench.robot.move(source=257, destination=NEW)


@pytest.mark.parametrize(("slot", "is_known"), [(OLD, True), (OLDER, False), (NEW, False)])
def test_it_takes_its_own_generation_and_the_one_before(bench: Bench, slot: int, is_known: bool) -> None:
    bench.drive.is_ready()
    bench.robot.move(source=slot, destination=DRIVE)
    bench.clock.sleep(3600)
    bench.drive.is_ready()
    if is_known:
        assert bench.drive.inspect().density_code == GENERATIONS["lto-7"].density_code
        return
    with pytest.raises(DeviceRefused):
        bench.drive.is_ready()
    assert not bench.drive.inspect().ready
    assert [alert.flag for alert in bench.drive.alerts()] == [12]
    bench.drive.unload()
    bench.robot.move(source=DRIVE, destination=slot)


def test_a_dirty_head_asks_for_cleaning_until_a_cleaning_cartridge_has_cleaned_it(bench: Bench) -> None:
    bench.tell("fault", name="dirty-head", drive="T1")
    assert [alert.flag for alert in bench.drive.alerts()] == [20]
    bench.drive.is_ready()
    bench.robot.move(source=CLEANER, destination=DRIVE)
    assert not bench.drive.is_ready()
    assert bench.drive.inspect().cleaning
    bench.clock.sleep(300)
    assert not bench.drive.is_ready()
    bench.robot.move(source=DRIVE, destination=CLEANER)
    assert [alert.flag for alert in bench.drive.alerts()] == [11]
    assert bench.drive.counters().cleanings == 1
    states = {medium["barcode"]: medium["state"] for medium in bench.tell("show")["media"]}
    assert states["CLNU01L1"] == "cleaning, 49 left"


def test_a_used_up_cleaning_cartridge_cleans_nothing_and_says_so(bench: Bench) -> None:
    with bench.room.cartridge(bench.room.carrier("CLNU01L1")) as cartridge:
        cartridge.change_chip(cleanings_left=0)
    bench.tell("fault", name="dirty-head", drive="T1")
    bench.robot.move(source=CLEANER, destination=DRIVE)
    bench.clock.sleep(300)
    bench.drive.is_ready()
    assert [alert.flag for alert in bench.drive.alerts()] == [11, 20, 22]


def test_what_was_not_flushed_is_lost_with_the_power_and_the_rest_is_not(bench: Bench) -> None:
    drive = bench.load(DATA)
    drive.write_block(b"one")
    drive.write_filemarks(1)
    drive.write_block(b"two")
    assert drive.position().block == 3
    bench.restart()
    wait_until_ready(bench.drive, clock=bench.clock)
    bench.drive.space_to_end()
    assert bench.drive.position().block == 2


def test_the_chip_counts_loads_and_bytes_and_keeps_what_the_host_writes(bench: Bench) -> None:
    drive = bench.load(DATA)
    drive.write_attribute(Attribute.BARCODE, "A00001L8")
    drive.write_attribute(Attribute.USER_LABEL, "永久保存")
    drive.write_attribute(Attribute.MEDIA_POOL, "tapes")
    drive.write_attribute(Attribute.MEDIA_POOL, "")
    for _ in range(3):
        drive.write_block(bytes(1 << 20))
    drive.write_filemarks(1)
    drive.unload()
    drive.load()
    wait_until_ready(drive, clock=bench.clock)
    memory = drive.attributes()
    assert (memory.loads, memory.written_life_bytes, memory.barcode) == (2, 3 << 20, "A00001L8")
    wear = drive.wear()
    assert (wear.loads, wear.written_life_bytes, wear.read_life_bytes) == (2, 3_000_000, 0)
    assert (wear.write_errors_uncorrected, wear.beginning_passes) == (0, None)
    assert memory.capacity_bytes == 12 * 10**12 // 2**20 * 2**20
    assert memory.remaining_bytes is not None
    assert memory.remaining_bytes <= 12 * 10**12 - (3 << 20)
    label = memory.attribute(Attribute.USER_LABEL)
    assert label is not None
    assert (label.text, label.format) == ("永久保存", AttributeFormat.TEXT)
    assert memory.attribute(Attribute.MEDIA_POOL) is None
    cartridge = drive.inspect()
    assert (cartridge.barcode, cartridge.loads, cartridge.serial) == ("A00001L8", 2, "SIMTAPEc00001")
    assert cartridge.density_code == 0x5E


@pytest.mark.parametrize(
    ("identifier", "value"),
    [(0x0401, "SERIAL"), (0x0806, "x" * 33), (0x0806, "永久"), (0x0805, "text"), (0x0899, "?")],
)
def test_what_an_attribute_cannot_hold_is_never_sent(bench: Bench, identifier: int, value: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        bench.load(DATA).write_attribute(identifier, value)


def test_the_counters_tell_of_this_load_and_of_the_drives_life(bench: Bench) -> None:
    drive = bench.load(DATA)
    drive.write_block(bytes(1 << 20))
    drive.write_filemarks(1)
    drive.rewind()
    drive.read_block(1 << 20)
    counters = drive.counters()
    assert (counters.written_bytes, counters.read_bytes, counters.lifetime_loads) == (1 << 20, 1 << 20, 1)
    assert (counters.write_errors_uncorrected, counters.read_errors_uncorrected) == (0, 0)


def test_blocks_are_stored_as_they_are_although_the_drive_is_made_to_compress(bench: Bench) -> None:
    drive = bench.load(DATA)
    drive.write_block(bytes(1 << 20))
    drive.write_filemarks(0)
    (medium,) = [one for one in bench.tell("show")["media"] if one["barcode"] == "A00001L8"]
    assert (medium["written_bytes"], medium["blocks"], medium["files"]) == (1 << 20, 1, 0)
    assert drive.block_limits().max_bytes == 8 * 1024 * 1024


def test_a_locked_cartridge_stays_and_a_stuck_one_too(bench: Bench) -> None:
    drive = bench.load(DATA)
    drive.lock_cartridge(True)
    with pytest.raises(DeviceRefused) as refused:
        drive.unload()
    assert refused.value.sense.code == (5, 0x53, 0x02)
    drive.lock_cartridge(False)
    bench.tell("fault", name="cartridge-stuck", drive="T1")
    with pytest.raises(DeviceRefused) as refused:
        drive.unload()
    assert refused.value.sense.code == (4, 0x53, 0x00)
    assert drive.position().at_beginning
    drive.unload()
    bench.robot.move(source=DRIVE, destination=DATA)


def test_a_cartridge_that_does_not_load_can_be_fetched_again(bench: Bench) -> None:
    bench.drive.is_ready()
    bench.tell("fault", name="load-failure", drive="T1", times=2)
    bench.robot.move(source=DATA, destination=DRIVE)
    with pytest.raises(DeviceRefused) as refused:
        bench.drive.load()
    assert refused.value.sense.code == (4, 0x53, 0x00)
    assert [alert.flag for alert in bench.drive.alerts()] == [55]
    bench.robot.move(source=DRIVE, destination=DATA)
    bench.load(DATA)
    assert bench.drive.alerts() == ()


def test_a_hanging_drive_is_an_unknown_outcome(bench: Bench) -> None:
    drive = bench.load(DATA)
    bench.tell("fault", name="drive-hang", drive="T1")
    with pytest.raises(OutcomeUnknown):
        drive.write_filemarks(1)
    assert drive.position().block == 0


def test_a_deferred_error_is_told_by_whatever_comes_next_and_only_once(bench: Bench) -> None:
    drive = bench.load(DATA)
    bench.tell("fault", name="tape-write-error", after=1)
    for _ in range(3):
        drive.write_block(bytes(800_000))
    with pytest.raises(WriteFailed) as failed:
        drive.rewind()
    assert failed.value.deferred
    assert [alert.flag for alert in drive.alerts()] == [6]
    assert drive.position().block == 1
    drive.rewind()
    assert drive.read_block(800_000) == bytes(800_000)


def test_a_block_may_be_written_wrongly_without_a_word_and_read_badly_now_and_then(bench: Bench) -> None:
    drive = bench.load(DATA)
    bench.tell("fault", name="tape-bad-write", after=1, seed=3)
    for _ in range(3):
        drive.write_block(bytes(100))
    drive.write_filemarks(1)
    drive.rewind()
    assert [drive.read_block(100) == bytes(100) for _ in range(3)] == [True, False, True]
    drive.rewind()
    bench.tell("fault", name="tape-read-error")
    with pytest.raises(MediumUnreadable):
        drive.read_block(100)
    drive.rewind()
    assert drive.read_block(100) == bytes(100)


def test_time_passes_as_with_a_real_tape(bench: Bench) -> None:
    began_s = bench.clock.monotonic()
    drive = bench.load(DATA)
    assert 15 <= bench.duration_s(began_s) <= 40
    began_s = bench.clock.monotonic()
    for _ in range(90):
        drive.write_block(bytes(4_000_000))
    assert bench.duration_s(began_s) == pytest.approx(1.0)
    bench.clock.sleep(60)
    began_s = bench.clock.monotonic()
    drive.write_block(bytes(4_000_000))
    assert bench.duration_s(began_s) > 4
    (shown,) = [one for one in bench.tell("show")["drives"] if one["name"] == "T1"]
    assert shown["repositions"] == 1
    began_s = bench.clock.monotonic()
    drive.unload()
    assert 24 <= bench.duration_s(began_s) < 30


def test_a_persons_hand_moves_the_tab_and_lays_new_cartridges(bench: Bench) -> None:
    bench.tell("protect", medium="A00002L8")
    bench.tell("insert", medium="N00001LY", media_id="lto-8-worm")
    for wrong in ("MILLEN/MR1", "lto-99"):
        with pytest.raises(ControlRefused):
            bench.tell("insert", medium="N00002L8", media_id=wrong)
    bench.drive.is_ready()
    with pytest.raises(InventoryStale):
        bench.robot.inventory()
    bench.robot.inventory()
    bench.robot.move(source=16, destination=DRIVE)
    wait_until_ready(bench.drive, clock=bench.clock)
    assert bench.drive.inspect().worm
    with pytest.raises(ControlRefused, match="in drive T1"):
        bench.tell("protect", medium="N00001LY")
    bench.drive.unload()
    bench.robot.move(source=DRIVE, destination=DATA + 7)
    assert bench.load(OTHER).inspect().write_protected


def test_verbs_of_the_other_kind_are_refused_in_words(bench: Bench) -> None:
    bench.load(DATA).write_block(b"x")
    for verb, arguments in (
        ("fault", {"name": "write-error"}),
        ("fault", {"name": "dirty-head"}),
        ("damage", {"medium": "A00001L8", "offset": 0, "bytes": 10}),
        ("damage", {"medium": "A00001L8", "block": 7}),
        ("damage", {"medium": "A00001L8", "percent": 200}),
    ):
        with pytest.raises(ControlRefused):
            bench.tell(verb, **arguments)


def test_silent_damage_and_scattered_damage_are_where_the_seed_says(bench: Bench) -> None:
    drive = bench.load(DATA)
    for _ in range(10):
        drive.write_block(bytes(64))
    drive.write_filemarks(1)
    assert bench.tell("damage", medium="A00001L8", kind="silent", block=0, blocks=2)["blocks"] == [0, 1]
    drive.rewind()
    assert [drive.read_block(64) == bytes(64) for _ in range(3)] == [False, False, True]
    chosen = bench.tell("damage", medium="A00001L8", percent=30, seed=5)["blocks"]
    assert len(chosen) == 3
    assert [offset // 64 for offset, _ in bench.tell("raw", medium="A00001L8")["unreadable"]] == chosen


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "drum"},
        {"drives": (DrivePlan("T1", "S", 256),)},
        {"cartridges": (CartridgePlan("A", 1, generation="dat"),)},
        {"buffer_bytes": -1},
    ],
    ids=["kind", "drive", "cartridge", "buffer"],
)
def test_a_plan_that_contradicts_itself_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(PlanRefused):
        RoomPlan(**{**{name: getattr(PLAN, name) for name in PLAN.__slots__}, **changes})


def test_a_plan_comes_back_from_its_file() -> None:
    assert RoomPlan.from_json(PLAN.to_json()) == PLAN
