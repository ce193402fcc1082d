"""REPORT LUNS (SPC-4 6.33): which logical units a target has. Values and bytes only, no I/O."""

import struct
from dataclasses import dataclass
from typing import ClassVar

from devices.scsi import require, require_command

_COMMAND = struct.Struct(">BxBxxxIxx")
_HEADER_BYTES, _LUN_BYTES = 8, 8
_PERIPHERAL, _FLAT = 0, 1
_FLAT_MAX = 0x3FFF


@dataclass(frozen=True, slots=True)
class ReportLuns:
    """REPORT LUNS of all units but the well-known ones."""

    OPCODE: ClassVar[int] = 0xA0
    allocation: int = 4096

    def encode(self) -> bytes:
        return _COMMAND.pack(self.OPCODE, 0, self.allocation)

    @classmethod
    def decode(cls, cdb: bytes) -> "ReportLuns":
        """Raises WireDamaged for another command."""
        require_command(cdb, cls.OPCODE, 12, "REPORT LUNS")
        return cls(_COMMAND.unpack(cdb)[2])


@dataclass(frozen=True, slots=True)
class UnitNumbers:
    """The answer: numbers of units that one number says (SAM-5 4.7); units behind a bridge are left out."""

    numbers: tuple[int, ...]

    def encode(self) -> bytes:
        """Raises ValueError for a number above 16383."""
        return struct.pack(">I4x", len(self.numbers) * _LUN_BYTES) + b"".join(map(_lun, self.numbers))

    @classmethod
    def decode(cls, data: bytes) -> "UnitNumbers":
        """Raises WireDamaged for an answer without its header; a number that was cut is left out."""
        require(data, _HEADER_BYTES, "list of logical units")
        (length,) = struct.unpack_from(">I", data)
        body = bytes(data[_HEADER_BYTES : _HEADER_BYTES + length])
        found: dict[int, None] = {}
        for at in range(0, len(body) - _LUN_BYTES + 1, _LUN_BYTES):
            number = _number(body[at : at + _LUN_BYTES])
            if number is not None:
                found[number] = None
        return cls(tuple(found))


def _lun(number: int) -> bytes:
    if not 0 <= number <= _FLAT_MAX:
        raise ValueError(f"logical unit {number} has no number of one level")
    first = bytes([0, number]) if number < 256 else (_FLAT << 14 | number).to_bytes(2, "big")
    return first + bytes(6)


def _number(lun: bytes) -> int | None:
    method = lun[0] >> 6
    if any(lun[2:]):
        return None
    if method == _PERIPHERAL:
        return None if lun[0] else lun[1]
    return int.from_bytes(lun[:2], "big") & _FLAT_MAX if method == _FLAT else None
