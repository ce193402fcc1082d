"""What of care runs can be done next, asked in a way that stays short however long the runs are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from archived.care import OPEN_ITEMS, CareItem, CareRun, ItemState, RunState
from archived.catalog.care_tables import care_item, care_run
from archived.catalog.rows import values
from archived.catalog.tables import copy, medium
from archived.states import MediumState

_OPEN = care_item.c.state.in_(OPEN_ITEMS)
#: No run reads a medium in one of these states.
GONE = (MediumState.LOST, MediumState.DESTROYED, MediumState.QUARANTINED, MediumState.RELEASED)


@dataclass(frozen=True, slots=True)
class MediumWork:
    """A medium with open items, as its run and its first item rank it."""

    medium_id: str
    run_priority: int
    priority: int
    since: datetime


def running(read: Connection, kind: str) -> list[CareRun]:
    """Runs of a kind that are worked on, the most urgent first."""
    query = (
        select(care_run)
        .where(care_run.c.kind == kind, care_run.c.state == RunState.RUNNING)
        .order_by(care_run.c.priority, care_run.c.begun_at, care_run.c.id)
    )
    return values(read, CareRun, query)


def media_with_work(
    read: Connection, run_ids: Collection[str], library: str, limit: int, *, loaded: Collection[str] = ()
) -> list[MediumWork]:
    """The first media of a library with open items of these runs; and every one of those `loaded` that has any."""
    best = func.min(care_run.c.priority), func.min(care_item.c.priority), func.min(care_item.c.id)
    query = (
        select(care_item.c.medium_id, best[0], best[1], func.min(care_item.c.asked_at))
        .join(care_run, care_run.c.id == care_item.c.run_id)
        .join(medium, medium.c.id == care_item.c.medium_id)
        .where(_OPEN, care_item.c.run_id.in_(run_ids), medium.c.library == library)
        .where(medium.c.element.is_not(None), medium.c.state.not_in((*GONE, MediumState.WRITING)))
        .group_by(care_item.c.medium_id)
        .order_by(best[0], best[1], func.min(care_item.c.wave), best[2])
    )
    rows = list(read.execute(query.limit(limit)))
    if loaded:
        rows += read.execute(query.where(care_item.c.medium_id.in_(loaded)))
    # The oldest time of asking is that of the text, which sorts as the times do.
    found = {row[0]: MediumWork(row[0], row[1], row[2], _time(row[3])) for row in rows}
    return list(found.values())


def open_on(read: Connection, run_ids: Collection[str], media_ids: Collection[str]) -> list[CareItem]:
    """Open items of these runs on these media: by priority, and along the tape of a cartridge."""
    if not run_ids or not media_ids:
        return []
    query = (
        select(care_item)
        .join(care_run, care_run.c.id == care_item.c.run_id)
        .outerjoin(copy, copy.c.id == care_item.c.copy_id)
        .where(_OPEN, care_item.c.run_id.in_(run_ids), care_item.c.medium_id.in_(media_ids))
        .order_by(
            care_run.c.priority, care_item.c.priority, care_item.c.wave, copy.c.tape_file, care_item.c.id
        )
    )
    return values(read, CareItem, query)


def media_of(read: Connection, run_ids: Collection[str]) -> set[str]:
    """Media with open items of these runs."""
    if not run_ids:
        return set()
    query = select(care_item.c.medium_id).where(_OPEN, care_item.c.run_id.in_(run_ids)).distinct()
    return {medium_id for medium_id in read.execute(query).scalars() if medium_id is not None}


def without_medium(read: Connection, run_ids: Collection[str], limit: int) -> list[CareItem]:
    """The first open items of these runs that need no medium."""
    query = (
        select(care_item)
        .where(_OPEN, care_item.c.run_id.in_(run_ids), care_item.c.medium_id.is_(None))
        .order_by(care_item.c.priority, care_item.c.id)
    )
    return values(read, CareItem, query.limit(limit))


def on_media_gone(
    read: Connection, run_ids: Collection[str], refused: Collection[str], limit: int
) -> list[CareItem]:
    """Open items of these runs whose medium is nowhere, or is not fetched: nobody (`refused`) brings it."""
    query = (
        select(care_item)
        .join(medium, medium.c.id == care_item.c.medium_id)
        .where(_OPEN, care_item.c.run_id.in_(run_ids))
        .where(or_(medium.c.element.is_(None), medium.c.state.in_(GONE), medium.c.id.in_(refused)))
        .order_by(care_item.c.id)
    )
    return values(read, CareItem, query.limit(limit))


def under_way(read: Connection, kind: str) -> list[CareItem]:
    """Items under way of runs of a kind, whatever became of these."""
    query = (
        select(care_item)
        .join(care_run, care_run.c.id == care_item.c.run_id)
        .where(care_run.c.kind == kind, care_item.c.state == ItemState.WORKING)
    )
    return values(read, CareItem, query)


def stranded(read: Connection, kind: str) -> list[CareItem]:
    """Items under way of runs of a kind that were cancelled."""
    query = (
        select(care_item)
        .join(care_run, care_run.c.id == care_item.c.run_id)
        .where(care_run.c.kind == kind, care_run.c.state == RunState.CANCELLED)
        .where(care_item.c.state == ItemState.WORKING)
    )
    return values(read, CareItem, query)


def without_work(read: Connection, runs: Sequence[CareRun]) -> list[str]:
    """Those of the runs of which no item is open."""
    if not runs:
        return []
    ids = [run.id for run in runs]
    query = select(care_item.c.run_id).where(_OPEN, care_item.c.run_id.in_(ids)).distinct()
    busy = set(read.execute(query).scalars())
    return [run_id for run_id in ids if run_id not in busy]


def _time(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
