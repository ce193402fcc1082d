"""Destructions, and which sets images were in or are going to be in."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from archived.catalog.destruction_tables import destruction, generation
from archived.catalog.rows import add, advance, in_states, next_number, one, values
from archived.catalog.tables import extent, image, membership, protection_set
from archived.destructions import (
    DESTRUCTION,
    OPEN,
    Destruction,
    DestructionEvent,
    DestructionState,
    Generation,
)
from archived.model import Image, ProtectionSet
from archived.states import ImageState, SetState

_ALL = select(destruction).order_by(destruction.c.id)


def next_id(connection: Connection) -> str:
    """D00001, D00002, …"""
    return f"D{next_number(connection, 'destruction'):05d}"


def put(connection: Connection, item: Destruction) -> None:
    add(connection, destruction, item)


def get(connection: Connection, destruction_id: str) -> Destruction:
    """Raises NotFound."""
    return one(connection, Destruction, destruction, destruction_id)


def listing(connection: Connection, *states: DestructionState) -> list[Destruction]:
    """All destructions, or those in these states."""
    if states:
        return in_states(connection, Destruction, destruction, states)
    return values(connection, Destruction, _ALL)


def advance_state(
    connection: Connection, destruction_id: str, event: DestructionEvent, **changes: Any
) -> None:
    """Raises NotFound, ForbiddenStep."""
    advance(connection, destruction, DESTRUCTION, destruction_id, event, **changes)


def tell(connection: Connection, destruction_id: str, note: str) -> None:
    """What a destruction waits for, in words."""
    connection.execute(update(destruction).where(destruction.c.id == destruction_id).values(note=note))


def concerning(connection: Connection, medium_id: str) -> str:
    """The destruction that is not over and on whose list a medium stands; "" for none."""
    for item in listing(connection, *OPEN):
        if medium_id in item.media or medium_id in item.terms["media"]:
            return item.id
    return ""


def ever_listing(connection: Connection, medium_id: str, *states: DestructionState) -> str:
    """A destruction, not taken back, to which a medium belongs, or one in these states; "" for none."""
    for item in listing(connection, *(states or (*OPEN, DestructionState.DONE))):
        if medium_id in (*item.media, *item.terms["media"], *item.terms["lost"]):
            return item.id
    return ""


def ever_carrying(connection: Connection, package_ids: Iterable[str]) -> list[Image]:
    """Every image that carries one of these packages, or ever did; void ones were never written."""
    ids = list(package_ids)
    places = select(extent.c.image_id).where(extent.c.package_id.in_(ids))
    members = select(membership.c.image_id).where(
        membership.c.package_id.in_(ids), membership.c.image_id.is_not(None)
    )
    query = select(image).where(
        image.c.id.in_(places.union(members)), image.c.state.not_in((ImageState.VOID, ImageState.OPEN))
    )
    return values(connection, Image, query.order_by(image.c.id))


def sets_of(connection: Connection, image_id: str) -> list[str]:
    """Every set that an image is a member of, was once, or is going to be."""
    now = connection.execute(select(image.c.set_id).where(image.c.id == image_id)).scalar()
    others = connection.execute(
        select(generation.c.set_id).where(generation.c.image_id == image_id)
    ).scalars()
    return sorted({*(name for name in (now,) if name), *others})


def ever_members(connection: Connection, set_id: str) -> list[Generation]:
    """Images that were members of a set, or are going to be, in order of position."""
    query = select(generation).where(generation.c.set_id == set_id).order_by(generation.c.position)
    return values(connection, Generation, query)


def parity_of(connection: Connection, set_id: str) -> list[Image]:
    """Every parity image that a set ever had, in whatever state."""
    query = select(image).where(image.c.set_id == set_id, image.c.kind == "parity")
    return values(connection, Image, query.where(image.c.state != ImageState.VOID).order_by(image.c.id))


def left_behind(connection: Connection, set_id: str, kept: Iterable[str]) -> tuple[str, ...]:
    """What members of a set, and of all that it replaced, are called that are not among the images that are kept."""
    survivors, names = set(kept), set[str]()
    while set_id:
        found = values(connection, Image, select(image).where(image.c.set_id == set_id))
        names |= {
            item.name for item in found if item.id not in survivors and item.state is not ImageState.VOID
        }
        before = select(protection_set.c.replaces).where(protection_set.c.id == set_id)
        set_id = connection.execute(before).scalar() or ""
    return tuple(sorted(names - {""}))


def begin_generation(connection: Connection, items: Iterable[Generation]) -> None:
    for item in items:
        add(connection, generation, item)


def drop_generation(connection: Connection, set_id: str) -> None:
    """A set that never took over: nothing is going to be its member any more."""
    coming = (generation.c.set_id == set_id) & generation.c.joined_at.is_(None)
    connection.execute(delete(generation).where(coming))


def join(connection: Connection, item: Image, at: datetime, *, closed_at: datetime) -> None:
    """An image goes over into the set that it was going to be in; the set that it leaves stays on record."""
    (coming,) = values(
        connection,
        Generation,
        select(generation).where(generation.c.image_id == item.id, generation.c.joined_at.is_(None)),
    )
    here = generation.c.image_id == item.id
    if item.set_id is not None and item.position is not None:
        known = connection.execute(
            select(generation.c.set_id).where(here, generation.c.set_id == item.set_id)
        )
        if known.first() is None:
            before = Generation(item.id, item.set_id, item.position, closed_at, closed_at, at)
            add(connection, generation, before)
        else:
            connection.execute(
                update(generation).where(here, generation.c.set_id == item.set_id).values(left_at=at)
            )
    connection.execute(
        update(generation).where(here, generation.c.set_id == coming.set_id).values(joined_at=at)
    )
    changes = {"set_id": coming.set_id, "position": coming.position, "carved": item.name}
    connection.execute(update(image).where(image.c.id == item.id).values(**changes))


def replacing(connection: Connection, set_id: str) -> ProtectionSet | None:
    """The set that protects anew what survives of a set; None while there is none."""
    query = select(protection_set).where(
        protection_set.c.replaces == set_id, protection_set.c.state != SetState.VOID
    )
    return next(iter(values(connection, ProtectionSet, query)), None)


def put_set(connection: Connection, item: ProtectionSet) -> None:
    add(connection, protection_set, item)
