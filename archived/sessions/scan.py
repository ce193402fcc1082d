"""One visit to a disc to see how it is: its errors as the drive counts them, or how long reading it takes.

A visit ends when it is told to stop, at the end of its slice, or with the disc. Nothing is concluded here, and nothing
on the disc changes. Where the drive knows no quality scan, all of the disc is read and timed: any drive can do that.
"""

from dataclasses import dataclass, replace
from statistics import median
from typing import Final

from archived.language import _
from archived.policy.health.scan_sums import ScanSums
from archived.sessions.half_reads import HalfReads
from archived.sessions.mount import RobotWaits, demand_medium
from archived.sessions.read import READ_SECTORS, Attentive, read_or_zeros
from archived.sessions.right_volume import AnotherVolume, another_volume
from archived.sessions.tools import Report, Tools
from backends.errors import MediumUnreadable
from backends.interface import SECTOR_BYTES, DiscStatus, OpticalDrive
from backends.optical.quality.interface import QualityScanner

SLICE_S: Final = 300.0
#: With so many places that cannot be followed a disc is beyond asking.
LOST_MAX: Final = 32
#: So many samples in a row that come no further end a scan: the drive tells nothing new.
STANDING_MAX: Final = 256
#: A piece that takes so many times as long as the middle one of its visit is slow.
SLOW_TIMES: Final = 4.0
#: So many slow pieces of one visit are kept, the slowest.
SLOW_MAX: Final = 20
TIMED: Final = "timed"


@dataclass(frozen=True, slots=True)
class Scan:
    """What is to be scanned, and from where on."""

    key: str
    item_id: int
    medium_id: str
    library: str
    element: int
    barcode: str | None
    drive: str
    memory: HalfReads
    #: What earlier visits counted; None for the first.
    sums: ScanSums | None = None
    #: The dialect of the earlier visits; another drive may speak another, and then the scan begins anew.
    dialect: str = ""
    reader: str = ""
    volume_id: str | None = None


@dataclass(frozen=True, slots=True)
class Slow:
    """A piece that came slowly."""

    lba: int
    seconds: float


@dataclass(frozen=True, slots=True)
class ScanVisit:
    """What one visit saw; `sums` are those of all visits together."""

    dialect: str
    family: str
    #: Serial number of the drive, or what it calls itself where it tells none.
    reader: str
    sums: ScanSums
    ended: bool
    #: Why it stopped before; "" for the end of its slice.
    why: str = ""
    #: Only of a timed reading: how fast, what came slowly, and how often something was read again.
    bytes_per_s: float = 0.0
    slow: tuple[Slow, ...] = ()
    retries: int = 0
    #: The disc in the drive is not one that was closed.
    unclosed: str = ""


def scan(task: Scan, tools: Tools) -> ScanVisit | RobotWaits | AnotherVolume:
    """Make one visit. Raises DeviceFailure: then nothing is known of the disc."""
    what = _("scanning {medium_id} in {drive}").format(medium_id=task.medium_id, drive=task.drive)
    report = tools.progress.begin(task.key, what)
    waits = demand_medium(tools, task.library, task.element, task.barcode, task.drive)
    if waits is not None:
        return waits
    another = another_volume(tools, task.drive, task.volume_id, task.key)
    if another is not None:
        return another
    drive = tools.drives[task.drive]
    disc, reader = drive.inspect(), reader_of(drive)
    scanner = drive.scanner() if disc.status is DiscStatus.COMPLETE else None
    dialect = TIMED if scanner is None else scanner.dialect
    goes_on = task.sums is not None and task.dialect == dialect and task.reader == reader
    sums = task.sums if goes_on and task.sums is not None else ScanSums(disc.written_sectors)
    family = "" if scanner is None else scanner.family.value
    visit = ScanVisit(dialect, family, reader, sums, ended=True)
    if disc.status is not DiscStatus.COMPLETE:
        return replace(visit, unclosed=disc.status.value)
    if scanner is None:
        return _time(task, tools, drive, visit, report)
    try:
        return _count(task, tools, scanner, visit, report)
    finally:
        scanner.end()


def reader_of(drive: OpticalDrive) -> str:
    """How records call the drive that read: values compare only with its own."""
    told = drive.identify()
    return told.serial or " ".join((told.vendor, told.product, told.revision))


def _count(task: Scan, tools: Tools, scanner: QualityScanner, visit: ScanVisit, report: Report) -> ScanVisit:
    sums, block = visit.sums, scanner.family.block_sectors
    began_s, began_at, standing = tools.clock.monotonic(), sums.lba, 0
    scanner.start(sums.lba)
    while True:
        why = _why_stop(task, tools)
        # A drive that began anew, whatever it was told, is let come to its end: it would never get there in slices.
        late = sums.lba > began_at and tools.clock.monotonic() - began_s > SLICE_S and standing == 0
        if why or late:
            return replace(visit, ended=False, why=why)
        at = sums.lba
        try:
            sample = scanner.sample()
        except MediumUnreadable as error:
            sums.lose(error.lba, block)
            if len(sums.lost) >= LOST_MAX or sums.lba >= sums.sectors:
                return visit
            scanner.end()
            scanner.start(sums.lba)
            continue
        if sample is None:
            return visit
        sums.add(sample.lba, sample.first, sample.second, block)
        standing = standing + 1 if sums.lba == at and sample.lba >= at else 0
        if standing >= STANDING_MAX:
            return visit
        report(sums.lba * SECTOR_BYTES, sums.sectors * SECTOR_BYTES)


def _time(task: Scan, tools: Tools, drive: OpticalDrive, visit: ScanVisit, report: Report) -> ScanVisit:
    sums, source = visit.sums, Attentive(drive)
    unreadable: list[tuple[int, int]] = []
    times: list[tuple[float, int]] = []
    began_s, began_at, why = tools.clock.monotonic(), sums.lba, ""
    while sums.lba < sums.sectors and len(sums.lost) < LOST_MAX:
        why = _why_stop(task, tools)
        if why or tools.clock.monotonic() - began_s > SLICE_S:
            break
        at_s, lba = tools.clock.monotonic(), sums.lba
        read_or_zeros(source, lba, min(READ_SECTORS, sums.sectors - lba), unreadable)
        times.append((tools.clock.monotonic() - at_s, lba))
        sums.lba = min(lba + READ_SECTORS, sums.sectors)
        report(sums.lba * SECTOR_BYTES, sums.sectors * SECTOR_BYTES)
        sums.lost += [offset // SECTOR_BYTES for offset, _length in unreadable]
        unreadable.clear()
    seconds = sum(took for took, _lba in times)
    ended = sums.lba >= sums.sectors or len(sums.lost) >= LOST_MAX
    return replace(
        visit,
        ended=ended,
        why=why,
        bytes_per_s=(sums.lba - began_at) * SECTOR_BYTES / seconds if seconds > 0 else 0.0,
        slow=_slow(times),
        retries=max(0, source.refused - len(sums.lost)),
    )


def _slow(times: list[tuple[float, int]]) -> tuple[Slow, ...]:
    if not times:
        return ()
    limit = median(took for took, _lba in times) * SLOW_TIMES
    slowest = sorted((pair for pair in times if limit > 0 and pair[0] > limit), reverse=True)[:SLOW_MAX]
    return tuple(Slow(lba, round(took, 3)) for took, lba in sorted(slowest, key=lambda pair: pair[1]))


def _why_stop(task: Scan, tools: Tools) -> str:
    stopping = _("the daemon is to stop") if tools.progress.hurried else ""
    return task.memory.why_stop(task.key) or stopping
