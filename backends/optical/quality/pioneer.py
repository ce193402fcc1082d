"""Quality scans of Pioneer drives: WRITE BUFFER says which sectors, READ BUFFER gives their errors. No I/O here.

Source: QPxTool, plugins/pioneer/qscan_cmd.cpp; CDs and DVDs only, since no command for Blu-ray is known.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from backends.optical.quality.interface import ErrorSample, Exchange, Family
from devices.failures import WireDamaged
from devices.scsi import require
from devices.sense import ILLEGAL_REQUEST, Sense

WRITE_BUFFER, READ_BUFFER = 0x3B, 0x3C
BUFFER_BYTES = 32
_MODE, _BUFFER_ID = 0x02, 0xE1
#: Where sector 0 lies in the addresses that these drives want.
_ORIGIN = {Family.CD: 0x006000, Family.DVD: 0x030000}
#: Words in the answer; on a CD more than a second can have means that nothing was measured.
_HIGH, _LOW = 13, 5
_CD_MAX = 300
#: What a DVD drive says is divided to count failures, and its lower word taken off to count errors.
_FAILURES_SHARE = 20
END_OF_DISC = (ILLEGAL_REQUEST, 0x21, 0x00)


@dataclass(frozen=True, slots=True)
class MeasureSectors:
    """What WRITE BUFFER carries: measure `sectors` sectors from `lba`."""

    MARK: ClassVar[bytes] = b"\xff\x01"
    family: Family
    lba: int
    sectors: int

    def encode(self) -> bytes:
        """Raises WireDamaged for a place or a count that the form cannot hold, or a family that it is not for."""
        origin = _ORIGIN.get(self.family)
        if origin is None:
            raise WireDamaged("quality scan: these drives measure CDs and DVDs only")
        address = self.lba + origin
        if not 0 <= address < 1 << 24 or not 0 <= self.sectors < 1 << 24:
            raise WireDamaged(f"quality scan: {self.sectors} sectors from {self.lba} are out of reach")
        second = self.sectors if self.family is Family.CD else 1
        data = bytearray(BUFFER_BYTES)
        data[:2] = self.MARK
        data[4:7] = address.to_bytes(3, "big")
        data[8:11] = self.sectors.to_bytes(3, "big")
        data[12:15] = second.to_bytes(3, "big")
        return bytes(data)

    @classmethod
    def decode(cls, family: Family, data: bytes) -> "MeasureSectors":
        """Raises WireDamaged for anything else."""
        require(data, BUFFER_BYTES, "quality scan")
        if data[:2] != cls.MARK or family not in _ORIGIN:
            raise WireDamaged(f"quality scan: {data[:2].hex()} begins no request to measure")
        lba = int.from_bytes(data[4:7], "big") - _ORIGIN[family]
        return cls(family, lba, int.from_bytes(data[8:11], "big"))


def buffer_command(opcode: int) -> bytes:
    """WRITE BUFFER or READ BUFFER for the 32 bytes of a measurement."""
    return struct.pack(">BBB5xBx", opcode, _MODE, _BUFFER_ID, BUFFER_BYTES)


class Pioneer:
    """Implements `Dialect`."""

    name: Final = "pioneer"
    families: Final = frozenset({Family.CD, Family.DVD})

    def begin(self, family: Family, lba: int) -> tuple[Exchange, ...]:
        return self.ask(family, lba)

    def ask(self, family: Family, lba: int) -> tuple[Exchange, ...]:
        request = MeasureSectors(family, lba, family.block_sectors).encode()
        return (
            Exchange(buffer_command(WRITE_BUFFER), data_out=request),
            Exchange(buffer_command(READ_BUFFER), data_in=BUFFER_BYTES),
        )

    def read(self, family: Family, lba: int, answers: Sequence[bytes]) -> ErrorSample | None:
        """These drives do not say where they are: a sample is of the sectors that were asked for."""
        data = answers[-1]
        require(data, BUFFER_BYTES, "quality scan")
        high = int.from_bytes(data[_HIGH : _HIGH + 2], "big")
        low = int.from_bytes(data[_LOW : _LOW + 2], "big")
        if family is not Family.CD:
            return ErrorSample(lba, max(0, high - low), high // _FAILURES_SHARE)
        return None if high > _CD_MAX or low > _CD_MAX else ErrorSample(lba, high, low)

    def finish(self, family: Family) -> tuple[Exchange, ...]:
        return ()

    def is_end(self, sense: Sense) -> bool:
        return sense.code == END_OF_DISC
