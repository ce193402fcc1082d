"""Cartridge memory: READ ATTRIBUTE, WRITE ATTRIBUTE and the attributes we know (SPC-4 6.17, 6.41, 7.4). Pure."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

from backends.interface import AttributeFormat, CartridgeMemory, MamAttribute
from backends.tape.densities import MAM_CLEANING, MAM_WORM
from devices.scsi import require, require_command

MEBIBYTE = 1 << 20
_READ_ONLY = 0x80


class Attribute(IntEnum):
    """Numbers of attributes (SPC-4 table 380 and after): by the drive, by the maker, by the host."""

    REMAINING_MIB = 0x0000
    CAPACITY_MIB = 0x0001
    ALERT_FLAGS = 0x0002
    LOADS = 0x0003
    ASSIGNING_ORGANIZATION = 0x0005
    DENSITY = 0x0006
    WRITTEN_LIFE_MIB = 0x0220
    READ_LIFE_MIB = 0x0221
    WRITTEN_LOAD_MIB = 0x0222
    READ_LOAD_MIB = 0x0223
    MANUFACTURER = 0x0400
    SERIAL = 0x0401
    MEDIUM_DENSITY = 0x0405
    MANUFACTURE_DATE = 0x0406
    MEDIUM_TYPE = 0x0408
    APPLICATION_VENDOR = 0x0800
    APPLICATION_NAME = 0x0801
    APPLICATION_VERSION = 0x0802
    USER_LABEL = 0x0803
    LAST_WRITTEN = 0x0804
    TEXT_LOCALE = 0x0805
    BARCODE = 0x0806
    OWNER_HOST = 0x0807
    MEDIA_POOL = 0x0808
    FORMAT_VERSION = 0x080B
    MEDIUM_GUID = 0x0820


#: Host attributes (0800h to 0BFFh) with the form and the bytes that the standard fixes for them.
HOST_ATTRIBUTES: dict[int, tuple[AttributeFormat, int]] = {
    Attribute.APPLICATION_VENDOR: (AttributeFormat.ASCII, 8),
    Attribute.APPLICATION_NAME: (AttributeFormat.ASCII, 32),
    Attribute.APPLICATION_VERSION: (AttributeFormat.ASCII, 8),
    Attribute.USER_LABEL: (AttributeFormat.TEXT, 160),
    Attribute.LAST_WRITTEN: (AttributeFormat.ASCII, 12),
    Attribute.TEXT_LOCALE: (AttributeFormat.BINARY, 1),
    Attribute.BARCODE: (AttributeFormat.ASCII, 32),
    Attribute.OWNER_HOST: (AttributeFormat.TEXT, 80),
    Attribute.MEDIA_POOL: (AttributeFormat.TEXT, 160),
    Attribute.FORMAT_VERSION: (AttributeFormat.ASCII, 16),
    Attribute.MEDIUM_GUID: (AttributeFormat.BINARY, 36),
}

#: Values of TEXT_LOCALE, the letters in which every TEXT attribute of the chip is written (SPC-4 7.4): here UTF-8.
LOCALE_UTF8 = b"\x81"


@dataclass(frozen=True, slots=True)
class ReadAttribute:
    """READ ATTRIBUTE for the values of all attributes from `first` on."""

    OPCODE: ClassVar[int] = 0x8C
    first: int = 0
    allocation: int = 32 * 1024

    def encode(self) -> bytes:
        return struct.pack(">BB6xHI2x", self.OPCODE, 0, self.first, self.allocation)

    @classmethod
    def decode(cls, cdb: bytes) -> "ReadAttribute":
        require_command(cdb, cls.OPCODE, 16, "READ ATTRIBUTE")
        _, _, first, allocation = struct.unpack(">BB6xHI2x", cdb)
        return cls(first, allocation)


@dataclass(frozen=True, slots=True)
class WriteAttribute:
    """WRITE ATTRIBUTE through to the chip; the attributes are its data, `length` bytes."""

    OPCODE: ClassVar[int] = 0x8D
    length: int

    def encode(self) -> bytes:
        return struct.pack(">BB8xI2x", self.OPCODE, 1, self.length)

    @classmethod
    def decode(cls, cdb: bytes) -> "WriteAttribute":
        require_command(cdb, cls.OPCODE, 16, "WRITE ATTRIBUTE")
        return cls(struct.unpack(">BB8xI2x", cdb)[2])


def encode_attributes(attributes: Iterable[MamAttribute]) -> bytes:
    """The parameter data of both commands: a length, and the attributes one after the other."""
    body = b"".join(
        struct.pack(
            ">HBH", one.identifier, one.format.value | (_READ_ONLY if one.read_only else 0), len(one.value)
        )
        + one.value
        for one in attributes
    )
    return struct.pack(">I", len(body)) + body


def decode_attributes(data: bytes) -> tuple[MamAttribute, ...]:
    """All whole attributes. A length that is larger than what came is clipped: some drives give the allocation."""
    require(data, 4, "attribute data")
    end = min(len(data), 4 + int.from_bytes(data[:4], "big"))
    attributes = []
    at = 4
    while at + 5 <= end:
        identifier, flags, length = struct.unpack_from(">HBH", data, at)
        value = bytes(data[at + 5 : min(end, at + 5 + length)])
        form = flags & 0x03
        if len(value) == length and form <= AttributeFormat.TEXT.value:
            attributes.append(
                MamAttribute(identifier, AttributeFormat(form), value, bool(flags & _READ_ONLY))
            )
        at += 5 + length
    return tuple(attributes)


def host_attribute(identifier: int, value: str | bytes) -> MamAttribute:
    """A host attribute ready to be written: padded to the length that the standard fixes; empty removes it.

    Raises ValueError for an attribute that is no host's, that we do not know, or a value that does not fit.
    """
    known = HOST_ATTRIBUTES.get(identifier)
    if known is None:
        raise ValueError(f"attribute {identifier:04x}h is none that a host may set")
    form, length = known
    if isinstance(value, str):
        if form is AttributeFormat.BINARY:
            raise ValueError(f"attribute {identifier:04x}h takes bytes, not text")
        encoded = value.encode("utf-8" if form is AttributeFormat.TEXT else "ascii", errors="strict")
    else:
        encoded = bytes(value)
    if len(encoded) > length:
        raise ValueError(f"attribute {identifier:04x}h holds {length} bytes, not {len(encoded)}")
    if not encoded:
        return MamAttribute(identifier, form, b"")
    filling = {AttributeFormat.ASCII: b" ", AttributeFormat.TEXT: b"\0", AttributeFormat.BINARY: b"\0"}[form]
    return MamAttribute(identifier, form, encoded.ljust(length, filling))


def memory_of(attributes: tuple[MamAttribute, ...]) -> CartridgeMemory:
    """The values that we use, and all the rest beside them."""
    by_number = {one.identifier: one for one in attributes}

    def number(identifier: int) -> int | None:
        found = by_number.get(identifier)
        return found.number if found is not None and found.value else None

    def mebibytes(identifier: int) -> int | None:
        count = number(identifier)
        return None if count is None else count * MEBIBYTE

    def text(identifier: int) -> str:
        found = by_number.get(identifier)
        return "" if found is None else found.text

    medium_type = number(Attribute.MEDIUM_TYPE)
    return CartridgeMemory(
        capacity_bytes=mebibytes(Attribute.CAPACITY_MIB),
        remaining_bytes=mebibytes(Attribute.REMAINING_MIB),
        loads=number(Attribute.LOADS),
        written_life_bytes=mebibytes(Attribute.WRITTEN_LIFE_MIB),
        read_life_bytes=mebibytes(Attribute.READ_LIFE_MIB),
        manufacturer=text(Attribute.MANUFACTURER),
        serial=text(Attribute.SERIAL),
        barcode=text(Attribute.BARCODE),
        density_code=number(Attribute.MEDIUM_DENSITY),
        worm=medium_type == MAM_WORM,
        cleaning=medium_type == MAM_CLEANING,
        attributes=attributes,
    )
