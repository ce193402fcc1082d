"""Bytes that claim to be UDF, judged and taken apart: the reader's half, which trusts nothing and no writer.

Pure: one descriptor's bytes in, values out, UdfDamaged for anything that is not what it should be.
"""

import binascii
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from backends.errors import UdfDamaged
from backends.optical.udf import constants as udf

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Offset "not specified" of a timestamp (1/7.3.1); UTC is assumed.
_NO_OFFSET = -2047


@dataclass(frozen=True, slots=True)
class LogicalVolume:
    """What a volume descriptor sequence says: names, the partition, and the block of its file set."""

    label: str
    identifier: str
    partition_sector: int
    partition_sectors: int
    file_set_block: int


@dataclass(frozen=True, slots=True)
class FileEntry:
    """What a file entry says; `extents` are (partition block, bytes) and add up to `size_bytes`."""

    is_directory: bool
    size_bytes: int
    mtime_s: int
    extents: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Identifier:
    """One line of a folder: a name and the block of its file entry. `name` is None for parent and deleted."""

    name: str | None
    entry_block: int
    length: int


def tag_of(data: bytes, location: int) -> int:
    """Identifier of the descriptor that starts `data` and says that it lies at `location` (3/7.2)."""
    if len(data) < udf.TAG_BYTES:
        raise UdfDamaged(f"block {location}: too short for a descriptor")
    identifier, version, checksum, _, crc, crc_bytes, said = struct.unpack_from("<HHBxHHHI", data)
    if (sum(data[: udf.TAG_BYTES]) - checksum) & 0xFF != checksum or version not in (2, 3):
        raise UdfDamaged(f"block {location}: no descriptor")
    if said != location:
        raise UdfDamaged(f"block {location}: holds a descriptor that belongs at {said}")
    body = data[udf.TAG_BYTES : udf.TAG_BYTES + crc_bytes]
    if len(body) != crc_bytes or binascii.crc_hqx(body, 0) != crc:
        raise UdfDamaged(f"block {location}: descriptor with a wrong CRC")
    return int(identifier)


def expect(data: bytes, location: int, identifier: int) -> None:
    """Raise UdfDamaged unless a whole descriptor of this kind starts `data`."""
    if (found := tag_of(data, location)) != identifier:
        raise UdfDamaged(f"block {location}: descriptor {found} where {identifier} should be")


def anchor_of(data: bytes, sector: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Main and reserve volume descriptor sequence as (sector, bytes)."""
    expect(data, sector, udf.TAG_ANCHOR)
    main_bytes, main, reserve_bytes, reserve = struct.unpack_from("<IIII", data, 16)
    return (main, main_bytes), (reserve, reserve_bytes)


def volume_of(descriptors: dict[int, bytes]) -> LogicalVolume:
    """Join the descriptors of one sequence, by tag identifier, that were already checked one by one."""
    try:
        primary = descriptors[udf.TAG_PRIMARY_VOLUME]
        partition = descriptors[udf.TAG_PARTITION]
        logical = descriptors[udf.TAG_LOGICAL_VOLUME]
    except KeyError as missing:
        raise UdfDamaged(f"the volume descriptor sequence holds no descriptor {missing}") from None
    number, start, sectors = (
        *struct.unpack_from("<H", partition, 22),
        *struct.unpack_from("<II", partition, 188),
    )
    block_bytes = struct.unpack_from("<I", logical, 212)[0]
    map_bytes, maps = struct.unpack_from("<II", logical, 264)
    kind, length, _, mapped = struct.unpack_from("<BBHH", logical, 440)
    if block_bytes != udf.SECTOR_BYTES:
        raise UdfDamaged(f"logical blocks of {block_bytes} bytes; only {udf.SECTOR_BYTES} are understood")
    if logical[217:240].rstrip(b"\0") != udf.DOMAIN_IDENTIFIER:
        raise UdfDamaged("the logical volume is not of the OSTA UDF domain")
    if (map_bytes, maps, kind, length) != (6, 1, 1, 6) or mapped != number:
        raise UdfDamaged("the logical volume is not made of one plain partition")
    if not sectors or start + sectors > 1 << 32:
        raise UdfDamaged("the partition has no possible size")
    _, file_set, reference = struct.unpack_from("<IIH", logical, 248)
    if reference or file_set >= sectors:
        raise UdfDamaged("the file set lies outside the partition")
    return LogicalVolume(
        label=text_of(logical[84:212]),
        identifier=text_of(primary[72:200])[: udf.IDENTIFIER_CHARACTERS],
        partition_sector=start,
        partition_sectors=sectors,
        file_set_block=file_set,
    )


def root_block_of(data: bytes, block: int) -> int:
    """Block of the root's file entry, from the file set descriptor."""
    expect(data, block, udf.TAG_FILE_SET)
    return int(struct.unpack_from("<I", data, 404)[0])


def file_entry_of(data: bytes, block: int, partition_sectors: int) -> FileEntry:
    """A file entry with short allocation descriptors, all recorded and inside the partition."""
    expect(data, block, udf.TAG_FILE_ENTRY)
    kind, flags = data[27], struct.unpack_from("<H", data, 34)[0]
    if kind not in (udf.FILE_TYPE_DIRECTORY, udf.FILE_TYPE_REGULAR) or flags & 7:
        raise UdfDamaged(f"block {block}: a file entry of a kind that is not understood")
    size_bytes = struct.unpack_from("<Q", data, 56)[0]
    attributes, allocation = struct.unpack_from("<II", data, 168)
    start = udf.FILE_ENTRY_FIXED_BYTES + attributes
    if allocation % udf.SHORT_AD_BYTES or start + allocation > len(data):
        raise UdfDamaged(f"block {block}: allocation descriptors do not fit into their file entry")
    extents = []
    left = size_bytes
    for length, first in struct.iter_unpack("<II", data[start : start + allocation]):
        if not length:
            break
        if length >> 30 or length > left or (length < left and length % udf.SECTOR_BYTES):
            raise UdfDamaged(f"block {block}: an extent of length {length:#x} does not fit its file")
        if first + -(-length // udf.SECTOR_BYTES) > partition_sectors:
            raise UdfDamaged(f"block {block}: an extent leaves the partition")
        extents.append((first, length))
        left -= length
    if left:
        raise UdfDamaged(f"block {block}: extents hold {left} bytes less than the file")
    return FileEntry(kind == udf.FILE_TYPE_DIRECTORY, size_bytes, time_of(data[84:96]), tuple(extents))


def identifier_of(data: bytes, block: int) -> Identifier:
    """The file identifier descriptor that starts `data`; UdfDamaged also where `data` ends within it."""
    expect(data, block, udf.TAG_FILE_IDENTIFIER)
    if len(data) < udf.FILE_IDENTIFIER_FIXED_BYTES:
        raise UdfDamaged(f"block {block}: too short for a file identifier")
    marks, name_bytes = data[18], data[19]
    entry_block, reference = struct.unpack_from("<IH", data, 24)
    start = udf.FILE_IDENTIFIER_FIXED_BYTES + struct.unpack_from("<H", data, 36)[0]
    length = (start + name_bytes + 3) // 4 * 4
    if length > len(data) or reference:
        raise UdfDamaged(f"block {block}: a file identifier does not fit its folder")
    if marks & (udf.CHARACTERISTIC_PARENT | udf.CHARACTERISTIC_DELETED):
        return Identifier(None, entry_block, length)
    name = characters_of(data[start : start + name_bytes])
    # A name that could lead out of the folder it is unpacked into is damage or worse.
    if name in {"", ".", ".."} or "/" in name or "\0" in name:
        raise UdfDamaged(f"block {block}: {name!r} cannot be the name of a file")
    return Identifier(name, entry_block, length)


def text_of(field: bytes) -> str:
    """The characters of a dstring field, whose last byte is their length (1/7.2.12)."""
    return characters_of(field[: field[-1]]) if field[-1] else ""


def characters_of(data: bytes) -> str:
    """OSTA compressed Unicode (UDF 2.1.1)."""
    try:
        if data[:1] == b"\x08":
            return data[1:].decode("latin-1")
        if data[:1] == b"\x10":
            return data[1:].decode("utf-16-be")
    except UnicodeDecodeError:
        pass
    raise UdfDamaged(f"{data[:16]!r} is no text in compressed Unicode")


def time_of(field: bytes) -> int:
    """Seconds since 1970 of a timestamp (1/7.3); 0 for an impossible one, which must not hide a file."""
    zone, year, month, day, hour, minute, second = struct.unpack_from("<HHBBBBB", field)
    offset = (zone & 0xFFF) - (0x1000 if zone & 0x800 else 0)
    try:
        when = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        local = timedelta(minutes=0 if offset == _NO_OFFSET else offset)
        return int((when - _EPOCH - local).total_seconds())
    except (ValueError, OverflowError):
        return 0
