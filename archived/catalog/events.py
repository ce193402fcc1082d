"""Events, decisions of people, attention, and the few settings that the catalog itself holds."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from archived.catalog.memory import kept
from archived.catalog.rows import answers, values
from archived.catalog.tables import allowance, attention, event, pace, setting
from archived.model import Allowance, Event

DAEMON = "archived"
_ALLOWED = kept(select(allowance.c.thing).where(allowance.c.kind == bindparam("kind")))
_ALLOWANCES = kept(select(allowance).order_by(allowance.c.at))
_ATTENTIONS = kept(select(attention).order_by(attention.c.urgency, attention.c.since))
_SETTINGS = kept(select(setting))


def append(
    connection: Connection,
    at: datetime,
    type_: str,
    subject: tuple[str, str],
    *,
    agent: str = DAEMON,
    outcome: str = "success",
    **detail: Any,
) -> int:
    """One event, for ever; returns its id. `subject` is (kind, id)."""
    done = connection.execute(
        insert(event).values(
            at=at,
            type=type_,
            agent=agent,
            subject_kind=subject[0],
            subject_id=subject[1],
            outcome=outcome,
            detail=detail,
        )
    )
    key = done.inserted_primary_key
    return int(key[0]) if key else 0


def since(
    connection: Connection, after_id: int = 0, *, subject_id: str | None = None, limit: int = 200
) -> list[Event]:
    """Events after `after_id`, oldest first."""
    query = select(event).where(event.c.id > after_id).order_by(event.c.id).limit(limit)
    if subject_id is not None:
        query = query.where(event.c.subject_id == subject_id)
    return values(connection, Event, query)


def latest(connection: Connection, *, subject_id: str | None = None, limit: int = 50) -> list[Event]:
    """The newest events, oldest of them first."""
    query = select(event).order_by(event.c.id.desc()).limit(limit)
    if subject_id is not None:
        query = query.where(event.c.subject_id == subject_id)
    return values(connection, Event, query)[::-1]


def allow(connection: Connection, item: Allowance) -> None:
    """Record what a person takes upon himself; saying it again replaces the reason."""
    connection.execute(
        delete(allowance).where(allowance.c.kind == item.kind, allowance.c.thing == item.thing)
    )
    connection.execute(insert(allowance).values(**asdict(item)))


def allowed(connection: Connection, kind: str) -> frozenset[str]:
    """Things for which a person recorded an exception or a waiver of this kind."""
    return frozenset(thing for (thing,) in answers(connection, _ALLOWED, kind=kind))


def allowances(connection: Connection) -> list[Allowance]:
    """Everything that people took upon themselves."""
    return values(connection, Allowance, _ALLOWANCES)


@dataclass(frozen=True, slots=True)
class Attention:
    """Something that waits for a person."""

    #: Stable while the cause lasts.
    id: str
    urgency: str  # "now" | "before" | "working-hours"
    what: str
    #: What is safe meanwhile.
    safe: str
    #: The exact next command.
    next: str
    since: datetime
    before: datetime | None = None
    #: How bad it is within its urgency, where that can be told; larger is worse, and people are told again.
    level: int = 0


def raise_attention(connection: Connection, item: Attention) -> bool:
    """Put it up unless it is up already; True when it is new."""
    known = connection.execute(select(attention.c.id).where(attention.c.id == item.id)).first()
    if known:
        changes: dict[str, Any] = {"urgency": item.urgency, "what": item.what, "safe": item.safe}
        changes |= {"next": item.next, "before": item.before, "level": item.level}
        connection.execute(update(attention).where(attention.c.id == item.id).values(**changes))
        return False
    connection.execute(insert(attention).values(**asdict(item)))
    return True


def clear_attention(connection: Connection, attention_id: str) -> bool:
    """Take it down; True when it was up."""
    return connection.execute(delete(attention).where(attention.c.id == attention_id)).rowcount > 0


def attentions(connection: Connection) -> list[Attention]:
    return values(connection, Attention, _ATTENTIONS)


def keep_attentions(connection: Connection, prefix: str, alive: Sequence[str]) -> None:
    """Take down every attention of this prefix whose cause is gone."""
    for item in attentions(connection):
        if item.id.startswith(prefix) and item.id not in alive:
            clear_attention(connection, item.id)


def set_setting(connection: Connection, key: str, value: str) -> None:
    connection.execute(delete(setting).where(setting.c.key == key))
    connection.execute(insert(setting).values(key=key, value=value))


def settings(connection: Connection) -> dict[str, str]:
    return {row.key: row.value for row in answers(connection, _SETTINGS)}


def learn_pace(connection: Connection, what: str, value: float) -> None:
    """Remember how fast this kind of work last went: "read" in bytes per second, "load_s" in seconds."""
    connection.execute(delete(pace).where(pace.c.what == what))
    connection.execute(insert(pace).values(what=what, value=value))


def paces(connection: Connection) -> Mapping[str, float]:
    return {row.what: row.value for row in connection.execute(select(pace))}
