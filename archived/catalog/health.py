"""What was seen of media, by time; and how their states changed, with who and why."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from archived.catalog.health_tables import health_entry, medium_history
from archived.catalog.rows import values
from archived.catalog.tables import drive as drives
from archived.medium_health import HealthEntry, MediumStep


def note(
    write: Connection,
    at: datetime,
    medium_id: str,
    what: str,
    value: float | None,
    *,
    drive: str = "",
    unit: str = "",
    **detail: Any,
) -> None:
    """One thing seen of a medium; `what` is one of `archived.medium_health`.

    Who read is taken from the drive's serial number on record, unless `detail` has a `reader` of its own.
    """
    reader = str(detail.pop("reader", "") or _serial(write, drive))
    write.execute(
        insert(health_entry).values(
            at=at,
            medium_id=medium_id,
            what=what,
            value=value,
            unit=unit,
            drive=drive,
            reader=reader,
            detail=detail,
        )
    )


def listing(
    read: Connection,
    medium_id: str,
    *,
    what: Collection[str] = (),
    since: datetime | None = None,
    limit: int | None = None,
) -> list[HealthEntry]:
    """What was seen of a medium, oldest first: of these kinds or all; of the newest `limit` entries."""
    query = select(health_entry).where(health_entry.c.medium_id == medium_id)
    if what:
        query = query.where(health_entry.c.what.in_(what))
    if since is not None:
        query = query.where(health_entry.c.at >= since)
    newest = query.order_by(health_entry.c.at.desc(), health_entry.c.id.desc()).limit(limit)
    return values(read, HealthEntry, newest)[::-1]


def after(read: Connection, entry_id: int, limit: int = 1000) -> list[HealthEntry]:
    """Entries of all media that were noted after this one, in the order in which they were noted."""
    query = select(health_entry).where(health_entry.c.id > entry_id).order_by(health_entry.c.id).limit(limit)
    return values(read, HealthEntry, query)


def history(read: Connection, medium_id: str) -> list[MediumStep]:
    """Every change of state of a medium, the first first."""
    query = select(medium_history).where(medium_history.c.medium_id == medium_id)
    return values(read, MediumStep, query.order_by(medium_history.c.id))


def history_since(read: Connection, since: datetime) -> list[MediumStep]:
    """Every change of state of every medium since a moment, the first first."""
    query = select(medium_history).where(medium_history.c.at >= since)
    return values(read, MediumStep, query.order_by(medium_history.c.id))


def _serial(read: Connection, name: str) -> str:
    if not name:
        return ""
    return str(read.execute(select(drives.c.serial).where(drives.c.name == name)).scalar() or "")
