"""Purchases of media."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, delete, insert, select

from archived.catalog.purchase_table import purchase
from archived.catalog.rows import values
from archived.purchases import PurchaseRecord

_ALL = select(purchase).order_by(purchase.c.medium_id)


def put(connection: Connection, items: Sequence[PurchaseRecord]) -> None:
    """Put on record, in place of what stood there for these media."""
    if not items:
        return
    connection.execute(delete(purchase).where(purchase.c.medium_id.in_([item.medium_id for item in items])))
    connection.execute(insert(purchase), [asdict(item) for item in items])


def listing(connection: Connection) -> dict[str, PurchaseRecord]:
    """Medium → its purchase, for all that have one on record."""
    return {item.medium_id: item for item in values(connection, PurchaseRecord, _ALL)}


def of_medium(connection: Connection, medium_id: str) -> PurchaseRecord | None:
    found = values(connection, PurchaseRecord, _ALL.where(purchase.c.medium_id == medium_id))
    return found[0] if found else None
