"""A simulated write-once disc: a sparse file for the bytes, a journal for the states.

    blank --first write--> appendable --close--> complete

What is on record before what: the journal says *appendable* (synced) before the first byte is written, and
the bytes are synced before it says *complete*. How far an appendable disc is written is the length of the
file, so a burn that is killed at any instruction leaves an appendable disc whose written clusters are as
they were.
"""

import os
import threading
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from simulator.damage import CLUSTER_BYTES, SECTOR_BYTES, ByteRange, flipped, merged, whole_sectors
from simulator.records import Sync, append_line, load_lines


class DiscState(Enum):
    """What a drive finds when it looks at the disc."""

    BLANK = "blank"
    APPENDABLE = "appendable"
    COMPLETE = "complete"


class DiscRefused(Exception):
    """The disc cannot take these sectors. Nothing was changed."""


class NotWritable(DiscRefused):
    """The disc is closed for ever."""


class OutOfPlace(DiscRefused):
    """Sectors are taken at the next writable address only."""


class OverCapacity(DiscRefused):
    """The sectors would lie past the end of the disc."""


class ReadFailed(Exception):
    """Some sector of the request cannot be read; `lba` is the first such."""

    def __init__(self, lba: int, *, unwritten: bool) -> None:
        super().__init__(f"sector {lba} {'was never written' if unwritten else 'cannot be read'}")
        self.lba = lba
        self.unwritten = unwritten


@dataclass(frozen=True, slots=True)
class RawCopy:
    """A disc as a rescuer would copy it: the file with all written bytes, and what of it is unreadable."""

    path: Path
    written_bytes: int
    unreadable: tuple[ByteRange, ...]


class SimulatedDisc:
    """One disc in `folder` (made at the first write). Not safe for two threads at once; a drive holds it
    alone.
    """

    def __init__(
        self, folder: Path, *, capacity_sectors: int, unwritten_reads: str = "zeros", sync: Sync = os.fsync
    ) -> None:
        self.capacity_sectors = capacity_sectors
        self._image = folder / "image.raw"
        self._journal = folder / "journal.jsonl"
        self._unwritten_reads = unwritten_reads
        self._sync = sync
        # Somebody may damage a disc while a drive works with it.
        self._noting = threading.Lock()
        self._pending = bytearray()
        self._file: int | None = None
        self._state = DiscState.BLANK
        self._unreadable: tuple[ByteRange, ...] = ()
        self._replay()

    @property
    def state(self) -> DiscState:
        return self._state

    @property
    def unreadable(self) -> tuple[ByteRange, ...]:
        return self._unreadable

    @property
    def written_bytes(self) -> int:
        """Bytes that are on the disc: whole clusters, without what the drive still buffers."""
        size = os.fstat(self._file).st_size if self._file is not None else 0
        return -(-size // CLUSTER_BYTES) * CLUSTER_BYTES

    @property
    def next_writable(self) -> int | None:
        """The only sector that can be written next; None when the disc is complete."""
        if self._state is DiscState.COMPLETE:
            return None
        return (self.written_bytes + len(self._pending)) // SECTOR_BYTES

    def write(self, lba: int, data: bytes | bytearray | memoryview) -> None:
        """Take whole sectors at the next writable address; full clusters go to the disc, the rest is
        buffered.

        Raises `NotWritable`, `OutOfPlace` or `OverCapacity`; then nothing was changed.
        """
        self._check_writable(lba, len(data))
        if self._pending:
            self._pending += data
            whole = len(self._pending) // CLUSTER_BYTES * CLUSTER_BYTES
            self._put(memoryview(bytes(self._pending[:whole])))
            del self._pending[:whole]
        else:
            view = memoryview(data)
            whole = len(view) // CLUSTER_BYTES * CLUSTER_BYTES
            self._put(view[:whole])
            self._pending += view[whole:]

    def open_for_stream(self, sectors: int) -> int:
        """Begin a blank disc for `sectors` that arrive in file order; gives the descriptor to append them to.

        The caller writes forward from offset 0 and nowhere else, then calls `flush`. Raises like `write`.
        """
        if self._state is not DiscState.BLANK:
            raise NotWritable(f"the disc is {self._state.value}, not blank")
        self._check_writable(0, sectors * SECTOR_BYTES)
        return self._begin()

    def flush(self) -> None:
        """Put everything that is buffered on the disc, the last cluster padded with zeros, durable
        afterwards.
        """
        if self._file is None or self._state is not DiscState.APPENDABLE:
            return
        if self._pending:
            padding = -len(self._pending) % CLUSTER_BYTES
            self._put(memoryview(bytes(self._pending) + bytes(padding)))
            self._pending.clear()
        os.ftruncate(self._file, self.written_bytes)
        self._sync(self._file)

    def close(self) -> None:
        """Make the disc complete: no sector can ever be written again. Raises `NotWritable` unless
        appendable.
        """
        if self._state is not DiscState.APPENDABLE:
            raise NotWritable(f"a {self._state.value} disc cannot be closed")
        self.flush()
        self._note({"state": DiscState.COMPLETE.value, "sectors": self.written_bytes // SECTOR_BYTES})
        self._state = DiscState.COMPLETE

    def forget_buffer(self) -> None:
        """The drive lost power or the disc left it: what was never flushed is gone."""
        self._pending.clear()

    def read(self, lba: int, sectors: int) -> bytes:
        """Sectors as the laser sees them; raises `ReadFailed`, or `OverCapacity` past the end of the disc."""
        if lba + sectors > self.capacity_sectors:
            raise OverCapacity(f"sectors {lba} to {lba + sectors} end past {self.capacity_sectors}")
        wanted = ByteRange(lba * SECTOR_BYTES, sectors * SECTOR_BYTES)
        for bad in self._unreadable:
            if bad.overlaps(wanted):
                raise ReadFailed(max(bad.offset, wanted.offset) // SECTOR_BYTES, unwritten=False)
        if wanted.end > self.written_bytes and self._unwritten_reads == "error":
            raise ReadFailed(max(lba, self.written_bytes // SECTOR_BYTES), unwritten=True)
        data = os.pread(self._file, wanted.length, wanted.offset) if self._file is not None else b""
        return data if len(data) == wanted.length else data + bytes(wanted.length - len(data))

    def make_unreadable(self, ranges: tuple[ByteRange, ...]) -> None:
        """Damage the surface: the sectors that these ranges touch cannot be read any more."""
        sectors = [whole_sectors(piece) for piece in ranges]
        self._note({"unreadable": [[piece.offset, piece.length] for piece in sectors]})
        self._unreadable = merged([*self._unreadable, *sectors])

    def flip(self, ranges: tuple[ByteRange, ...], *, seed: int) -> None:
        """Damage the surface so that written bytes read as others, with no error to show it."""
        if self._file is None:
            return
        self._note({"flipped": [[piece.offset, piece.length] for piece in ranges], "seed": seed})
        for number, piece in enumerate(ranges):
            for offset in range(piece.offset, min(piece.end, self.written_bytes), CLUSTER_BYTES):
                length = min(CLUSTER_BYTES, min(piece.end, self.written_bytes) - offset)
                data = os.pread(self._file, length, offset).ljust(length, b"\0")
                os.pwrite(self._file, flipped(data, seed=seed * 1_000_003 + number + offset), offset)
        self._sync(self._file)

    def raw_copy(self) -> RawCopy:
        return RawCopy(path=self._image, written_bytes=self.written_bytes, unreadable=self._unreadable)

    def release(self) -> None:
        """Give the file descriptor back; the disc object must not be used afterwards."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _check_writable(self, lba: int, size_bytes: int) -> None:
        if size_bytes % SECTOR_BYTES:
            raise OutOfPlace(f"{size_bytes} bytes are not whole sectors")
        if self._state is DiscState.COMPLETE:
            raise NotWritable("the disc is complete")
        if lba != self.next_writable:
            raise OutOfPlace(f"sector {lba} is not the next writable one, {self.next_writable}")
        if lba + size_bytes // SECTOR_BYTES > self.capacity_sectors:
            raise OverCapacity(f"{size_bytes} bytes at sector {lba} end past {self.capacity_sectors} sectors")

    def _put(self, view: memoryview) -> None:
        if not len(view) and self._state is not DiscState.BLANK:
            return
        descriptor = self._begin()
        offset = self.written_bytes
        while view:
            done = os.pwrite(descriptor, view, offset)
            offset, view = offset + done, view[done:]

    def _begin(self) -> int:
        """Leave the blank state, on record before anything else happens; gives the file of the bytes."""
        if self._file is None:
            self._image.parent.mkdir(parents=True, exist_ok=True)
            self._note({"state": DiscState.APPENDABLE.value, "capacity_sectors": self.capacity_sectors})
            self._state = DiscState.APPENDABLE
            self._file = os.open(self._image, os.O_RDWR | os.O_CREAT, 0o644)
        return self._file

    def _note(self, line: dict[str, object]) -> None:
        self._journal.parent.mkdir(parents=True, exist_ok=True)
        with self._noting:
            append_line(self._journal, line, sync=self._sync)

    def _replay(self) -> None:
        unreadable: list[ByteRange] = []
        for line in load_lines(self._journal):
            if "state" in line:
                self._state = DiscState(line["state"])
            unreadable += [ByteRange(*piece) for piece in line.get("unreadable", ())]
        self._unreadable = merged(unreadable)
        if self._state is not DiscState.BLANK:
            self._file = os.open(self._image, os.O_RDWR | os.O_CREAT, 0o644)
            if self._state is DiscState.APPENDABLE:
                os.ftruncate(self._file, self.written_bytes)
