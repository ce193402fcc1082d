"""What an optical drive answers about the disc in it (MMC-6): bytes to values, and back. No I/O here."""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

from backends.interface import SECTOR_BYTES
from devices.failures import WireDamaged
from devices.scsi import ascii_field, ascii_text, require


class RecordedState(IntEnum):
    """Disc status of READ DISC INFORMATION (MMC-6), byte 2 bits 0-1."""

    EMPTY = 0
    INCOMPLETE = 1
    FINALIZED = 2
    OTHER = 3  # random access media, written anywhere and never closed


class SessionState(IntEnum):
    """State of the last session (MMC-6), byte 2 bits 2-3."""

    EMPTY = 0
    INCOMPLETE = 1
    DAMAGED = 2
    COMPLETE = 3


@dataclass(frozen=True, slots=True)
class DiscInformation:
    """Standard disc information (MMC-6): 34 bytes, more when the drive lists power calibrations."""

    BYTES: ClassVar[int] = 34
    state: RecordedState
    last_session: SessionState
    erasable: bool = False
    sessions: int = 1
    first_track: int = 1
    first_track_last_session: int = 1
    last_track: int = 1

    def encode(self) -> bytes:
        data = bytearray(self.BYTES)
        struct.pack_into(">H", data, 0, self.BYTES - 2)
        data[2] = (0x10 if self.erasable else 0) | (self.last_session << 2) | self.state
        data[3] = self.first_track
        counts = (self.sessions, self.first_track_last_session, self.last_track)
        for index, count in enumerate(counts):
            data[9 + index], data[4 + index] = divmod(count, 256)
        return bytes(data)

    @classmethod
    def decode(cls, data: bytes) -> "DiscInformation":
        """Raises WireDamaged when fewer than 12 bytes came."""
        require(data, 12, "disc information")
        sessions, first, last = (data[9 + index] << 8 | data[4 + index] for index in range(3))
        return cls(
            state=RecordedState(data[2] & 3),
            last_session=SessionState(data[2] >> 2 & 3),
            erasable=bool(data[2] & 0x10),
            sessions=sessions,
            first_track=data[3],
            first_track_last_session=first,
            last_track=last,
        )


@dataclass(frozen=True, slots=True)
class TrackInformation:
    """A track information block (MMC-6); addresses and sizes in sectors.

    `next_writable` and `last_recorded` are None where the drive marks them as not valid.
    """

    BYTES: ClassVar[int] = 48
    track: int
    session: int
    start: int
    free_sectors: int
    size_sectors: int
    next_writable: int | None = None
    last_recorded: int | None = None
    blank: bool = False
    damaged: bool = False

    def encode(self) -> bytes:
        data = bytearray(self.BYTES)
        struct.pack_into(">H", data, 0, self.BYTES - 2)
        data[32], data[2] = divmod(self.track, 256)
        data[33], data[3] = divmod(self.session, 256)
        data[5] = (0x20 if self.damaged else 0) | 0x04
        data[6] = (0x40 if self.blank else 0) | 0x01
        nwa, last = self.next_writable, self.last_recorded
        data[7] = (1 if nwa is not None else 0) | (2 if last is not None else 0)
        struct.pack_into(
            ">IIIIII", data, 8, self.start, nwa or 0, self.free_sectors, 0, self.size_sectors, last or 0
        )
        return bytes(data)

    @classmethod
    def decode(cls, data: bytes) -> "TrackInformation":
        """Raises WireDamaged when fewer than the 28 bytes of the oldest form came."""
        require(data, 28, "track information")
        padded = bytes(data).ljust(cls.BYTES, b"\0")
        start, nwa, free, _, size, last = struct.unpack_from(">IIIIII", padded, 8)
        return cls(
            track=padded[32] << 8 | padded[2],
            session=padded[33] << 8 | padded[3],
            start=start,
            free_sectors=free,
            size_sectors=size,
            next_writable=nwa if padded[7] & 1 else None,
            last_recorded=last if padded[7] & 2 and len(data) >= 32 else None,
            blank=bool(padded[6] & 0x40),
            damaged=bool(padded[5] & 0x20),
        )


@dataclass(frozen=True, slots=True)
class Capacity:
    """READ CAPACITY data (MMC-6): the address of the last readable sector."""

    BYTES: ClassVar[int] = 8
    last_lba: int
    sector_bytes: int = SECTOR_BYTES

    def encode(self) -> bytes:
        return struct.pack(">II", self.last_lba, self.sector_bytes)

    @classmethod
    def decode(cls, data: bytes) -> "Capacity":
        """Raises WireDamaged when fewer than 8 bytes came."""
        require(data, cls.BYTES, "capacity")
        return cls(*struct.unpack_from(">II", data))


@dataclass(frozen=True, slots=True)
class BluRayDiscInformation:
    """The first disc information unit of a Blu-ray disc (MMC-6): who made it, and what it is.

    `disc_type` is BDR, BDW or BDO; `manufacturer` (6 characters) and `media_type` (3) are registered codes.
    """

    UNIT_BYTES: ClassVar[int] = 112
    _HEADER_BYTES: ClassVar[int] = 4
    disc_type: str
    manufacturer: str
    media_type: str

    @property
    def media_id(self) -> str:
        """The code by which media are approved: `MILLEN/MR1`."""
        return f"{self.manufacturer}/{self.media_type}"

    def encode(self) -> bytes:
        unit = bytearray(self.UNIT_BYTES)
        unit[0:3] = b"DI\x01"
        unit[8:11] = ascii_field(self.disc_type, 3)
        unit[100:106] = ascii_field(self.manufacturer, 6)
        unit[106:109] = ascii_field(self.media_type, 3)
        return struct.pack(">Hxx", len(unit) + 2) + bytes(unit)

    @classmethod
    def decode(cls, data: bytes) -> "BluRayDiscInformation":
        """Raises WireDamaged when no whole unit came or it does not start with `DI`."""
        require(data, cls._HEADER_BYTES + cls.UNIT_BYTES, "disc structure")
        unit = bytes(data[cls._HEADER_BYTES :])
        if unit[:2] != b"DI":
            raise WireDamaged(f"disc structure: {unit[:2].hex()} where `DI` belongs")
        return cls(ascii_text(unit[8:11]), ascii_text(unit[100:106]), ascii_text(unit[106:109]))
