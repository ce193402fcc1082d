"""Transport lists and the media on them."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, insert, select

from archived.catalog.rows import add, advance, in_states, next_number, one, values
from archived.catalog.transport_tables import transport, travel
from archived.transports import OPEN, TRAVEL, Transport, Travel, TravelEvent, TravelState

_OF_LIST = select(travel).order_by(travel.c.id)


def next_id(connection: Connection) -> str:
    """TR00001, TR00002, …"""
    return f"TR{next_number(connection, 'transport'):05d}"


def put(connection: Connection, item: Transport, media: Iterable[Travel]) -> None:
    """A new list with its media; the ids of these are given by the catalog."""
    add(connection, transport, item)
    names = [name for name in Travel.__dataclass_fields__ if name != "id"]
    connection.execute(insert(travel), [{name: getattr(one, name) for name in names} for one in media])


def get(connection: Connection, transport_id: str) -> Transport:
    """Raises NotFound."""
    return one(connection, Transport, transport, transport_id)


def listing(connection: Connection) -> list[Transport]:
    return values(connection, Transport, select(transport).order_by(transport.c.id))


def media_of(connection: Connection, transport_id: str) -> list[Travel]:
    return values(connection, Travel, _OF_LIST.where(travel.c.transport_id == transport_id))


def in_state(connection: Connection, *states: TravelState) -> list[Travel]:
    return in_states(connection, Travel, travel, states)


def open_ones(connection: Connection) -> dict[str, Travel]:
    """Medium → its way that is not over; a medium has one at most."""
    return {item.medium_id: item for item in in_states(connection, Travel, travel, OPEN)}


def advance_state(connection: Connection, travel_id: int, event: TravelEvent, **changes: Any) -> None:
    """Raises NotFound, ForbiddenStep."""
    advance(connection, travel, TRAVEL, travel_id, event, **changes)


def leaving(connection: Connection) -> frozenset[str]:
    """Media that somebody is going to take out of their library: nothing new is planned on them."""
    wanted = select(travel.c.medium_id).where(travel.c.state == TravelState.WANTED)
    return frozenset(connection.execute(wanted).scalars())
