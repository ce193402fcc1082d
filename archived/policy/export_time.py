"""When the catalog is exported. Pure: times come in, decisions go out. All times are UTC.

Nights are those of UTC: a local night is an hour longer or shorter twice a year, and 02:30 may come twice or never.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

#: A failed export is tried again after this long.
RETRY = timedelta(hours=1)
#: Without a whole export for so long behind its time, somebody should know.
PATIENCE = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class ExportHistory:
    """What is known of exports so far."""

    #: When this daemon, or the site, first could export; the catalog was first exportable then.
    since: datetime
    succeeded_at: datetime | None = None
    failed_at: datetime | None = None


def scheduled_before(now: datetime, at: time) -> datetime:
    """The last time at or before `now` that the catalog should have been exported."""
    today = now.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)


def is_due(now: datetime, at: time, history: ExportHistory) -> bool:
    """Whether to export now: a night has come since the last whole export, be it missed, and no failure is fresh."""
    done = history.succeeded_at
    if done is not None and done >= scheduled_before(now, at) and done <= now:
        return False
    failed = history.failed_at
    return failed is None or failed > now or now - failed >= RETRY


def is_overdue(now: datetime, at: time, history: ExportHistory) -> bool:
    """Whether there should have been a whole export for longer than patience lasts."""
    wanted = scheduled_before(now - PATIENCE, at)
    done = history.succeeded_at
    return (done is None or done < wanted) and history.since < wanted


def to_remove(made: dict[str, datetime], keep: int) -> list[str]:
    """Names of the exports that may go, oldest first, when `keep` of the newest stay. `keep` is at least 1."""
    by_age = sorted(made, key=lambda name: (made[name], name))
    return by_age[: max(0, len(by_age) - max(1, keep))]
