"""Burning by commands: clusters with WRITE, then SYNCHRONIZE CACHE, then CLOSE.

Used where a drive is commanded directly; a drive of the machine is burnt by the program in `burn.xorriso`.
Nothing is read back here: only verification after a reload says what the disc holds.
"""

from collections.abc import Callable
from typing import Protocol

from backends.errors import BackendError, MediumRefused, WriteFailed
from backends.interface import CLUSTER_BYTES, CLUSTER_SECTORS, DiscStatus, OpticalDrive


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
) -> None:
    """Write an image of `sectors` sectors to the blank disc in `drive` and close it.

    `progress` is told the number of sectors handed over, after each cluster. Raises MediumRefused (nothing
    was written), WriteFailed, CloseFailed, BurnCancelled, and whatever `reader` raises: then the disc is left
    unclosed.
    """
    if sectors <= 0 or sectors % CLUSTER_SECTORS:
        raise ValueError(f"an image of {sectors} sectors does not end on a cluster")
    _require_blank(drive, sectors)
    buffer = memoryview(bytearray(CLUSTER_BYTES))
    for lba in range(0, sectors, CLUSTER_SECTORS):
        if is_cancelled():
            raise BurnCancelled(lba)
        filled = reader.readinto(buffer)
        if filled != CLUSTER_BYTES:
            raise WriteFailed(lba, f"the image ended there, {sectors} sectors were announced")
        drive.write(lba, bytes(buffer))
        progress(lba + CLUSTER_SECTORS)
    if reader.readinto(buffer[:1]):
        raise WriteFailed(sectors, "the image goes on beyond the sectors that were announced")
    drive.synchronize()
    drive.close_disc()


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
