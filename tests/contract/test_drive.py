"""What every optical drive does, apart from what it does to a disc (`test_medium`)."""

import pytest

from backends.interface import DiscStatus
from devices.failures import DeviceRefused, OutcomeUnknown
from tests.contract.conftest import Place

SLOT = 1024


def test_it_says_who_it_is_and_no_two_are_the_same(place: Place) -> None:
    place.needs("a second drive")
    one, other = (place.drives[address].identify() for address in (place.drive, place.other))
    assert one.vendor
    assert one.serial
    assert one.serial != other.serial


def test_an_empty_drive_is_not_ready_and_holds_nothing(place: Place) -> None:
    drive = place.drives[place.drive]
    assert not drive.is_ready()
    assert drive.inspect().status is DiscStatus.ABSENT


def test_a_loaded_blank_is_blank_with_all_its_capacity(place: Place) -> None:
    disc = place.load(SLOT, place.drive).inspect()
    assert (disc.status, disc.capacity_sectors, disc.written_sectors) == (
        DiscStatus.BLANK,
        place.capacity_sectors,
        0,
    )
    assert disc.next_writable == 0


def test_a_loaded_blank_says_who_made_it(place: Place) -> None:
    place.needs("media ids")
    assert place.load(SLOT, place.drive).inspect().media_id == "MILLEN/MR1"


def test_ejecting_and_loading_can_be_repeated(place: Place) -> None:
    drive = place.load(SLOT, place.drive)
    for _ in range(2):
        drive.eject()
        drive.eject()
        assert not drive.is_ready()
        assert drive.inspect().status is DiscStatus.ABSENT
        drive.load()
        drive.is_ready()
        assert drive.is_ready()
    assert drive.inspect().status is DiscStatus.BLANK


def test_a_change_of_disc_makes_it_unready_once(place: Place) -> None:
    place.needs("changes of media")
    place.changer.move(source=SLOT, destination=place.drive)
    drive = place.drives[place.drive]
    drive.load()
    assert not drive.is_ready()
    assert drive.is_ready()


def test_a_locked_tray_does_not_open(place: Place) -> None:
    drive = place.load(SLOT, place.drive)
    drive.lock_tray(True)
    with pytest.raises(DeviceRefused) as refused:
        drive.eject()
    assert refused.value.sense.code == (5, 0x53, 0x02)
    assert drive.is_ready()
    drive.lock_tray(False)
    drive.eject()


def test_the_tray_is_told_without_a_look_at_the_disc(place: Place) -> None:
    place.needs("media events")
    drive = place.drives[place.drive]
    event = drive.tray_state()
    assert event is not None
    assert (event.tray_open, event.media_present) == (False, False)
    place.load(SLOT, place.drive)
    drive.eject()
    event = drive.tray_state()
    assert event is not None
    assert (event.tray_open, event.media_present) == (True, True)


def test_a_stuck_tray_is_a_refusal_and_the_disc_stays_usable(place: Place) -> None:
    place.needs("faults")
    drive = place.load(SLOT, place.drive)
    place.interfere("fault", name="tray-stuck", drive="B1")
    with pytest.raises(DeviceRefused) as refused:
        drive.eject()
    assert refused.value.sense.code == (4, 0x53, 0x00)
    assert drive.is_ready()
    drive.eject()


def test_a_silent_drive_is_an_unknown_outcome_and_the_other_goes_on(place: Place) -> None:
    place.needs("faults")
    drive, other = place.load(SLOT, place.drive), place.load(SLOT + 1, place.other)
    place.interfere("fault", name="drive-hang", drive="B1")
    with pytest.raises(OutcomeUnknown):
        drive.inspect()
    assert other.is_ready()
    assert drive.inspect().status is DiscStatus.BLANK


def test_a_lost_room_is_an_unknown_outcome_and_the_next_command_finds_it_again(place: Place) -> None:
    place.needs("faults")
    drive = place.load(SLOT, place.drive)
    place.interfere("fault", name="room-lost")
    with pytest.raises(OutcomeUnknown):
        drive.is_ready()
    assert drive.is_ready()


def test_a_disc_that_is_not_recognised_is_unreadable_and_no_error(place: Place) -> None:
    place.needs("faults")
    drive = place.load(SLOT, place.drive)
    place.interfere("fault", name="disc-not-recognised", medium="D0001")
    assert drive.inspect().status is DiscStatus.UNREADABLE
    assert drive.inspect().status is DiscStatus.BLANK
