"""Removing originals: only what equals the archived package byte by byte, and never through a link.

REMOVING is on record before the first name is touched. The original is first renamed out of sight in one step and
looked at again there, so that a writer who came in between finds his file untouched; then each part goes only as it
was listed before it was compared. What a crash leaves is one hidden name: the next life compares all that is left
with the package again before it removes any of it, for nobody knows what came in meanwhile.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from archived.carried_names import printable
from archived.catalog import hot_items
from archived.catalog.store import Catalog
from archived.hot_items import HotItem, HotItemEvent, HotItemState
from archived.language import _
from archived.policy.hot_names import parked_name
from archived.routines.hot_tree import HotTree, identity_of
from archived.stages.original_rest import Rest


@dataclass(frozen=True, slots=True)
class Checks:
    """What is asked before anything of an original goes; the first two read all of it."""

    #: What stands against the original being the package, in words; empty when every byte is equal.
    differences: Callable[[HotItem], str]
    #: What lies at a path below the hot folder, some of it removed already, held against the package.
    rest: Callable[[HotItem, str], Rest]
    #: Why nobody may rely on the media alone for its package now, in words; empty when he may.
    unsafe: Callable[[Connection, HotItem], str]


class NotSafe(Exception):
    """The original stays for now; the text says why, for people."""


def remove_original(tree: HotTree, item: HotItem, *, catalog: Catalog, checks: Checks) -> HotItem:
    """Take the next steps until the original is gone, or a person has to decide; returns the item after them.

    Raises:
        OSError: it cannot be renamed or removed; done again later.
        NotSafe: a disc of its package is gone, or a hold is in force: nothing more was touched.
        CatalogBusy.
    """
    with catalog.read() as read:
        item = hot_items.get(read, item.id)
    if item.state not in (HotItemState.ARCHIVED, HotItemState.REMOVING):
        return item  # somebody was faster: there is nothing left to do here
    parked = parked_name(item.path, item.id)
    if item.state is HotItemState.REMOVING and tree.status(parked) is not None:
        return _go_on(tree, item, parked, catalog, checks)
    if tree.status(item.path) is None:
        return _step(catalog, item, HotItemEvent.GONE)
    before = tree.listing(item.path)
    if why := checks.differences(item):
        return _step(catalog, item, HotItemEvent.DIFFERS, note=why)
    if item.state is HotItemState.ARCHIVED:
        # Comparing may have taken long: what the look decided on may be true no more.
        _demand_safe(catalog, item, checks)
        item = _step(catalog, item, HotItemEvent.EQUAL)
    _demand_safe(catalog, item, checks)
    tree.move(item.path, parked)
    if tree.listing(parked) != before:
        note = _("it was changed while it was to be removed")
        return _put_back(tree, item, parked, catalog, note)
    return _finish(tree, item, parked, before, catalog)


def _go_on(tree: HotTree, item: HotItem, parked: str, catalog: Catalog, checks: Checks) -> HotItem:
    """With what an earlier life, or an earlier attempt, left out of sight."""
    _demand_safe(catalog, item, checks)
    before = tree.listing(parked)
    rest = checks.rest(item, parked)
    if not rest.why:
        _demand_safe(catalog, item, checks)
        return _finish(tree, item, parked, before, catalog)
    if rest.is_whole:
        return _put_back(tree, item, parked, catalog, rest.why)
    return _leave(item, parked, catalog, rest.why)


def _finish(
    tree: HotTree, item: HotItem, parked: str, before: Mapping[str, str], catalog: Catalog
) -> HotItem:
    if not tree.remove(parked, before):
        return _leave(item, parked, catalog, _("something in it was changed while it was removed"))
    return _step(catalog, item, HotItemEvent.GONE)


def _put_back(tree: HotTree, item: HotItem, parked: str, catalog: Catalog, why: str) -> HotItem:
    """Nothing of it was removed: it gets its name back, unless another thing has it by now."""
    if tree.status(item.path) is not None:
        return _leave(item, parked, catalog, why)
    tree.move(parked, item.path)
    changes = {}
    if found := tree.status(item.path):
        # It was we who renamed it: nobody made it ready again by that.
        identity = identity_of(found)
        changes = {"identity": identity} | ({"drop": identity} if item.drop == item.identity else {})
    return _step(catalog, item, HotItemEvent.DIFFERS, note=why, **changes)


def _leave(item: HotItem, parked: str, catalog: Catalog, why: str) -> HotItem:
    note = _("{why}; what is left of it lies at {path} now").format(why=why, path=printable(parked))
    return _step(catalog, item, HotItemEvent.DIFFERS, note=note)


def _demand_safe(catalog: Catalog, item: HotItem, checks: Checks) -> None:
    with catalog.read() as read:
        if why := checks.unsafe(read, item):
            raise NotSafe(why)


def _step(catalog: Catalog, item: HotItem, event: HotItemEvent, **changes: str) -> HotItem:
    with catalog.write() as write:
        return hot_items.move(write, item.id, event, **changes)
