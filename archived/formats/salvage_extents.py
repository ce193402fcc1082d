"""extents.csv read back, and found again in a raw copy whose file system is gone."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import pairwise

from archived.formats.extents import HEAD
from archived.formats.salvage_copy import SECTOR_BYTES, Bytes, blocks

EXTENTS_PATHS = ("extents.csv", "last/extents.csv")
_ROW = re.compile(rb"\d{10},\d{15},[^\r\n\0]+\r\n")
_PIECE_BYTES = 1 << 20
#: No path is longer than UDF allows; quotes may double it.
_ROW_BYTES_MAX = 8192

#: Path → (offset in bytes of the image, size in bytes).
Places = dict[str, tuple[int, int]]


def places_of(text: bytes) -> Places:
    """What the rows of an extents.csv say, up to the first one that is none."""
    return _apart(_parsed(text)[0])


def searched(copy: Bytes) -> Places:
    """The first table in a raw copy that lies where it says that it lies; empty when there is none."""
    for offset in _heads(copy):
        length, end = 0, 0
        found: Places = {}
        # As long as rows reach the end of what was read, there may be more of them.
        while length < copy.size_bytes - offset and end + _ROW_BYTES_MAX > length:
            length = min(max(2 * length, _PIECE_BYTES), copy.size_bytes - offset)
            found, end = _parsed(copy.read(offset, length))
        if any(found.get(path) == (offset, end) for path in EXTENTS_PATHS):
            return _apart(found)
    return {}


def _apart(places: Places) -> Places:
    """The same, no file longer than the way to the next one: a damaged size must not become a file of zeros."""
    starts = sorted({offset for offset, size_bytes in places.values() if size_bytes})
    following = dict(pairwise(starts))
    return {
        path: (
            offset,
            min(size_bytes, following.get(offset, offset + size_bytes) - offset) if size_bytes else 0,
        )
        for path, (offset, size_bytes) in places.items()
    }


def _parsed(text: bytes) -> tuple[Places, int]:
    """The rows, and where they end."""
    found: Places = {}
    at = len(HEAD) if text.startswith(HEAD) else 0
    while at and (row := _ROW.match(text, at)):
        at = row.end()
        try:
            line = row[0].decode("utf-8")
        except UnicodeDecodeError:
            continue
        for lba, size_bytes, path in csv.reader(io.StringIO(line, newline="")):
            found[path] = (int(lba) * SECTOR_BYTES, int(size_bytes))
    return found, at


def _heads(copy: Bytes) -> Iterator[int]:
    """Offsets of sectors that begin like an extents.csv."""
    base = 0
    for block in blocks(copy):
        at = block.find(HEAD)
        while at >= 0:
            if at % SECTOR_BYTES == 0:
                yield base + at
            at = block.find(HEAD, at + 1)
        base += len(block)
