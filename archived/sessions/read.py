"""Reading media: the whole of one against its recorded digests, or ranges of it into the recall area.

The checker does not trust the writer: nothing here is shared with mastering but the digests in the catalog.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from archived.sessions.tools import Report
from backends.errors import MediumUnreadable
from backends.interface import CLUSTER_SECTORS, SECTOR_BYTES, DiscStatus, OpticalDrive
from erasure.chunks import ChunkTable, ChunkTableBuilder
from erasure.digests import Digests

#: One READ command; 1 MiB keeps the drive streaming and the memory small.
READ_SECTORS = 512

Range = tuple[int, int]


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


def compare_image(drive: OpticalDrive, expected: Expected, report: Report) -> Comparison:
    """Read the whole image back; compare its three digests and every chunk.

    Raises DeviceFailure when the drive fails or says nothing: then nothing is known about the disc.
    """
    disc = drive.inspect()
    if disc.status is not DiscStatus.COMPLETE:
        return Comparison(f"the disc is {disc.status.value}, not complete", ((0, expected.size_bytes),))
    digests, chunks = Digests(), ChunkTableBuilder()
    unreadable: list[Range] = []
    sectors = expected.size_bytes // SECTOR_BYTES
    for lba in range(0, sectors, READ_SECTORS):
        count = min(READ_SECTORS, sectors - lba)
        data = _read_or_zeros(drive, lba, count, unreadable)
        digests.update(data)
        chunks.update(data)
        report((lba + count) * SECTOR_BYTES, expected.size_bytes)
    table = ChunkTable.from_bytes(expected.chunks)
    bad = [table.range_of(index) for index in table.bad_chunks(chunks.finish())]
    found = digests.hexdigests()
    wanted = {"sha256": expected.sha256, "blake3": expected.blake3, "xxh3-128": expected.xxh3}
    differing = [name for name, digest in wanted.items() if found[name] != digest]
    if not differing and not bad and not unreadable:
        return Comparison("")
    words = [f"{len(unreadable)} unreadable areas"] if unreadable else []
    words += [f"{len(bad)} of {len(table)} chunks differ"] if bad else []
    words += [f"{' and '.join(differing)} of the image differ"] if differing else []
    return Comparison("; ".join(words), tuple(bad) or tuple(unreadable) or ((0, expected.size_bytes),))


def read_ranges(
    drive: OpticalDrive, ranges: Sequence[Range], spool: Path, report: Report
) -> tuple[Range, ...]:
    """Copy byte ranges (sector aligned) of the disc into `spool` at the same offsets; say which are bad.

    The spool is a sparse file with the image's own offsets. Unreadable clusters become zeros and are named.
    Raises DeviceFailure when the drive fails or says nothing.
    """
    total_bytes = sum(length for _, length in ranges)
    done_bytes = 0
    unreadable: list[Range] = []
    descriptor = os.open(spool, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        for offset, length in ranges:
            for at in range(offset, offset + length, READ_SECTORS * SECTOR_BYTES):
                size = min(READ_SECTORS * SECTOR_BYTES, offset + length - at)
                data = _read_or_zeros(drive, at // SECTOR_BYTES, size // SECTOR_BYTES, unreadable)
                write_at(descriptor, data, at)
                done_bytes += size
                report(done_bytes, total_bytes)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return tuple(unreadable)


def write_at(descriptor: int, data: bytes | bytearray | memoryview, offset: int) -> None:
    """pwrite until all of it is written."""
    view = memoryview(data)
    while view:
        count = os.pwrite(descriptor, view, offset)
        view, offset = view[count:], offset + count


def _read_or_zeros(drive: OpticalDrive, lba: int, count: int, unreadable: list[Range]) -> bytes:
    """The sectors; where the drive reports them unreadable, cluster by cluster, zeros and a note."""
    try:
        return drive.read(lba, count)
    except MediumUnreadable:
        if count <= CLUSTER_SECTORS:
            unreadable.append((lba * SECTOR_BYTES, count * SECTOR_BYTES))
            return bytes(count * SECTOR_BYTES)
    pieces = [
        _read_or_zeros(drive, at, min(CLUSTER_SECTORS, lba + count - at), unreadable)
        for at in range(lba, lba + count, CLUSTER_SECTORS)
    ]
    return b"".join(pieces)
