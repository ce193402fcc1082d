"""Where a tape goes and where it stands: SPACE, LOCATE, READ POSITION (SSC-4). Pure: values in, bytes out."""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

from devices.failures import WireDamaged
from devices.scsi import require, require_command


class SpaceCode(IntEnum):
    """Over what SPACE goes."""

    BLOCKS = 0
    FILEMARKS = 1
    END_OF_DATA = 3


class Destination(IntEnum):
    """What LOCATE(16) counts."""

    OBJECT = 0
    FILE = 1
    END_OF_DATA = 3


@dataclass(frozen=True, slots=True)
class Space6:
    """SPACE(6) (SSC-4 7.15); `count` is negative for backwards, 24 bits signed."""

    OPCODE: ClassVar[int] = 0x11
    code: SpaceCode
    count: int = 0

    def encode(self) -> bytes:
        if not -(2**23) <= self.count < 2**23:
            raise ValueError(f"a count of {self.count} does not fit in SPACE(6)")
        return bytes([self.OPCODE, self.code]) + self.count.to_bytes(3, "big", signed=True) + b"\0"

    @classmethod
    def decode(cls, cdb: bytes) -> "Space6":
        require_command(cdb, cls.OPCODE, 6, "SPACE(6)")
        return cls(_space_code(cdb[1]), int.from_bytes(cdb[2:5], "big", signed=True))


@dataclass(frozen=True, slots=True)
class Space16:
    """SPACE(16) (SSC-4 7.16): the same with 64 bits."""

    OPCODE: ClassVar[int] = 0x91
    code: SpaceCode
    count: int = 0

    def encode(self) -> bytes:
        return struct.pack(">BB2xq4x", self.OPCODE, self.code, self.count)

    @classmethod
    def decode(cls, cdb: bytes) -> "Space16":
        require_command(cdb, cls.OPCODE, 16, "SPACE(16)")
        _, code, count = struct.unpack(">BB2xq4x", cdb)
        return cls(_space_code(code), count)


@dataclass(frozen=True, slots=True)
class Locate16:
    """LOCATE(16) (SSC-4 7.3): to a logical object, a logical file, or the end of data."""

    OPCODE: ClassVar[int] = 0x92
    number: int
    destination: Destination = Destination.OBJECT
    immediate: bool = False

    def encode(self) -> bytes:
        flags = self.destination << 3 | (1 if self.immediate else 0)
        return struct.pack(">BB2xQ4x", self.OPCODE, flags, self.number)

    @classmethod
    def decode(cls, cdb: bytes) -> "Locate16":
        require_command(cdb, cls.OPCODE, 16, "LOCATE(16)")
        _, flags, number = struct.unpack(">BB2xQ4x", cdb)
        try:
            destination = Destination(flags >> 3 & 7)
        except ValueError as error:
            raise WireDamaged(f"LOCATE(16): {error}") from error
        return cls(number, destination, bool(flags & 1))


class PositionForm(IntEnum):
    """Service actions of READ POSITION, and with them the form of its data."""

    SHORT = 0x00
    LONG = 0x06


@dataclass(frozen=True, slots=True)
class ReadPosition:
    """READ POSITION (SSC-4 7.7)."""

    OPCODE: ClassVar[int] = 0x34
    form: PositionForm = PositionForm.LONG

    @property
    def answer_bytes(self) -> int:
        return 32 if self.form is PositionForm.LONG else 20

    def encode(self) -> bytes:
        return bytes([self.OPCODE, self.form]) + bytes(8)

    @classmethod
    def decode(cls, cdb: bytes) -> "ReadPosition":
        require_command(cdb, cls.OPCODE, 10, "READ POSITION")
        try:
            return cls(PositionForm(cdb[1] & 0x1F))
        except ValueError as error:
            raise WireDamaged(f"READ POSITION: {error}") from error


@dataclass(frozen=True, slots=True)
class ShortPosition:
    """READ POSITION data, short form (SSC-4 7.7.2); `block` None when the drive does not know.

    Block numbers are 32 bits; past that the drive says PERR, and `overflow` is set.
    """

    block: int | None
    partition: int = 0
    at_beginning: bool = False
    at_end: bool = False
    overflow: bool = False
    buffered_blocks: int = 0
    buffered_bytes: int = 0

    def encode(self) -> bytes:
        unknown = 0x04 if self.block is None else 0
        flags = _ends(self.at_beginning, self.at_end) | unknown | (0x02 if self.overflow else 0)
        block = self.block or 0
        head = struct.pack(">BB2xII", flags, self.partition, block, max(0, block - self.buffered_blocks))
        return head + struct.pack(">II", self.buffered_blocks, self.buffered_bytes)

    @classmethod
    def decode(cls, data: bytes) -> "ShortPosition":
        require(data, 20, "READ POSITION data")
        flags, partition, block, _last, blocks, size = struct.unpack(">BB2xIIII", data[:20])
        return cls(
            block=None if flags & 0x06 else block,
            partition=partition,
            at_beginning=bool(flags & 0x80),
            at_end=bool(flags & 0x40),
            overflow=bool(flags & 0x02),
            buffered_blocks=blocks & 0xFFFFFF,
            buffered_bytes=size,
        )


@dataclass(frozen=True, slots=True)
class LongPosition:
    """READ POSITION data, long form (SSC-4 7.7.3); `block` or `file` None when the drive does not know."""

    block: int | None
    file: int | None
    partition: int = 0
    at_beginning: bool = False
    at_end: bool = False

    def encode(self) -> bytes:
        flags = _ends(self.at_beginning, self.at_end)
        flags |= (0x04 if self.block is None else 0) | (0x08 if self.file is None else 0)
        return struct.pack(">B3xIQQ8x", flags, self.partition, self.block or 0, self.file or 0)

    @classmethod
    def decode(cls, data: bytes) -> "LongPosition":
        require(data, 32, "READ POSITION data, long form")
        flags, partition, block, file = struct.unpack(">B3xIQQ8x", data[:32])
        return cls(
            block=None if flags & 0x04 else block,
            file=None if flags & 0x08 else file,
            partition=partition,
            at_beginning=bool(flags & 0x80),
            at_end=bool(flags & 0x40),
        )


def _ends(at_beginning: bool, at_end: bool) -> int:
    return (0x80 if at_beginning else 0) | (0x40 if at_end else 0)


def _space_code(flags: int) -> SpaceCode:
    try:
        return SpaceCode(flags & 0x0F)
    except ValueError as error:
        raise WireDamaged(f"SPACE: {error}") from error
