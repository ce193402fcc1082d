"""What of all copies was read, when and how much of it; and what could still be lost. Pure.

Every copy that was ever written and was not destroyed stands in exactly one category, so that the sum of all of them
is all copies: nothing that was not looked at can hide behind what was.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from archived.catalog.report_rows import CopyRow
from archived.language import _
from archived.policy.sufficiency import AT_HAND
from archived.reports.document import Plot, Report, Row, Section
from archived.states import CopyState, MediumState

FULL, SAMPLED, NOT_DUE = "read in full", "sampled", "not due"
OVERDUE, UNREACHABLE, NEVER = "overdue", "unreachable", "never read"
DAMAGED, LOST = "damaged", "lost"
#: In the order in which they are asked: the first that fits is it, the bad ones before the good ones.
CATEGORIES: Final = (LOST, DAMAGED, NEVER, UNREACHABLE, OVERDUE, FULL, SAMPLED, NOT_DUE)
GOOD_FIRST: Final = (FULL, SAMPLED, NOT_DUE, OVERDUE, UNREACHABLE, NEVER, DAMAGED, LOST)
#: Copies that exist, or should.
ON_RECORD: Final = (
    CopyState.WRITTEN,
    CopyState.VERIFYING,
    CopyState.VERIFIED,
    CopyState.FOUND,
    CopyState.SUSPECT,
    CopyState.RETIRED,
    CopyState.LOST,
)
#: Media from which nothing can be read now, wherever they lie.
SET_ASIDE: Final = (MediumState.QUARANTINED, MediumState.LOST, MediumState.DESTROYED, MediumState.UNKNOWN)


_PLOTS = (
    Plot("copies", "All copies 全部副本", "stack", "category", ("copies",)),
    Plot("recoverability", "Recoverability 可恢复性", "stack", "recoverability", ("packages",)),
    Plot("checks", "Checks by month 每月检查", "columns", "month", ("checks",), "outcome"),
    Plot("pools", "Read in full, % 全读率", "bars", "pool", ("read_percent",)),
)


@dataclass(frozen=True, slots=True)
class Readings:
    """What is known of when a copy was last read and nothing was wrong."""

    #: All of it, and some of it, ever.
    full_at: datetime | None = None
    sampled_at: datetime | None = None
    #: When it is to be examined next under the rule that asks first; None: no rule speaks of it.
    due_at: datetime | None = None
    #: So long after that it is overdue.
    patience: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class SetRow:
    """A protection set and how many of its members can be read now."""

    set_id: str
    pool: str
    complete: bool
    n: int
    m: int
    missing: tuple[int, ...]


def category_of(copy: CopyRow, readings: Readings, since: datetime, now: datetime) -> str:
    """The one category of a copy; "in full" and "sampled" are what was done since `since`."""
    if copy.state is CopyState.LOST or copy.medium_state is MediumState.LOST:
        return LOST
    if copy.state is CopyState.SUSPECT:
        return DAMAGED
    if readings.full_at is None and readings.sampled_at is None:
        return NEVER
    if copy.element is None or copy.library is None or copy.medium_state in SET_ASIDE:
        return UNREACHABLE
    if readings.due_at is not None and now > readings.due_at + readings.patience:
        return OVERDUE
    if readings.full_at is not None and readings.full_at >= since:
        return FULL
    if readings.sampled_at is not None and readings.sampled_at >= since:
        return SAMPLED
    return NOT_DUE


def report(
    copies: Sequence[CopyRow],
    readings: Mapping[int, Readings],
    sets: Sequence[SetRow],
    packages: Mapping[str, set[str]],
    staged: set[str],
    checks: Sequence[Row],
    runs: Sequence[Row],
    *,
    since: datetime,
    now: datetime,
) -> Report:
    """Of all copies; `packages` names the images that carry each, `staged` those whose bytes lie in staging."""
    counted = [copy for copy in copies if copy.state in ON_RECORD]
    of = {c.copy_id: category_of(c, readings.get(c.copy_id, Readings()), since, now) for c in counted}
    sections = (
        Section(
            "copies",
            "All copies 全部副本",
            ("category", "copies", "size_bytes", "share_percent", "meaning"),
            _by_category(counted, of),
            _("each copy stands in exactly one line: the sum is every copy on record"),
        ),
        _spread(counted, of, lambda copy: copy.pool, "pools", "By pool 按介质池"),
        _spread(counted, of, lambda copy: copy.batch or "–", "batches", "By purchase batch 按采购批次"),
        *_standing(counted, sets, packages, staged),
        _wanting(counted, readings, of),
        *_examined(checks, runs),
    )
    return Report("integrity", "Integrity 完整性", sections, _PLOTS)


def standing_of(item: SetRow) -> str:
    """How a set stands now."""
    if not item.complete:
        return "forming"
    spare = item.m - len(item.missing)
    return "spare" if spare > 0 else "no spare" if spare == 0 else "not recoverable now"


def _meanings() -> dict[str, str]:
    return {
        FULL: _("every byte was read in this period and equal to its digests"),
        SAMPLED: _("chunks drawn at random were read in this period and equal to theirs; the rest was not"),
        NOT_DUE: _("read before this period and nothing was wrong; not to be examined again yet"),
        OVERDUE: _("should have been examined, and was not"),
        UNREACHABLE: _("its medium is where no robot and nobody on record can bring it to a drive, or is set aside"),
        NEVER: _("nobody has read it since it was written or found"),
        DAMAGED: _("the last reading found wrong or unreadable bytes"),
        LOST: _("it is gone; kept on record"),
    }  # fmt: skip


def _by_category(copies: Sequence[CopyRow], of: Mapping[int, str]) -> tuple[Row, ...]:
    number, size = Counter(of.values()), Counter[str]()
    for copy in copies:
        size[of[copy.copy_id]] += copy.size_bytes
    meanings = _meanings()
    return tuple(
        {
            "category": category,
            "copies": number[category],
            "size_bytes": size[category],
            "share_percent": percent(number[category], len(copies)),
            "meaning": meanings[category],
        }
        for category in GOOD_FIRST
    )


def _spread(
    copies: Iterable[CopyRow],
    of: Mapping[int, str],
    key: Callable[[CopyRow], str],
    section_id: str,
    title: str,
) -> Section:
    """Categories by something that each copy is of; the column is called as the section, for one."""
    name = {"pools": "pool", "batches": "batch"}[section_id]
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for copy in copies:
        groups[key(copy)][of[copy.copy_id]] += 1
    rows = tuple(
        {
            name: group,
            "copies": counts.total(),
            **{category: counts[category] for category in GOOD_FIRST},
            "read_percent": percent(counts[FULL], counts.total()),
        }
        for group, counts in sorted(groups.items())
    )
    return Section(section_id, title, (name, "copies", *GOOD_FIRST, "read_percent"), rows)


def _standing(
    copies: Sequence[CopyRow], sets: Sequence[SetRow], packages: Mapping[str, set[str]], staged: set[str]
) -> tuple[Section, ...]:
    reduced = [item for item in sets if item.missing and item.complete]
    return (
        Section(
            "recoverability",
            "What could still be lost 可恢复性",
            ("recoverability", "sets", "packages", "meaning"),
            _recoverability(copies, sets, packages, staged),
        ),
        Section(
            "sets",
            "Sets with members missing now 缺成员的保护组",
            ("set", "pool", "missing", "recoverability"),
            tuple(
                {"set": s.set_id, "pool": s.pool, "missing": s.missing, "recoverability": standing_of(s)}
                for s in reduced
            ),
        ),
    )


def _wanting(copies: Sequence[CopyRow], readings: Mapping[int, Readings], of: Mapping[int, str]) -> Section:
    columns = (
        "copy", "image", "set", "medium", "state", "category", "written_at", "full_at", "sampled_at", "due_at",
    )  # fmt: skip
    rows = [
        _named(copy, readings.get(copy.copy_id, Readings()), of)
        for copy in copies
        if of[copy.copy_id] in (LOST, DAMAGED, NEVER, UNREACHABLE, OVERDUE)
    ]
    return Section("wanting", "Copies that want somebody 需处理的副本", columns, tuple(rows))


def _examined(checks: Sequence[Row], runs: Sequence[Row]) -> tuple[Section, ...]:
    return (
        Section(
            "checks",
            "Checks by month 每月检查",
            ("month", "how", "outcome", "checks", "parts", "bytes_read"),
            tuple(checks),
            _(
                "of copies, and of packages and exports on disk; the reading of each new copy after it was written "
                "stands in the activity report"
            ),
        ),
        Section(
            "runs",
            "Runs that can be drawn again 可复现的抽检",
            ("run", "seed", "how", "finds", "checks", "clean", "bad", "failed", "at"),
            tuple(runs),
            _("the same seed draws the same chunks: archivectl verify run --seed SEED"),
        ),
    )


def _recoverability(
    copies: Sequence[CopyRow],
    sets: Sequence[SetRow],
    packages: Mapping[str, set[str]],
    staged: set[str],
) -> tuple[Row, ...]:
    standing = {item.set_id: standing_of(item) for item in sets}
    set_of = {copy.image_id: copy.set_id for copy in copies}
    readable = {
        copy.image_id
        for copy in copies
        if copy.state in AT_HAND and copy.element is not None and copy.medium_state not in SET_ASIDE
    }
    best = ("spare", "no spare", "forming", "not recoverable now")
    number: Counter[str] = Counter()
    for package_id, image_ids in packages.items():
        found = {standing.get(set_of.get(image_id) or "", "forming") for image_id in image_ids}
        word = next((one for one in best if one in found), "forming")
        if word == "not recoverable now" and image_ids & readable:
            word = "no spare"
        if word in ("forming", "not recoverable now") and package_id in staged:
            word = "forming"
        number[word] += 1
    meanings = {
        "spare": _("at least one more member of each set may be lost"),
        "no spare": _("every byte can be read or rebuilt; the loss of one more member may be too much"),
        "forming": _("not on a complete set yet; the bytes lie in staging"),
        "not recoverable now": _("too many members are lost or away: what is away has to come back"),
    }
    counted = Counter(standing.values())
    return tuple(
        {
            "recoverability": word,
            "sets": counted[word],
            "packages": number[word],
            "meaning": meanings[word],
        }
        for word in best
    )


def _named(copy: CopyRow, readings: Readings, of: Mapping[int, str]) -> Row:
    return {
        "copy": copy.copy_id,
        "image": copy.image_id,
        "set": copy.set_id,
        "medium": copy.medium_id,
        "state": copy.medium_state.value,
        "category": of[copy.copy_id],
        "written_at": copy.written_at,
        "full_at": readings.full_at,
        "sampled_at": readings.sampled_at,
        "due_at": readings.due_at,
    }


def percent(part: int, whole: int) -> float:
    """A share to two places; 0 of nothing."""
    return round(100 * part / whole, 2) if whole else 0.0
