"""Extra fields of a zip entry: large sizes, times in UTC, names in Unicode (APPNOTE 4.5, Info-ZIP). Pure."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

_ZIP64: Final = 0x0001
_NTFS: Final = 0x000A
_TIMESTAMP: Final = 0x5455
_UNICODE_PATH: Final = 0x7075
#: 1601-01-01 to 1970-01-01, in units of 100 ns.
_NTFS_EPOCH: Final = 116_444_736_000_000_000
_ALL_ONES_32: Final = 0xFFFFFFFF


class BrokenField(ValueError):
    """An extra field is shorter than it says, or lacks what the header promises."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """What a central header says of lengths and place, in bytes."""

    unpacked: int
    packed: int
    offset: int


def fields_of(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """(id, data) of every field; fewer than 4 bytes at the end are padding. Raises BrokenField."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        at += 4
        if at + length > len(extra):
            raise BrokenField
        yield kind, extra[at : at + length]
        at += length


def real_sizes(fields: dict[int, bytes], written: Sizes) -> Sizes:
    """The lengths of zip64 where the old fields are full (APPNOTE 4.5.3). Raises BrokenField."""
    data, at, found = fields.get(_ZIP64, b""), 0, []
    for value in (written.unpacked, written.packed, written.offset):
        if value == _ALL_ONES_32 and _ZIP64 in fields:
            if at + 8 > len(data):
                raise BrokenField
            value = struct.unpack_from("<Q", data, at)[0]
            at += 8
        found.append(value)
    return Sizes(*found)


def unicode_path(fields: dict[int, bytes], raw_name: bytes) -> str | None:
    """The name in UTF-8 that Info-ZIP puts beside the old one, when it belongs to this very name."""
    data = fields.get(_UNICODE_PATH, b"")
    if len(data) < 5 or data[0] != 1 or struct.unpack_from("<I", data, 1)[0] != zlib.crc32(raw_name):
        return None
    try:
        return data[5:].decode("utf-8")
    except UnicodeDecodeError:
        return None


def mtime_ns(fields: dict[int, bytes], date: int, time: int) -> int:
    """When it was changed: the most exact time there is. The old field knows no zone and is read as UTC."""
    ntfs = fields.get(_NTFS, b"")
    if len(ntfs) >= 32 and struct.unpack_from("<HH", ntfs, 4) == (1, 24) and any(ntfs[8:16]):
        return int((struct.unpack_from("<Q", ntfs, 8)[0] - _NTFS_EPOCH) * 100)
    stamp = fields.get(_TIMESTAMP, b"")
    if len(stamp) >= 5 and stamp[0] & 1:
        return int(struct.unpack_from("<i", stamp, 1)[0]) * 10**9
    try:
        then = datetime(
            1980 + (date >> 9),
            date >> 5 & 15,
            date & 31,
            time >> 11,
            time >> 5 & 63,
            (time & 31) * 2,
            tzinfo=UTC,
        )
    except ValueError:
        then = datetime(1980, 1, 1, tzinfo=UTC)
    return int(then.timestamp()) * 10**9
