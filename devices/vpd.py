"""Vital product data page 83h (SPC-4 7.8.6): the designators of a device. Bytes and values only, no I/O.

A changer describes the drive behind one of its elements by one designator of the same layout (SMC-3, DVCID).
"""

import struct
from dataclasses import dataclass
from enum import IntEnum, unique
from typing import ClassVar

from devices.failures import WireDamaged
from devices.scsi import ascii_text, require

_HEAD = struct.Struct(">BBxB")
_BINARY = 1


@unique
class DesignatorKind(IntEnum):
    """Designator types that name a logical unit (SPC-4 table 590)."""

    VENDOR_SPECIFIC = 0
    T10_VENDOR_ID = 1
    EUI_64 = 2
    NAA = 3
    SCSI_NAME = 8


@dataclass(frozen=True, slots=True)
class Designator:
    """One name of a thing. `association` 0: of the logical unit, 1: of the port, 2: of the target device."""

    code_set: int
    kind: int
    association: int
    body: bytes

    @property
    def text(self) -> str:
        """What can be compared and shown: ASCII or UTF-8 without padding, binary as hexadecimal digits."""
        if self.code_set == _BINARY:
            return self.body.hex()
        if self.code_set == 3:
            return self.body.decode("utf-8", errors="replace").strip(" \0")
        return ascii_text(self.body)

    @property
    def names_the_unit(self) -> bool:
        return self.association == 0 and self.kind in DesignatorKind.__members__.values()

    def encode(self) -> bytes:
        head = _HEAD.pack(
            self.code_set & 0x0F, (self.association & 3) << 4 | self.kind & 0x0F, len(self.body)
        )
        return head + self.body


def decode_designator(data: bytes) -> Designator | None:
    """The designator at the beginning of `data`; None where there is none, or it was cut short."""
    if len(data) < _HEAD.size:
        return None
    code_set, kind, length = _HEAD.unpack_from(data)
    body = bytes(data[_HEAD.size : _HEAD.size + length])
    if not length or len(body) < length:
        return None
    return Designator(code_set & 0x0F, kind & 0x0F, kind >> 4 & 3, body)


@dataclass(frozen=True, slots=True)
class DeviceIdentification:
    """Vital product data page 83h; what of it was cut short is left out."""

    PAGE: ClassVar[int] = 0x83
    device_type: int
    designators: tuple[Designator, ...]

    def encode(self) -> bytes:
        body = b"".join(one.encode() for one in self.designators)
        return struct.pack(">BBH", self.device_type & 0x1F, self.PAGE, len(body)) + body

    @classmethod
    def decode(cls, data: bytes) -> "DeviceIdentification":
        """Raises WireDamaged for another page, or for one without its head."""
        require(data, 4, "device identification page")
        if data[1] != cls.PAGE:
            raise WireDamaged(f"device identification page: page {data[1]:02x} came instead")
        (length,) = struct.unpack_from(">H", data, 2)
        rest, found = bytes(data[4 : 4 + length]), []
        while len(rest) >= _HEAD.size:
            one = decode_designator(rest)
            if one is not None:
                found.append(one)
            rest = rest[_HEAD.size + rest[3] :]
        return cls(data[0] & 0x1F, tuple(found))
