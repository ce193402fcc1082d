"""What was done in a stretch of time: intake, writing, checks, care, recalls, and all else by its name. Pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from archived.care import CareRun
from archived.language import _
from archived.reports.document import Plot, Report, Row, Section

#: Event → column of the overview by month.
COLUMNS = {
    "ingestion": "accepted",
    "archived": "archived",
    "withdrawal": "withdrawn",
    "written": "written",
    "write failed": "failed_writes",
    "fixity check": "fixity_checks",
    "recall gathered": "recalls_served",
    "recall failed": "recalls_failed",
    "move": "moves",
    "drive cleaned": "cleanings",
    "task done": "tasks_done",
}


def report(
    events: Sequence[Row],
    archived: Sequence[Row],
    recalls: Sequence[Row],
    checks: Sequence[Row],
    runs: Sequence[tuple[CareRun, Mapping[str, int]]],
) -> Report:
    """Of rows by month; `runs` are care runs of the period with how many of their items are in each state."""
    sections = (
        Section("months", "By month 按月", ("month", *COLUMNS.values()), _months(events)),
        Section("archived", "Archived 归档", ("month", "packages", "size_bytes"), tuple(archived)),
        Section(
            "recalls",
            "Recalls 调档",
            ("state", "recalls", "size_bytes"),
            tuple(recalls),
            _("asked for in this period, by what became of them"),
        ),
        Section(
            "checks",
            "Checks against digests 校验",
            ("month", "how", "outcome", "checks", "parts", "bytes_read"),
            tuple(checks),
        ),
        Section(
            "runs",
            "Verification, repair, migration 检查、修复与迁移",
            ("id", "kind", "state", "agent", "begun_at", "ended_at", "done", "failed", "open", "reason"),
            tuple(_run(run, counts) for run, counts in runs),
        ),
        Section(
            "events",
            "Everything that happened 全部事件",
            ("event", "outcome", "events"),
            _by_type(events),
            _("each one: archivectl events"),
        ),
    )
    plots = (
        Plot(
            "months",
            "Packages by month 每月档案包",
            "lines",
            "month",
            ("accepted", "archived"),
        ),
        Plot("checks", "Read and compared, by month 每月校验量", "columns", "month", ("bytes_read",), "how"),
        Plot("recalls", "Recalls 调档", "stack", "state", ("recalls",)),
    )
    return Report("activity", "Activity 业务活动", sections, plots)


def _months(events: Sequence[Row]) -> tuple[Row, ...]:
    months: dict[str, Counter[str]] = defaultdict(Counter)
    for row in events:
        column = COLUMNS.get(row["type"])
        if column is not None:
            months[row["month"]][column] += int(row["events"])
    return tuple(
        {"month": month, **{column: counts[column] for column in COLUMNS.values()}}
        for month, counts in sorted(months.items())
    )


def _by_type(events: Sequence[Row]) -> tuple[Row, ...]:
    number: Counter[tuple[str, str]] = Counter()
    for row in events:
        number[row["type"], row["outcome"]] += int(row["events"])
    return tuple(
        {"event": kind, "outcome": outcome, "events": count}
        for (kind, outcome), count in sorted(number.items())
    )


def _run(run: CareRun, counts: Mapping[str, int]) -> Row:
    ended = {"done": counts.get("done", 0), "failed": counts.get("failed", 0)}
    return {
        "id": run.id,
        "kind": run.kind,
        "state": run.state.value,
        "agent": run.agent,
        "begun_at": run.begun_at,
        "ended_at": run.ended_at,
        **ended,
        "open": counts.get("wanted", 0) + counts.get("working", 0),
        "reason": run.reason,
    }
