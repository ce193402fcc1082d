"""Commands to optical drives (MMC-6): values in, bytes out, and back. No I/O here.

What comes back is in `backends.optical.mmc_disc` (about the disc) and `backends.optical.mmc_drive` (about the
drive); commands that every device knows are in `devices.scsi`.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

from devices.failures import WireDamaged
from devices.scsi import require_command

_BLOCKS_10 = struct.Struct(">BxIxHx")
_BLOCKS_12 = struct.Struct(">BxIIxx")
_ALLOCATION_AT_7 = struct.Struct(">BBH3xHx")
_SEEK = struct.Struct(">BxI4x")
_TRACK = struct.Struct(">BBIxHx")
_STRUCTURE = struct.Struct(">BBIBBHxx")

#: Media type of READ DISC STRUCTURE for Blu-ray, and the format code of its disc information (MMC-6).
MEDIA_TYPE_BD = 1
FORMAT_DISC_INFORMATION = 0x00


@dataclass(frozen=True, slots=True)
class GetConfiguration:
    """GET CONFIGURATION (MMC-6); the default asks for the header, which names the profile."""

    OPCODE: ClassVar[int] = 0x46
    request_type: int = 0
    first_feature: int = 0
    allocation: int = 8

    def encode(self) -> bytes:
        return _ALLOCATION_AT_7.pack(self.OPCODE, self.request_type, self.first_feature, self.allocation)

    @classmethod
    def decode(cls, cdb: bytes) -> "GetConfiguration":
        """Raises WireDamaged for another command, as every `decode` here."""
        require_command(cdb, cls.OPCODE, 10, "GET CONFIGURATION")
        _, request_type, first_feature, allocation = _ALLOCATION_AT_7.unpack(cdb)
        return cls(request_type & 3, first_feature, allocation)


@dataclass(frozen=True, slots=True)
class GetEventStatus:
    """GET EVENT STATUS NOTIFICATION (MMC-6), polled; the default asks for media events."""

    OPCODE: ClassVar[int] = 0x4A
    classes: int = 0x10
    allocation: int = 8

    def encode(self) -> bytes:
        return struct.pack(">BBxxBxxHx", self.OPCODE, 1, self.classes, self.allocation)

    @classmethod
    def decode(cls, cdb: bytes) -> "GetEventStatus":
        require_command(cdb, cls.OPCODE, 10, "GET EVENT STATUS NOTIFICATION")
        _, polled, classes, allocation = struct.unpack(">BBxxBxxHx", cdb)
        if not polled & 1:
            raise WireDamaged("GET EVENT STATUS NOTIFICATION: only polled events are known here")
        return cls(classes, allocation)


@dataclass(frozen=True, slots=True)
class ReadDiscInformation:
    """READ DISC INFORMATION (MMC-6), standard disc information."""

    OPCODE: ClassVar[int] = 0x51
    allocation: int = 34

    def encode(self) -> bytes:
        return _ALLOCATION_AT_7.pack(self.OPCODE, 0, 0, self.allocation)

    @classmethod
    def decode(cls, cdb: bytes) -> "ReadDiscInformation":
        require_command(cdb, cls.OPCODE, 10, "READ DISC INFORMATION")
        return cls(_ALLOCATION_AT_7.unpack(cdb)[3])


class AddressType(IntEnum):
    """What the number in READ TRACK INFORMATION counts."""

    LBA = 0
    TRACK = 1
    SESSION = 2


@dataclass(frozen=True, slots=True)
class ReadTrackInformation:
    """READ TRACK INFORMATION (MMC-6)."""

    OPCODE: ClassVar[int] = 0x52
    number: int
    address_type: AddressType = AddressType.TRACK
    allocation: int = 48

    def encode(self) -> bytes:
        return _TRACK.pack(self.OPCODE, self.address_type, self.number, self.allocation)

    @classmethod
    def decode(cls, cdb: bytes) -> "ReadTrackInformation":
        require_command(cdb, cls.OPCODE, 10, "READ TRACK INFORMATION")
        _, address_type, number, allocation = _TRACK.unpack(cdb)
        if address_type & 3 > AddressType.SESSION:
            raise WireDamaged("READ TRACK INFORMATION: address type 3 is reserved")
        return cls(number, AddressType(address_type & 3), allocation)


@dataclass(frozen=True, slots=True)
class ReadCapacity:
    """READ CAPACITY(10) (MMC-6)."""

    OPCODE: ClassVar[int] = 0x25

    def encode(self) -> bytes:
        return bytes([self.OPCODE]) + bytes(9)

    @classmethod
    def decode(cls, cdb: bytes) -> "ReadCapacity":
        require_command(cdb, cls.OPCODE, 10, "READ CAPACITY")
        return cls()


@dataclass(frozen=True, slots=True)
class ReadDiscStructure:
    """READ DISC STRUCTURE (MMC-6); the default asks a Blu-ray disc for its disc information."""

    OPCODE: ClassVar[int] = 0xAD
    media_type: int = MEDIA_TYPE_BD
    structure_format: int = FORMAT_DISC_INFORMATION
    address: int = 0
    layer: int = 0
    allocation: int = 4096 + 4

    def encode(self) -> bytes:
        return _STRUCTURE.pack(
            self.OPCODE, self.media_type, self.address, self.layer, self.structure_format, self.allocation
        )

    @classmethod
    def decode(cls, cdb: bytes) -> "ReadDiscStructure":
        require_command(cdb, cls.OPCODE, 12, "READ DISC STRUCTURE")
        _, media_type, address, layer, structure_format, allocation = _STRUCTURE.unpack(cdb)
        return cls(media_type & 0x0F, structure_format, address, layer, allocation)


@dataclass(frozen=True, slots=True)
class Read10:
    """READ(10) (MMC-6), at most 65,535 sectors."""

    OPCODE: ClassVar[int] = 0x28
    lba: int
    sectors: int

    def encode(self) -> bytes:
        return _BLOCKS_10.pack(self.OPCODE, self.lba, self.sectors)

    @classmethod
    def decode(cls, cdb: bytes) -> "Read10":
        require_command(cdb, cls.OPCODE, 10, "READ(10)")
        _, lba, sectors = _BLOCKS_10.unpack(cdb)
        return cls(lba, sectors)


@dataclass(frozen=True, slots=True)
class Read12:
    """READ(12) (MMC-6)."""

    OPCODE: ClassVar[int] = 0xA8
    lba: int
    sectors: int

    def encode(self) -> bytes:
        return _BLOCKS_12.pack(self.OPCODE, self.lba, self.sectors)

    @classmethod
    def decode(cls, cdb: bytes) -> "Read12":
        require_command(cdb, cls.OPCODE, 12, "READ(12)")
        _, lba, sectors = _BLOCKS_12.unpack(cdb)
        return cls(lba, sectors)


@dataclass(frozen=True, slots=True)
class Seek10:
    """SEEK(10) (MMC-6): the head goes to a sector."""

    OPCODE: ClassVar[int] = 0x2B
    lba: int

    def encode(self) -> bytes:
        return _SEEK.pack(self.OPCODE, self.lba)

    @classmethod
    def decode(cls, cdb: bytes) -> "Seek10":
        require_command(cdb, cls.OPCODE, 10, "SEEK(10)")
        return cls(_SEEK.unpack(cdb)[1])


@dataclass(frozen=True, slots=True)
class Write10:
    """WRITE(10) (MMC-6); the data is `sectors` times 2048 bytes."""

    OPCODE: ClassVar[int] = 0x2A
    lba: int
    sectors: int

    def encode(self) -> bytes:
        return _BLOCKS_10.pack(self.OPCODE, self.lba, self.sectors)

    @classmethod
    def decode(cls, cdb: bytes) -> "Write10":
        require_command(cdb, cls.OPCODE, 10, "WRITE(10)")
        _, lba, sectors = _BLOCKS_10.unpack(cdb)
        return cls(lba, sectors)


@dataclass(frozen=True, slots=True)
class SynchronizeCache:
    """SYNCHRONIZE CACHE (MMC-6) of everything written."""

    OPCODE: ClassVar[int] = 0x35
    immediate: bool = False

    def encode(self) -> bytes:
        return bytes([self.OPCODE, 2 if self.immediate else 0]) + bytes(8)

    @classmethod
    def decode(cls, cdb: bytes) -> "SynchronizeCache":
        require_command(cdb, cls.OPCODE, 10, "SYNCHRONIZE CACHE")
        return cls(bool(cdb[1] & 2))


class CloseFunction(IntEnum):
    """Close functions of CLOSE TRACK/SESSION (MMC-6); what 101b and 110b do depends on the kind of disc."""

    TRACK = 0b001
    SESSION = 0b010
    FINALIZE_PLUS = 0b101  # DVD+R: finalize with minimal radius
    FINALIZE = 0b110  # BD-R, DVD+R DL: finalize the disc


@dataclass(frozen=True, slots=True)
class CloseTrackSession:
    """CLOSE TRACK/SESSION (MMC-6)."""

    OPCODE: ClassVar[int] = 0x5B
    function: CloseFunction = CloseFunction.FINALIZE
    track: int = 0
    immediate: bool = False

    def encode(self) -> bytes:
        immediate = 1 if self.immediate else 0
        return struct.pack(">BBBxH4x", self.OPCODE, immediate, self.function, self.track)

    @classmethod
    def decode(cls, cdb: bytes) -> "CloseTrackSession":
        require_command(cdb, cls.OPCODE, 10, "CLOSE TRACK/SESSION")
        _, immediate, code, track = struct.unpack(">BBBxH4x", cdb)
        try:
            function = CloseFunction(code & 7)
        except ValueError as error:
            raise WireDamaged(f"CLOSE TRACK/SESSION: function {code & 7:03b} is not known here") from error
        return cls(function, track, bool(immediate & 1))
