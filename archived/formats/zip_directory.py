"""The directory of a zip archive: where it ends, and what it lists (APPNOTE 6.3.10, zip64 too). Pure.

Read strictly: what two readers could understand in two ways is refused, for nobody would know later which of them
was meant.
"""

import struct
from dataclasses import dataclass
from typing import Any, Final

from archived.formats.archive_entry import NotUnpacked
from archived.formats.zip_fields import BrokenField, Sizes, fields_of, mtime_ns, real_sizes, unicode_path
from archived.language import _

#: The last record of an archive and its longest comment: so many bytes must be looked at.
TAIL_BYTES: Final = 22 + 0xFFFF + 20 + 56
LOCAL_BYTES: Final = 30

_END = struct.Struct("<4sHHHHLLH")
_END64_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQHHLLQQQQ")
_CENTRAL = struct.Struct("<4sHHHHHHLLLHHHHHLL")
_LOCAL = struct.Struct("<4sHHHHHLLLHH")

_ENCRYPTED: Final = 1 << 0
_LENGTHS_FOLLOW: Final = 1 << 3
_PATCH: Final = 1 << 5
_STRONG: Final = 1 << 6
_UTF8: Final = 1 << 11
_MASKED: Final = 1 << 13
_AES: Final = 99
#: The longest record that may follow an entry whose lengths were not known before it.
_DESCRIPTOR_BYTES_MAX: Final = 24


@dataclass(frozen=True, slots=True)
class End:
    """The last record."""

    entries: int
    directory_offset: int
    directory_bytes: int
    comment: bytes


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """One entry as the directory lists it."""

    raw_name: bytes
    #: The name where it is beyond doubt (ASCII, UTF-8 by flag or extra field), else None.
    name: str | None
    #: The system that made it: 3 is Unix, 0 is FAT.
    system: int
    flags: int
    method: int
    crc: int
    sizes: Sizes
    mtime_ns: int
    external: int

    @property
    def is_encrypted(self) -> bool:
        return bool(self.flags & (_ENCRYPTED | _STRONG | _MASKED)) or self.method == _AES

    @property
    def is_patch(self) -> bool:
        return bool(self.flags & _PATCH)


def read_end(tail: bytes, size_bytes: int) -> End:
    """Where the directory lies, from the last bytes of the archive. Raises NotUnpacked.

    Args:
        tail: the last TAIL_BYTES of the archive, or all of it.
        size_bytes: of the whole archive.
    """
    at = _find_end(tail)
    (_sig, disk, directory_disk, here, entries, directory_bytes, offset, _length) = _END.unpack_from(tail, at)
    start = size_bytes - len(tail) + at
    locator = at - _END64_LOCATOR.size
    if locator >= 0 and tail.startswith(b"PK\x06\x07", locator):
        _sig, disk, offset64, disks = _END64_LOCATOR.unpack_from(tail, locator)
        start = size_bytes - len(tail) + locator - _END64.size
        record = start - (size_bytes - len(tail))
        if disks > 1 or disk:
            raise NotUnpacked(_several_volumes())
        if offset64 != start or record < 0 or not tail.startswith(b"PK\x06\x06", record):
            raise NotUnpacked(_("the zip archive is damaged: its zip64 record is not where it says"))
        found = _END64.unpack_from(tail, record)
        disk, directory_disk, here, entries, directory_bytes, offset = found[4:]
    if disk or directory_disk or here != entries:
        raise NotUnpacked(_several_volumes())
    if offset + directory_bytes != start:
        raise NotUnpacked(
            _(
                "the zip archive is damaged, or another file stands before it: its directory ends at byte {there}, "
                "and its last record begins at {start}"
            ).format(there=offset + directory_bytes, start=start)
        )
    return End(entries, offset, directory_bytes, tail[at + _END.size :])


def read_directory(data: bytes, entries: int) -> list[ZipEntry]:
    """What the directory lists. Raises NotUnpacked when it is not exactly so many entries."""
    found: list[ZipEntry] = []
    at = 0
    try:
        for _number in range(entries):
            head = _CENTRAL.unpack_from(data, at)
            name_end = at + _CENTRAL.size + head[10]
            extra_end = name_end + head[11]
            end = extra_end + head[12]
            if head[0] != b"PK\x01\x02" or end > len(data):
                raise BrokenField
            if head[13] not in (0, 0xFFFF):
                raise NotUnpacked(_several_volumes())
            found.append(_entry(head, data[at + _CENTRAL.size : name_end], data[name_end:extra_end]))
            at = end
    except (struct.error, BrokenField) as error:
        raise NotUnpacked(
            _("the zip archive is damaged: entry {number} of its directory cannot be read").format(
                number=len(found) + 1
            )
        ) from error
    if at != len(data):
        raise NotUnpacked(
            _("the zip archive is damaged: its directory holds more than the entries that it counts")
        )
    return found


def data_offset(entry: ZipEntry, local: bytes, name: bytes) -> int:
    """Where the bytes of an entry begin, from the header before them.

    Args:
        local: the first LOCAL_BYTES at the entry's offset.
        name: as many bytes as the entry's name has, after them.

    Raises:
        NotUnpacked: the two headers of the entry do not say the same.
    """
    try:
        head = _LOCAL.unpack(local)
    except struct.error as error:
        raise NotUnpacked(_contradiction(entry)) from error
    signature, _need, flags, method, _time, _date, crc, packed, unpacked, name_bytes, extra_bytes = head
    alike = signature == b"PK\x03\x04" and method == entry.method and name == entry.raw_name
    alike = alike and name_bytes == len(name) and not (flags ^ entry.flags) & (_ENCRYPTED | _UTF8)
    if not flags & _LENGTHS_FOLLOW:
        written = ((crc, entry.crc), (packed, entry.sizes.packed), (unpacked, entry.sizes.unpacked))
        alike = alike and all(here in (there, 0xFFFFFFFF) for here, there in written)
    if not alike:
        raise NotUnpacked(_contradiction(entry))
    return entry.sizes.offset + LOCAL_BYTES + int(name_bytes) + int(extra_bytes)


def unclaimed_bytes(entries: list[ZipEntry], starts: list[int], directory_offset: int) -> int:
    """Bytes before the directory that belong to no entry.

    Args:
        starts: where the bytes of each entry begin.

    Raises:
        NotUnpacked: two entries share bytes, or one reaches into the directory.
    """
    spans = sorted(zip(entries, starts, strict=True), key=lambda span: span[0].sizes.offset)
    unclaimed = reached = slack = 0
    for entry, start in spans:
        gap = entry.sizes.offset - reached
        if gap < 0:
            raise NotUnpacked(_overlap())
        unclaimed += gap if gap > slack else 0
        reached = start + entry.sizes.packed
        slack = _DESCRIPTOR_BYTES_MAX if entry.flags & _LENGTHS_FOLLOW else 0
    if reached > directory_offset:
        raise NotUnpacked(_overlap())
    gap = directory_offset - reached
    return unclaimed + (gap if gap > slack else 0)


def _find_end(tail: bytes) -> int:
    """Where the last record begins: the one whose comment ends with the archive."""
    at = tail.rfind(b"PK\x05\x06")
    seen = at >= 0
    while at >= 0:
        if at + _END.size <= len(tail) and at + _END.size + _END.unpack_from(tail, at)[7] == len(tail):
            return at
        at = tail.rfind(b"PK\x05\x06", 0, at)
    if seen:
        raise NotUnpacked(_("the zip archive is damaged, or something follows its end"))
    raise NotUnpacked(_("the zip archive is cut off, or is one part of several: its directory is not there"))


def _entry(head: tuple[Any, ...], raw_name: bytes, extra: bytes) -> ZipEntry:
    _sig, made_by, _need, flags, method, time, date, crc, packed, unpacked = head[:10]
    external, offset = head[15:17]
    fields = dict(fields_of(extra))
    return ZipEntry(
        raw_name,
        _name(raw_name, flags, fields),
        made_by >> 8,
        flags,
        method,
        crc,
        real_sizes(fields, Sizes(unpacked, packed, offset)),
        mtime_ns(fields, date, time),
        external,
    )


def _name(raw_name: bytes, flags: int, fields: dict[int, bytes]) -> str | None:
    if flags & _UTF8 or raw_name.isascii():
        try:
            return raw_name.decode("utf-8")
        except UnicodeDecodeError:
            return None
    return unicode_path(fields, raw_name)


def _several_volumes() -> str:
    return _("the zip archive is one part of several; join them first")


def _overlap() -> str:
    return _("the zip archive is damaged or made to deceive: some of its entries share their bytes")


def _contradiction(entry: ZipEntry) -> str:
    return _("the zip archive is damaged: the two headers of {name} do not say the same").format(
        name=ascii(entry.raw_name)[2:-1] if entry.name is None else entry.name
    )
