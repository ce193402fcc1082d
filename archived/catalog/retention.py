"""Legal holds, and what people ruled about retention and confidentiality."""

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from archived.catalog.retention_tables import legal_hold, ruling
from archived.catalog.rows import one, values
from archived.retention import LegalHold, Ruling

_HOLDS = select(legal_hold).order_by(legal_hold.c.id)
_STANDING = _HOLDS.where(legal_hold.c.released_at.is_(None))
_RULINGS = select(ruling).order_by(ruling.c.id)


def place(connection: Connection, item: LegalHold) -> LegalHold:
    """Put a hold on record; the id given is ignored, the hold with its own returned."""
    names = [name for name in LegalHold.__dataclass_fields__ if name != "id"]
    key = connection.execute(
        insert(legal_hold).values(**{name: getattr(item, name) for name in names})
    ).inserted_primary_key
    return get_hold(connection, int(key[0]) if key else 0)


def get_hold(connection: Connection, hold_id: int) -> LegalHold:
    """Raises NotFound."""
    return one(connection, LegalHold, legal_hold, hold_id)


def holds(connection: Connection, *, released: bool = False) -> list[LegalHold]:
    """Holds that stand; `released`: all that ever were."""
    return values(connection, LegalHold, _HOLDS if released else _STANDING)


def release(connection: Connection, hold_id: int, at: datetime, agent: str, reason: str) -> None:
    """Let a hold stand no longer."""
    query = update(legal_hold).where(legal_hold.c.id == hold_id, legal_hold.c.released_at.is_(None))
    connection.execute(query.values(released_at=at, released_by=agent, release_reason=reason))


def rule(connection: Connection, item: Ruling) -> None:
    """Put a ruling on record; the id given is ignored."""
    names = [name for name in Ruling.__dataclass_fields__ if name != "id"]
    connection.execute(insert(ruling).values(**{name: getattr(item, name) for name in names}))


def rulings(connection: Connection) -> list[Ruling]:
    """Every ruling, the oldest first."""
    return values(connection, Ruling, _RULINGS)
