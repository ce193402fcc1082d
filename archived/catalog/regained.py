"""Images that are brought back into staging, and who wants them there."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from archived.care import RunState
from archived.catalog.care_tables import care_run
from archived.catalog.memory import kept
from archived.catalog.regained_tables import regained, regained_want
from archived.catalog.rows import add, answers, values
from archived.catalog.tables import copy, recall
from archived.model import Recall
from archived.regained import Regained
from archived.states import CopyState, RecallState

#: Copies that are still to be written from what lies in staging, or to be read back.
UNPROVEN = (CopyState.PLANNED, CopyState.WRITING, CopyState.WRITTEN, CopyState.VERIFYING)
_OVER = (RunState.DONE, RunState.CANCELLED)
_LIVE = (RecallState.WAITING, RecallState.REQUESTED, RecallState.READY)
_RECALL = [column for column in recall.c if column.name not in ("paths", "pieces")]
_WANTS = kept(
    select(regained_want.c.image_id, regained_want.c.who).order_by(
        regained_want.c.image_id, regained_want.c.who
    )
)
_FORSAKEN = kept(
    select(regained_want.c.image_id, regained_want.c.who)
    .join(care_run, care_run.c.id == regained_want.c.who)
    .where(care_run.c.state.in_(_OVER))
    .order_by(regained_want.c.image_id, regained_want.c.who)
)
_GATHERING = kept(
    select(regained.c.image_id.label("regained_image_id"), *_RECALL)
    .join(recall, recall.c.id == regained.c.recall_id)
    .where(recall.c.state.in_(_LIVE))
    .order_by(recall.c.id)
)
_WRITABLE = kept(
    select(regained.c.image_id)
    .distinct()
    .join(regained_want, regained_want.c.image_id == regained.c.image_id)
    .join(care_run, care_run.c.id == regained_want.c.who, isouter=True)
    .where(
        regained.c.ready_at.is_not(None),
        care_run.c.state.is_(None) | (care_run.c.state == RunState.RUNNING),
    )
    .order_by(regained.c.image_id)
)
_LAST = kept(select(regained).where(regained.c.image_id == bindparam("image_id")))


def get(connection: Connection, image_id: str) -> Regained | None:
    """The last time that an image was brought back, or that somebody wanted it."""
    found = values(connection, Regained, _LAST, image_id=image_id)
    return found[0] if found else None


def begin(connection: Connection, item: Regained) -> None:
    """Anew: what is on record of an earlier time is replaced."""
    connection.execute(delete(regained).where(regained.c.image_id == item.image_id))
    add(connection, regained, item)


def change(connection: Connection, image_id: str, **changes: Any) -> None:
    connection.execute(update(regained).where(regained.c.image_id == image_id).values(**changes))


def count_read(connection: Connection, recall_id: str, more_bytes: int) -> None:
    """Bytes were read of media for an image that is being brought back; nothing when the recall is somebody else's."""
    row = update(regained).where(regained.c.recall_id == recall_id)
    connection.execute(row.values(bytes_read=regained.c.bytes_read + more_bytes))


def want(connection: Connection, image_id: str, who: str, at: datetime) -> None:
    """Somebody needs it in staging; wanting it twice changes nothing."""
    if (image_id, who) not in wants(connection, image_id):
        connection.execute(insert(regained_want).values(image_id=image_id, who=who, at=at))


def drop(connection: Connection, image_id: str, who: str) -> None:
    """He needs it no more; harmless when he never did."""
    mine = (regained_want.c.image_id == image_id) & (regained_want.c.who == who)
    connection.execute(delete(regained_want).where(mine))


def wants(connection: Connection, image_id: str | None = None) -> list[tuple[str, str]]:
    """(image, who) of all that is wanted, or of what is wanted of one image."""
    return [(row[0], row[1]) for row in answers(connection, _WANTS) if image_id in (None, row[0])]


def forsaken(connection: Connection) -> list[tuple[str, str]]:
    """(image, who) of care runs that are over: they need nothing any more."""
    return [(row[0], row[1]) for row in answers(connection, _FORSAKEN)]


def gathering(connection: Connection) -> list[tuple[str, Recall]]:
    """(image, recall without its paths) of all that is being brought back."""
    found = []
    for row in answers(connection, _GATHERING):
        fields = dict(row._mapping)
        image_id = fields.pop("regained_image_id")
        found.append((image_id, Recall(**fields, paths=())))
    return found


def resting(connection: Connection) -> frozenset[str]:
    """Recalls that go on with nothing now: everybody who wants them is a care run that was paused."""
    awake: set[str] = set()
    asleep: set[str] = set()
    query = (
        select(regained.c.recall_id, care_run.c.state)
        .select_from(regained)
        .join(regained_want, regained_want.c.image_id == regained.c.image_id)
        .join(care_run, care_run.c.id == regained_want.c.who, isouter=True)
        .where(regained.c.recall_id.is_not(None), regained.c.ready_at.is_(None))
    )
    for recall_id, run_state in connection.execute(query):
        (asleep if run_state is RunState.PAUSED else awake).add(recall_id)
    return frozenset(asleep - awake)


def needed(connection: Connection) -> list[str]:
    """Images whose bytes must stay in staging: somebody wants them, or a copy of them was not read back yet."""
    wanted = select(regained_want.c.image_id)
    unproven = select(copy.c.image_id).where(copy.c.state.in_(UNPROVEN))
    query = select(regained.c.image_id).where(
        regained.c.image_id.in_(wanted) | regained.c.image_id.in_(unproven)
    )
    return [row[0] for row in connection.execute(query.order_by(regained.c.image_id))]


def writable(connection: Connection) -> list[str]:
    """Images that lie in staging again for somebody who has not been paused."""
    return [row[0] for row in answers(connection, _WRITABLE)]


def is_unproven(connection: Connection, image_id: str) -> bool:
    """Whether a copy of the image is planned, being written, or not read back yet."""
    query = select(copy.c.id).where(copy.c.image_id == image_id, copy.c.state.in_(UNPROVEN)).limit(1)
    return connection.execute(query).first() is not None
