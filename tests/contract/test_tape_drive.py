"""What every tape drive does with the tape in it: blocks, filemarks, places, ends, protection."""

from collections.abc import Iterator

import pytest

from backends.errors import (
    BeginningOfMedium,
    BlockTooLong,
    BlockUnreadable,
    EndOfData,
    FilemarkMet,
    MediumFull,
    MediumUnreadable,
    WriteFailed,
    WriteProtected,
)
from backends.interface import TapeDrive, TapePosition
from tests.contract.tape_places import DATA, OTHER_DATA, PROTECTED, TAPE_PLACES, WORM, TapePlace

BLOCK = 4096


@pytest.fixture(params=sorted(TAPE_PLACES))
def place(request: pytest.FixtureRequest) -> Iterator[TapePlace]:
    with TAPE_PLACES[request.param]() as place:
        yield place


def block(number: int, length: int = BLOCK) -> bytes:
    return bytes([number]) * length


def write_two_files(drive: TapeDrive) -> None:
    """Three blocks, filemark, two blocks, filemark: objects 0 to 6."""
    for number in range(3):
        drive.write_block(block(number))
    drive.write_filemarks(1)
    for number in range(4, 6):
        drive.write_block(block(number))
    drive.write_filemarks(1)


def read_everything(drive: TapeDrive) -> list[bytes | None]:
    """All blocks and filemarks (None) from here to the end of data."""
    things: list[bytes | None] = []
    while True:
        try:
            things.append(drive.read_block(BLOCK))
        except FilemarkMet:
            things.append(None)
        except EndOfData:
            return things


def fill(drive: TapeDrive, size: int) -> list[bool]:
    """Write blocks until one is refused; for each that was taken, whether early warning was passed."""
    warnings: list[bool] = []
    try:
        while True:
            warnings.append(drive.write_block(block(len(warnings) % 256, size)))
    except MediumFull:
        return warnings


def test_blocks_come_back_as_they_were_written_with_filemarks_between(place: TapePlace) -> None:
    drive = place.put()
    write_two_files(drive)
    drive.rewind()
    expected = [block(0), block(1), block(2), None, block(4), block(5), None]
    assert read_everything(drive) == expected


def test_blocks_may_be_of_any_length_and_a_shorter_one_is_read_whole(place: TapePlace) -> None:
    drive = place.put()
    lengths = [1, 80, 4095, 4096, 65536, 3]
    for number, length in enumerate(lengths):
        drive.write_block(block(number, length))
    drive.write_filemarks(1)
    drive.rewind()
    assert [drive.read_block(65536) for _ in lengths] == [block(n, size) for n, size in enumerate(lengths)]


def test_a_longer_block_is_told_with_its_length_and_passed(place: TapePlace) -> None:
    drive = place.put()
    drive.write_block(block(1, 5000))
    drive.write_block(block(2, 10))
    drive.rewind()
    with pytest.raises(BlockTooLong) as long:
        drive.read_block(4096)
    assert (long.value.block, long.value.length) == (0, 5000)
    assert drive.read_block(4096) == block(2, 10)


def test_a_blank_tape_is_at_its_end_from_the_beginning(place: TapePlace) -> None:
    drive = place.put()
    assert drive.position() == TapePosition(0, 0, at_beginning=True)
    with pytest.raises(EndOfData):
        drive.read_block(BLOCK)
    drive.space_to_end()
    assert drive.position().block == 0


def test_the_position_counts_blocks_and_filemarks(place: TapePlace) -> None:
    drive = place.put()
    write_two_files(drive)
    assert drive.position() == TapePosition(7, 2)
    drive.rewind()
    drive.read_block(BLOCK)
    assert drive.position() == TapePosition(1, 0)


def test_it_goes_to_any_object_and_reads_on_from_there(place: TapePlace) -> None:
    drive = place.put()
    write_two_files(drive)
    expected = [block(0), block(1), block(2), None, block(4), block(5), None]
    for number in (3, 0, 7, 1, 2, 6, 4, 5):
        drive.locate(number)
        assert drive.position().block == number
        assert read_everything(drive) == expected[number:]


def test_what_lies_past_the_end_of_data_cannot_be_gone_to(place: TapePlace) -> None:
    drive = place.put()
    write_two_files(drive)
    with pytest.raises(EndOfData):
        drive.locate(8)


def test_it_goes_over_filemarks_forth_and_back(place: TapePlace) -> None:
    drive = place.put()
    write_two_files(drive)
    drive.rewind()
    drive.space_filemarks(1)
    assert drive.position() == TapePosition(4, 1)
    assert drive.read_block(BLOCK) == block(4)
    drive.space_filemarks(1)
    assert drive.position() == TapePosition(7, 2)
    drive.space_filemarks(-2)
    assert drive.position() == TapePosition(3, 0)
    with pytest.raises(FilemarkMet):
        drive.read_block(BLOCK)


def test_more_filemarks_than_there_are_end_at_the_ends_of_the_tape(place: TapePlace) -> None:
    drive = place.put()
    write_two_files(drive)
    drive.rewind()
    with pytest.raises(EndOfData):
        drive.space_filemarks(3)
    assert drive.position().block == 7
    with pytest.raises(BeginningOfMedium):
        drive.space_filemarks(-3)
    assert drive.position().block == 0


def test_the_end_of_data_is_where_more_can_be_appended(place: TapePlace) -> None:
    drive = place.put()
    write_two_files(drive)
    drive.rewind()
    drive.space_to_end()
    assert drive.position() == TapePosition(7, 2)
    drive.write_block(block(7))
    drive.write_filemarks(1)
    drive.locate(7)
    assert read_everything(drive) == [block(7), None]


def test_writing_in_the_middle_ends_the_tape_there(place: TapePlace) -> None:
    drive = place.put()
    write_two_files(drive)
    drive.locate(1)
    drive.write_block(block(9))
    drive.write_filemarks(0)
    drive.rewind()
    assert read_everything(drive) == [block(0), block(9)]


def test_everything_is_there_after_a_journey_through_the_library(place: TapePlace) -> None:
    drive = place.put()
    write_two_files(drive)
    place.fetch()
    other = place.put(DATA, 257)
    assert read_everything(other) == [block(0), block(1), block(2), None, block(4), block(5), None]


def test_two_drives_work_with_two_tapes(place: TapePlace) -> None:
    one, other = place.put(DATA, 256), place.put(OTHER_DATA, 257)
    one.write_block(block(1))
    other.write_block(block(2))
    one.write_filemarks(1)
    other.write_filemarks(1)
    one.rewind()
    other.rewind()
    assert (one.read_block(BLOCK), other.read_block(BLOCK)) == (block(1), block(2))


def test_the_end_of_the_tape_is_warned_of_and_then_refused_and_nothing_flushed_is_lost(
    place: TapePlace,
) -> None:
    drive = place.put(place.small)
    size = 64 * 1024
    warnings = fill(drive, size)
    assert warnings.count(True) > 1
    assert warnings == sorted(warnings)
    assert drive.write_filemarks(1)
    drive.rewind()
    for number in range(len(warnings)):
        assert drive.read_block(size) == block(number % 256, size)
    with pytest.raises(FilemarkMet):
        drive.read_block(size)


def test_a_protected_cartridge_takes_nothing_and_can_be_read(place: TapePlace) -> None:
    place.needs("write protection of a cartridge")
    drive = place.put(PROTECTED)
    assert drive.inspect().write_protected
    with pytest.raises(WriteProtected):
        drive.write_block(block(1))
    with pytest.raises(WriteProtected):
        drive.write_filemarks(1)
    with pytest.raises(EndOfData):
        drive.read_block(BLOCK)


def test_a_worm_cartridge_is_appended_to_and_never_overwritten(place: TapePlace) -> None:
    place.needs("WORM")
    drive = place.put(WORM)
    write_two_files(drive)
    drive.locate(4)
    with pytest.raises(WriteProtected):
        drive.write_block(block(9))
    drive.space_to_end()
    drive.write_block(block(7))
    drive.write_filemarks(1)
    drive.rewind()
    assert read_everything(drive) == [
        block(0),
        block(1),
        block(2),
        None,
        block(4),
        block(5),
        None,
        block(7),
        None,
    ]


def test_a_damaged_block_is_named_and_the_next_one_can_be_read(place: TapePlace) -> None:
    place.needs("damage")
    drive = place.put()
    write_two_files(drive)
    place.interfere("damage", medium="A00001L8", block=1)
    drive.rewind()
    drive.read_block(BLOCK)
    with pytest.raises(MediumUnreadable) as unreadable:
        drive.read_block(BLOCK)
    assert isinstance(unreadable.value, BlockUnreadable)
    assert unreadable.value.block == 1
    drive.locate(2)
    assert drive.read_block(BLOCK) == block(2)


def test_a_block_that_could_not_be_written_is_told_at_the_flush_and_what_lies_before_it_stays(
    place: TapePlace,
) -> None:
    place.needs("faults")
    drive = place.put()
    drive.write_block(block(0))
    drive.write_filemarks(1)
    place.interfere("fault", name="tape-write-error", after=1)
    drive.write_block(block(2))
    drive.write_block(block(3))
    drive.write_block(block(4))
    with pytest.raises(WriteFailed) as failed:
        drive.write_filemarks(1)
    assert failed.value.deferred
    drive.rewind()
    assert read_everything(drive) == [block(0), None, block(2)]
