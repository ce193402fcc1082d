"""Burning by commands: clusters with WRITE, then SYNCHRONIZE CACHE, then CLOSE.

Used where a drive is commanded directly; a drive of the machine is burnt by the program in `burn.xorriso`.
Nothing is read back here: only verification after a reload says what the disc holds.

A drive whose buffer is full refuses a WRITE as not ready, with a long write or an operation in progress, and takes
nothing of it (MMC-6, WRITE (10)). That one WRITE is sent again until the drive takes it, or its time is up. Nothing
else is ever sent twice.
"""

from collections.abc import Callable
from typing import Protocol

from backends.errors import BackendError, MediumRefused, WriteFailed
from backends.interface import CLUSTER_BYTES, CLUSTER_SECTORS, DiscStatus, OpticalDrive
from devices.clock import Clock, SystemClock
from devices.failures import DeviceRefused
from devices.polling import WaitExpired, wait_until
from devices.sense import NOT_READY

#: How long a drive may refuse one WRITE because its buffer is full, and how often it is asked to take it.
BUFFER_FULL_S = 300.0
BUFFER_INTERVAL_S = 0.05
#: Operation in progress, long write in progress.
_BUFFER_FULL = frozenset({(NOT_READY, 0x04, 0x07), (NOT_READY, 0x04, 0x08)})


class ImageReader(Protocol):
    """The bytes of one image from the first to the last."""

    def readinto(self, buffer: memoryview, /) -> int:
        """Fill the whole buffer, or less only at the end of the image; 0 when there is no more."""


class BurnCancelled(BackendError):
    """The burn was stopped on request before sector `lba`; beyond sector 0 the medium is spent."""

    def __init__(self, lba: int) -> None:
        self.lba = lba
        kept = (
            "nothing was written, the disc is still blank" if lba == 0 else "the disc is spent, use another"
        )
        super().__init__(f"burning was cancelled before sector {lba}; {kept}")


def burn_by_commands(
    reader: ImageReader,
    sectors: int,
    drive: OpticalDrive,
    progress: Callable[[int], None],
    *,
    is_cancelled: Callable[[], bool] = lambda: False,
    clock: Clock | None = None,
) -> None:
    """Write an image of `sectors` sectors to the blank disc in `drive` and close it.

    `progress` is told the number of sectors handed over, after each cluster. Raises MediumRefused (nothing
    was written), WriteFailed, CloseFailed, BurnCancelled, and whatever `reader` raises: then the disc is left
    unclosed.
    """
    if sectors <= 0 or sectors % CLUSTER_SECTORS:
        raise ValueError(f"an image of {sectors} sectors does not end on a cluster")
    _require_blank(drive, sectors)
    clock = clock or SystemClock()
    buffer = memoryview(bytearray(CLUSTER_BYTES))
    for lba in range(0, sectors, CLUSTER_SECTORS):
        if is_cancelled():
            raise BurnCancelled(lba)
        filled = reader.readinto(buffer)
        if filled != CLUSTER_BYTES:
            raise WriteFailed(lba, f"the image ended there, {sectors} sectors were announced")
        _write(drive, lba, bytes(buffer), clock)
        progress(lba + CLUSTER_SECTORS)
    if reader.readinto(buffer[:1]):
        raise WriteFailed(sectors, "the image goes on beyond the sectors that were announced")
    drive.synchronize()
    drive.close_disc()


def _write(drive: OpticalDrive, lba: int, data: bytes, clock: Clock) -> None:
    """Write one cluster; as long as the drive's buffer is full, the same one is offered again."""

    def taken() -> bool:
        try:
            drive.write(lba, data)
        except DeviceRefused as refused:
            if refused.sense.code not in _BUFFER_FULL or refused.sense.deferred:
                raise
            return False
        return True

    try:
        wait_until(taken, clock=clock, timeout_s=BUFFER_FULL_S, interval_s=BUFFER_INTERVAL_S)
    except WaitExpired as expired:
        raise WriteFailed(lba, f"the drive's buffer was full for {BUFFER_FULL_S:g} s") from expired


def _require_blank(drive: OpticalDrive, sectors: int) -> None:
    disc = drive.inspect()
    if disc.status is not DiscStatus.BLANK:
        raise MediumRefused(
            f"the disc is {disc.status.value}, not blank; nothing was written to it, load a blank disc"
        )
    if disc.capacity_sectors < sectors:
        raise MediumRefused(
            f"the disc holds {disc.capacity_sectors} sectors, the image needs {sectors}; "
            "nothing was written to it, load a larger disc"
        )
