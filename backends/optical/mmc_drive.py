"""What an optical drive answers about itself (MMC-6): its current profile and media events. No I/O here."""

import struct
from dataclasses import dataclass
from enum import IntEnum, unique
from typing import ClassVar

from devices.scsi import require


@unique
class Profile(IntEnum):
    """Profile numbers (MMC-6)."""

    NONE = 0x0000
    CD_ROM = 0x0008
    CD_R = 0x0009
    CD_RW = 0x000A
    DVD_ROM = 0x0010
    DVD_R = 0x0011
    DVD_RAM = 0x0012
    DVD_RW_RESTRICTED = 0x0013
    DVD_RW_SEQUENTIAL = 0x0014
    DVD_R_DL_SEQUENTIAL = 0x0015
    DVD_R_DL_JUMP = 0x0016
    DVD_PLUS_RW = 0x001A
    DVD_PLUS_R = 0x001B
    DVD_PLUS_RW_DL = 0x002A
    DVD_PLUS_R_DL = 0x002B
    BD_ROM = 0x0040
    BD_R_SRM = 0x0041
    BD_R_RRM = 0x0042
    BD_RE = 0x0043


#: Blu-ray, of whatever kind: these discs have disc information units and finalize with 110b.
BLU_RAY = frozenset({Profile.BD_ROM, Profile.BD_R_SRM, Profile.BD_R_RRM, Profile.BD_RE})
#: Written once, from the first cluster to the last: what an image may be burnt on.
WRITE_ONCE_SEQUENTIAL = frozenset(
    {Profile.BD_R_SRM, Profile.DVD_PLUS_R, Profile.DVD_PLUS_R_DL, Profile.DVD_R, Profile.DVD_R_DL_SEQUENTIAL}
)

_NAMES: dict[int, str] = {
    Profile.NONE: "no disc",
    Profile.CD_ROM: "CD-ROM",
    Profile.CD_R: "CD-R",
    Profile.CD_RW: "CD-RW",
    Profile.DVD_ROM: "DVD-ROM",
    Profile.DVD_R: "DVD-R",
    Profile.DVD_RAM: "DVD-RAM",
    Profile.DVD_RW_RESTRICTED: "DVD-RW, restricted overwrite",
    Profile.DVD_RW_SEQUENTIAL: "DVD-RW, sequential",
    Profile.DVD_R_DL_SEQUENTIAL: "DVD-R DL, sequential",
    Profile.DVD_R_DL_JUMP: "DVD-R DL, layer jump",
    Profile.DVD_PLUS_RW: "DVD+RW",
    Profile.DVD_PLUS_R: "DVD+R",
    Profile.DVD_PLUS_RW_DL: "DVD+RW DL",
    Profile.DVD_PLUS_R_DL: "DVD+R DL",
    Profile.BD_ROM: "BD-ROM",
    Profile.BD_R_SRM: "BD-R SRM",
    Profile.BD_R_RRM: "BD-R RRM",
    Profile.BD_RE: "BD-RE",
}


def profile_name(number: int) -> str:
    """Words for a profile number, known or not: `BD-R SRM`, `profile 0099`."""
    return _NAMES.get(number, f"profile {number:04x}")


@dataclass(frozen=True, slots=True)
class ConfigurationHeader:
    """The feature header of GET CONFIGURATION (MMC-6); features that follow it are not read."""

    BYTES: ClassVar[int] = 8
    profile: int

    def encode(self) -> bytes:
        return struct.pack(">IxxH", self.BYTES - 4, self.profile)

    @classmethod
    def decode(cls, data: bytes) -> "ConfigurationHeader":
        """Raises WireDamaged when fewer than 8 bytes came."""
        require(data, cls.BYTES, "configuration header")
        return cls(struct.unpack_from(">IxxH", data)[1])


class MediaEventCode(IntEnum):
    """Media event codes (MMC-6)."""

    NO_CHANGE = 0
    EJECT_REQUEST = 1
    NEW_MEDIA = 2
    MEDIA_REMOVAL = 3
    MEDIA_CHANGED = 4
    BACKGROUND_FORMAT_COMPLETED = 5
    BACKGROUND_FORMAT_RESTARTED = 6


@dataclass(frozen=True, slots=True)
class MediaEvent:
    """A media event descriptor with its header (MMC-6): tray and disc, without spinning up.

    `code` is a MediaEventCode, or a reserved number. None stands where the drive reports no media events at
    all.
    """

    BYTES: ClassVar[int] = 8
    CLASS: ClassVar[int] = 4
    code: int
    tray_open: bool
    media_present: bool

    def encode(self) -> bytes:
        state = (1 if self.tray_open else 0) | (2 if self.media_present else 0)
        return struct.pack(">HBBBBxx", self.BYTES - 2, self.CLASS, 1 << self.CLASS, self.code & 0x0F, state)

    @classmethod
    def decode(cls, data: bytes) -> "MediaEvent | None":
        """None when the drive has no such events. Raises WireDamaged when fewer than 4 bytes came."""
        require(data, 4, "event header")
        if data[2] & 0x80 or data[2] & 7 != cls.CLASS:
            return None
        require(data, 6, "media event")
        return cls(data[4] & 0x0F, bool(data[5] & 1), bool(data[5] & 2))
