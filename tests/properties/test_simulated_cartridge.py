"""The simulated drive and cartridge against a plain list of blocks, whatever is done in whatever order.

The list has two parts: what is on the tape for sure, and what the drive was given since it last had to flush. A drive
that loses power keeps all of the first and some beginning of the second.
"""

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from backends.errors import BeginningOfMedium, EndOfData, FilemarkMet
from backends.tape.ssc_drive import SscTapeDrive
from devices.clock import SimulatedClock
from devices.failures import DeviceRefused
from robotics.changers.smc import SmcChanger
from simulator.inprocess import InProcessTransport, furnish_room
from simulator.plan import CartridgePlan, RoomPlan, standard_tape_drives
from simulator.room import Room

PLAN = RoomPlan(
    kind="tape",
    library="TL1",
    drives=standard_tape_drives(1),
    slots=1,
    magazine_slots=1,
    import_export_slots=0,
    cartridges=(CartridgePlan("A00001L8", 1, capacity_bytes=1 << 24),),
    buffer_bytes=600,
    speed=0,
)
SLOT, DRIVE = 1024, 256
BLOCKS = st.binary(min_size=1, max_size=300)


class Tape(RuleBasedStateMachine):
    """What the tape holds, and where it stands, by our own book-keeping."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.room = furnish_room(
            self.folder / "room", PLAN, clock=SimulatedClock(), sync=lambda descriptor: None
        )
        self.changer = SmcChanger(InProcessTransport(self.room, "TL1"))
        self.drive = SscTapeDrive(InProcessTransport(self.room, "T1"))
        #: What is on the tape for sure; then what it was given since, to stand from object `since` on.
        self.sure: list[bytes | None] = []
        self.since = 0
        self.given: list[bytes | None] = []
        self.at = 0

    @initialize()
    def bring_the_cartridge(self) -> None:
        self.changer.move(source=SLOT, destination=DRIVE)
        self.hear_everything()

    def hear_everything(self) -> None:
        while not self.drive.is_ready():
            pass

    def flushed(self) -> list[bytes | None]:
        if self.given:
            self.sure = self.sure[: self.since] + self.given
            self.given = []
        return self.sure

    def give(self, *things: bytes | None) -> None:
        if not self.given:
            self.since = self.at
        self.given += things
        self.at += len(things)

    @rule(block=BLOCKS)
    def write(self, block: bytes) -> None:
        assert not self.drive.write_block(block)
        self.give(block)

    @rule(count=st.integers(1, 3))
    def mark(self, count: int) -> None:
        self.drive.write_filemarks(count)
        self.give(*[None] * count)
        self.flushed()

    @rule()
    def flush(self) -> None:
        self.drive.write_filemarks(0)
        self.flushed()

    @rule(count=st.integers(1, 5))
    def read(self, count: int) -> None:
        things = self.flushed()
        for _ in range(count):
            thing: bytes | None
            try:
                thing = self.drive.read_block(300)
            except FilemarkMet:
                thing = None
            except EndOfData:
                assert self.at == len(things)
                return
            assert thing == things[self.at]
            self.at += 1

    @rule(number=st.integers(0, 60))
    def locate(self, number: int) -> None:
        things = self.flushed()
        try:
            self.drive.locate(number)
        except EndOfData:
            assert number > len(things)
            self.at = len(things)
        else:
            assert number <= len(things)
            self.at = number

    @rule(count=st.integers(-4, 4))
    def space_filemarks(self, count: int) -> None:
        things = self.flushed()
        marks = [number for number, thing in enumerate(things) if thing is None]
        behind = [number for number in marks if number >= self.at]
        before = [number for number in marks if number < self.at]
        try:
            self.drive.space_filemarks(count)
        except EndOfData:
            assert count > len(behind)
            self.at = len(things)
        except BeginningOfMedium:
            assert -count > len(before)
            self.at = 0
        else:
            if count > 0:
                self.at = behind[count - 1] + 1
            elif count < 0:
                self.at = before[count]

    @rule()
    def space_to_end(self) -> None:
        self.drive.space_to_end()
        self.at = len(self.flushed())

    @rule()
    def rewind(self) -> None:
        self.drive.rewind()
        self.flushed()
        self.at = 0

    @rule()
    def travel(self) -> None:
        """Out of the drive, into the slot and back."""
        self.drive.unload()
        self.changer.move(source=DRIVE, destination=SLOT)
        self.changer.move(source=SLOT, destination=DRIVE)
        self.hear_everything()
        self.flushed()
        self.at = 0

    @precondition(lambda self: self.given)
    @rule()
    def lose_power(self) -> None:
        """What was never flushed may be gone; what is there of it is a beginning of it, block by block."""
        self.room.close()
        self.room = Room(self.folder / "room", clock=SimulatedClock(), sync=lambda descriptor: None)
        self.changer = SmcChanger(InProcessTransport(self.room, "TL1"))
        self.drive = SscTapeDrive(InProcessTransport(self.room, "T1"))
        self.hear_everything()
        things: list[bytes | None] = []
        while True:
            try:
                things.append(self.drive.read_block(300))
            except FilemarkMet:
                things.append(None)
            except EndOfData:
                break
        kept = [self.sure[: self.since] + self.given[:count] for count in range(1, len(self.given) + 1)]
        assert things in [self.sure, *kept]
        self.sure, self.given = things, []
        self.at = len(things)

    @invariant()
    def the_drive_knows_where_it_stands(self) -> None:
        try:
            position = self.drive.position()
        except DeviceRefused:
            # Only before the cartridge was ever brought.
            assert self.room.estate.world.at(DRIVE) is None
            return
        everything = self.sure[: self.since] + self.given if self.given else self.sure
        assert position.block == self.at
        assert position.file == everything[: self.at].count(None)

    def teardown(self) -> None:
        self.room.close()
        shutil.rmtree(self.folder)


TestTape = Tape.TestCase
TestTape.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
