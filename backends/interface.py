"""The narrow interface of an optical drive, and what is said about the disc in it."""

from dataclasses import dataclass
from enum import Enum, unique
from typing import Protocol

SECTOR_BYTES = 2048
#: The unit in which a Blu-ray disc is written: 64 KiB.
CLUSTER_SECTORS = 32
CLUSTER_BYTES = CLUSTER_SECTORS * SECTOR_BYTES


@unique
class DiscStatus(Enum):
    """What can be done with what lies in a drive."""

    ABSENT = "absent"
    BLANK = "blank"
    APPENDABLE = "appendable"  # something was written and it was not closed: an interrupted burn
    COMPLETE = "complete"
    UNREADABLE = "unreadable"  # there is a disc, and the drive makes nothing of it


@dataclass(frozen=True, slots=True)
class Disc:
    """A disc as the drive sees it; capacities are usable sectors of 2048 bytes.

    `profile` is the MMC profile number, `next_writable` the address of the next write or None when there is
    none, `media_id` the code of maker and type ("" when the disc or the drive tells none).
    """

    status: DiscStatus
    profile: int = 0
    capacity_sectors: int = 0
    written_sectors: int = 0
    next_writable: int | None = None
    media_id: str = ""


@dataclass(frozen=True, slots=True)
class DriveIdentity:
    """What a drive says that it is; the serial number is empty when it tells none."""

    vendor: str
    product: str
    revision: str
    serial: str


class OpticalDrive(Protocol):
    """One optical drive. One caller at a time; never waits for readiness, never retries.

    What no method lists: `DeviceRefused` for any other refusal, `OutcomeUnknown` when the drive says nothing.
    """

    def identify(self) -> DriveIdentity:
        """Who it is."""

    def is_ready(self) -> bool:
        """Whether a disc is in and can be used now; False also right after a change of disc or a reset."""

    def inspect(self) -> Disc:
        """What lies in the drive."""

    def load(self) -> None:
        """Close the tray and start the disc."""

    def eject(self) -> None:
        """Stop the disc and open the tray."""

    def read(self, lba: int, sectors: int) -> bytes:
        """The bytes of `sectors` sectors from `lba`. Raises MediumUnreadable."""

    def write(self, lba: int, data: bytes) -> None:
        """Write whole sectors at the next writable address. Raises WriteFailed."""

    def synchronize(self) -> None:
        """Return when everything written is on the disc. Raises WriteFailed."""

    def close_disc(self) -> None:
        """Finalize the disc: nothing can be added any more. Raises CloseFailed."""

    def lock_tray(self, locked: bool) -> None:
        """Forbid or allow the removal of the disc."""
