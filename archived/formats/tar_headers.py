"""Headers of a tar archive, read strictly (POSIX.1-2017 pax: "ustar" and "pax Interchange Format"; GNU). Pure."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from archived.formats.archive_entry import NotUnpacked
from archived.formats.whole_numbers import whole
from archived.language import _

BLOCK_BYTES: Final = 512
#: Extended headers and long names are held in memory; none is larger than this.
META_BYTES_MAX: Final = 1 << 20

#: Kinds of a header by its type letter.
FILES: Final = b"0\x007"
HARD_LINK: Final = b"1"
SYMBOLIC_LINK: Final = b"2"
FOLDER: Final = b"5"
SPECIAL: Final = {b"3": "character device", b"4": "block device", b"6": "pipe"}
PAX: Final = b"xX"
PAX_GLOBAL: Final = b"g"
GNU_NAME: Final = b"L"
GNU_TARGET: Final = b"K"
VOLUME_LABEL: Final = b"V"
SPARSE: Final = b"S"
CONTINUED: Final = b"M"

_ZEROS: Final = bytes(BLOCK_BYTES)
_SUM_AT: Final = slice(148, 156)
#: Seconds of more digits lie outside of every calendar.
_DECIMAL = re.compile(rb"(-?)(\d{1,18})(?:\.(\d*))?")


@dataclass(frozen=True, slots=True)
class RawHeader:
    """One block of 512 bytes as it stands."""

    name: bytes
    mode: int
    size_bytes: int
    mtime_ns: int
    letter: bytes
    target: bytes

    @property
    def is_meta(self) -> bool:
        """True when it only says something of what follows it."""
        return self.letter in PAX or self.letter in (PAX_GLOBAL, GNU_NAME, GNU_TARGET, VOLUME_LABEL)


def read_header(block: bytes) -> RawHeader | None:
    """A header, or None for a block of zeros. Raises NotUnpacked when it is neither."""
    if block == _ZEROS:
        return None
    try:
        written = _number(block[_SUM_AT])
        plain = block[: _SUM_AT.start] + b" " * 8 + block[_SUM_AT.stop :]
        # Some old systems added up signed bytes.
        if written not in (sum(plain), sum(byte - 256 if byte > 127 else byte for byte in plain)):
            raise ValueError
        name, letter = _text(block[:100]), block[156:157]
        if block[257:263] == b"ustar\0" and (prefix := _text(block[345:500])):
            name = prefix + b"/" + name
        # Before ustar a folder was a file whose name ends so.
        if letter in (b"0", b"\0") and name.endswith(b"/"):
            letter = FOLDER
        return RawHeader(
            name,
            _number(block[100:108]) & 0o7777,
            _number(block[124:136]),
            _number(block[136:148]) * 10**9,
            letter,
            _text(block[157:257]),
        )
    except ValueError as error:
        raise NotUnpacked(_("the tar archive is damaged: a header in it is none")) from error


def read_pax(data: bytes) -> dict[bytes, bytes]:
    """The records of an extended header, by keyword. Raises NotUnpacked."""
    records: dict[bytes, bytes] = {}
    at = 0
    while at < len(data):
        space = data.find(b" ", at, at + 20)
        length = data[at:space] if space > 0 else b""
        if not length.isdigit():
            raise NotUnpacked(_broken())
        end = at + int(length)
        keyword, equals, value = data[space + 1 : end - 1].partition(b"=")
        if not equals or end > len(data) or data[end - 1 : end] != b"\n":
            raise NotUnpacked(_broken())
        records[keyword] = value
        at = end
    return records


def pax_number(records: Mapping[bytes, bytes], keyword: bytes) -> int | None:
    """A whole number of a record, or None when it is not there. Raises NotUnpacked."""
    value = records.get(keyword)
    if value is None or not value:
        return None
    try:
        return whole(value)
    except ValueError:
        raise NotUnpacked(_broken()) from None


def pax_time_ns(records: Mapping[bytes, bytes], keyword: bytes) -> int | None:
    """A time of a record, in nanoseconds, or None when it is not there. Raises NotUnpacked."""
    value = records.get(keyword)
    if value is None or not value:
        return None
    found = _DECIMAL.fullmatch(value)
    if found is None:
        raise NotUnpacked(_broken())
    size = int(found[2]) * 10**9 + int((found[3] or b"").ljust(9, b"0")[:9])
    return -size if found[1] else size


def is_sparse(header: RawHeader, records: Mapping[bytes, bytes]) -> bool:
    """True for a file of which only parts are in the archive, in any of GNU's four forms."""
    return header.letter == SPARSE or any(keyword.startswith(b"GNU.sparse.") for keyword in records)


def name_of(raw: bytes) -> str:
    """A name as `os.fsdecode` has it on a system of UTF-8."""
    return os.fsdecode(raw) if raw.isascii() else raw.decode("utf-8", "surrogateescape")


def padded(size_bytes: int) -> int:
    """Bytes that content of this size takes in the archive."""
    return -(-size_bytes // BLOCK_BYTES) * BLOCK_BYTES


def _number(field: bytes) -> int:
    """Octal digits, or base 256 where the first bit is set (GNU). Raises ValueError."""
    if field[0] & 0x80:
        value = int.from_bytes(field, "big", signed=False) & ~(0x80 << 8 * (len(field) - 1))
        return value - (1 << 8 * len(field) - 1) if field[0] & 0x40 else value
    digits = field.strip(b" \0")
    return int(digits, 8) if digits else 0


def _text(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def _broken() -> str:
    return _("the tar archive is damaged: an extended header in it cannot be read")
