"""Reading chunks of an image against its chunk table: which are bad, which came slowly, which at a second attempt.

The checker does not trust the writer: nothing here is shared with mastering but the sums in the catalog.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from archived.policy.ranges import Range
from archived.sessions.read import read_or_zeros
from backends.errors import MediumUnreadable
from backends.interface import SECTOR_BYTES, SectorSource
from devices.clock import Clock
from erasure.chunks import ChunkTable

UNREADABLE: Final = "unreadable"
DIFFERS: Final = "differs"
#: A chunk is slow that takes so many times as long as the middle one of its visit, and so long: a drive that tries
#: again by itself takes seconds, a machine that has other things to do less.
SLOW_TIMES: Final = 4.0
SLOW_LEAST_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """One chunk with something to tell of."""

    number: int
    what: str
    #: What the drive said, where it said anything.
    sense: str = ""
    seconds: float = 0.0
    #: Sectors that stayed unreadable.
    sectors: int = 0


@dataclass(frozen=True, slots=True)
class ChunksRead:
    """How far a visit came, and what it found."""

    #: So many of the numbers that were asked for, from the first.
    done: int
    bytes_read: int
    seconds: float
    bad: tuple[Trouble, ...] = ()
    #: Read well, but only at the second attempt.
    retried: tuple[Trouble, ...] = ()
    slow: tuple[Trouble, ...] = ()


def read_chunks(
    source: SectorSource,
    table: ChunkTable,
    numbers: Sequence[int],
    clock: Clock,
    goes_on: Callable[[int, int], bool],
    take: Callable[[bytes], None] = lambda data: None,
) -> ChunksRead:
    """Read these chunks in order; ask before each but the first whether to go on; hand what was read to `take`.

    `goes_on` is told how many chunks and bytes were read so far.

    Raises DeviceFailure when the drive fails or says nothing: then nothing is known about the medium.
    """
    bad: list[Trouble] = []
    retried: list[Trouble] = []
    times: list[tuple[float, int]] = []
    bytes_read, began_s = 0, clock.monotonic()

    def so_far(done: int) -> ChunksRead:
        slow = _slow(times)
        return ChunksRead(done, bytes_read, clock.monotonic() - began_s, tuple(bad), tuple(retried), slow)

    for done, number in enumerate(numbers):
        if done and not goes_on(done, bytes_read):
            return so_far(done)
        at_s = clock.monotonic()
        data, trouble = _read_chunk(source, table, number)
        times.append((clock.monotonic() - at_s, number))
        bytes_read += len(data)
        take(data)
        if trouble is not None:
            (bad if trouble.what in (UNREADABLE, DIFFERS) else retried).append(trouble)
    return so_far(len(numbers))


def _read_chunk(source: SectorSource, table: ChunkTable, number: int) -> tuple[bytes, Trouble | None]:
    """One chunk, with zeros for what cannot be read; a second attempt decides, a third is not made."""
    offset, length = table.range_of(number)
    lba, sectors = offset // SECTOR_BYTES, length // SECTOR_BYTES
    sense, first = "", ""
    try:
        data = source.read(lba, sectors)
        if table.matches(number, data):
            return data, None
        first = "differed once"
    except MediumUnreadable as error:
        sense, first = str(error.sense or error), "unreadable once"
    holes: list[Range] = []
    data = read_or_zeros(source, lba, sectors, holes)
    if holes:
        lost = sum(size for _offset, size in holes) // SECTOR_BYTES
        return data, Trouble(number, UNREADABLE, sense, sectors=lost)
    if not table.matches(number, data):
        return data, Trouble(number, DIFFERS)
    return data, Trouble(number, first, sense)


def _slow(times: Sequence[tuple[float, int]]) -> tuple[Trouble, ...]:
    """Those that took much longer than the middle one, when there are enough to tell."""
    if len(times) < 8:
        return ()
    usual = median(seconds for seconds, _number in times)
    limit = max(usual * SLOW_TIMES, SLOW_LEAST_S)
    return tuple(Trouble(n, "slow", seconds=round(s, 3)) for s, n in times if s > limit)
