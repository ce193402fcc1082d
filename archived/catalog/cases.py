"""Cases: opened once for one disagreement, added to while it lasts, and closed for ever."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, update

from archived.cases import CASE, Case, CaseEvent, CaseState, Witness
from archived.catalog.case_table import case_
from archived.catalog.memory import kept
from archived.catalog.rows import advance, next_number, one, values

_ALL = kept(select(case_).order_by(case_.c.id))
_OPEN = kept(_ALL.where(case_.c.state == CaseState.OPEN))


def new_id(connection: Connection) -> str:
    """C00001, C00002, …"""
    return f"C{next_number(connection, 'case'):05d}"


def register(connection: Connection, item: Case) -> None:
    # Not `asdict`: its witnesses stay what they are.
    row = {name: getattr(item, name) for name in Case.__dataclass_fields__}
    connection.execute(insert(case_).values(**row))


def get(connection: Connection, case_id: str) -> Case:
    """Raises NotFound."""
    return one(connection, Case, case_, case_id)


def listing(connection: Connection, state: CaseState | None = None) -> list[Case]:
    return values(connection, Case, _ALL if state is None else _ALL.where(case_.c.state == state))


def under_way(connection: Connection) -> list[Case]:
    """Every case that is open."""
    return values(connection, Case, _OPEN)


def frozen_media(connection: Connection) -> frozenset[str]:
    """Media of which witnesses disagree: nothing is written to them."""
    return frozenset(medium_id for item in under_way(connection) for medium_id in item.media)


def of_medium(connection: Connection, medium_id: str) -> list[Case]:
    """Cases about a medium, open and closed."""
    return [item for item in listing(connection) if medium_id in item.media or item.medium_is == medium_id]


def update_columns(connection: Connection, case_id: str, **changes: Any) -> None:
    connection.execute(update(case_).where(case_.c.id == case_id).values(**changes))


def hear(connection: Connection, item: Case, witnesses: Sequence[Witness]) -> Case:
    """Put on record what was heard since."""
    update_columns(connection, item.id, witnesses=(*item.witnesses, *witnesses))
    return get(connection, item.id)


def close(connection: Connection, case_id: str, **changes: Any) -> None:
    """Raises NotFound, ForbiddenStep."""
    advance(connection, case_, CASE, case_id, CaseEvent.CLOSED, **changes)
