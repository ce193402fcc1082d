"""Reading media: the whole of one against its recorded digests, or ranges of it into the recall area.

The checker does not trust the writer: nothing here is shared with mastering but the digests in the catalog.
"""

import os
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from archived.language import _
from archived.policy.ranges import Range, merge, subtract
from archived.sessions.tools import Report
from backends.errors import MediumUnreadable
from backends.interface import CLUSTER_SECTORS, SECTOR_BYTES, DiscStatus, OpticalDrive, SectorSource
from erasure.chunks import ChunkTable, ChunkTableBuilder
from erasure.digests import Digests

#: One READ command; 1 MiB keeps the drive streaming and the memory small.
READ_SECTORS = 512


@dataclass(frozen=True, slots=True)
class Expected:
    """What an image on a medium must be."""

    image_id: str
    size_bytes: int
    sha256: str
    blake3: str
    xxh3: str
    chunks: bytes


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was found: `words` is empty when everything matched."""

    words: str
    #: Byte ranges that could not be read or differ from the chunk table.
    bad: tuple[Range, ...] = ()
    #: Those of them that could not be read.
    unreadable: tuple[Range, ...] = ()
    #: So often a stretch was refused as a whole and read again in clusters.
    retries: int = 0


class Attentive:
    """Sectors of another source, with a count of what it refused. Implements `backends.interface.SectorSource`."""

    def __init__(self, source: SectorSource) -> None:
        self._source = source
        self.refused = 0

    def read(self, lba: int, sectors: int) -> bytes:
        try:
            return self._source.read(lba, sectors)
        except MediumUnreadable:
            self.refused += 1
            raise


def compare_disc(drive: OpticalDrive, expected: Expected, report: Report) -> Comparison:
    """Read the image of a disc back, which must be closed. Raises DeviceFailure as `compare_image` does."""
    disc = drive.inspect()
    if disc.status is not DiscStatus.COMPLETE:
        return Comparison(
            _("the disc is {value}, not complete").format(value=disc.status.value),
            ((0, expected.size_bytes),),
        )
    return compare_image(drive, expected, report)


def compare_image(source: SectorSource, expected: Expected, report: Report) -> Comparison:
    """Read the whole image back; compare its three digests and every chunk.

    Raises DeviceFailure when the drive fails or says nothing: then nothing is known about the medium.
    """
    digests, chunks = Digests(), ChunkTableBuilder()
    unreadable: list[Range] = []
    source = Attentive(source)
    sectors = expected.size_bytes // SECTOR_BYTES
    for lba in range(0, sectors, READ_SECTORS):
        count = min(READ_SECTORS, sectors - lba)
        data = read_or_zeros(source, lba, count, unreadable)
        digests.update(data)
        chunks.update(data)
        report((lba + count) * SECTOR_BYTES, expected.size_bytes)
    table = ChunkTable.from_bytes(expected.chunks)
    bad = [table.range_of(index) for index in table.bad_chunks(chunks.finish())]
    found = digests.hexdigests()
    wanted = {"sha256": expected.sha256, "blake3": expected.blake3, "xxh3-128": expected.xxh3}
    differing = [name for name, digest in wanted.items() if found[name] != digest]
    if not differing and not bad and not unreadable:
        return Comparison("", retries=source.refused)
    words = [f"{len(unreadable)} unreadable areas"] if unreadable else []
    words += [f"{len(bad)} of {len(table)} chunks differ"] if bad else []
    words += [f"{' and '.join(differing)} of the image differ"] if differing else []
    places = tuple(bad) or tuple(unreadable) or ((0, expected.size_bytes),)
    retries = source.refused - len(unreadable)
    return Comparison("; ".join(words), places, tuple(unreadable), retries)


@dataclass(frozen=True, slots=True)
class Sink:
    """A spool (a sparse file with the image's own offsets) and the byte ranges that go into it."""

    spool: Path
    ranges: tuple[Range, ...]


def read_ranges(source: SectorSource, sinks: Sequence[Sink], report: Report) -> tuple[Range, ...]:
    """Copy byte ranges (sector aligned) of an image into spools, in order of offset; say which are bad.

    What several sinks want is read once. Unreadable clusters become zeros and are named.
    Raises DeviceFailure when the drive fails or says nothing.
    """
    return read_until(source, sinks, report, lambda: False)[0]


def read_until(
    source: SectorSource, sinks: Sequence[Sink], report: Report, stops: Callable[[], bool]
) -> tuple[tuple[Range, ...], tuple[Range, ...]]:
    """As `read_ranges`, until `stops` says so between two commands.

    Returns:
        The ranges that are bad, and those that were not read any more.
    """
    ranges = merge(item for sink in sinks for item in sink.ranges)
    total_bytes = sum(length for _rest, length in ranges)
    done_bytes = 0
    unreadable: list[Range] = []
    stopped, left_from = False, 0
    with ExitStack() as stack:
        spools = [_Spool(sink, stack) for sink in sinks]
        for offset, length in ranges:
            for at in range(offset, offset + length, READ_SECTORS * SECTOR_BYTES):
                left_from = at
                if stopped := stopped or stops():
                    break
                size = min(READ_SECTORS * SECTOR_BYTES, offset + length - at)
                data = read_or_zeros(source, at // SECTOR_BYTES, size // SECTOR_BYTES, unreadable)
                for spool in spools:
                    spool.take(data, at)
                done_bytes += size
                report(done_bytes, total_bytes)
            if stopped:
                break
        for spool in spools:
            os.fsync(spool.descriptor)
    left = subtract(ranges, ((0, left_from),)) if stopped else ()
    return tuple(unreadable), left


def take_from(giver: Path, ranges: Sequence[Range], spool: Path) -> tuple[Range, ...]:
    """Copy byte ranges of one spool into another; the ranges that were there. A giver that is gone gives none."""
    try:
        source = os.open(giver, os.O_RDONLY)
    except FileNotFoundError:
        return ()
    taken = []
    target = os.open(spool, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        end = os.fstat(source).st_size
        for offset, length in ranges:
            if offset + length > end:
                continue
            for at in range(offset, offset + length, READ_SECTORS * SECTOR_BYTES):
                size = min(READ_SECTORS * SECTOR_BYTES, offset + length - at)
                write_at(target, os.pread(source, size, at), at)
            taken.append((offset, length))
        os.fsync(target)
    finally:
        os.close(source)
        os.close(target)
    return tuple(taken)


class _Spool:
    """A sink while it is filled: blocks come in order of offset."""

    def __init__(self, sink: Sink, stack: ExitStack) -> None:
        self.descriptor = os.open(sink.spool, os.O_RDWR | os.O_CREAT, 0o600)
        stack.callback(os.close, self.descriptor)
        self._left = deque(sorted(sink.ranges))

    def take(self, data: bytes, at: int) -> None:
        end = at + len(data)
        while self._left and self._left[0][0] < end:
            offset, length = self._left[0]
            start, stop = max(offset, at), min(offset + length, end)
            if start < stop:
                write_at(self.descriptor, memoryview(data)[start - at : stop - at], start)
            if offset + length > end:
                return
            self._left.popleft()


def write_at(descriptor: int, data: bytes | bytearray | memoryview, offset: int) -> None:
    """pwrite until all of it is written."""
    view = memoryview(data)
    while view:
        count = os.pwrite(descriptor, view, offset)
        view, offset = view[count:], offset + count


def read_or_zeros(source: SectorSource, lba: int, count: int, unreadable: list[Range]) -> bytes:
    """The sectors; where the drive reports them unreadable, cluster by cluster, zeros and a note."""
    try:
        return source.read(lba, count)
    except MediumUnreadable:
        if count <= CLUSTER_SECTORS:
            unreadable.append((lba * SECTOR_BYTES, count * SECTOR_BYTES))
            return bytes(count * SECTOR_BYTES)
    pieces = [
        read_or_zeros(source, at, min(CLUSTER_SECTORS, lba + count - at), unreadable)
        for at in range(lba, lba + count, CLUSTER_SECTORS)
    ]
    return b"".join(pieces)
