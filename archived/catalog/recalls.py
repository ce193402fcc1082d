"""Recalls and the readings of copies that serve them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, update

from archived import states
from archived.catalog.rows import add, advance, next_number, one, values
from archived.catalog.tables import reading, recall
from archived.errors import NotFound
from archived.model import Reading, Recall
from archived.states import ReadingEvent, ReadingState, RecallEvent, RecallState


def new_id(connection: Connection) -> str:
    return f"R{next_number(connection, 'recall'):06d}"


def create(connection: Connection, item: Recall) -> None:
    add(connection, recall, item)


def get(connection: Connection, recall_id: str) -> Recall:
    """Raises NotFound."""
    return one(connection, Recall, recall, recall_id)


def listing(connection: Connection) -> list[Recall]:
    return values(connection, Recall, select(recall).order_by(recall.c.id))


def in_state(connection: Connection, *wanted: RecallState) -> list[Recall]:
    return values(connection, Recall, select(recall).where(recall.c.state.in_(wanted)).order_by(recall.c.id))


def advance_state(connection: Connection, recall_id: str, event: RecallEvent, **changes: Any) -> None:
    """Raises NotFound, ForbiddenStep."""
    advance(connection, recall, states.RECALL, recall_id, event, **changes)


def want(connection: Connection, item: Reading) -> int:
    """Ask for ranges of a copy; the id given is ignored, the new one returned."""
    row = {name: getattr(item, name) for name in Reading.__dataclass_fields__ if name != "id"}
    done = connection.execute(insert(reading).values(**row))
    key = done.inserted_primary_key
    return int(key[0]) if key else 0


def readings(connection: Connection, recall_id: str) -> list[Reading]:
    query = select(reading).where(reading.c.recall_id == recall_id).order_by(reading.c.id)
    return values(connection, Reading, query)


def readings_in_state(connection: Connection, *wanted: ReadingState) -> list[Reading]:
    """Readings of recalls that still want them."""
    query = (
        select(reading)
        .join(recall, recall.c.id == reading.c.recall_id)
        .where(reading.c.state.in_(wanted), recall.c.state == RecallState.REQUESTED)
        .order_by(reading.c.id)
    )
    return values(connection, Reading, query)


def advance_reading(connection: Connection, reading_id: int, event: ReadingEvent, **changes: Any) -> None:
    """Raises NotFound, ForbiddenStep."""
    advance(connection, reading, states.READING, reading_id, event, **changes)


def spoil(connection: Connection, reading_id: int, bad: Sequence[tuple[int, int]]) -> None:
    """What of a reading is known to be bad by now."""
    connection.execute(update(reading).where(reading.c.id == reading_id).values(bad=tuple(bad)))


def head(connection: Connection, recall_id: str) -> Recall:
    """A recall without its paths, of which there may be a hundred thousand. Raises NotFound."""
    columns = [column for column in recall.c if column.name != "paths"]
    query = select(*columns).where(recall.c.id == recall_id)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFound(f"there is no recall {recall_id}", kind="recall", id=recall_id)
    return Recall(**row, paths=())


def images_read_from_staging(connection: Connection) -> list[str]:
    """Images whose exact bytes are being made, or may be fetched, from what lies in staging."""
    query = (
        select(recall.c.image_id)
        .distinct()
        .where(
            recall.c.from_staging,
            recall.c.package_id.is_(None),
            recall.c.image_id.is_not(None),
            recall.c.state.in_([RecallState.REQUESTED, RecallState.READY]),
        )
        .order_by(recall.c.image_id)
    )
    return [image_id for (image_id,) in connection.execute(query)]


def leave_staging(connection: Connection, recall_id: str) -> None:
    """The staged bytes are of no use to this recall."""
    connection.execute(update(recall).where(recall.c.id == recall_id).values(from_staging=False))
