"""UDF descriptors as bytes: values in, one descriptor out. The writer's half; the reader parses on its own.

Every function returns the descriptor without the zeros that fill its sector. Sections of ECMA-167 are
quoted as part/section.
"""

import binascii
import struct
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from backends.optical.udf import constants as udf
from backends.optical.udf.names import dstring, encode_cs0

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS_MIN = int((datetime(1, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds())
_SECONDS_MAX = int((datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC) - _EPOCH).total_seconds())
_CHARACTERS = b"\0" + b"OSTA Compressed Unicode".ljust(63, b"\0")
#: System class and identifier of UDF 6.3: Unix, Linux. Fixed, so that images do not depend on the host.
_SYSTEM = b"\x04\x05"
#: Nobody in particular: the uid and gid for "not specified" (UDF 2.3.6.1).
_NOBODY = 0xFFFFFFFF
#: Read for owner, group and others; folders may be searched too (4/14.9.5).
_READ = 0x1084
_READ_AND_SEARCH = 0x14A5


def tag(identifier: int, location: int, body: bytes) -> bytes:
    """Descriptor tag and body (3/7.2): CRC of the body, checksum of the other fifteen tag bytes."""
    crc = binascii.crc_hqx(body, 0)
    head = struct.pack("<HH", identifier, udf.DESCRIPTOR_VERSION)
    rest = struct.pack("<BHHHI", 0, 1, crc, len(body), location)
    return head + bytes([sum(head + rest) & 0xFF]) + rest + body


def timestamp(seconds: int) -> bytes:
    """Seconds since 1970 as UTC (1/7.3), held within the years 1 to 9999 that the field can say."""
    when = _EPOCH + timedelta(seconds=min(max(seconds, _SECONDS_MIN), _SECONDS_MAX))
    date = (when.year, when.month, when.day, when.hour, when.minute, when.second)
    return struct.pack("<HHBBBBBBBB", 1 << 12, *date, 0, 0, 0)


def entity(identifier: bytes, suffix: bytes) -> bytes:
    """An entity identifier (1/7.4): flags 0, 23 characters, 8 bytes of suffix (UDF 2.1.5)."""
    return b"\0" + identifier.ljust(23, b"\0") + suffix.ljust(8, b"\0")


_IMPLEMENTATION = entity(udf.IMPLEMENTATION_IDENTIFIER, _SYSTEM)
#: Domain flags 3: the whole volume is write-protected, by hardware and by software (UDF 2.1.5.3).
_DOMAIN = entity(udf.DOMAIN_IDENTIFIER, struct.pack("<HB", udf.UDF_REVISION, 3))


def recognition_sequence() -> bytes:
    """Three sectors that say "here is UDF" (2/9.1): BEA01, NSR03, TEA01."""
    kinds = (b"BEA01", b"NSR03", b"TEA01")
    return b"".join((b"\0" + kind + b"\x01").ljust(udf.SECTOR_BYTES, b"\0") for kind in kinds)


def anchor(location: int, main_sector: int, reserve_sector: int) -> bytes:
    """Anchor volume descriptor pointer (3/10.2): where both volume descriptor sequences lie."""
    length = udf.SEQUENCE_SECTORS * udf.SECTOR_BYTES
    extents = struct.pack("<IIII", length, main_sector, length, reserve_sector)
    return tag(udf.TAG_ANCHOR, location, extents + bytes(480))


def volume_sequence(
    location: int, *, label: str, identifier: str, timestamp_s: int, partition_sectors: int
) -> bytes:
    """One whole volume descriptor sequence of sixteen sectors (3/8.4), to be placed at sector `location`."""
    bodies = (
        (udf.TAG_PRIMARY_VOLUME, _primary(label, identifier, timestamp_s)),
        (udf.TAG_IMPLEMENTATION_USE, _volume_information(label)),
        (udf.TAG_PARTITION, _partition(partition_sectors)),
        (udf.TAG_LOGICAL_VOLUME, _logical_volume(label)),
        (udf.TAG_UNALLOCATED_SPACE, struct.pack("<II", 5, 0)),
        (udf.TAG_TERMINATING, bytes(496)),
    )
    sectors = (
        tag(kind, location + number, body).ljust(udf.SECTOR_BYTES, b"\0")
        for number, (kind, body) in enumerate(bodies)
    )
    return b"".join(sectors).ljust(udf.SEQUENCE_SECTORS * udf.SECTOR_BYTES, b"\0")


def _primary(label: str, identifier: str, timestamp_s: int) -> bytes:
    """3/10.1: interchange level 2 of at most 3, one volume in its set (UDF 2.2.2)."""
    return (
        struct.pack("<II", 1, 0)
        + dstring(label, 32)
        + struct.pack("<HHHHII", 1, 1, 2, 3, 1, 1)
        + dstring(identifier + label, 128)
        + _CHARACTERS * 2
        + bytes(16)
        + _IMPLEMENTATION
        + timestamp(timestamp_s)
        + _IMPLEMENTATION
        + bytes(64 + 4 + 2 + 22)
    )


def _volume_information(label: str) -> bytes:
    """3/10.4 with the contents of UDF 2.2.7."""
    revision = struct.pack("<H", udf.UDF_REVISION) + _SYSTEM
    return (
        struct.pack("<I", 2)
        + entity(udf.LOGICAL_VOLUME_INFO, revision)
        + _CHARACTERS
        + dstring(label, udf.LABEL_FIELD_BYTES)
        + bytes(3 * 36)
        + _IMPLEMENTATION
        + bytes(128)
    )


def _partition(sectors: int) -> bytes:
    """3/10.5: partition 0, allocated, access type 1 (read-only), no space tables."""
    return (
        struct.pack("<IHH", 3, 1, 0)
        + entity(udf.PARTITION_CONTENTS, b"")
        + bytes(128)
        + struct.pack("<III", 1, udf.PARTITION_SECTOR, sectors)
        + _IMPLEMENTATION
        + bytes(128 + 156)
    )


def _logical_volume(label: str) -> bytes:
    """3/10.6 with one type 1 partition map; the file set lies at block 0 of the partition (UDF 2.2.4)."""
    return (
        struct.pack("<I", 4)
        + _CHARACTERS
        + dstring(label, udf.LABEL_FIELD_BYTES)
        + struct.pack("<I", udf.SECTOR_BYTES)
        + _DOMAIN
        + _long_ad(2 * udf.SECTOR_BYTES, 0, 0)
        + struct.pack("<II", 6, 1)
        + _IMPLEMENTATION
        + bytes(128)
        + struct.pack("<II", udf.INTEGRITY_SECTORS * udf.SECTOR_BYTES, udf.INTEGRITY_SECTOR)
        + struct.pack("<BBHH", 1, 6, 1, 0)
    )


def integrity(
    *, timestamp_s: int, next_unique_id: int, partition_sectors: int, files: int, folders: int
) -> bytes:
    """Logical volume integrity descriptor, closed (3/10.10, UDF 2.2.6); `folders` counts the root too."""
    use = _IMPLEMENTATION + struct.pack("<II", files, folders) + struct.pack("<HHH", *[udf.UDF_REVISION] * 3)
    body = (
        timestamp(timestamp_s)
        + struct.pack("<I8xQ24x", 1, next_unique_id)
        + struct.pack("<IIII", 1, len(use), 0, partition_sectors)
        + use
    )
    return tag(udf.TAG_INTEGRITY, udf.INTEGRITY_SECTOR, body)


def terminator(location: int) -> bytes:
    """Terminating descriptor (3/10.9), which ends a sequence of descriptors."""
    return tag(udf.TAG_TERMINATING, location, bytes(496))


def file_set(*, label: str, timestamp_s: int, root_block: int) -> bytes:
    """File set descriptor at block 0 of the partition (4/14.1, UDF 2.3.2)."""
    body = (
        timestamp(timestamp_s)
        + struct.pack("<HHIIII", 3, 3, 1, 1, 0, 0)
        + _CHARACTERS
        + dstring(label, udf.LABEL_FIELD_BYTES)
        + _CHARACTERS
        + dstring(label, 32)
        + bytes(64)
        + _long_ad(udf.SECTOR_BYTES, root_block, 0)
        + _DOMAIN
        + bytes(16 + 16 + 32)
    )
    return tag(udf.TAG_FILE_SET, 0, body)


def _long_ad(length: int, block: int, unique_id: int) -> bytes:
    """4/14.14.2 in partition 0; the unique id of the file goes into the implementation use (UDF 2.3.4.3)."""
    return struct.pack("<IIHHI", length, block, 0, 0, unique_id & 0xFFFFFFFF)


def file_entry(
    block: int,
    *,
    is_directory: bool,
    size_bytes: int,
    mtime_s: int,
    unique_id: int,
    links: int,
    extents: Sequence[tuple[int, int]],
) -> bytes:
    """File entry at partition block `block` (4/14.9, UDF 2.3.6), strategy 4, short allocation descriptors.

    `extents` are (partition block, bytes); all but the last are whole blocks. `links` counts the file
    identifier descriptors that name this entry, parent entries among them.
    """
    kind = udf.FILE_TYPE_DIRECTORY if is_directory else udf.FILE_TYPE_REGULAR
    blocks = -(-size_bytes // udf.SECTOR_BYTES)
    allocation = b"".join(struct.pack("<II", length, start) for start, length in extents)
    body = (
        struct.pack("<IHHHBB6sH", 0, 4, 0, 1, 0, kind, bytes(6), 0)
        + struct.pack("<III", _NOBODY, _NOBODY, _READ_AND_SEARCH if is_directory else _READ)
        + struct.pack("<HBBIQQ", links, 0, 0, 0, size_bytes, blocks)
        + timestamp(mtime_s) * 3
        + struct.pack("<I16x", 1)
        + _IMPLEMENTATION
        + struct.pack("<QII", unique_id, 0, len(allocation))
        + allocation
    )
    return tag(udf.TAG_FILE_ENTRY, block, body)


def file_identifier(
    block: int, *, name: str | None, entry_block: int, unique_id: int, is_directory: bool
) -> bytes:
    """File identifier descriptor that begins in partition block `block` (4/14.4); name None: the parent."""
    identifier = b"" if name is None else encode_cs0(name)
    marks = udf.CHARACTERISTIC_DIRECTORY if is_directory else 0
    marks |= udf.CHARACTERISTIC_PARENT if name is None else 0
    body = (
        struct.pack("<HBB", 1, marks, len(identifier))
        + _long_ad(udf.SECTOR_BYTES, entry_block, unique_id)
        + struct.pack("<H", 0)
        + identifier
    )
    return tag(udf.TAG_FILE_IDENTIFIER, block, body + bytes(-len(body) % 4))


def file_identifier_bytes(name: str | None) -> int:
    """Length of the file identifier descriptor for `name` (None: the parent), padded to four bytes."""
    length = udf.FILE_IDENTIFIER_FIXED_BYTES + (0 if name is None else len(encode_cs0(name)))
    return (length + 3) // 4 * 4
