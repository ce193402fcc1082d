"""Checks of what is kept, by time; and what they say of each thing and each purchase batch together."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, func, insert, select

from archived.catalog.fixity_table import fixity_check
from archived.catalog.rows import values
from archived.catalog.tables import copy, image, medium, medium_history
from archived.fixity import BAD, CLEAN, FAILED, RECALL, FixityCheck
from archived.states import CopyState, MediumEvent, MediumState

_COLUMNS = [name for name in FixityCheck.__dataclass_fields__ if name != "id"]
#: Copies of which something can be compared.
COMPARABLE = (CopyState.VERIFIED, CopyState.FOUND, CopyState.SUSPECT, CopyState.RETIRED)
#: States of media that carry what counts.
_WRITTEN = (MediumState.GOOD, MediumState.APPENDABLE, MediumState.WATCH)


@dataclass(frozen=True, slots=True)
class CopyKnown:
    """A copy that can be compared with its digests, its medium, and when it was last examined."""

    copy_id: int
    copy_state: CopyState
    image_id: str
    #: Pool by whose rules it was written.
    pool: str
    size_bytes: int
    medium_id: str
    medium_state: MediumState
    kind: str
    batch: str
    library: str | None
    element: int | None
    capacity_bytes: int
    written_at: datetime | None
    planned_at: datetime
    verified_at: datetime | None
    any_at: datetime | None = None
    failed_at: datetime | None = None


def add(connection: Connection, check: FixityCheck) -> None:
    """Put a check on record; the id given is ignored."""
    connection.execute(insert(fixity_check).values(**{name: getattr(check, name) for name in _COLUMNS}))


def of_subject(connection: Connection, subject: str) -> list[FixityCheck]:
    """Every check of a thing, oldest first."""
    query = select(fixity_check).where(fixity_check.c.subject == subject).order_by(fixity_check.c.id)
    return values(connection, FixityCheck, query)


def of_medium(connection: Connection, medium_id: str) -> list[FixityCheck]:
    """Every check of what lies on a medium, oldest first."""
    query = select(fixity_check).where(fixity_check.c.medium_id == medium_id).order_by(fixity_check.c.id)
    return values(connection, FixityCheck, query)


def since(connection: Connection, begin: datetime, end: datetime | None = None) -> list[FixityCheck]:
    """Every check in a stretch of time, oldest first."""
    query = select(fixity_check).where(fixity_check.c.at >= begin).order_by(fixity_check.c.id)
    return values(connection, FixityCheck, query if end is None else query.where(fixity_check.c.at < end))


def latest(connection: Connection, *outcomes: str) -> dict[str, datetime]:
    """Subject → when a check of it last ended like this. A recall's reading is none.

    A clean one tells of the time when the first of it was read: what was read then is not younger than that.
    """
    first = func.coalesce(fixity_check.c.begun_at, fixity_check.c.at)
    query = (
        select(
            fixity_check.c.subject,
            func.max(case((fixity_check.c.outcome == CLEAN, first), else_=fixity_check.c.at)),
        )
        .where(fixity_check.c.outcome.in_(outcomes), fixity_check.c.how != RECALL)
        .group_by(fixity_check.c.subject)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def batch_failures(connection: Connection) -> dict[str, datetime]:
    """Purchase batch → when one of its media last failed: by a check, or by a doubt about what lies on it.

    A burn that was interrupted is no failure of its medium.
    """
    checked = (
        select(medium.c.batch, fixity_check.c.at)
        .join(medium, medium.c.id == fixity_check.c.medium_id)
        .where(fixity_check.c.outcome == BAD, medium.c.batch != "")
    )
    doubted = (
        select(medium.c.batch, medium_history.c.at)
        .join(medium, medium.c.id == medium_history.c.medium_id)
        .where(medium_history.c.event == MediumEvent.SPOILED, medium_history.c.before.in_(_WRITTEN))
        .where(medium.c.batch != "", medium_history.c.at.is_not(None))
    )
    found: dict[str, datetime] = {}
    for query in (checked, doubted):
        for batch, at in connection.execute(query):
            found[batch] = max(at, found.get(batch, at))
    return found


def copies_known(connection: Connection, *media_ids: str) -> list[CopyKnown]:
    """Every copy with digests on record to be compared with, or those on these media: by medium, along its tape."""
    query = (
        select(
            copy.c.id, copy.c.state, copy.c.image_id, copy.c.pool, image.c.pool, image.c.size_bytes, medium.c.id,
            medium.c.state, medium.c.kind, medium.c.batch, medium.c.library, medium.c.element,
            medium.c.capacity_bytes, copy.c.written_at, copy.c.planned_at, copy.c.verified_at,
        )
        .join(image, image.c.id == copy.c.image_id)
        .join(medium, medium.c.id == copy.c.medium_id)
        .where(copy.c.state.in_(COMPARABLE), image.c.size_bytes.is_not(None), copy.c.payload_offset.is_(None))
        .order_by(medium.c.id, copy.c.tape_file, copy.c.id)
    )  # fmt: skip
    if media_ids:
        query = query.where(medium.c.id.in_(media_ids))
    clean, failed = latest(connection, CLEAN), latest(connection, FAILED)
    found = []
    for row in connection.execute(query):
        subject = f"copy {row[0]}"
        fields: list[Any] = [*row[:3], row[3] or row[4], *row[5:]]
        known = CopyKnown(*fields)
        found.append(replace(known, any_at=clean.get(subject), failed_at=failed.get(subject)))
    return found
