"""What every tape drive does, on a real one: asked only, and written where a variable names the cartridge in it."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest

from backends.tape.readiness import wait_until_ready
from backends.tape.ssc_drive import SscTapeDrive
from devices.clock import SystemClock
from tests.contract import test_tape_drive as contract
from tests.hardware.real_devices import (
    CHANGER,
    OVERWRITES,
    TAPE,
    changer_on,
    element_of,
    line_to,
    named,
    tape_drive_on,
)

pytestmark = pytest.mark.hardware
#: Of the contract: what needs one cartridge that can be overwritten, and no robot.
WRITING = (
    contract.test_blocks_come_back_as_they_were_written_with_filemarks_between,
    contract.test_blocks_may_be_of_any_length_and_a_shorter_one_is_read_whole,
    contract.test_a_longer_block_is_told_with_its_length_and_passed,
    contract.test_the_position_counts_blocks_and_filemarks,
    contract.test_it_goes_to_any_object_and_reads_on_from_there,
    contract.test_what_lies_past_the_end_of_data_cannot_be_gone_to,
    contract.test_it_goes_over_filemarks_forth_and_back,
    contract.test_more_filemarks_than_there_are_end_at_the_ends_of_the_tape,
    contract.test_the_end_of_data_is_where_more_can_be_appended,
    contract.test_writing_in_the_middle_ends_the_tape_there,
)


@dataclass(frozen=True, slots=True)
class LoadedTape:
    """Stands for `tests.contract.tape_places.TapePlace` where one cartridge is loaded already."""

    drive: SscTapeDrive

    def needs(self, what: str) -> None:
        """It is a real drive: it lacks nothing that is declared."""

    def put(self) -> SscTapeDrive:
        self.drive.rewind()
        return self.drive


@pytest.fixture
def drive() -> Iterator[SscTapeDrive]:
    with closing(line_to(TAPE)) as line:
        drive = tape_drive_on(line)
        drive.is_ready()  # a new session is told of a reset, once
        yield drive


def test_it_says_who_it_is_and_how_it_is(drive: SscTapeDrive, capsys: pytest.CaptureFixture[str]) -> None:
    identity, cartridge = drive.identify(), drive.inspect()
    assert identity.vendor
    with capsys.disabled():
        print(f"\n{identity}\n  {cartridge}\n  alerts {drive.alerts()}\n  {drive.counters()}")


@pytest.mark.parametrize("promise", WRITING, ids=lambda promise: promise.__name__)
def test_it_keeps_the_contract(drive: SscTapeDrive, promise: Callable[[LoadedTape], None]) -> None:
    barcode = named(OVERWRITES)
    wait_until_ready(drive, clock=SystemClock())
    assert barcode_in(drive) == barcode, (
        f"another cartridge than {barcode} is in the drive: nothing was written"
    )
    promise(LoadedTape(drive))


def barcode_in(drive: SscTapeDrive) -> str | None:
    """What the cartridge's chip says, else what the changer says lies in this drive."""
    told = drive.inspect().barcode
    if told or not os.environ.get(CHANGER):
        return told
    with closing(line_to(CHANGER)) as line:
        changer = changer_on(line)
        element = element_of(changer, drive.identify().serial)
        return element.barcode if element is not None else None
