"""Commands of sequential-access devices (SSC-4): blocks, filemarks, loading. Pure: values in, bytes out.

Where the tape goes and where it stands is in `positioning`, how the drive is set up in `modes`.
"""

import struct
from dataclasses import dataclass
from typing import ClassVar

from devices.failures import WireDamaged
from devices.scsi import require, require_command

#: The most that fits in the transfer length of READ(6) and WRITE(6).
TRANSFER_MAX = 0xFFFFFF


@dataclass(frozen=True, slots=True)
class ReadBlockLimits:
    """READ BLOCK LIMITS (SSC-4 7.5)."""

    OPCODE: ClassVar[int] = 0x05

    def encode(self) -> bytes:
        return bytes([self.OPCODE, 0, 0, 0, 0, 0])

    @classmethod
    def decode(cls, cdb: bytes) -> "ReadBlockLimits":
        require_command(cdb, cls.OPCODE, 6, "READ BLOCK LIMITS")
        return cls()


@dataclass(frozen=True, slots=True)
class BlockLimits:
    """READ BLOCK LIMITS data: the shortest and longest block in bytes; lengths are multiples of 2^granularity."""

    max_bytes: int
    min_bytes: int = 1
    granularity: int = 0

    def encode(self) -> bytes:
        return (
            bytes([self.granularity & 0x1F])
            + self.max_bytes.to_bytes(3, "big")
            + struct.pack(">H", self.min_bytes)
        )

    @classmethod
    def decode(cls, data: bytes) -> "BlockLimits":
        require(data, 6, "READ BLOCK LIMITS data")
        return cls(int.from_bytes(data[1:4], "big"), int.from_bytes(data[4:6], "big"), data[0] & 0x1F)


@dataclass(frozen=True, slots=True)
class Rewind:
    """REWIND (SSC-4 7.14)."""

    OPCODE: ClassVar[int] = 0x01
    immediate: bool = False

    def encode(self) -> bytes:
        return bytes([self.OPCODE, 1 if self.immediate else 0, 0, 0, 0, 0])

    @classmethod
    def decode(cls, cdb: bytes) -> "Rewind":
        require_command(cdb, cls.OPCODE, 6, "REWIND")
        return cls(bool(cdb[1] & 1))


@dataclass(frozen=True, slots=True)
class Read6:
    """READ(6) (SSC-4 7.4): `length` bytes of one block, or with `fixed` that many blocks.

    `suppress_length` (SILI) lets a block of another length pass as good.
    """

    OPCODE: ClassVar[int] = 0x08
    length: int
    fixed: bool = False
    suppress_length: bool = False

    def encode(self) -> bytes:
        flags = (1 if self.fixed else 0) | (2 if self.suppress_length else 0)
        return _transfer(self.OPCODE, flags, self.length)

    @classmethod
    def decode(cls, cdb: bytes) -> "Read6":
        require_command(cdb, cls.OPCODE, 6, "READ(6)")
        return cls(int.from_bytes(cdb[2:5], "big"), bool(cdb[1] & 1), bool(cdb[1] & 2))


@dataclass(frozen=True, slots=True)
class Write6:
    """WRITE(6) (SSC-4 7.20): one block of `length` bytes, or with `fixed` that many blocks."""

    OPCODE: ClassVar[int] = 0x0A
    length: int
    fixed: bool = False

    def encode(self) -> bytes:
        return _transfer(self.OPCODE, 1 if self.fixed else 0, self.length)

    @classmethod
    def decode(cls, cdb: bytes) -> "Write6":
        require_command(cdb, cls.OPCODE, 6, "WRITE(6)")
        return cls(int.from_bytes(cdb[2:5], "big"), bool(cdb[1] & 1))


@dataclass(frozen=True, slots=True)
class WriteFilemarks6:
    """WRITE FILEMARKS(6) (SSC-4 7.22): not `immediate`, it also flushes what was written before."""

    OPCODE: ClassVar[int] = 0x10
    count: int
    immediate: bool = False

    def encode(self) -> bytes:
        return _transfer(self.OPCODE, 1 if self.immediate else 0, self.count)

    @classmethod
    def decode(cls, cdb: bytes) -> "WriteFilemarks6":
        require_command(cdb, cls.OPCODE, 6, "WRITE FILEMARKS(6)")
        if cdb[1] & 2:
            raise WireDamaged("WRITE FILEMARKS(6): setmarks are obsolete")
        return cls(int.from_bytes(cdb[2:5], "big"), bool(cdb[1] & 1))


@dataclass(frozen=True, slots=True)
class LoadUnload:
    """LOAD UNLOAD (SSC-4 7.2): thread the cartridge, or rewind, unthread and put it out."""

    OPCODE: ClassVar[int] = 0x1B
    load: bool
    immediate: bool = False

    def encode(self) -> bytes:
        return bytes([self.OPCODE, 1 if self.immediate else 0, 0, 0, 1 if self.load else 0, 0])

    @classmethod
    def decode(cls, cdb: bytes) -> "LoadUnload":
        require_command(cdb, cls.OPCODE, 6, "LOAD UNLOAD")
        return cls(bool(cdb[4] & 1), bool(cdb[1] & 1))


@dataclass(frozen=True, slots=True)
class ReportDensitySupport:
    """REPORT DENSITY SUPPORT (SSC-4 7.11): of the drive, or with `medium` of what lies in it."""

    OPCODE: ClassVar[int] = 0x44
    medium: bool = False
    allocation: int = 4 + 16 * 52

    def encode(self) -> bytes:
        return struct.pack(">BB5xHx", self.OPCODE, 1 if self.medium else 0, self.allocation)

    @classmethod
    def decode(cls, cdb: bytes) -> "ReportDensitySupport":
        require_command(cdb, cls.OPCODE, 10, "REPORT DENSITY SUPPORT")
        return cls(bool(cdb[1] & 1), int.from_bytes(cdb[7:9], "big"))


@dataclass(frozen=True, slots=True)
class DensitySupport:
    """One descriptor of REPORT DENSITY SUPPORT data: a density, whether it can be written, its capacity."""

    BYTES: ClassVar[int] = 52
    code: int
    writable: bool
    capacity_megabytes: int
    name: str = ""

    def encode(self) -> bytes:
        flags = 0x80 if self.writable else 0
        head = struct.pack(">BBB2x3xHHI", self.code, self.code, flags, 127, 0, self.capacity_megabytes)
        return head + b"LTO-CVE ".ljust(8) + self.name.encode("ascii")[:8].ljust(8) + bytes(20)

    @classmethod
    def decode_all(cls, data: bytes) -> "tuple[DensitySupport, ...]":
        """All whole descriptors of an answer. Raises WireDamaged for one without a header."""
        require(data, 4, "REPORT DENSITY SUPPORT data")
        end = min(len(data), 2 + int.from_bytes(data[:2], "big"))
        return tuple(
            cls(
                code=data[at],
                writable=bool(data[at + 2] & 0x80),
                capacity_megabytes=int.from_bytes(data[at + 12 : at + 16], "big"),
                name=data[at + 24 : at + 32].decode("ascii", errors="replace").strip(" \0"),
            )
            for at in range(4, end - cls.BYTES + 1, cls.BYTES)
        )

    @staticmethod
    def encode_all(descriptors: "tuple[DensitySupport, ...]") -> bytes:
        body = b"".join(one.encode() for one in descriptors)
        return struct.pack(">H2x", len(body) + 2) + body


def _transfer(opcode: int, flags: int, length: int) -> bytes:
    if not 0 <= length <= TRANSFER_MAX:
        raise ValueError(f"{length} does not fit in the 24 bits of a transfer length")
    return bytes([opcode, flags]) + length.to_bytes(3, "big") + b"\0"
