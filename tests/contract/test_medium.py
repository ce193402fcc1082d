"""What a write-once disc does in every drive: written once, from its beginning, it says what became of it."""

import random

import pytest

from backends.errors import CloseFailed, MediumUnreadable, WriteFailed
from backends.interface import CLUSTER_BYTES, CLUSTER_SECTORS, SECTOR_BYTES, DiscStatus
from devices.failures import DeviceRefused
from tests.contract.conftest import Place

SLOT, CAPACITY = 1024, 256
CONTENT = random.Random(5).randbytes(3 * CLUSTER_BYTES)
SECTORS = len(CONTENT) // SECTOR_BYTES


def burnt(place: Place, content: bytes = CONTENT) -> None:
    """Burn and close the disc of the first slot, and lay it back."""
    drive = place.load(SLOT, place.drive)
    for at in range(0, len(content), CLUSTER_BYTES):
        drive.write(at // SECTOR_BYTES, content[at : at + CLUSTER_BYTES])
    drive.synchronize()
    drive.close_disc()
    place.unload(place.drive, SLOT)


def test_a_burnt_disc_reads_the_same_in_another_drive(place: Place) -> None:
    burnt(place)
    drive = place.load(SLOT, place.other)
    disc = drive.inspect()
    assert (disc.status, disc.written_sectors, disc.next_writable) == (DiscStatus.COMPLETE, SECTORS, None)
    assert drive.read(0, SECTORS) == CONTENT
    assert drive.read(7, 3) == CONTENT[7 * SECTOR_BYTES : 10 * SECTOR_BYTES]


def test_an_interrupted_burn_is_appendable_in_any_drive_and_never_blank_again(place: Place) -> None:
    place.needs("write-once")
    drive = place.load(SLOT, place.drive)
    drive.write(0, CONTENT[:CLUSTER_BYTES])
    place.unload(place.drive, SLOT)
    disc = place.load(SLOT, place.other).inspect()
    assert (disc.status, disc.written_sectors) == (DiscStatus.APPENDABLE, CLUSTER_SECTORS)
    assert disc.next_writable == CLUSTER_SECTORS


@pytest.mark.parametrize("lba", [1, CLUSTER_SECTORS, CAPACITY - 1])
def test_only_the_next_writable_sector_is_written(place: Place, lba: int) -> None:
    place.needs("write-once")
    drive = place.load(SLOT, place.drive)
    with pytest.raises(WriteFailed):
        drive.write(lba, bytes(SECTOR_BYTES))
    assert drive.inspect().status is DiscStatus.BLANK


def test_a_written_cluster_is_not_written_again(place: Place) -> None:
    place.needs("write-once")
    drive = place.load(SLOT, place.drive)
    drive.write(0, CONTENT[:CLUSTER_BYTES])
    with pytest.raises(WriteFailed):
        drive.write(0, bytes(CLUSTER_BYTES))
    assert drive.read(0, CLUSTER_SECTORS) == CONTENT[:CLUSTER_BYTES]


def test_a_complete_disc_takes_nothing_more(place: Place) -> None:
    place.needs("write-once")
    burnt(place)
    drive = place.load(SLOT, place.drive)
    with pytest.raises(WriteFailed):
        drive.write(SECTORS, bytes(SECTOR_BYTES))
    with pytest.raises(CloseFailed):
        drive.close_disc()
    assert drive.read(0, SECTORS) == CONTENT


def test_a_disc_takes_its_capacity_and_not_a_sector_more(place: Place) -> None:
    place.needs("write-once")
    drive = place.load(SLOT, place.drive)
    with pytest.raises(WriteFailed):
        drive.write(0, bytes((CAPACITY + 1) * SECTOR_BYTES))
    assert drive.inspect().status is DiscStatus.BLANK
    drive.write(0, bytes(CAPACITY * SECTOR_BYTES))
    with pytest.raises(WriteFailed):
        drive.write(CAPACITY, bytes(SECTOR_BYTES))
    drive.close_disc()
    with pytest.raises(MediumUnreadable):
        drive.read(CAPACITY - 1, 2)


def test_a_partial_cluster_is_filled_with_zeros_when_synchronized(place: Place) -> None:
    place.needs("write-once")
    drive = place.load(SLOT, place.drive)
    drive.write(0, CONTENT[:SECTOR_BYTES])
    assert drive.inspect().next_writable == 1
    drive.synchronize()
    assert drive.inspect().next_writable == CLUSTER_SECTORS
    assert drive.read(0, CLUSTER_SECTORS) == CONTENT[:SECTOR_BYTES] + bytes(31 * SECTOR_BYTES)


def test_a_write_error_names_its_cluster_and_leaves_what_was_written(place: Place) -> None:
    place.needs("faults")
    drive = place.load(SLOT, place.drive)
    place.interfere("fault", name="write-error", drive="B1", after=2)
    with pytest.raises(WriteFailed) as failed:
        drive.write(0, CONTENT)
    assert failed.value.lba == 2 * CLUSTER_SECTORS
    disc = drive.inspect()
    assert (disc.status, disc.written_sectors) == (DiscStatus.APPENDABLE, 2 * CLUSTER_SECTORS)
    assert drive.read(0, 2 * CLUSTER_SECTORS) == CONTENT[: 2 * CLUSTER_BYTES]


def test_when_closing_fails_the_data_is_readable_and_the_disc_appendable(place: Place) -> None:
    place.needs("faults")
    drive = place.load(SLOT, place.drive)
    drive.write(0, CONTENT)
    place.interfere("fault", name="close-error", medium="D0001")
    with pytest.raises(CloseFailed):
        drive.close_disc()
    assert drive.inspect().status is DiscStatus.APPENDABLE
    assert drive.read(0, SECTORS) == CONTENT


def test_a_bad_read_back_shows_in_the_bytes_only(place: Place) -> None:
    place.needs("faults")
    place.interfere("fault", name="bad-read-back", medium="D0001", after=1, seed=9)
    burnt(place)
    drive = place.load(SLOT, place.other)
    assert drive.inspect().status is DiscStatus.COMPLETE
    data = drive.read(0, SECTORS)
    wrong = [number for number, (a, b) in enumerate(zip(data, CONTENT, strict=True)) if a != b]
    assert wrong
    assert {number // CLUSTER_BYTES for number in wrong} == {1}


def test_unreadable_sectors_are_named_and_the_others_read(place: Place) -> None:
    place.needs("damage")
    burnt(place)
    place.interfere("damage", medium="D0001", offset=40 * SECTOR_BYTES, bytes=1)
    drive = place.load(SLOT, place.drive)
    with pytest.raises(MediumUnreadable) as failed:
        drive.read(32, 32)
    assert failed.value.sense is not None
    assert failed.value.sense.information == 40
    rest = drive.read(0, 40) + drive.read(41, SECTORS - 41)
    assert rest == CONTENT[: 40 * SECTOR_BYTES] + CONTENT[41 * SECTOR_BYTES :]


def test_a_read_error_can_pass(place: Place) -> None:
    place.needs("faults")
    burnt(place)
    drive = place.load(SLOT, place.drive)
    place.interfere("fault", name="read-error", drive="B1", times=2)
    for _ in range(2):
        with pytest.raises(MediumUnreadable):
            drive.read(0, 1)
    assert drive.read(0, SECTORS) == CONTENT


def test_with_exchanged_labels_the_robot_brings_another_disc(place: Place) -> None:
    place.needs("faults")
    burnt(place)
    place.interfere("fault", name="wrong-disc", medium="D0001", seed=1)
    inventory = place.changer.inventory()
    labelled = inventory.holding("D0001")
    assert labelled is not None
    assert labelled.address != SLOT
    assert place.load(labelled.address, place.drive).inspect().status is DiscStatus.BLANK


def test_nothing_is_read_of_a_disc_that_left(place: Place) -> None:
    place.needs("changes of media")
    burnt(place)
    drive = place.load(SLOT, place.drive)
    place.unload(place.drive, SLOT)
    with pytest.raises(DeviceRefused):
        drive.read(0, 1)
