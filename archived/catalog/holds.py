"""Holds: their rows, and the media that they cover. What a hold stops is decided by `archived.stages.hold`."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from archived.catalog.hold_tables import hold, hold_medium
from archived.catalog.rows import values


@dataclass(frozen=True, slots=True)
class Hold:
    """After a restore or a rebuild: nothing is written or let go until a named person releases it."""

    id: int
    cause: str  # "restore" | "rebuild"
    #: From what the catalog was made, in words.
    note: str
    agent: str
    placed_at: datetime
    released_at: datetime | None = None
    released_by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class HeldMedium:
    """A medium that was seen in the room since a hold began."""

    hold_id: int
    medium_id: str
    seen_at: datetime
    #: When a look read what it says of itself; None until then.
    looked_at: datetime | None = None
    found: str = ""
    note: str = ""


def add(connection: Connection, item: Hold) -> int:
    """Insert a hold; the id given is ignored, the new one returned."""
    row = {name: value for name, value in asdict(item).items() if name != "id"}
    key = connection.execute(insert(hold).values(**row)).inserted_primary_key
    return int(key[0]) if key else 0


def current(connection: Connection) -> Hold | None:
    """The hold that is in force, if there is one."""
    found = values(connection, Hold, select(hold).where(hold.c.released_at.is_(None)).order_by(hold.c.id))
    return found[0] if found else None


def listing(connection: Connection) -> list[Hold]:
    return values(connection, Hold, select(hold).order_by(hold.c.id))


def release(connection: Connection, at: datetime, *, agent: str, reason: str) -> None:
    """Every hold that is in force ends."""
    query = update(hold).where(hold.c.released_at.is_(None))
    connection.execute(query.values(released_at=at, released_by=agent, reason=reason))


def saw(connection: Connection, hold_id: int, medium_ids: Iterable[str], at: datetime) -> None:
    """These media were seen in the room; those that are on record already stay as they are."""
    known = set(
        connection.execute(select(hold_medium.c.medium_id).where(hold_medium.c.hold_id == hold_id)).scalars()
    )
    rows = [asdict(HeldMedium(hold_id, medium_id, at)) for medium_id in medium_ids if medium_id not in known]
    if rows:
        connection.execute(insert(hold_medium), rows)


def looked(connection: Connection, item: HeldMedium) -> None:
    """What a look found on a medium; a later look replaces an earlier one."""
    same = (hold_medium.c.hold_id == item.hold_id, hold_medium.c.medium_id == item.medium_id)
    connection.execute(delete(hold_medium).where(*same))
    connection.execute(insert(hold_medium).values(**asdict(item)))


def media_of(connection: Connection, hold_id: int) -> list[HeldMedium]:
    """Every medium that was seen since this hold began."""
    query = select(hold_medium).where(hold_medium.c.hold_id == hold_id)
    return values(connection, HeldMedium, query.order_by(hold_medium.c.medium_id))
