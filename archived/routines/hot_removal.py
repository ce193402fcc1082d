"""Removing originals: only what equals the archived package byte by byte, and never through a link.

REMOVING is on record before the first name is touched. The original is first renamed out of sight in one step and
looked at again there, so that a writer who came in between finds his file untouched; what a crash leaves is one
hidden name, which the next life goes on removing.
"""

from collections.abc import Callable

from sqlalchemy import Connection

from archived.catalog import hot_items
from archived.catalog.store import Catalog
from archived.hot_items import HotItem, HotItemEvent, HotItemState
from archived.language import _
from archived.policy.carried_names import printable
from archived.policy.hot_names import parked_name
from archived.routines.hot_tree import HotTree

#: What stands against an original being the package, in words; empty when every byte is equal.
Differences = Callable[[HotItem], str]
#: Why nobody may rely on the media alone for its package now, in words; empty when he may.
Unsafe = Callable[[Connection, HotItem], str]


class NotSafe(Exception):
    """The original stays for now; the text says why, for people."""


def remove_original(
    tree: HotTree, item: HotItem, *, catalog: Catalog, differences: Differences, unsafe: Unsafe
) -> HotItem:
    """Take the next steps until the original is gone, or a person has to decide; returns the item after them.

    Raises:
        OSError: it cannot be renamed or removed; done again later.
        NotSafe: a disc of its package is gone, or a hold is in force: nothing more was touched.
        CatalogBusy.
    """
    parked = parked_name(item.path, item.id)
    if item.state is HotItemState.REMOVING and tree.status(parked) is not None:
        _demand_safe(catalog, item, unsafe)
        return _finish(tree, item, parked, catalog)
    if tree.status(item.path) is None:
        return _step(catalog, item, HotItemEvent.GONE)
    before = tree.content(item.path)
    if why := differences(item):
        return _step(catalog, item, HotItemEvent.DIFFERS, note=why)
    if item.state is HotItemState.ARCHIVED:
        # Comparing may have taken long: what the look decided on may be true no more.
        _demand_safe(catalog, item, unsafe)
        item = _step(catalog, item, HotItemEvent.EQUAL)
    _demand_safe(catalog, item, unsafe)
    tree.move(item.path, parked)
    if tree.content(parked) != before:
        note = _("it was changed while it was to be removed")
        if tree.status(item.path) is None:
            tree.move(parked, item.path)
        else:
            note = _("it was changed while it was to be removed, and lies at {path} now").format(
                path=printable(parked)
            )
        return _step(catalog, item, HotItemEvent.DIFFERS, note=note)
    return _finish(tree, item, parked, catalog)


def _finish(tree: HotTree, item: HotItem, parked: str, catalog: Catalog) -> HotItem:
    tree.remove(parked)
    return _step(catalog, item, HotItemEvent.GONE)


def _demand_safe(catalog: Catalog, item: HotItem, unsafe: Unsafe) -> None:
    with catalog.read() as read:
        if why := unsafe(read, item):
            raise NotSafe(why)


def _step(catalog: Catalog, item: HotItem, event: HotItemEvent, *, note: str = "") -> HotItem:
    with catalog.write() as write:
        return hot_items.move(write, item.id, event, note=note)
