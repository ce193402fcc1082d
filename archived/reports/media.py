"""How media are: kinds, states, ages, batches, what was seen of each, and how errors rise. Pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from archived import medium_health as seen
from archived.catalog.report_rows import CopyRow
from archived.language import _
from archived.medium_health import MediumStep
from archived.model import Medium
from archived.reports.document import Plot, Report, Row, Section
from archived.reports.integrity import percent
from archived.states import MediumState

YEAR = timedelta(days=365.25)
#: What an error is, in what was seen.
ERRORS = (seen.READ_ERROR, seen.WRONG)
#: Values that are watched over time, because they rise before anything is unreadable.
SCANS = (
    seen.SCAN_LDC,
    seen.SCAN_BIS,
    seen.SCAN_PIE,
    seen.SCAN_PIF,
    seen.SCAN_C1,
    seen.SCAN_C2,
)
#: What was seen when it was too late for that, or nearly.
TROUBLES = (seen.READ_ERROR, seen.WRONG, seen.RETRY, seen.SLOW, seen.TAPE_ALERT)
FAILED = (MediumState.SUSPECT, MediumState.LOST)
_OUT_OF_ORDER = (
    MediumState.WATCH,
    MediumState.SUSPECT,
    MediumState.QUARANTINED,
    MediumState.RETIRED,
    MediumState.RELEASED,
    MediumState.DESTROYED,
    MediumState.LOST,
)


_PLOTS = (
    Plot("states", "Media by state 介质状态", "stack", "state", ("media",)),
    Plot("ages", "Ages, years 年限", "columns", "years", ("media",)),
    Plot("errors", "Errors, by month 每月错误", "columns", "month", ("number",), "what"),
    Plot("batches", "Failed of each batch, % 各批次失效率", "bars", "batch", ("lost_percent",)),
)


def report(
    media: Sequence[Medium],
    copies: Sequence[CopyRow],
    seen_of: Sequence[Row],
    by_month: Sequence[Row],
    steps: Sequence[MediumStep],
    vendors: Mapping[str, str],
    *,
    now: datetime,
) -> Report:
    """Of every medium on record; `steps` are changes of state in the period, `vendors` of whom media were bought."""
    written = _written(copies)
    scans = _scans(by_month)
    sections = (
        Section(
            "states",
            "Media by kind and state 按种类与状态",
            ("kind", "state", "media", "capacity_bytes"),
            _states(media),
        ),
        Section(
            "ages",
            "Ages of written media 已写介质的年限",
            ("years", "media"),
            _ages(media, written, now),
            _("years since the first copy was written on it"),
        ),
        Section(
            "batches",
            "Purchase batches 采购批次",
            ("batch", "vendor", "kind", "media", "good", "watch", "suspect", "lost", "lost_percent", "read_errors"),
            _batches(media, seen_of, vendors),
            _("failed: suspect or lost, of all that was ever registered of the batch"),
        ),
        _troubles(by_month),
        *scans,
        _changes(steps),
        Section(
            "media",
            "Every medium 每件介质",
            (
                "medium", "kind", "state", "batch", "place", "copies", "age_years", "loads", "read_errors",
                "retries", "tape_alerts", "used_bytes", "capacity_bytes",
            ),
            _each(media, copies, seen_of, written, now),
        ),
    )  # fmt: skip
    return Report("media", "Media 介质", sections, (*_PLOTS, *map(_trend, scans)))


def _troubles(by_month: Sequence[Row]) -> Section:
    rows = tuple(
        {**row, "number": round(row["total"] if row["total"] is not None else row["times"])}
        for row in by_month
        if row["what"] in TROUBLES
    )
    columns = ("month", "kind", "what", "drive", "times", "number")
    words = _("number: sectors, blocks, chunks, attempts, as each of them counts")
    return Section("errors", "Errors when reading, by month 每月读取错误", columns, rows, words)


def _scans(by_month: Sequence[Row]) -> list[Section]:
    """A section for each value that scans measured: its unit is its own."""
    return [
        Section(
            what.replace(" ", "-").lower(),
            f"{what}, by month 每月扫描值",
            ("month", "kind", "drive", "times", "mean", "highest"),
            # What a drive says of one kind of medium is another scale than what it says of the next.
            tuple(
                {**row, "drive": f"{row['drive'] or '–'} ({row['kind']})"}
                for row in by_month
                if row["what"] == what
            ),
            _("values compare only on the same drive: archivectl media health MEDIUM"),
        )
        for what in SCANS
        if any(row["what"] == what for row in by_month)
    ]


def _trend(section: Section) -> Plot:
    return Plot(section.id, section.title, "lines", "month", ("mean",), "drive")


def _changes(steps: Sequence[MediumStep]) -> Section:
    rows = tuple(
        {
            "at": step.at,
            "medium": step.medium_id,
            "state": step.after.value,
            "agent": step.agent,
            "why": step.why,
        }
        for step in steps
        if step.before is not step.after and (step.after in _OUT_OF_ORDER or step.before in _OUT_OF_ORDER)
    )
    return Section(
        "changes",
        "Changes of state 状态变化",
        ("at", "medium", "state", "agent", "why"),
        rows,
        _("what media go through when they are written is left out: archivectl media health MEDIUM"),
    )


def _written(copies: Sequence[CopyRow]) -> dict[str, datetime]:
    """When the first copy that is on record was written on each medium."""
    found: dict[str, datetime] = {}
    for copy in copies:
        if copy.written_at is not None:
            found[copy.medium_id] = min(found.get(copy.medium_id, copy.written_at), copy.written_at)
    return found


def _states(media: Sequence[Medium]) -> tuple[Row, ...]:
    number: Counter[tuple[str, str]] = Counter()
    size: Counter[tuple[str, str]] = Counter()
    for medium in media:
        number[medium.kind, medium.state.value] += 1
        size[medium.kind, medium.state.value] += medium.capacity_bytes
    return tuple(
        {"kind": kind, "state": state, "media": number[kind, state], "capacity_bytes": size[kind, state]}
        for kind, state in sorted(number)
    )


def _ages(media: Sequence[Medium], written: Mapping[str, datetime], now: datetime) -> tuple[Row, ...]:
    years = Counter(max(0, (now - written[m.id]) // YEAR) for m in media if m.id in written)
    return tuple({"years": year, "media": years[year]} for year in range(max(years, default=-1) + 1))


def _batches(media: Sequence[Medium], seen_of: Sequence[Row], vendors: Mapping[str, str]) -> tuple[Row, ...]:
    errors = _totals(seen_of, ERRORS)
    groups: dict[tuple[str, str], list[Medium]] = defaultdict(list)
    for medium in media:
        groups[medium.batch or "–", medium.kind].append(medium)
    found = []
    for (batch, kind), members in sorted(groups.items()):
        states = Counter(medium.state for medium in members)
        failed = sum(states[state] for state in FAILED)
        found.append(
            {
                "batch": batch,
                "vendor": ", ".join(sorted({vendors[m.id] for m in members if vendors.get(m.id)})),
                "kind": kind,
                "media": len(members),
                "good": states[MediumState.GOOD] + states[MediumState.APPENDABLE],
                "watch": states[MediumState.WATCH],
                "suspect": states[MediumState.SUSPECT],
                "lost": states[MediumState.LOST],
                "lost_percent": percent(failed, len(members)),
                "read_errors": sum(errors[medium.id] for medium in members),
            }
        )
    return tuple(found)


def _each(
    media: Sequence[Medium],
    copies: Sequence[CopyRow],
    seen_of: Sequence[Row],
    written: Mapping[str, datetime],
    now: datetime,
) -> tuple[Row, ...]:
    carried: Counter[str] = Counter()
    size: Counter[str] = Counter()
    for copy in copies:
        if copy.written_at is not None:
            carried[copy.medium_id] += 1
            size[copy.medium_id] += copy.size_bytes
    times = {
        "loads": _totals(seen_of, (seen.LOAD,), count=True),
        "read_errors": _totals(seen_of, ERRORS),
        "retries": _totals(seen_of, (seen.RETRY,)),
        "tape_alerts": _totals(seen_of, (seen.TAPE_ALERT,), count=True),
    }
    return tuple(
        {
            "medium": medium.id,
            "kind": medium.kind,
            "state": medium.state.value,
            "batch": medium.batch,
            "place": f"{medium.library} {medium.element}" if medium.element is not None else None,
            "copies": carried[medium.id],
            "age_years": round((now - written[medium.id]) / YEAR, 2) if medium.id in written else None,
            **{name: counts[medium.id] for name, counts in times.items()},
            "used_bytes": medium.used_bytes or size[medium.id],
            "capacity_bytes": medium.capacity_bytes,
        }
        for medium in sorted(media, key=lambda medium: medium.id)
    )


def _totals(seen_of: Sequence[Row], kinds: tuple[str, ...], *, count: bool = False) -> Counter[str]:
    """By medium: how often these kinds were seen, or the sum of their values."""
    found: Counter[str] = Counter()
    for row in seen_of:
        if row["what"] in kinds:
            found[row["medium_id"]] += int(row["times"] if count else row["total"] or row["times"])
    return found
