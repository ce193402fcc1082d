"""Care runs and their items."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, insert, select, update

from archived.care import ITEM, OPEN_RUNS, RUN, CareItem, CareRun, ItemEvent, ItemState, RunEvent, RunState
from archived.catalog.care_tables import care_item, care_run
from archived.catalog.memory import kept
from archived.catalog.rows import add, advance, next_number, one, values

_FIRST_ASKED = (care_item.c.priority, care_item.c.wave, care_item.c.id)
_LEFT_WORKING = kept(
    select(care_item)
    .join(care_run, care_run.c.id == care_item.c.run_id)
    .where(care_run.c.kind == bindparam("of_kind"), care_run.c.state == RunState.CANCELLED)
    .where(care_item.c.state == ItemState.WORKING)
    .order_by(care_item.c.id)
)


def next_id(connection: Connection, kind: str) -> str:
    """The id of the next run of a kind: verify-1, verify-2, …"""
    return f"{kind}-{next_number(connection, f'care-{kind}')}"


def begin(connection: Connection, run: CareRun) -> None:
    add(connection, care_run, run)


def get(connection: Connection, run_id: str) -> CareRun:
    """Raises NotFound."""
    return one(connection, CareRun, care_run, run_id)


def listing(connection: Connection, kind: str, *states: RunState) -> list[CareRun]:
    """Runs of a kind, all or those in these states, in the order in which they began."""
    query = select(care_run).where(care_run.c.kind == kind).order_by(care_run.c.begun_at, care_run.c.id)
    return values(connection, CareRun, query.where(care_run.c.state.in_(states)) if states else query)


def under_way(connection: Connection, kind: str) -> list[CareRun]:
    """Runs of a kind that are not over, paused ones among them."""
    return listing(connection, kind, *OPEN_RUNS)


def advance_run(connection: Connection, run_id: str, event: RunEvent, **changes: Any) -> None:
    """Raises NotFound, ForbiddenStep."""
    advance(connection, care_run, RUN, run_id, event, **changes)


def tell(connection: Connection, run_id: str, report: Mapping[str, Any]) -> None:
    """What came of a run so far."""
    connection.execute(update(care_run).where(care_run.c.id == run_id).values(report=dict(report)))


def want(connection: Connection, items: Iterable[CareItem]) -> None:
    """Items of a run; their ids are given by the catalog."""
    names = [name for name in CareItem.__dataclass_fields__ if name != "id"]
    rows = [{name: getattr(item, name) for name in names} for item in items]
    if rows:
        connection.execute(insert(care_item), rows)


def item(connection: Connection, item_id: int) -> CareItem:
    """Raises NotFound."""
    return one(connection, CareItem, care_item, item_id)


def items(connection: Connection, run_id: str, *states: ItemState) -> list[CareItem]:
    """Items of a run, all or those in these states: by priority, wave and order of asking."""
    query = select(care_item).where(care_item.c.run_id == run_id).order_by(*_FIRST_ASKED)
    return values(connection, CareItem, query.where(care_item.c.state.in_(states)) if states else query)


def open_items(connection: Connection, kind: str, *, paused: bool = False) -> list[CareItem]:
    """Items that are wanted or under way, of every run of a kind that is running (`paused`: or paused)."""
    return values(
        connection, CareItem, _open_items(OPEN_RUNS if paused else (RunState.RUNNING,)), of_kind=kind
    )


@cache
def _open_items(states: tuple[RunState, ...]) -> Select[Any]:
    return kept(
        select(care_item)
        .join(care_run, care_run.c.id == care_item.c.run_id)
        .where(care_run.c.kind == bindparam("of_kind"), care_run.c.state.in_(states))
        .where(care_item.c.state.in_((ItemState.WANTED, ItemState.WORKING)))
        .order_by(care_run.c.priority, *_FIRST_ASKED)
    )


def left_working(connection: Connection, kind: str) -> list[CareItem]:
    """Items of cancelled runs of which something is still under way: it ends as far as physics asks for."""
    return values(connection, CareItem, _LEFT_WORKING, of_kind=kind)


def last_of(connection: Connection, kind: str, image_id: str, count: int) -> list[CareItem]:
    """The newest items of any run of a kind about an image, the newest first."""
    query = (
        select(care_item)
        .join(care_run, care_run.c.id == care_item.c.run_id)
        .where(care_run.c.kind == kind, care_item.c.image_id == image_id)
        .order_by(care_item.c.id.desc())
        .limit(count)
    )
    return values(connection, CareItem, query)


def counts(connection: Connection, run_id: str) -> dict[str, int]:
    """How many items of a run are in each state."""
    query = (
        select(care_item.c.state, func.count())
        .where(care_item.c.run_id == run_id)
        .group_by(care_item.c.state)
    )
    return {state.value: int(count) for state, count in connection.execute(query)}


def advance_item(connection: Connection, item_id: int, event: ItemEvent, **changes: Any) -> None:
    """Raises NotFound, ForbiddenStep."""
    advance(connection, care_item, ITEM, item_id, event, **changes)


def keep_place(connection: Connection, item_id: int, cursor: Mapping[str, Any]) -> None:
    """How far an item has come; what was done before it is not done again."""
    connection.execute(update(care_item).where(care_item.c.id == item_id).values(cursor=dict(cursor)))


def skip_open(connection: Connection, run_id: str, at: datetime, note: str) -> int:
    """Items of a run on which nothing is under way will not be done; returns how many."""
    query = update(care_item).where(care_item.c.run_id == run_id, care_item.c.state == ItemState.WANTED)
    done = connection.execute(query.values(state=ItemState.SKIPPED, ended_at=at, note=note))
    return done.rowcount
