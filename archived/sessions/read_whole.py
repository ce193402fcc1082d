"""Reading all of an image: against its digests and chunk table; where only some are known, learning the rest."""

from collections.abc import Callable
from dataclasses import dataclass

from archived.sessions.read import READ_SECTORS, Comparison, Expected, compare_image, read_or_zeros
from archived.sessions.tools import Report
from backends.interface import SECTOR_BYTES, DiscStatus, OpticalDrive, SectorSource
from erasure.chunks import ChunkTable, ChunkTableBuilder
from erasure.digests import Digests


@dataclass(frozen=True, slots=True)
class Wrapped:
    """An image of which only a part is known by its chunk table: parity.bin in its wrapper."""

    image_id: str
    size_bytes: int
    payload_offset: int
    payload_chunks: bytes
    #: Of all of it, where a tape that carried it has told; else empty.
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class WholeRead:
    """How a medium compared, and, of a wrapper that nobody had digests of, what they are."""

    comparison: Comparison
    sha256: str = ""
    blake3: str = ""
    xxh3: str = ""
    chunks: bytes = b""


def read_whole(drive: OpticalDrive, expected: Expected | Wrapped, report: Report) -> WholeRead:
    """Read everything on a disc. Raises DeviceFailure when the drive fails or says nothing."""
    if drive.inspect().status is not DiscStatus.COMPLETE:
        return WholeRead(Comparison("the disc is not complete", ((0, expected.size_bytes),)))
    return compare_whole(drive, expected, report)


def compare_whole(source: SectorSource, expected: Expected | Wrapped, report: Report) -> WholeRead:
    """Read all of an image, wherever it lies. Raises DeviceFailure as `read_whole` does."""
    if isinstance(expected, Expected):
        if expected.chunks:
            return WholeRead(compare_image(source, expected, report))
        return _by_digests(source, expected, report)
    table = ChunkTable.from_bytes(expected.payload_chunks)
    start, end = expected.payload_offset, expected.payload_offset + table.length_bytes
    digests, chunks, payload = Digests(), ChunkTableBuilder(), ChunkTableBuilder()

    def take(at: int, data: bytes) -> None:
        digests.update(data)
        chunks.update(data)
        payload.update(memoryview(data)[max(0, start - at) : max(0, end - at)])

    unreadable = _read_all(source, expected.size_bytes, take, report)
    bad = [(start + offset, size) for offset, size in map(table.range_of, table.bad_chunks(payload.finish()))]
    if bad or unreadable:
        words = f"{len(unreadable)} unreadable areas; {len(bad)} of {len(table)} chunks of parity.bin differ"
        return WholeRead(Comparison(words, tuple(bad) or tuple(unreadable)))
    found = digests.hexdigests()
    if expected.sha256 not in ("", found["sha256"]):
        return WholeRead(Comparison("sha256 of the image differs", ((0, expected.size_bytes),)))
    whole = chunks.finish().to_bytes()
    return WholeRead(Comparison(""), found["sha256"], found["blake3"], found["xxh3-128"], whole)


def _by_digests(source: SectorSource, expected: Expected, report: Report) -> WholeRead:
    """An image of which only digests are known, from a tape that carried it: the chunk table is learnt."""
    digests, chunks = Digests(), ChunkTableBuilder()

    def take(_at: int, data: bytes) -> None:
        digests.update(data)
        chunks.update(data)

    unreadable = _read_all(source, expected.size_bytes, take, report)
    found = digests.hexdigests()
    wanted = {"sha256": expected.sha256, "blake3": expected.blake3, "xxh3-128": expected.xxh3}
    differing = [name for name, digest in wanted.items() if digest not in ("", found[name])]
    if unreadable or differing:
        words = [f"{len(unreadable)} unreadable areas"] if unreadable else []
        words += [f"{' and '.join(differing)} of the image differ"] if differing else []
        return WholeRead(Comparison("; ".join(words), tuple(unreadable) or ((0, expected.size_bytes),)))
    whole = chunks.finish().to_bytes()
    return WholeRead(Comparison(""), found["sha256"], found["blake3"], found["xxh3-128"], whole)


def _read_all(
    source: SectorSource, size_bytes: int, take: Callable[[int, bytes], None], report: Report
) -> list[tuple[int, int]]:
    """Give all of an image to `take`, with the place of each piece; the areas that gave zeros instead."""
    unreadable: list[tuple[int, int]] = []
    sectors = size_bytes // SECTOR_BYTES
    for lba in range(0, sectors, READ_SECTORS):
        data, at = (
            read_or_zeros(source, lba, min(READ_SECTORS, sectors - lba), unreadable),
            lba * SECTOR_BYTES,
        )
        take(at, data)
        report(at + len(data), size_bytes)
    return unreadable
