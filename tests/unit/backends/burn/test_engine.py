"""The burn by commands, on a drive that keeps what it was told."""

import io
from dataclasses import dataclass, field

import pytest

from backends.errors import CloseFailed, MediumRefused, WriteFailed
from backends.interface import CLUSTER_BYTES, CLUSTER_SECTORS, Disc, DiscStatus, DriveIdentity
from backends.optical.burn.engine import BUFFER_FULL_S, BurnCancelled, burn_by_commands
from devices.clock import SimulatedClock
from devices.failures import DeviceRefused
from devices.sense import NOT_READY, UNIT_ATTENTION, Sense

IMAGE = b"".join(bytes([n]) * CLUSTER_BYTES for n in range(1, 5))
SECTORS = 4 * CLUSTER_SECTORS


@dataclass
class RecordingDrive:
    """Enforces that writes come in order; fails where it is told to."""

    disc: Disc = field(default_factory=lambda: Disc(DiscStatus.BLANK, 0x41, SECTORS, 0, 0))
    fail_at: int | None = None
    fails_closing: bool = False
    refusals: list[Sense] = field(default_factory=list)
    offered: list[int] = field(default_factory=list)
    written: bytearray = field(default_factory=bytearray)
    done: list[str] = field(default_factory=list)

    def inspect(self) -> Disc:
        return self.disc

    def write(self, lba: int, data: bytes) -> None:
        assert lba * 2048 == len(self.written)
        self.offered.append(lba)
        if lba == CLUSTER_SECTORS and self.refusals:
            raise DeviceRefused(self.refusals.pop(0), b"\x2a", "B1")
        if lba == self.fail_at:
            raise WriteFailed(lba, "3/0C/00 write error")
        self.written += data

    def synchronize(self) -> None:
        self.done.append("synchronize")

    def close_disc(self) -> None:
        if self.fails_closing:
            raise CloseFailed("closing")
        self.done.append("close")

    def identify(self) -> DriveIdentity:
        return DriveIdentity("", "", "", "")

    def is_ready(self) -> bool:
        return True

    def load(self) -> None:
        self.done.append("load")

    def eject(self) -> None:
        self.done.append("eject")

    def read(self, lba: int, sectors: int) -> bytes:
        return bytes(self.written[lba * 2048 : (lba + sectors) * 2048])

    def lock_tray(self, locked: bool) -> None:
        self.done.append("lock" if locked else "unlock")


def test_an_image_is_written_in_clusters_then_synchronized_then_closed() -> None:
    drive, told = RecordingDrive(), []
    burn_by_commands(io.BytesIO(IMAGE), SECTORS, drive, told.append)
    assert bytes(drive.written) == IMAGE
    assert drive.done == ["synchronize", "close"]
    assert told == [32, 64, 96, 128]


@pytest.mark.parametrize(
    "disc",
    [
        Disc(DiscStatus.ABSENT),
        Disc(DiscStatus.APPENDABLE, 0x41, SECTORS, 32, 32),
        Disc(DiscStatus.COMPLETE, 0x41, SECTORS, SECTORS),
        Disc(DiscStatus.UNREADABLE),
        Disc(DiscStatus.BLANK, 0x41, SECTORS - 1, 0, 0),
    ],
    ids=lambda d: f"{d.status.value}-{d.capacity_sectors}",
)
def test_only_a_blank_disc_that_is_large_enough_is_touched(disc: Disc) -> None:
    drive = RecordingDrive(disc)
    with pytest.raises(MediumRefused, match="nothing was written"):
        burn_by_commands(io.BytesIO(IMAGE), SECTORS, drive, lambda _: None)
    assert not drive.written
    assert not drive.done


def test_a_failed_write_leaves_the_disc_unclosed() -> None:
    drive, told = RecordingDrive(fail_at=64), []
    with pytest.raises(WriteFailed) as caught:
        burn_by_commands(io.BytesIO(IMAGE), SECTORS, drive, told.append)
    assert caught.value.lba == 64
    assert drive.done == []
    assert told == [32, 64]


def test_a_failed_closing_passes() -> None:
    with pytest.raises(CloseFailed):
        burn_by_commands(io.BytesIO(IMAGE), SECTORS, RecordingDrive(fails_closing=True), lambda _: None)


@pytest.mark.parametrize(("after", "words"), [(0, "still blank"), (2, "use another")])
def test_cancelling_stops_between_clusters(after: int, words: str) -> None:
    drive, told = RecordingDrive(), []
    with pytest.raises(BurnCancelled, match=words) as caught:
        burn_by_commands(
            io.BytesIO(IMAGE), SECTORS, drive, told.append, is_cancelled=lambda: len(told) >= after
        )
    assert caught.value.lba == after * CLUSTER_SECTORS
    assert len(drive.written) == after * CLUSTER_BYTES
    assert drive.done == []


def test_an_image_shorter_than_announced_is_not_closed() -> None:
    drive = RecordingDrive()
    with pytest.raises(WriteFailed, match="the image ended there"):
        burn_by_commands(io.BytesIO(IMAGE[:-2048]), SECTORS, drive, lambda _: None)
    assert drive.done == []


def test_an_image_longer_than_announced_is_not_closed() -> None:
    drive = RecordingDrive()
    with pytest.raises(WriteFailed, match="goes on beyond"):
        burn_by_commands(io.BytesIO(IMAGE), SECTORS - CLUSTER_SECTORS, drive, lambda _: None)
    assert drive.done == []


@pytest.mark.parametrize("sectors", [0, -32, 33])
def test_an_image_that_does_not_end_on_a_cluster_is_refused(sectors: int) -> None:
    with pytest.raises(ValueError, match="does not end on a cluster"):
        burn_by_commands(io.BytesIO(IMAGE), sectors, RecordingDrive(), lambda _: None)


@pytest.mark.parametrize("ascq", [0x07, 0x08])
def test_a_full_buffer_is_offered_the_same_cluster_again_and_nothing_else(ascq: int) -> None:
    drive = RecordingDrive(refusals=[Sense(NOT_READY, 0x04, ascq)] * 3)
    burn_by_commands(io.BytesIO(IMAGE), SECTORS, drive, lambda _: None, clock=SimulatedClock())
    assert drive.offered == [0, 32, 32, 32, 32, 64, 96]
    assert bytes(drive.written) == IMAGE
    assert drive.done == ["synchronize", "close"]


def test_a_buffer_that_stays_full_ends_the_burn() -> None:
    clock = SimulatedClock()
    drive = RecordingDrive(refusals=[Sense(NOT_READY, 0x04, 0x08)] * 100_000)
    began_s = clock.monotonic()
    with pytest.raises(WriteFailed, match="buffer was full for 300 s"):
        burn_by_commands(io.BytesIO(IMAGE), SECTORS, drive, lambda _: None, clock=clock)
    assert clock.monotonic() - began_s == pytest.approx(BUFFER_FULL_S)
    assert set(drive.offered) == {0, 32}
    assert drive.done == []


@pytest.mark.parametrize(
    "sense",
    [
        Sense(NOT_READY, 0x04, 0x01),
        Sense(NOT_READY, 0x3A, 0x00),
        Sense(UNIT_ATTENTION, 0x29, 0x00),
        Sense(NOT_READY, 0x04, 0x08, deferred=True),
    ],
    ids=["becoming-ready", "no-medium", "reset", "deferred"],
)
def test_every_other_refusal_of_a_write_ends_the_burn_at_once(sense: Sense) -> None:
    drive = RecordingDrive(refusals=[sense])
    with pytest.raises(DeviceRefused):
        burn_by_commands(io.BytesIO(IMAGE), SECTORS, drive, lambda _: None, clock=SimulatedClock())
    assert drive.offered == [0, 32]
    assert drive.done == []
