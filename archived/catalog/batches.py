"""Batches of submissions, and what became of each item."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from archived.batches import Batch, BatchItem, ItemKey
from archived.catalog.rows import add, next_number, one, values
from archived.catalog.tables import batch, batch_item, copy, membership, package
from archived.errors import NotFound
from archived.item_states import ITEM, ItemEvent, ItemState
from archived.language import _
from archived.states import CopyState, PackageState, step


def new_id(connection: Connection) -> str:
    return f"B{next_number(connection, 'batch'):06d}"


def create(connection: Connection, item: Batch, items: Sequence[BatchItem]) -> None:
    """A batch and all its items."""
    add(connection, batch, item)
    add_items(connection, items)


def add_items(connection: Connection, items: Sequence[BatchItem]) -> None:
    columns = BatchItem.__dataclass_fields__
    rows = [{name: getattr(item, name) for name in columns} for item in items]
    if rows:
        connection.execute(insert(batch_item), rows)


def get(connection: Connection, batch_id: str) -> Batch:
    """Raises NotFound."""
    return one(connection, Batch, batch, batch_id)


def asked_before(connection: Connection, asked: str, owner: int) -> Batch | None:
    """The newest batch with which the same user asked for the same."""
    query = select(batch).where(batch.c.asked == asked, batch.c.owner == owner)
    query = query.order_by(batch.c.id.desc()).limit(1)
    return next(iter(values(connection, Batch, query)), None)


def listing(connection: Connection, *, limit: int | None = None) -> list[Batch]:
    """The newest batches, oldest of them first."""
    return values(connection, Batch, select(batch).order_by(batch.c.id.desc()).limit(limit))[::-1]


def items(connection: Connection, batch_id: str) -> list[BatchItem]:
    """Everything that was handed in with a batch, in the order of its numbers."""
    query = select(batch_item).where(batch_item.c.batch_id == batch_id).order_by(batch_item.c.number)
    return values(connection, BatchItem, query)


def get_item(connection: Connection, key: ItemKey) -> BatchItem:
    """Raises NotFound."""
    query = select(batch_item).where(*_is(key))
    found = values(connection, BatchItem, query)
    if not found:
        raise NotFound(
            _("batch {batch_id} has no item {number}").format(batch_id=key.batch_id, number=key.number),
            id=key.batch_id,
            number=key.number,
        )
    return found[0]


def of_package(connection: Connection, package_id: str) -> list[BatchItem]:
    """The items that brought this package, or were found to be the same; oldest batch first."""
    query = select(batch_item).where(batch_item.c.package_id == package_id)
    return values(connection, BatchItem, query.order_by(batch_item.c.batch_id, batch_item.c.number))


def package_states(connection: Connection, batch_id: str) -> dict[int, tuple[str, PackageState]]:
    """Number of each item that is a package → the package's id and state."""
    query = (
        select(batch_item.c.number, package.c.id, package.c.state)
        .join(package, package.c.id == batch_item.c.package_id)
        .where(batch_item.c.batch_id == batch_id)
    )
    return {number: (package_id, state) for number, package_id, state in connection.execute(query)}


def carriers(connection: Connection, batch_id: str) -> dict[str, list[str | None]]:
    """Package → the images that carry it, one for each pool; None while it waits there."""
    query = (
        select(membership.c.package_id, membership.c.image_id)
        .join(batch_item, batch_item.c.package_id == membership.c.package_id)
        .where(batch_item.c.batch_id == batch_id)
    )
    found: dict[str, list[str | None]] = {}
    for package_id, image_id in connection.execute(query):
        found.setdefault(package_id, []).append(image_id)
    return found


def images_with_copies(connection: Connection, batch_id: str, *wanted: CopyState) -> set[str]:
    """Images of a batch of which there is a copy in one of these states."""
    query = (
        select(copy.c.image_id)
        .distinct()
        .join(membership, membership.c.image_id == copy.c.image_id)
        .join(batch_item, batch_item.c.package_id == membership.c.package_id)
        .where(batch_item.c.batch_id == batch_id, copy.c.state.in_(wanted))
    )
    return set(connection.execute(query).scalars())


def record(
    connection: Connection,
    key: ItemKey,
    event: ItemEvent,
    at: datetime,
    *,
    package_id: str | None = None,
    reasons: Sequence[dict[str, Any]] = (),
) -> ItemState:
    """What became of an item. A package that is on record for it stays so unless another one is named.

    Raises NotFound, ForbiddenStep.
    """
    item = get_item(connection, key)
    after = step(ITEM, item.state, event, thing=f"item {key.number} of batch {key.batch_id}")
    changes = {"state": after, "tried_at": at, "reasons": list(reasons)}
    if package_id is not None:
        changes["package_id"] = package_id
    connection.execute(update(batch_item).where(*_is(key)).values(**changes))
    return after


def note_attempt(
    connection: Connection, key: ItemKey, at: datetime, reasons: Sequence[dict[str, Any]]
) -> None:
    """It was tried and nothing became of it: not taken, and not refused either."""
    connection.execute(update(batch_item).where(*_is(key)).values(tried_at=at, reasons=list(reasons)))


def _is(key: ItemKey) -> tuple[Any, Any]:
    return batch_item.c.batch_id == key.batch_id, batch_item.c.number == key.number
