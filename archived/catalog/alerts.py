"""The outbox: messages to hooks, and what each told of which alarm."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from archived.alerts import ALERT, Alert, AlertEvent, AlertState, Told
from archived.catalog.alert_tables import alert, alert_item
from archived.catalog.rows import advance, one, values

_WAITING = select(alert).where(alert.c.state == AlertState.WAITING).order_by(alert.c.id)


def put(
    write: Connection,
    at: datetime,
    hook: str,
    document: Mapping[str, Any],
    items: Iterable[tuple[int, str, str]] = (),
    **ended: Any,
) -> int:
    """A message that waits to be sent, or has `ended`; `items` are (alarm, event, urgency). Returns its id."""
    row = {"hook": hook, "state": AlertState.WAITING, "made_at": at, "document": dict(document), **ended}
    done = write.execute(insert(alert).values(row))
    key = done.inserted_primary_key
    alert_id = int(key[0]) if key else 0
    rows = [
        {"alert_id": alert_id, "alarm_id": alarm_id, "event": event, "urgency": urgency}
        for alarm_id, event, urgency in items
    ]
    if rows:
        write.execute(insert(alert_item), rows)
    return alert_id


def get(read: Connection, alert_id: int) -> Alert:
    """Raises NotFound."""
    return one(read, Alert, alert, alert_id)


def waiting(read: Connection) -> list[Alert]:
    """Messages that nobody has taken yet, the oldest first."""
    return values(read, Alert, _WAITING)


def latest(read: Connection, *, hook: str | None = None, limit: int = 50) -> list[Alert]:
    """The newest messages, the oldest of them first."""
    query = select(alert).order_by(alert.c.id.desc()).limit(limit)
    if hook is not None:
        query = query.where(alert.c.hook == hook)
    return values(read, Alert, query)[::-1]


def hurry(write: Connection, hook: str) -> None:
    """What waits for a hook is tried at once."""
    query = update(alert).where(alert.c.hook == hook, alert.c.state == AlertState.WAITING)
    write.execute(query.values(next_at=None))


def told(read: Connection, alarm_ids: Iterable[int]) -> dict[tuple[str, int], Told]:
    """What each hook was last told of these alarms, by (hook, alarm)."""
    newest = (
        select(alert.c.hook, alert_item.c.alarm_id, func.max(alert_item.c.alert_id).label("alert_id"))
        .join(alert, alert.c.id == alert_item.c.alert_id)
        .where(alert_item.c.alarm_id.in_(list(alarm_ids)))
        .group_by(alert.c.hook, alert_item.c.alarm_id)
        .subquery()
    )
    query = (
        select(newest.c.hook, newest.c.alarm_id, alert_item.c.event, alert_item.c.urgency, alert.c.made_at)
        .join(
            alert_item,
            (alert_item.c.alert_id == newest.c.alert_id) & (alert_item.c.alarm_id == newest.c.alarm_id),
        )
        .join(alert, alert.c.id == newest.c.alert_id)
    )
    return {
        (row.hook, row.alarm_id): Told(row.event, row.urgency, row.made_at) for row in read.execute(query)
    }


def advance_state(write: Connection, alert_id: int, event: AlertEvent, **changes: Any) -> None:
    """Raises NotFound, ForbiddenStep."""
    advance(write, alert, ALERT, alert_id, event, **changes)
