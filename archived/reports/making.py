"""From the catalog to a report: everything is read in one look, and then only calculated."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from archived.catalog import (
    alarms,
    approvals,
    care,
    events,
    fixity,
    health,
    images,
    media,
    purchases,
    report_rows,
    retention,
)
from archived.catalog.report_rows import CopyRow
from archived.catalog.store import Catalog
from archived.errors import NotFound, Refused
from archived.fixity import EDGES, FULL, SAMPLED
from archived.language import _
from archived.media_kinds import is_tape
from archived.policy.sufficiency import AT_HAND
from archived.policy.verify.due import Known, applies, due_at
from archived.reports import activity, capacity, exceptions, holdings, integrity
from archived.reports import media as of_media
from archived.reports.document import Head, Period, Report, Row, as_document
from archived.stages.commitment import missing_positions
from archived.stages.work import Site
from archived.states import SetState

#: What a report is about when nobody names a period.
YEAR: Final = timedelta(days=365)
NOTES_MAX = 100_000


@dataclass(frozen=True, slots=True)
class _Look:
    """What a report is made of."""

    read: Connection
    site: Site
    period: Period
    now: datetime


def make(
    catalog: Catalog, site: Site, name: str, *, since: datetime | None = None, until: datetime | None = None
) -> dict[str, Any]:
    """A report as data: of a period, or of the last year. Raises NotFound, Refused."""
    if name not in REPORTS:
        raise NotFound(
            _("there is no report {name!r}; there are: {known}").format(name=name, known=", ".join(REPORTS))
        )
    now = site.now()
    until = min(until, now) if until is not None else now
    since = since if since is not None else until - YEAR
    if since >= until:
        raise Refused(_("the period ends before it begins, or lies ahead; no report was made"))
    period = Period(since, until)
    with catalog.read() as read:
        report = REPORTS[name](_Look(read, site, period, now))
    settings = site.config.site
    head = Head(settings.name, settings.name_zh, site.config.simulated, site.software, now, period)
    return as_document(head, report)


def _holdings(look: _Look) -> Report:
    return holdings.report(report_rows.packages_by_kind(look.read))


def _integrity(look: _Look) -> Report:
    read, period = look.read, look.period
    copies = [c for c in report_rows.copies(read) if c.written_at is None or c.written_at < period.until]
    return integrity.report(
        copies,
        _readings(look, copies),
        _sets(look),
        report_rows.packages_of_images(read),
        report_rows.staged_ids(read),
        report_rows.checks_by_month(read, period.since, period.until),
        _verify_runs(look),
        since=period.since,
        now=look.now,
    )


def _media(look: _Look) -> Report:
    read, period = look.read, look.period
    steps = [s for s in health.history_since(read, period.since) if s.at is None or s.at < period.until]
    return of_media.report(
        media.listing(read),
        report_rows.copies(read),
        report_rows.health_by_medium(read),
        report_rows.health_by_month(read, period.since, period.until),
        steps,
        {name: record.vendor for name, record in purchases.listing(read).items()},
        now=look.now,
    )


def _capacity(look: _Look) -> Report:
    read, period, config = look.read, look.period, look.site.config
    pools = {
        name: capacity.PoolRow(pool.library, pool.media_kind, is_tape(pool.media_kind))
        for name, pool in config.pools.items()
    }
    disk = shutil.disk_usage(look.site.tools.paths.staging)
    staging = {
        "free_bytes": disk.free,
        "capacity_bytes": disk.total,
        "fill_percent": integrity.percent(disk.used, disk.total),
        "packages": len(report_rows.staged_ids(read)),
    }
    return capacity.report(
        media.listing(read),
        report_rows.copies(read),
        pools,
        report_rows.written_by_month(read, period.since, period.until),
        report_rows.archived_by_month(read, period.since, period.until),
        staging,
        period,
    )


def _activity(look: _Look) -> Report:
    read, period = look.read, look.period
    between = (period.since, period.until)
    runs = [run for kind in ("verify", "repair", "migrate") for run in care.listing(read, kind)]
    begun = [run for run in runs if _touches(period, run.begun_at, run.ended_at)]
    return activity.report(
        report_rows.events_by_type(read, *between),
        report_rows.archived_by_month(read, *between),
        report_rows.recalls_by_outcome(read, *between),
        report_rows.checks_by_month(read, *between),
        [(run, care.counts(read, run.id)) for run in begun],
    )


def _exceptions(look: _Look) -> Report:
    read, period = look.read, look.period
    between = (period.since, period.until)
    return exceptions.report(
        events.allowances(read),
        report_rows.events_of_people(read, *between),
        report_rows.events_of_types(read, *between, exceptions.FAILURES),
        alarms.history(read, since=period.since, until=period.until, limit=NOTES_MAX),
        alarms.listing(read, since=period.since, until=period.until),
        report_rows.second_versions(read, *between),
        approvals.listing(read),
        retention.holds(read, released=True),
        period,
    )


#: By name, in the order in which they are listed.
REPORTS: Final[dict[str, Callable[[_Look], Report]]] = {
    "holdings": _holdings,
    "integrity": _integrity,
    "media": _media,
    "capacity": _capacity,
    "activity": _activity,
    "exceptions": _exceptions,
}


def _touches(period: Period, begun_at: datetime, ended_at: datetime | None) -> bool:
    return begun_at < period.until and (ended_at is None or ended_at >= period.since)


def _readings(look: _Look, copies: list[CopyRow]) -> dict[int, integrity.Readings]:
    """What is known of each copy as of the end of the period."""
    rules = look.site.config.verification
    failures = fixity.batch_failures(look.read)
    failed = fixity.latest(look.read, "failed")
    checked = report_rows.clean_readings(look.read, look.period.until)
    found = {}
    for copy in copies:
        seen = checked.get(copy.copy_id, {})
        verified = copy.verified_at if copy.verified_at and copy.verified_at < look.period.until else None
        full = max(filter(None, (verified, seen.get(FULL))), default=None)
        sampled = max(filter(None, (seen.get(SAMPLED), seen.get(EDGES))), default=None)
        known = Known(
            f"copy {copy.copy_id}",
            "tape" if is_tape(copy.kind) else "disc",
            copy.written_at or copy.planned_at,
            copy.medium_id,
            copy.pool,
            copy.medium_state.value,
            copy.batch,
            full_at=full,
            any_at=max(filter(None, (full, sampled)), default=None),
            failed_at=failed.get(f"copy {copy.copy_id}"),
        )
        # The rule of which it is first overdue; what only failed to be tried is not put off for that.
        due = [
            (due_at(name, rule, known, failures), timedelta(days=rule.overdue_days))
            for name, rule in rules.items()
            if applies(rule, known, look.now)
        ]
        at, patience = min(due, key=lambda pair: pair[0] + pair[1], default=(None, timedelta(0)))
        found[copy.copy_id] = integrity.Readings(full, sampled, at, patience)
    return found


def _sets(look: _Look) -> list[integrity.SetRow]:
    found = []
    for item in images.set_listing(look.read):
        if item.state in (SetState.VOID, SetState.RETIRED):
            continue
        complete = item.state in (SetState.COMPLETE, SetState.FOUND)
        missing = missing_positions(look.read, item, AT_HAND) if complete else ()
        found.append(integrity.SetRow(item.id, item.pool, complete, item.n, item.m, missing))
    return found


def _verify_runs(look: _Look) -> list[Row]:
    """Runs of verification in the period with the seed by which they can be drawn again."""
    rows: list[Row] = []
    for run in care.listing(look.read, "verify"):
        if not _touches(look.period, run.begun_at, run.ended_at):
            continue
        report = run.report
        rows.append(
            {
                "run": run.id,
                "seed": str(run.terms.get("seed", "")),
                "how": str(run.terms.get("how", "")),
                "finds": _finds(run.preview.get("finds") or {}),
                "checks": report.get("examined", 0),
                "clean": report.get("clean", 0),
                "bad": report.get("bad_items", 0),
                "failed": report.get("failed", 0),
                "at": run.begun_at,
            }
        )
    return rows


def _finds(statement: Mapping[str, Any]) -> str:
    """What a run was announced to find, in words; "" where its preview said nothing."""
    if not statement:
        return ""
    return _("of a medium {chunks_percent} % bad chunks or more, with {sure} %").format(
        chunks_percent=statement.get("chunks_percent"), sure=round(100 * float(statement.get("sure", 0)))
    )
