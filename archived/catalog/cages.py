"""Cages, and the media that are with them."""

from typing import Any

from sqlalchemy import Connection, delete, select, update

from archived.cages import CAGE, Cage, CageEvent
from archived.catalog.cage_table import cage
from archived.catalog.rows import add, advance, next_number, one, values
from archived.catalog.tables import medium

_ALL = select(cage).order_by(cage.c.id)


def new_id(connection: Connection) -> str:
    """cage-1, cage-2, …"""
    return f"cage-{next_number(connection, 'cage')}"


def register(connection: Connection, item: Cage) -> None:
    add(connection, cage, item)


def get(connection: Connection, cage_id: str) -> Cage:
    """Raises NotFound."""
    return one(connection, Cage, cage, cage_id)


def listing(connection: Connection, library: str | None = None) -> list[Cage]:
    """Every cage, or those of one library, those that are out among them."""
    return values(connection, Cage, _ALL if library is None else _ALL.where(cage.c.library == library))


def by_tag(connection: Connection, uid: str) -> Cage | None:
    found = values(connection, Cage, _ALL.where(cage.c.rfid_uid == uid))
    return found[0] if found else None


def update_columns(connection: Connection, cage_id: str, **changes: Any) -> None:
    connection.execute(update(cage).where(cage.c.id == cage_id).values(**changes))


def advance_state(connection: Connection, cage_id: str, event: CageEvent, **changes: Any) -> None:
    """Raises NotFound, ForbiddenStep."""
    advance(connection, cage, CAGE, cage_id, event, **changes)


def remove(connection: Connection, cage_id: str) -> None:
    """Take a cage off the record that nobody ever named, and with which nothing is."""
    connection.execute(delete(cage).where(cage.c.id == cage_id))


def media_in(connection: Connection, item: Cage) -> list[str]:
    """Media that are with a cage, by their ids."""
    named = item.position if item.position is not None else item.id
    query = select(medium.c.id).where(medium.c.library == item.library, medium.c.magazine == named)
    return list(connection.execute(query.order_by(medium.c.id)).scalars())


def media_out(connection: Connection) -> frozenset[str]:
    """Media that are away with a cage that a person took out."""
    query = select(medium.c.id).join(cage, (cage.c.id == medium.c.magazine))
    return frozenset(connection.execute(query).scalars())
