"""One visit to a medium for the care of it: so many of its chunks as fit into a slice of time, from where it stood.

A visit ends at its slice's end, when it is told to stop (somebody else needs the drive, a person paused the run, the
daemon drains), or when nothing is left. What it did is on record then, and the next visit goes on at the next chunk.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from archived.language import _
from archived.policy.ranges import Range, chunk_numbers
from archived.policy.verify.sampling import chunks_to_read
from archived.sessions.chunk_read import UNREADABLE, ChunksRead, Trouble, read_chunks
from archived.sessions.half_reads import HalfReads
from archived.sessions.mount import RobotWaits, demand_medium
from archived.sessions.read import Expected
from archived.sessions.read_whole import WholeRead, Wrapped, compare_whole
from archived.sessions.right_volume import AnotherVolume, another_volume
from archived.sessions.tape_read import image_source
from archived.sessions.tape_ready import await_cartridge
from archived.sessions.tools import Report, Tools
from backends.interface import DiscStatus, SectorSource
from backends.tape.image_on_tape import ImageOnTape
from erasure.chunks import CHUNK_BYTES, ChunkTable

#: A visit is on record this often at least; a crash loses no more. A tape that stops winds back before it goes on.
SLICE_S, TAPE_SLICE_S = 30.0, 300.0
#: With so many bad chunks a medium is beyond asking: each costs a drive many seconds.
BAD_MAX = 1024
FULL = "full"


@dataclass(frozen=True, slots=True)
class Drawing:
    """How the chunks are chosen; `chunks_to_read` says what each field means."""

    how: str
    percent: float
    edges: bool
    seed: str
    name: str
    capacity_bytes: int = 0

    def numbers(self, total: int, *, widened: bool) -> tuple[int, ...]:
        """The chunks, ascending; once damage was found (`widened`), all those that were not drawn at first."""
        first = chunks_to_read(
            total,
            how=self.how,
            percent=self.percent,
            edges=self.edges,
            seed=self.seed,
            name=self.name,
            capacity_bytes=self.capacity_bytes,
        )
        if not widened:
            return first
        drawn = set(first)
        return tuple(number for number in range(total) if number not in drawn)


@dataclass(frozen=True, slots=True)
class Examination:
    """What is to be read of one copy, and from where on."""

    key: str
    item_id: int
    copy_id: int
    medium_id: str
    library: str
    element: int
    barcode: str | None
    drive: str
    expected: Expected | Wrapped
    drawing: Drawing
    memory: HalfReads
    #: So many of the numbers were read in earlier visits; `widened` as for `Drawing.numbers`.
    done: int = 0
    widened: bool = False
    #: So many chunks were bad in earlier visits.
    bad_before: int = 0
    #: Only these chunks, which another drive could not read; empty for all that are drawn.
    again: tuple[int, ...] = ()
    place: ImageOnTape | None = None
    volume_id: str | None = None

    @property
    def chunk_table(self) -> bytes:
        """The chunk table of all of it; empty where none is known: then it is read in one go."""
        return self.expected.chunks if isinstance(self.expected, Expected) else b""


@dataclass(frozen=True, slots=True)
class Visit:
    """What one visit did."""

    read: ChunksRead
    #: Nothing of the numbers is left.
    ended: bool
    #: Why it stopped before: "" for the end of its slice.
    why: str = ""
    #: Digests of all of it, where one process read all of it.
    digests: Mapping[str, str] = field(default_factory=dict)
    #: What there is where no chunk table is known.
    whole: WholeRead | None = None
    #: The disc in the drive is not one that was closed: nothing on it can be compared.
    unclosed: str = ""


class _Stopped(Exception):
    """Told to stop while reading in one go."""


def examine(task: Examination, tools: Tools) -> Visit | RobotWaits | AnotherVolume:
    """Make one visit. Raises DeviceFailure, WorldDiffers, Cancelled: then nothing is concluded of the medium."""
    what = _("examining {image_id} on {medium_id} in {drive}").format(
        image_id=task.expected.image_id, medium_id=task.medium_id, drive=task.drive
    )
    report = tools.progress.begin(task.key, what, task.expected.size_bytes)
    waits = demand_medium(tools, task.library, task.element, task.barcode, task.drive)
    if waits is not None:
        return waits
    another = another_volume(tools, task.drive, task.volume_id, task.key)
    if another is not None:
        return another
    if task.place is not None:
        await_cartridge(tools, task.key, task.medium_id, task.drive)
    else:
        status = tools.drives[task.drive].inspect().status
        if status is not DiscStatus.COMPLETE:
            return Visit(ChunksRead(0, 0, 0.0), ended=True, unclosed=status.value)
    source = image_source(tools, task.drive, task.place)
    if not task.chunk_table:
        return _in_one_go(task, tools, source, report)
    return _by_chunks(task, tools, source, report)


def _by_chunks(task: Examination, tools: Tools, source: SectorSource, report: Report) -> Visit:
    table = ChunkTable.from_bytes(task.chunk_table)
    numbers = task.again or task.drawing.numbers(len(table), widened=task.widened)
    left, total_bytes = numbers[task.done :], len(numbers) * CHUNK_BYTES
    hashes = task.drawing.how == FULL and not task.again
    digests = task.memory.take_digests(task.item_id, task.done) if hashes else None
    limit_s = tools.clock.monotonic() + (SLICE_S if task.place is None else TAPE_SLICE_S)
    why = ""

    def goes_on(done: int, _bytes_read: int) -> bool:
        nonlocal why
        report((task.done + done) * CHUNK_BYTES, total_bytes)
        why = _why_stop(task, tools)
        return not why and tools.clock.monotonic() < limit_s

    read = read_chunks(
        source, table, left, tools.clock, goes_on, lambda data: digests.update(data) if digests else None
    )
    ended = read.done == len(left)
    if digests is not None and not ended:
        task.memory.keep_digests(task.item_id, task.done + read.done, digests)
    if ended or task.bad_before + len(read.bad) >= BAD_MAX:
        return Visit(read, True, digests=digests.hexdigests() if digests and ended else {})
    return Visit(read, False, why)


def _in_one_go(task: Examination, tools: Tools, source: SectorSource, report: Report) -> Visit:
    began_s = tools.clock.monotonic()

    def reported(done_bytes: int, total_bytes: int) -> None:
        report(done_bytes, total_bytes)
        if _why_stop(task, tools):
            raise _Stopped

    try:
        found = compare_whole(source, task.expected, reported)
    except _Stopped:
        return Visit(ChunksRead(0, 0, tools.clock.monotonic() - began_s), False, _why_stop(task, tools))
    seconds = tools.clock.monotonic() - began_s
    bad = tuple(Trouble(number, UNREADABLE) for number in _chunks_of(found.comparison.bad))
    return Visit(ChunksRead(0, task.expected.size_bytes, seconds, bad), True, whole=found)


def _why_stop(task: Examination, tools: Tools) -> str:
    stopping = _("the daemon is to stop") if tools.progress.hurried else ""
    return task.memory.why_stop(task.key) or stopping


def _chunks_of(ranges: tuple[Range, ...]) -> list[int]:
    return sorted(chunk_numbers(ranges, CHUNK_BYTES))
