"""Bytes of what is left of a disc: a raw image, a device, or single files; whatever cannot be read is zeros.

Part of `archivectl rescue`, which needs neither daemon nor catalog. It shares nothing with the program on the discs
(`rebuild`, `rescue_image`, `rescue_set`): two readers of one format that check each other.
"""

import os
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Protocol

SECTOR_BYTES = 2048
BLOCK_BYTES = 1 << 20


class Bytes(Protocol):
    """A run of bytes that can be read anywhere and never fails."""

    @property
    def size_bytes(self) -> int:
        """How many there are."""

    def read(self, offset: int, length: int) -> bytes:
        """Exactly `length` bytes from `offset`; zeros where there are none, or none can be read."""


class RawCopy:
    """An image file or a device node. Remembers which of its sectors could not be read."""

    def __init__(self, path: Path, size_bytes: int | None = None) -> None:
        """`size_bytes` where something else is known to follow. Raises OSError when it cannot be opened at all."""
        self.path = path
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        # The size of a device is nowhere in its inode.
        there = os.lseek(self._descriptor, 0, os.SEEK_END)
        self.size_bytes = there if size_bytes is None else min(there, size_bytes)
        self.unreadable: set[int] = set()

    def read(self, offset: int, length: int) -> bytes:
        there = max(0, min(length, self.size_bytes - offset))
        try:
            found = self._piece(offset, there)
        except OSError:
            found = self._by_sectors(offset, there)
        return found.ljust(length, b"\0")

    def is_readable(self, offset: int, length: int) -> bool:
        """Whether nothing of this stretch was unreadable so far, and the copy does not end before it."""
        sectors = range(offset // SECTOR_BYTES, -(-(offset + length) // SECTOR_BYTES))
        if offset + length > self.size_bytes:
            return False
        return not self.unreadable or self.unreadable.isdisjoint(sectors)

    def close(self) -> None:
        os.close(self._descriptor)

    def _piece(self, offset: int, length: int) -> bytes:
        return b"".join(_read(self._descriptor, offset, length))

    def _by_sectors(self, offset: int, length: int) -> bytes:
        """One sector after the other: a bad one costs itself only."""
        out, end = bytearray(), offset + length
        while offset < end:
            sector = offset // SECTOR_BYTES
            count = min((sector + 1) * SECTOR_BYTES, end) - offset
            try:
                out += self._piece(offset, count).ljust(count, b"\0")
            except OSError:
                self.unreadable.add(sector)
                out += bytes(count)
            offset += count
        return bytes(out)


class LooseFile:
    """A copied file; it is opened for each read, since a folder may hold more of them than descriptors."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size_bytes = path.stat().st_size
        #: True once a read failed.
        self.unreadable = False

    def read(self, offset: int, length: int) -> bytes:
        try:
            with self.path.open("rb", buffering=0) as file:
                return b"".join(_read(file.fileno(), offset, length)).ljust(length, b"\0")
        except OSError:
            self.unreadable = True
            return bytes(length)


class Stretches:
    """Parts (offset, length) of a copy one after another, e.g. the contents of one file."""

    def __init__(self, copy: Bytes, stretches: Sequence[tuple[int, int]]) -> None:
        self._copy, self._stretches = copy, tuple(stretches)
        self.size_bytes = sum(length for _, length in self._stretches)

    def read(self, offset: int, length: int) -> bytes:
        out, base = bytearray(), 0
        for start, size in self._stretches:
            first, last = max(offset, base), min(offset + length, base + size)
            if first < last:
                out += self._copy.read(start + first - base, last - first)
            base += size
        return bytes(out).ljust(length, b"\0")


class Laid:
    """The image that copied files would make: each at its place, zeros between and for all that is missing."""

    def __init__(self, places: Sequence[tuple[int, Bytes]]) -> None:
        """`places` are (offset in the image, contents)."""
        self._places = sorted(places, key=lambda place: place[0])
        self._starts = [start for start, _data in self._places]
        #: How far into the image it goes up to each place: nothing before the first that goes far enough matters.
        self._reach = list(accumulate((start + data.size_bytes for start, data in self._places), max))
        self.size_bytes = max((start + data.size_bytes for start, data in self._places), default=0)

    def read(self, offset: int, length: int) -> bytes:
        out = bytearray(length)
        from_place = bisect_right(self._reach, offset)
        to_place = bisect_left(self._starts, offset + length)
        for start, data in self._places[from_place:to_place]:
            first, last = max(offset, start), min(offset + length, start + data.size_bytes)
            if first < last:
                out[first - offset : last - offset] = data.read(first - start, last - first)
        return bytes(out)


def _read(descriptor: int, offset: int, length: int) -> Iterator[bytes]:
    """Pieces of what is there, up to the end. Raises OSError."""
    while length > 0 and (data := os.pread(descriptor, length, offset)):
        yield data
        offset, length = offset + len(data), length - len(data)


def blocks(data: Bytes) -> Iterator[bytes]:
    """All of it, in order, in pieces of a MiB."""
    for offset in range(0, data.size_bytes, BLOCK_BYTES):
        yield data.read(offset, min(BLOCK_BYTES, data.size_bytes - offset))
