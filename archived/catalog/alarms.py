"""Alarms and their history."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from archived.alerts import Alarm, AlarmNote
from archived.catalog.alert_tables import alarm, attention_event
from archived.catalog.events import DAEMON
from archived.catalog.rows import one, values

_LIVE = select(alarm).where(alarm.c.settled.is_(False)).order_by(alarm.c.id)
_BY_ATTENTION = (
    select(alarm)
    .where(alarm.c.attention_id == bindparam("attention_id"))
    .order_by(alarm.c.id.desc())
    .limit(1)
)


def live(read: Connection) -> list[Alarm]:
    """Alarms whose cause is there, or of whose end somebody is still to be told."""
    return values(read, Alarm, _LIVE)


def newest(read: Connection, attention_id: str) -> Alarm | None:
    """The last time that this waited for a person, over or not."""
    return next(iter(values(read, Alarm, _BY_ATTENTION, attention_id=attention_id)), None)


def get(read: Connection, alarm_id: int) -> Alarm:
    """Raises NotFound."""
    return one(read, Alarm, alarm, alarm_id)


def listing(read: Connection, *, since: datetime | None = None, until: datetime | None = None) -> list[Alarm]:
    """Alarms that were up at some time between the two, in the order in which they came."""
    query = select(alarm).order_by(alarm.c.id)
    if since is not None:
        query = query.where(alarm.c.recovered_at.is_(None) | (alarm.c.recovered_at >= since))
    if until is not None:
        query = query.where(alarm.c.raised_at < until)
    return values(read, Alarm, query)


def put(write: Connection, at: datetime, **fields: Any) -> int:
    """A new alarm; returns its id."""
    done = write.execute(insert(alarm).values(raised_at=at, **fields))
    key = done.inserted_primary_key
    return int(key[0]) if key else 0


def change(write: Connection, alarm_id: int, **changes: Any) -> None:
    write.execute(update(alarm).where(alarm.c.id == alarm_id).values(**changes))


def note(
    write: Connection,
    at: datetime,
    item: Alarm,
    kind: str,
    *,
    agent: str = DAEMON,
    reason: str = "",
) -> None:
    """One line of history, for ever."""
    write.execute(
        insert(attention_event).values(
            alarm_id=item.id,
            attention_id=item.attention_id,
            at=at,
            kind=kind,
            urgency=item.urgency,
            what=item.what,
            agent=agent,
            reason=reason,
        )
    )


def history(
    read: Connection,
    *,
    attention_id: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 200,
) -> list[AlarmNote]:
    """The newest lines of history, the oldest of them first."""
    query = select(attention_event).order_by(attention_event.c.id.desc()).limit(limit)
    if attention_id is not None:
        query = query.where(attention_event.c.attention_id == attention_id)
    if since is not None:
        query = query.where(attention_event.c.at >= since)
    if until is not None:
        query = query.where(attention_event.c.at < until)
    return values(read, AlarmNote, query)[::-1]
