"""A simulated LTO cartridge: its blocks and filemarks, its damage and its memory chip, kept in a folder.

What lies here is on the tape; what a drive still buffers is the drive's (`tape_head`). Whatever kills the process,
the tape reads as it was up to some block that was being put on it, never with a block torn in two.
"""

import os
import threading
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from backends.tape.densities import GENERATIONS, Generation
from simulator.damage import flipped
from simulator.errors import RoomDamaged
from simulator.records import Sync, append_line, load_json, load_lines, replace_json

_MEMORY, _DATA, _OBJECTS, _JOURNAL = "memory.json", "data.raw", "objects.bin", "journal.jsonl"
#: A cleaning cartridge lasts for fifty cleanings.
CLEANINGS = 50


@dataclass(frozen=True, slots=True)
class Chip:
    """What the cartridge is, and what its chip counts; `host` are host attributes: number in
    hexadecimal to format and value."""

    generation: str
    serial: str
    capacity_bytes: int
    worm: bool = False
    cleaning: bool = False
    write_protected: bool = False
    loads: int = 0
    written_life_bytes: int = 0
    read_life_bytes: int = 0
    cleanings_left: int = CLEANINGS
    host: dict[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def kind(self) -> Generation:
        return GENERATIONS[self.generation]


class BlockDamaged(Exception):
    """The block cannot be read."""


def make_cartridge(folder: Path, chip: Chip, *, sync: Sync = os.fsync) -> None:
    """Put a new, blank cartridge into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    replace_json(folder / _MEMORY, asdict(chip), sync=sync)


class SimulatedCartridge:
    """One cartridge. Objects are blocks and filemarks, numbered together from 0. One drive holds it alone.

    Raises RoomDamaged when the folder holds none.
    """

    def __init__(self, folder: Path, *, sync: Sync = os.fsync) -> None:
        self._folder = folder
        self._sync = sync
        # Somebody may damage a cartridge while a drive works with it.
        self._noting = threading.Lock()
        if not (folder / _MEMORY).exists():
            raise RoomDamaged(f"{folder} holds no cartridge")
        self._chip = Chip(**load_json(folder / _MEMORY))
        self._data: int | None = None
        self._objects: int | None = None
        #: The end of every object in the data, and the numbers of the filemarks: those have no bytes.
        self._ends = array("Q")
        self._marks: list[int] = []
        self._unreadable: set[int] = set()
        self._replay()

    @property
    def chip(self) -> Chip:
        return self._chip

    @property
    def objects(self) -> int:
        """How many blocks and filemarks are on the tape."""
        return len(self._ends)

    @property
    def written_bytes(self) -> int:
        return self.offset(self.objects)

    @property
    def unreadable(self) -> frozenset[int]:
        """The blocks that cannot be read any more."""
        return frozenset(self._unreadable)

    @property
    def data_path(self) -> Path:
        """The file of all blocks one behind the other, without their borders."""
        return self._folder / _DATA

    def offset(self, number: int) -> int:
        """Bytes of blocks that lie before object `number`."""
        return self._ends[number - 1] if number else 0

    def length(self, number: int) -> int:
        """Bytes of a block; 0 for a filemark."""
        return self._ends[number] - self.offset(number)

    def marks_before(self, number: int) -> int:
        """How many filemarks lie before object `number`."""
        return bisect_left(self._marks, number)

    def mark(self, index: int) -> int | None:
        """The object number of the filemark with that index, None when there is none."""
        return self._marks[index] if 0 <= index < len(self._marks) else None

    def read(self, number: int) -> bytes:
        """The bytes of a block. Raises BlockDamaged."""
        if number in self._unreadable:
            raise BlockDamaged(f"block {number} cannot be read")
        if self._data is None:
            raise BlockDamaged(f"block {number} was never written")
        return os.pread(self._data, self.length(number), self.offset(number))

    def put(self, at: int, things: Sequence[bytes | None]) -> None:
        """Put blocks and filemarks (None) on the tape from object `at` on; what was there and behind is gone."""
        data, objects = self._opened()
        if at < self.objects:
            self._cut(at)
        offset = self.written_bytes
        lengths = array("I")
        for thing in things:
            view = memoryview(thing or b"")
            lengths.append(len(view))
            if not view:
                self._marks.append(self.objects)
            while view:
                done = os.pwrite(data, view, offset)
                offset, view = offset + done, view[done:]
            self._ends.append(offset)
        # The lengths come last: a block without its length was never written.
        os.pwrite(objects, _big_endian(lengths), 4 * (self.objects - len(lengths)))

    def flush(self) -> None:
        """Everything that was put is durable when this returns."""
        for descriptor in (self._data, self._objects):
            if descriptor is not None:
                self._sync(descriptor)

    def change_chip(self, **changes: Any) -> None:
        """Replace values of the chip; durable when this returns."""
        with self._noting:
            self._chip = replace(self._chip, **changes)
            replace_json(self._folder / _MEMORY, asdict(self._chip), sync=self._sync)

    def make_unreadable(self, first: int, count: int) -> None:
        """Damage blocks: they cannot be read until they are overwritten."""
        self._note({"unreadable": [first, count]})
        self._unreadable |= set(range(first, first + count))

    def flip(self, number: int, *, seed: int) -> None:
        """Damage a block so that it reads as other bytes, with no error to show it."""
        if self._data is None or not self.length(number):
            return
        self._note({"flipped": number, "seed": seed})
        self.spoil(number, seed=seed)
        self._sync(self._data)

    def spoil(self, number: int, *, seed: int) -> None:
        """Change some bytes in the middle of a block, as a bad write does."""
        if self._data is None:
            return
        length = self.length(number)
        at = self.offset(number) + length // 2
        piece = os.pread(self._data, min(8, length), at)
        os.pwrite(self._data, flipped(piece, seed=seed), at)

    def release(self) -> None:
        """Give the file descriptors back; the object must not be used afterwards."""
        for descriptor in (self._data, self._objects):
            if descriptor is not None:
                os.close(descriptor)
        self._data = self._objects = None

    def _cut(self, at: int) -> None:
        data, objects = self._opened()
        os.ftruncate(objects, 4 * at)
        os.ftruncate(data, self.offset(at))
        del self._ends[at:]
        del self._marks[bisect_left(self._marks, at) :]
        if any(number >= at for number in self._unreadable):
            self._note({"cut": at})
            self._unreadable = {number for number in self._unreadable if number < at}

    def _opened(self) -> tuple[int, int]:
        if self._data is None:
            self._data = os.open(self.data_path, os.O_RDWR | os.O_CREAT, 0o644)
        if self._objects is None:
            self._objects = os.open(self._folder / _OBJECTS, os.O_RDWR | os.O_CREAT, 0o644)
        return self._data, self._objects

    def _note(self, line: dict[str, object]) -> None:
        with self._noting:
            append_line(self._folder / _JOURNAL, line, sync=self._sync)

    def _replay(self) -> None:
        for line in load_lines(self._folder / _JOURNAL):
            if "unreadable" in line:
                first, count = line["unreadable"]
                self._unreadable |= set(range(first, first + count))
            if "cut" in line:
                self._unreadable = {number for number in self._unreadable if number < line["cut"]}
        if not (self._folder / _OBJECTS).exists():
            return
        data, objects = self._opened()
        size = os.fstat(data).st_size
        stored = os.pread(objects, os.fstat(objects).st_size, 0)
        end = 0
        for length in _lengths(stored):
            if end + length > size:
                break
            if not length:
                self._marks.append(len(self._ends))
            end += length
            self._ends.append(end)
        os.ftruncate(objects, 4 * self.objects)
        os.ftruncate(data, end)


def _big_endian(lengths: "array[int]") -> bytes:
    swapped = array("I", lengths)
    swapped.byteswap()
    return swapped.tobytes()


def _lengths(stored: bytes) -> "array[int]":
    """The lengths in a file of big-endian 32-bit numbers; a torn last one is left out."""
    lengths = array("I")
    lengths.frombytes(stored[: len(stored) // 4 * 4])
    lengths.byteswap()
    return lengths
