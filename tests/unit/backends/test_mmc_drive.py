"""The MMC drive against scripted answers."""

import pytest

from backends.errors import CloseFailed, MediumUnreadable, WriteFailed
from backends.interface import SECTOR_BYTES, Disc, DiscStatus, DriveIdentity
from backends.optical.drive import MmcDrive, MmcTimeouts
from backends.optical.mmc import (
    CloseFunction,
    CloseTrackSession,
    GetConfiguration,
    GetEventStatus,
    Read10,
    ReadCapacity,
    ReadDiscInformation,
    ReadDiscStructure,
    ReadTrackInformation,
    SynchronizeCache,
    Write10,
)
from backends.optical.mmc_disc import (
    BluRayDiscInformation,
    Capacity,
    DiscInformation,
    RecordedState,
    SessionState,
    TrackInformation,
)
from backends.optical.mmc_drive import ConfigurationHeader, MediaEvent, Profile
from devices.failures import DeviceRefused, TransportTimeout, WireDamaged, WorldDiffers
from devices.scsi import TYPE_CHANGER, TYPE_MULTIMEDIA, Inquiry, InquiryData, TestUnitReady, UnitSerialNumber
from devices.sense import Sense
from tests.unit.devices.scripted import ScriptedTransport, Step

READY = Step(TestUnitReady().encode())
BD_R = Step(GetConfiguration().encode(), ConfigurationHeader(Profile.BD_R_SRM).encode())
DVD = Step(GetConfiguration().encode(), ConfigurationHeader(Profile.DVD_PLUS_R).encode())
MEDIA_CODE = Step(ReadDiscStructure().encode(), BluRayDiscInformation("BDR", "MILLEN", "MR1").encode())
CLOSE_BD = CloseTrackSession().encode()
STALE = Sense(6, 0x28, 0x00)


def information(state: RecordedState, session: SessionState, last_track: int = 1) -> Step:
    return Step(
        ReadDiscInformation().encode(), DiscInformation(state, session, last_track=last_track).encode()
    )


def track(answer: TrackInformation) -> Step:
    return Step(ReadTrackInformation(answer.track).encode(), answer.encode())


def drive_after(*steps: Step) -> MmcDrive:
    return MmcDrive(ScriptedTransport(*steps), name="burner 1", transfer_sectors=64)


def test_identity_is_inquiry_and_serial_number() -> None:
    drive = drive_after(
        Step(Inquiry().encode(), InquiryData(TYPE_MULTIMEDIA, "PIONEER", "BD-RW", "1.0").encode()),
        Step(Inquiry(255, 0x80).encode(), UnitSerialNumber(TYPE_MULTIMEDIA, "S1").encode()),
    )
    assert drive.identify() == DriveIdentity("PIONEER", "BD-RW", "1.0", "S1")


def test_a_drive_without_serial_number_has_an_identity() -> None:
    drive = drive_after(
        Step(Inquiry().encode(), InquiryData(TYPE_MULTIMEDIA, "PIONEER", "BD-RW", "1.0").encode()),
        Step(Inquiry(255, 0x80).encode(), Sense(5, 0x24, 0x00)),
    )
    assert drive.identify().serial == ""


def test_another_device_is_not_taken_for_a_drive() -> None:
    drive = drive_after(Step(Inquiry().encode(), InquiryData(TYPE_CHANGER, "STK", "L700", "1").encode()))
    with pytest.raises(WorldDiffers, match="burner 1: STK L700"):
        drive.identify()


@pytest.mark.parametrize("sense", [Sense(2, 0x04, 0x01), Sense(2, 0x3A, 0x01), STALE])
def test_a_drive_that_needs_time_or_a_look_is_not_ready(sense: Sense) -> None:
    assert not drive_after(Step(TestUnitReady().encode(), sense)).is_ready()


def test_a_broken_drive_is_more_than_not_ready() -> None:
    with pytest.raises(DeviceRefused, match="internal target failure"):
        drive_after(Step(TestUnitReady().encode(), Sense(4, 0x44, 0x00))).is_ready()


def test_a_ready_drive_is_ready() -> None:
    assert drive_after(READY).is_ready()


def test_a_blank_disc_is_seen_with_capacity_and_maker() -> None:
    blank = TrackInformation(1, 1, 0, 12_219_392, 12_219_392, next_writable=0, blank=True)
    drive = drive_after(
        READY, BD_R, information(RecordedState.EMPTY, SessionState.EMPTY), MEDIA_CODE, track(blank)
    )
    assert drive.inspect() == Disc(DiscStatus.BLANK, 0x41, 12_219_392, 0, 0, "MILLEN/MR1")


def test_an_interrupted_burn_is_seen_as_appendable() -> None:
    part = TrackInformation(1, 1, 0, 900, 1000, next_writable=100, last_recorded=99)
    drive = drive_after(
        READY, BD_R, information(RecordedState.INCOMPLETE, SessionState.INCOMPLETE), MEDIA_CODE, track(part)
    )
    assert drive.inspect() == Disc(DiscStatus.APPENDABLE, 0x41, 1000, 100, 100, "MILLEN/MR1")


def test_an_appendable_disc_without_next_address_offers_none() -> None:
    part = TrackInformation(2, 1, 0, 0, 1000, last_recorded=99)
    drive = drive_after(
        READY,
        DVD,
        information(RecordedState.INCOMPLETE, SessionState.INCOMPLETE, last_track=2),
        track(part),
    )
    assert drive.inspect() == Disc(DiscStatus.APPENDABLE, 0x1B, 1000, 100, None)


def test_a_closed_disc_is_seen_as_complete() -> None:
    closed = TrackInformation(1, 1, 0, 0, 1000, last_recorded=639)
    drive = drive_after(
        READY,
        BD_R,
        information(RecordedState.FINALIZED, SessionState.COMPLETE),
        MEDIA_CODE,
        track(closed),
        Step(ReadCapacity().encode(), Capacity(999).encode()),
    )
    assert drive.inspect() == Disc(DiscStatus.COMPLETE, 0x41, 1000, 640, None, "MILLEN/MR1")


def test_a_drive_that_tells_no_media_code_still_shows_its_disc() -> None:
    blank = TrackInformation(1, 1, 0, 640, 640, next_writable=0, blank=True)
    drive = drive_after(
        READY,
        BD_R,
        information(RecordedState.EMPTY, SessionState.EMPTY),
        Step(ReadDiscStructure().encode(), Sense(5, 0x30, 0x02)),
        track(blank),
    )
    assert drive.inspect().media_id == ""


def test_an_empty_drive_is_seen() -> None:
    drive = drive_after(Step(TestUnitReady().encode(), Sense(2, 0x3A, 0x02)))
    assert drive.inspect() == Disc(DiscStatus.ABSENT)


@pytest.mark.parametrize("sense", [Sense(2, 0x30, 0x00), Sense(3, 0x57, 0x00), Sense(5, 0x30, 0x00)])
def test_a_disc_that_the_drive_blames_is_unreadable(sense: Sense) -> None:
    assert drive_after(Step(TestUnitReady().encode(), sense)).inspect() == Disc(DiscStatus.UNREADABLE)
    failing = drive_after(READY, BD_R, Step(ReadDiscInformation().encode(), sense))
    assert failing.inspect() == Disc(DiscStatus.UNREADABLE)


def test_a_drive_that_is_not_ready_shows_nothing() -> None:
    with pytest.raises(DeviceRefused, match="becoming ready"):
        drive_after(Step(TestUnitReady().encode(), Sense(2, 0x04, 0x01))).inspect()


def test_tray_and_lock_are_start_stop_and_prevent() -> None:
    transport = ScriptedTransport(
        *(Step(bytes.fromhex(c)) for c in ("1b0000000300", "1e0000000100", "1e0000000000", "1b0000000200"))
    )
    drive = MmcDrive(transport, MmcTimeouts(tray_s=11, query_s=7))
    drive.load()
    drive.lock_tray(True)
    drive.lock_tray(False)
    drive.eject()
    assert transport.is_done
    assert transport.timeouts_s == [11, 7, 7, 11]


def test_tray_state_comes_from_media_events() -> None:
    event = MediaEvent(2, tray_open=False, media_present=True)
    drive = drive_after(Step(GetEventStatus().encode(), event.encode()))
    assert drive.tray_state() == event


def test_reading_is_split_into_commands() -> None:
    data = bytes(range(256)) * (100 * SECTOR_BYTES // 256)
    drive = drive_after(
        Step(Read10(10, 64).encode(), data[: 64 * SECTOR_BYTES]),
        Step(Read10(74, 36).encode(), data[64 * SECTOR_BYTES :]),
    )
    assert drive.read(10, 100) == data


@pytest.mark.parametrize("sense", [Sense(3, 0x11, 0x05), Sense(5, 0x21, 0x00), Sense(8, 0x00, 0x00)])
def test_unreadable_sectors_are_named(sense: Sense) -> None:
    drive = drive_after(
        Step(Read10(0, 64).encode(), bytes(64 * SECTOR_BYTES)), Step(Read10(64, 8).encode(), sense)
    )
    with pytest.raises(MediumUnreadable) as caught:
        drive.read(0, 72)
    assert (caught.value.lba, caught.value.sectors, caught.value.sense) == (64, 8, sense)


def test_a_failing_drive_is_not_blamed_on_the_medium() -> None:
    with pytest.raises(DeviceRefused, match="internal target failure"):
        drive_after(Step(Read10(0, 1).encode(), Sense(4, 0x44, 0x00))).read(0, 1)


def test_less_data_than_asked_for_is_damage() -> None:
    with pytest.raises(WireDamaged, match="2047 bytes came of 1 sectors from 5"):
        drive_after(Step(Read10(5, 1).encode(), bytes(2047))).read(5, 1)


def test_writing_sends_whole_sectors() -> None:
    transport = ScriptedTransport(Step(Write10(64, 2).encode()))
    MmcDrive(transport).write(64, b"x" * 4096)
    assert transport.sent == [b"x" * 4096]


@pytest.mark.parametrize("size", [0, 1, 2049])
def test_parts_of_sectors_are_not_written(size: int) -> None:
    with pytest.raises(ValueError, match="whole number of sectors"):
        drive_after().write(0, bytes(size))


def test_a_failed_write_names_where() -> None:
    sense = Sense(3, 0x0C, 0x00)
    with pytest.raises(WriteFailed, match="write error") as caught:
        drive_after(Step(Write10(64, 1).encode(), sense)).write(64, bytes(SECTOR_BYTES))
    assert caught.value.lba == 64


def test_a_deferred_error_belongs_to_an_earlier_write() -> None:
    sense = Sense(3, 0x0C, 0x00, information=32, deferred=True)
    with pytest.raises(WriteFailed) as caught:
        drive_after(Step(Write10(64, 1).encode(), sense)).write(64, bytes(SECTOR_BYTES))
    assert caught.value.lba == 32


@pytest.mark.parametrize("sense", [STALE, Sense(2, 0x04, 0x08)])
def test_a_write_refused_for_the_drive_says_nothing_of_the_medium(sense: Sense) -> None:
    with pytest.raises(DeviceRefused):
        drive_after(Step(Write10(0, 1).encode(), sense)).write(0, bytes(SECTOR_BYTES))


def test_a_failed_synchronization_is_a_failed_write() -> None:
    drive = drive_after(
        Step(Write10(0, 32).encode()), Step(SynchronizeCache().encode(), Sense(3, 0x0C, 0x02))
    )
    drive.write(0, bytes(32 * SECTOR_BYTES))
    with pytest.raises(WriteFailed) as caught:
        drive.synchronize()
    assert caught.value.lba == 32


def test_closing_depends_on_the_kind_of_disc() -> None:
    transport = ScriptedTransport(
        BD_R, Step(CLOSE_BD), DVD, Step(CloseTrackSession(CloseFunction.FINALIZE_PLUS).encode())
    )
    drive = MmcDrive(transport)
    drive.close_disc()
    drive.close_disc()
    assert transport.is_done
    assert transport.timeouts_s == [60, 1800, 60, 1800]


def test_a_failed_closing_says_that_data_was_handed_over() -> None:
    with pytest.raises(CloseFailed, match=r"burner 1: .*5/72/03.*read it back"):
        drive_after(BD_R, Step(CLOSE_BD, Sense(5, 0x72, 0x03))).close_disc()


def test_silence_stays_an_unknown_outcome() -> None:
    with pytest.raises(TransportTimeout):
        drive_after(Step(SynchronizeCache().encode(), TransportTimeout("nothing"))).synchronize()
