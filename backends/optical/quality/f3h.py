"""The vendor command F3h, which several makers use for quality scans: values to bytes, and back. No I/O here.

Read from the scan plugins of QPxTool (speed47/qpxtool, plugins/nec and plugins/liteon, qscan_cmd.cpp). No maker
publishes it.
"""

import struct
from dataclasses import dataclass
from typing import ClassVar

from backends.optical.quality.interface import ErrorSample, Family
from devices.failures import WireDamaged
from devices.scsi import require, require_command

#: What byte 1 asks for.
START, INTERVAL, SAMPLE, NEXT_BLOCK, END = 0x01, 0x02, 0x03, 0x0E, 0x0F
_SECONDS_SECTORS, _MINUTE_SECTORS = 75, 4500


@dataclass(frozen=True, slots=True)
class ScanCommand:
    """F3h with what is asked for in byte 1 and a number in byte 8."""

    OPCODE: ClassVar[int] = 0xF3
    BYTES: ClassVar[int] = 12
    action: int
    number: int = 0

    def encode(self) -> bytes:
        cdb = bytearray(self.BYTES)
        cdb[0], cdb[1], cdb[8] = self.OPCODE, self.action, self.number
        return bytes(cdb)

    @classmethod
    def decode(cls, cdb: bytes) -> "ScanCommand":
        """Raises WireDamaged for another command."""
        require_command(cdb, cls.OPCODE, cls.BYTES, "quality scan")
        return cls(cdb[1], cdb[8])


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """Eight bytes: where the scan is, and two counts. Of a CD the place is minute, second, frame."""

    BYTES: ClassVar[int] = 8
    lba: int
    first: int
    second: int

    def encode(self, family: Family) -> bytes:
        """Raises WireDamaged for a place that the form cannot hold."""
        if family is not Family.CD:
            return struct.pack(">IHH", self.lba, self.first, self.second)
        minute, rest = divmod(self.lba, _MINUTE_SECTORS)
        if minute > 0xFF:
            raise WireDamaged(f"quality scan: sector {self.lba} lies behind minute 255")
        second, frame = divmod(rest, _SECONDS_SECTORS)
        return struct.pack(">BBBBHH", 0, minute, second, frame, self.first, self.second)

    @classmethod
    def decode(cls, family: Family, data: bytes) -> "ErrorReport":
        """What follows the eight bytes is padding. Raises WireDamaged when fewer came."""
        require(data, cls.BYTES, "quality scan")
        lba, first, second = struct.unpack_from(">IHH", data)
        if family is Family.CD:
            _, minute, second_, frame = data[:4]
            lba = minute * _MINUTE_SECTORS + second_ * _SECONDS_SECTORS + frame
        return cls(lba, first, second)

    @property
    def sample(self) -> ErrorSample:
        return ErrorSample(self.lba, self.first, self.second)
