"""Cleanings of tape drives: what each drive asked for last, and how often a cleaning cartridge was used."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from archived.catalog.cleaning_table import cleaning
from archived.catalog.memory import kept
from archived.catalog.rows import advance, in_states, one, values
from archived.cleanings import CLEANING, Cleaning, CleaningEvent, CleaningState

#: A drive is cleaned, or is going to be.
UNDER_WAY = (CleaningState.WANTED, CleaningState.CLEANING)
#: A cartridge was in the drive, whatever came of it.
_USED = (CleaningState.DONE, CleaningState.FAILED, CleaningState.UNFIT)
_NEWEST = kept(
    select(cleaning).where(cleaning.c.id.in_(select(func.max(cleaning.c.id)).group_by(cleaning.c.drive)))
)


def ask(connection: Connection, drive: str, *, urgent: bool, agent: str, at: datetime) -> int:
    """A new row, ASKED; returns its id."""
    row = {"drive": drive, "urgent": urgent, "agent": agent, "asked_at": at}
    done = connection.execute(insert(cleaning).values(state=CleaningState.ASKED, **row))
    key = done.inserted_primary_key
    return int(key[0]) if key else 0


def get(connection: Connection, cleaning_id: int) -> Cleaning:
    """Raises NotFound."""
    return one(connection, Cleaning, cleaning, cleaning_id)


def newest(connection: Connection) -> dict[str, Cleaning]:
    """Drive → its newest cleaning; drives that never asked for one are left out."""
    return {item.drive: item for item in values(connection, Cleaning, _NEWEST)}


def in_state(connection: Connection, *wanted: CleaningState) -> list[Cleaning]:
    return in_states(connection, Cleaning, cleaning, wanted)


def uses(connection: Connection) -> dict[str, int]:
    """Cleaning cartridge → how often it was used: as its chip told last, or, where that is more, as we counted."""
    found: dict[str, int] = defaultdict(int)
    told: dict[str, int] = {}
    for item in in_states(connection, Cleaning, cleaning, _USED):
        if item.medium_id is not None:
            found[item.medium_id] += 1
            told[item.medium_id] = max(item.loads or 0, told.get(item.medium_id, 0))
    return {medium_id: max(count, told[medium_id]) for medium_id, count in found.items()}


def unfit(connection: Connection) -> frozenset[str]:
    """Cleaning cartridges that a drive found used up, or none for it."""
    rows = in_states(connection, Cleaning, cleaning, (CleaningState.UNFIT,))
    return frozenset(item.medium_id for item in rows if item.medium_id is not None)


def advance_state(connection: Connection, cleaning_id: int, event: CleaningEvent, **changes: Any) -> None:
    """Raises NotFound, ForbiddenStep."""
    advance(connection, cleaning, CLEANING, cleaning_id, event, **changes)
