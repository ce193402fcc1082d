"""What a migration asks the catalog: items that are under way, media that are being left, and how often they moved."""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select

from archived.care import MIGRATE, OPEN_ITEMS, OPEN_RUNS, CareItem, ItemState, RunState
from archived.catalog.memory import kept
from archived.catalog.rows import answers, values
from archived.catalog.tables import care_item, care_run, copy, drive, medium, move
from archived.policy.migrate.selecting import COPY, REPACK
from archived.states import CopyState, MediumState, MoveState

_OF_OPEN_RUNS = (
    select(care_item.c.medium_id)
    .join(care_run, care_run.c.id == care_item.c.run_id)
    .where(care_run.c.kind == MIGRATE, care_run.c.state.in_(OPEN_RUNS))
)
_LEAVING = kept(
    _OF_OPEN_RUNS.distinct().where(care_item.c.state.in_(OPEN_ITEMS), care_item.c.medium_id.is_not(None))
)
_UNDER_WAY = kept(
    _OF_OPEN_RUNS.with_only_columns(care_item.c.image_id).where(
        care_item.c.what == bindparam("what"), care_item.c.state == ItemState.WORKING
    )
)
_UNSETTLED = kept(
    select(care_item)
    .join(care_run, care_run.c.id == care_item.c.run_id)
    .where(
        care_run.c.kind == MIGRATE,
        care_run.c.state == RunState.CANCELLED,
        care_item.c.state == ItemState.WORKING,
    )
    .order_by(care_item.c.id)
)


def unsettled(read: Connection) -> list[CareItem]:
    """Items that something is under way for, of migrations that were cancelled meanwhile."""
    return values(read, CareItem, _UNSETTLED)


def begun_since(read: Connection, since: datetime) -> list[CareItem]:
    """Items of migrations that were begun and are not over for longer than since a moment."""
    query = (
        select(care_item)
        .join(care_run, care_run.c.id == care_item.c.run_id)
        .where(care_run.c.kind == MIGRATE, care_item.c.state != ItemState.WANTED)
        .where(care_item.c.ended_at.is_(None) | (care_item.c.ended_at >= since))
        .order_by(care_item.c.id)
    )
    return values(read, CareItem, query)


def leaving(read: Connection) -> frozenset[str]:
    """Media from which everything is being migrated away: nothing is added to them."""
    return frozenset(row[0] for row in answers(read, _LEAVING))


def emptied(read: Connection, staying: tuple[CopyState, ...], states: tuple[MediumState, ...]) -> list[str]:
    """Media in one of these states on which a copy was retired and none is in one of the `staying` states."""
    return [row[0] for row in answers(read, _emptied(staying, states))]


@cache
def _emptied(staying: tuple[CopyState, ...], states: tuple[MediumState, ...]) -> Select[Any]:
    staying_there = select(copy.c.medium_id).where(copy.c.state.in_(staying))
    return kept(
        select(copy.c.medium_id)
        .distinct()
        .join(medium, medium.c.id == copy.c.medium_id)
        .where(
            copy.c.state == CopyState.RETIRED,
            medium.c.state.in_(states),
            copy.c.medium_id.not_in(staying_there),
        )
        .order_by(copy.c.medium_id)
    )


def mounts(read: Connection, medium_ids: Collection[str], since: datetime) -> int:
    """How often these media were brought into drives since a moment."""
    query = (
        select(func.count())
        .select_from(move)
        .join(drive, (drive.c.library == move.c.library) & (drive.c.element == move.c.destination))
        .where(move.c.medium_id.in_(medium_ids), move.c.state == MoveState.DONE, move.c.begun_at >= since)
    )
    return int(read.execute(query).scalar_one())


def being_repacked(read: Connection) -> frozenset[str]:
    """Images whose packages are being brought back into staging, to be packed again."""
    return _under_way(read, REPACK)


def being_refreshed(read: Connection) -> frozenset[str]:
    """Images that are being written again on other media."""
    return _under_way(read, COPY)


def _under_way(read: Connection, what: str) -> frozenset[str]:
    return frozenset(row[0] for row in answers(read, _UNDER_WAY, what=what))
