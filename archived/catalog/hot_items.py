"""What is on record of hot folders: drops, and which folder on disk each hot folder is."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, update

from archived.catalog import events
from archived.catalog.hot_item_table import hot_item
from archived.catalog.rows import advance, one, values
from archived.catalog.tables import package
from archived.hot_items import HOT_ITEM, HotItem, HotItemEvent, HotItemState
from archived.states import PackageState

#: Well below the number of parameters that any database takes in one statement.
PATHS_A_QUERY: Final = 500

#: States in which something is still to be done, or may be, whatever becomes of the package.
OPEN = (
    HotItemState.TAKING,
    HotItemState.DEFERRED,
    HotItemState.TAKEN,
    HotItemState.REMOVING,
    HotItemState.KEPT,
    HotItemState.REFUSED,
)


def claim(
    write: Connection, folder: str, path: str, *, drop: str, identity: str, at: datetime, **more: Any
) -> HotItem:
    """A new drop, in state TAKING: on record before its first byte is read."""
    item = HotItem(0, folder, path, HotItemState.TAKING, drop, identity, at, **more)
    row = {name: getattr(item, name) for name in HotItem.__dataclass_fields__ if name != "id"}
    key = write.execute(insert(hot_item).values(**row)).inserted_primary_key
    return replace(item, id=int(key[0]) if key else 0)


def move(write: Connection, item_id: int, event: HotItemEvent, **changes: Any) -> HotItem:
    """The next state, with the columns that change in the same breath. Raises NotFound, ForbiddenStep."""
    advance(write, hot_item, HOT_ITEM, item_id, event, **changes)
    return get(write, item_id)


def note(write: Connection, item_id: int, **changes: Any) -> None:
    """Columns other than the state."""
    write.execute(update(hot_item).where(hot_item.c.id == item_id).values(**changes))


def get(read: Connection, item_id: int) -> HotItem:
    """Raises NotFound."""
    return one(read, HotItem, hot_item, item_id)


def newest(read: Connection, folder: str, paths: Sequence[str]) -> dict[str, HotItem]:
    """The last drop of each of these names in a hot folder, by path; names without one are left out."""
    found: dict[str, HotItem] = {}
    for begin in range(0, len(paths), PATHS_A_QUERY):
        chunk = paths[begin : begin + PATHS_A_QUERY]
        last = (
            select(func.max(hot_item.c.id))
            .where(hot_item.c.folder == folder, hot_item.c.path.in_(chunk))
            .group_by(hot_item.c.path)
        )
        query = select(hot_item).where(hot_item.c.id.in_(last))
        found |= {item.path: item for item in values(read, HotItem, query)}
    return found


def in_state(read: Connection, folder: str, *wanted: HotItemState) -> list[HotItem]:
    """Drops of a hot folder in these states, oldest first."""
    query = select(hot_item).where(hot_item.c.folder == folder, hot_item.c.state.in_(wanted))
    return values(read, HotItem, query.order_by(hot_item.c.id))


def counts(read: Connection, folder: str) -> dict[str, int]:
    """How many drops of a hot folder are in each state."""
    query = select(hot_item.c.state, func.count()).where(hot_item.c.folder == folder)
    return {state.value: count for state, count in read.execute(query.group_by(hot_item.c.state))}


def last_taken(read: Connection, folder: str) -> datetime | None:
    """When the last drop that became a package was claimed."""
    query = select(func.max(hot_item.c.begun_at)).where(
        hot_item.c.folder == folder, hot_item.c.package_id.is_not(None)
    )
    found: datetime | None = read.execute(query).scalar()
    return found


def on_discs(read: Connection, folder: str) -> list[HotItem]:
    """Drops whose package is archived and whose archived receipt does not lie beside them yet, oldest first."""
    query = (
        select(hot_item)
        .join(package, hot_item.c.package_id == package.c.id)
        .where(
            hot_item.c.folder == folder,
            hot_item.c.state == HotItemState.RECEIPTED,
            package.c.state == PackageState.ARCHIVED,
        )
    )
    return values(read, HotItem, query.order_by(hot_item.c.id))


def known_identity(read: Connection, folder: str) -> str:
    """The id that the folder on disk carried when it was first met; empty before."""
    return events.settings(read).get(_key(folder), "")


def remember_identity(write: Connection, folder: str, identity: str) -> None:
    """From now on the folder on disk with this id is the hot folder."""
    events.set_setting(write, _key(folder), identity)


def _key(folder: str) -> str:
    return f"hot-folder:{folder}"
