"""Recalls and the readings of copies that serve them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, update

from archived import states
from archived.catalog.memory import kept
from archived.catalog.rows import add, advance, answers, next_number, one, values
from archived.catalog.tables import reading, recall
from archived.errors import NotFound
from archived.language import _
from archived.model import Reading, Recall
from archived.states import ReadingEvent, ReadingState, RecallEvent, RecallState

#: A recall without its paths and pieces, of which there may be a hundred thousand.
HEAD = tuple(column for column in recall.c if column.name not in ("paths", "pieces"))
#: Recalls whose bytes lie, or come to lie, in the recall area.
LIVE = (RecallState.REQUESTED, RecallState.READY)
#: So many copies are asked for in one query.
COPIES_ASKED_MAX = 500
_REQUESTED = kept(select(recall.c.id, recall.c.requested_at).where(recall.c.state == RecallState.REQUESTED))
_WAITED_FOR = kept(
    select(recall.c.id, recall.c.order_id, reading.c.copy_id)
    .join(recall, recall.c.id == reading.c.recall_id)
    .where(recall.c.state == RecallState.WAITING)
    .order_by(recall.c.id, reading.c.id)
)


def new_order_id(connection: Connection) -> str:
    return f"O{next_number(connection, 'recall order'):06d}"


def new_id(connection: Connection) -> str:
    return f"R{next_number(connection, 'recall'):06d}"


def create(connection: Connection, item: Recall) -> None:
    add(connection, recall, item)


def get(connection: Connection, recall_id: str) -> Recall:
    """Raises NotFound."""
    return one(connection, Recall, recall, recall_id)


def listing(connection: Connection) -> list[Recall]:
    """Every recall, without paths and pieces."""
    return _heads(connection, select(*HEAD).order_by(recall.c.id))


def in_state(connection: Connection, *wanted: RecallState) -> list[Recall]:
    """Recalls in these states, without paths and pieces, in the order in which they were asked for."""
    return _heads(connection, _heads_in(wanted))


def of_order(connection: Connection, order_id: str) -> list[Recall]:
    """The recalls of an order, without paths and pieces. Raises NotFound."""
    found = _heads(connection, select(*HEAD).where(recall.c.order_id == order_id).order_by(recall.c.id))
    if not found:
        raise NotFound(
            _("there is no recall order {order}").format(order=order_id), kind="recall order", id=order_id
        )
    return found


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
    return values(connection, Reading, _readings_in(wanted))


def advance_reading(connection: Connection, reading_id: int, event: ReadingEvent, **changes: Any) -> None:
    """Raises NotFound, ForbiddenStep."""
    advance(connection, reading, states.READING, reading_id, event, **changes)


def spoil(connection: Connection, reading_id: int, bad: Sequence[tuple[int, int]]) -> None:
    """What of a reading is known to be bad by now."""
    connection.execute(update(reading).where(reading.c.id == reading_id).values(bad=tuple(bad)))


def order_of_key(connection: Connection, key: str) -> str | None:
    """The order that was sent with this key before."""
    found: str | None = connection.execute(
        select(recall.c.order_id).where(recall.c.order_key == key, recall.c.order_key != "")
    ).scalar()
    return found


def of_key(connection: Connection, key: str) -> Recall | None:
    """The first recall that was sent with this key before, without its paths."""
    found = _heads(
        connection, select(*HEAD).where(recall.c.order_key == key, recall.c.order_key != "").limit(1)
    )
    return found[0] if found else None


def head(connection: Connection, recall_id: str) -> Recall:
    """A recall without its paths, of which there may be a hundred thousand. Raises NotFound."""
    found = _heads(connection, select(*HEAD).where(recall.c.id == recall_id))
    if not found:
        raise NotFound(
            _("there is no recall {recall_id}").format(recall_id=recall_id), kind="recall", id=recall_id
        )
    return found[0]


def copies_in_use(connection: Connection) -> frozenset[int]:
    """Copies that recalls want, read, or have read of and not handed over yet."""
    query = (
        select(reading.c.copy_id)
        .distinct()
        .join(recall, recall.c.id == reading.c.recall_id)
        .where(recall.c.state.in_(LIVE), reading.c.state != ReadingState.FAILED)
    )
    return frozenset(copy_id for (copy_id,) in connection.execute(query))


def copies_waited_for(connection: Connection) -> list[tuple[str, str | None, int]]:
    """(recall, order, copy) of what recalls are going to read that wait for room."""
    return [(row[0], row[1], row[2]) for row in answers(connection, _WAITED_FOR)]


def copies_begun(connection: Connection, order_ids: Collection[str]) -> set[tuple[str, int]]:
    """(order, copy) of what recalls of these orders read, or have read, that do not wait for room any more."""
    query = (
        select(recall.c.order_id, reading.c.copy_id)
        .distinct()
        .join(recall, recall.c.id == reading.c.recall_id)
        .where(recall.c.state != RecallState.WAITING, recall.c.order_id.in_(sorted(order_ids)))
    )
    return {(order_id, copy_id) for order_id, copy_id in connection.execute(query)}


def last_progress(connection: Connection, order_ids: Collection[str]) -> dict[str, datetime]:
    """Order → when something of it was asked for, became ready or ended last."""
    query = select(recall.c.order_id, recall.c.requested_at, recall.c.ready_at, recall.c.ended_at)
    found: dict[str, datetime] = {}
    for order_id, *times in connection.execute(query.where(recall.c.order_id.in_(sorted(order_ids)))):
        found[order_id] = max(at for at in (*times, found.get(order_id)) if at is not None)
    return found


def read_of(connection: Connection, copy_ids: Collection[int]) -> list[Reading]:
    """What recalls that are not over have read of these copies: it lies in the recall area."""
    found: list[Reading] = []
    wanted = sorted(set(copy_ids))
    for start in range(0, len(wanted), COPIES_ASKED_MAX):
        some = wanted[start : start + COPIES_ASKED_MAX]
        query = (
            select(reading)
            .join(recall, recall.c.id == reading.c.recall_id)
            .where(
                recall.c.state.in_(LIVE), reading.c.state == ReadingState.READ, reading.c.copy_id.in_(some)
            )
            .order_by(reading.c.id)
        )
        found += values(connection, Reading, query)
    return found


def requested_times(connection: Connection) -> dict[str, datetime]:
    """When each recall that is being served was asked for."""
    return {row[0]: row[1] for row in answers(connection, _REQUESTED)}


def of_care(connection: Connection) -> list[tuple[str, str]]:
    """(recall, image) of recalls of our own that are being served."""
    query = select(recall.c.id, recall.c.image_id).where(
        recall.c.state == RecallState.REQUESTED, recall.c.purpose != "recall"
    )
    return [(row[0], row[1]) for row in connection.execute(query.order_by(recall.c.id))]


def last_fetched(connection: Connection) -> dict[str, datetime]:
    """Order → when the last of its recalls was handed over."""
    query = (
        select(recall.c.order_id, func.max(recall.c.ended_at))
        .where(recall.c.state == RecallState.DELIVERED, recall.c.order_id.is_not(None))
        .group_by(recall.c.order_id)
    )
    return {order_id: at for order_id, at in connection.execute(query) if at is not None}


def files_wanted(connection: Connection, recall_id: str) -> int:
    """How many files and pieces a recall hands over."""
    counted = func.json_array_length(recall.c.paths) + func.json_array_length(recall.c.pieces)
    return int(connection.execute(select(counted).where(recall.c.id == recall_id)).scalar() or 0)


def set_pieces(connection: Connection, recall_id: str, pieces: Sequence[tuple[str, int, int, str]]) -> None:
    """Put on record what the bytes of each piece are."""
    connection.execute(update(recall).where(recall.c.id == recall_id).values(pieces=tuple(pieces)))


def grow(connection: Connection, recall_id: str, more_bytes: int) -> None:
    """A recall takes more of the recall area than was planned."""
    row = update(recall).where(recall.c.id == recall_id)
    connection.execute(row.values(area_bytes=recall.c.area_bytes + more_bytes))


@cache
def _heads_in(wanted: tuple[RecallState, ...]) -> Select[Any]:
    return kept(select(*HEAD).where(recall.c.state.in_(wanted)).order_by(recall.c.id))


@cache
def _readings_in(wanted: tuple[ReadingState, ...]) -> Select[Any]:
    return kept(
        select(reading)
        .join(recall, recall.c.id == reading.c.recall_id)
        .where(reading.c.state.in_(wanted), recall.c.state == RecallState.REQUESTED)
        .order_by(reading.c.id)
    )


def _heads(connection: Connection, query: Select[Any]) -> list[Recall]:
    return [Recall(**row._mapping, paths=()) for row in answers(connection, query)]


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
