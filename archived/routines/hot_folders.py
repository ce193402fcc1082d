"""Hot folders: each is looked at on a thread of its own, and what the look decides is carried out.

A look lists the folder, asks the catalog what is on record, decides purely (`policy.hot_folders`) and acts.
Nothing else is trusted: an event of the file system only makes the next look come at once.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from archived.carried_names import printable
from archived.catalog import hot_items, packages
from archived.errors import CatalogBusy, Unavailable
from archived.hot_items import HotItem, HotItemEvent, HotItemState
from archived.language import _
from archived.model import Package
from archived.policy.hot_folders import (
    Decision,
    Entry,
    LookUp,
    Refuse,
    Reject,
    RemoveOriginal,
    SeeGone,
    Sighting,
    Take,
    View,
    Wait,
    WriteAccepted,
    WriteArchived,
    decide,
    drop_of,
    see,
)
from archived.policy.hot_names import parked_name
from archived.routines import hot_receipts
from archived.routines.hot_desk import Desk, Surroundings
from archived.routines.hot_intake import progress_key
from archived.routines.hot_listing import Listing, list_packages, with_contents
from archived.routines.hot_opening import Away, Place, opened
from archived.routines.hot_removal import Checks, NotSafe, remove_original
from archived.routines.hot_taking import Taker
from archived.routines.hot_tree import HotTree
from archived.stages.catalog_origin import must_be_known
from archived.stages.deletion import unsafe_among, why_unsafe
from archived.stages.original_rest import Rest, rest_of
from archived.stages.originals import difference

log = logging.getLogger(__name__)

#: Of these the original may be removed, or is being.
REMOVABLE: Final = (HotItemState.ARCHIVED, HotItemState.REMOVING)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the last look found."""

    at: datetime | None = None
    #: Why nothing could be looked at; empty when all is well.
    away: str = ""
    waits: tuple[Wait, ...] = ()
    listing: Listing = field(default_factory=lambda: Listing((), (), (), ()))
    #: (path, why) of what could not be written, moved or removed.
    unwritten: tuple[tuple[str, str], ...] = ()


class HotFolder:
    """One hot folder. `look` belongs to one thread; `seen` may be read by any."""

    def __init__(
        self, place: Place, around: Surroundings, pool: Executor, *, wake: Callable[[], None]
    ) -> None:
        self.place = place
        self.desk = Desk(around)
        self.seen = Seen()
        self._around = around
        self._pool = pool
        self._wake = wake
        self._taker = Taker(place, self.desk, pool, wake)
        self._sightings: Mapping[str, Sighting] = {}
        self._unwritten: dict[str, str] = {}

    def wake(self) -> None:
        """Look now. Any thread may call it."""
        self._wake()

    def look(self) -> bool:
        """Look once and do what is due; True when something was done, so that another look is worth while.

        Raises CatalogBusy.
        """
        now = self._around.site.now()
        try:
            with opened(
                self.place, catalog=self._around.catalog, site=self._around.site.tools.paths.site
            ) as tree:
                listing, decisions = self.decisions(tree)
                self._sightings = see(listing.entries, self._sightings, now_s=self._around.now_s)
                acted = self._carry_out(tree, decisions)
        except CatalogBusy:
            raise
        except (Away, OSError, Unavailable) as error:
            # Nothing is concluded from what cannot be seen.
            self.seen = Seen(now, away=_why(error))
            return False
        waits = tuple(decision for decision in decisions if isinstance(decision, Wait))
        self.seen = Seen(now, "", waits, listing, tuple(self._unwritten.items()))
        return acted

    def decisions(self, tree: HotTree) -> tuple[Listing, list[Decision]]:
        """What is there, and what would be done with it now.

        Raises OSError, CatalogBusy; Unavailable while the former catalog is not back.
        """
        name, rules = self.place.name, self.place.rules
        # First of all: what a thread ends from here on is on record then, and left alone in this look.
        busy = self.desk.busy()
        listing = list_packages(tree, self.place.depth)
        with self._around.catalog.read() as read:
            # Neither a batch nor a record gets a number that media may tell of.
            must_be_known(read)
            newest = hot_items.newest(read, name, [entry.path for entry in listing.entries])
            states = hot_items.OPEN + ((HotItemState.ARCHIVED,) if rules.remove_archived else ())
            on_discs = hot_items.on_discs(read, name)
            open_items = [*hot_items.in_state(read, name, *states), *on_discs]
            unsafe = self._unsafe(read, [item for item in open_items if item.path not in busy])

        def is_new(entry: Entry) -> bool:
            known = newest.get(entry.path)
            return rules.ready == "settle" and (
                known is None or known.drop != drop_of(entry, rules) or not known.spent
            )

        listing = with_contents(listing, tree, is_new)
        view = View(
            listing.entries,
            newest,
            open_items,
            frozenset(item.package_id for item in on_discs if item.package_id),
            busy,
            self.desk.resting(entry.path for entry in listing.entries),
            see(listing.entries, self._sightings, now_s=self._around.now_s),
            self._around.now_s,
            unsafe,
        )
        return listing, decide(view, rules)

    def _unsafe(self, read: Connection, items: Sequence[HotItem]) -> dict[int, str]:
        """Whose original must stay for now, by the item's id, and why."""
        going = {i.id: i.package_id for i in items if i.state in REMOVABLE and i.package_id is not None}
        found = unsafe_among(read, self._around.site, set(going.values()))
        return {item_id: found[package_id] for item_id, package_id in going.items() if package_id in found}

    def _carry_out(self, tree: HotTree, decisions: Sequence[Decision]) -> bool:
        takes = [decision for decision in decisions if isinstance(decision, Take)]
        acted = self._taker.begin(tree, takes) if takes else False
        for decision in decisions:
            if self._around.is_draining():
                break
            if not isinstance(decision, Take | Wait):
                acted |= self._act(tree, decision)
        return acted

    def _act(self, tree: HotTree, decision: Decision) -> bool:
        """Carry out one decision; False when it could not be, and is tried again."""
        match decision:
            case Refuse():
                self._taker.refuse(decision)
            case LookUp():
                self._taker.look_up(decision)
            case SeeGone(item):
                if tree.status(parked_name(item.path, item.id)) is not None:
                    return False  # a part of it lies there still, and the person was told where
                self._move(item, HotItemEvent.GONE, ended_at=self._around.site.now())
            case RemoveOriginal(item):
                self.desk.begin(item.path)
                self._pool.submit(self._remove, item)
                return False
            case WriteAccepted(item) | WriteArchived(item) | Reject(item):
                return self._write(tree, decision, item)
        return True

    def _write(self, tree: HotTree, decision: Decision, item: HotItem) -> bool:
        try:
            match decision:
                case WriteAccepted():
                    receipt = self._package(item).accepted_receipt or {}
                    with self._place_may_be_gone(item):
                        hot_receipts.write_accepted(tree, item, receipt)
                    self._move(item, HotItemEvent.RECEIPT_WRITTEN)
                case WriteArchived():
                    receipt = self._package(item).archived_receipt or {}
                    with self._place_may_be_gone(item):
                        hot_receipts.write_archived(tree, item, receipt)
                    self._move(item, HotItemEvent.ARCHIVED, ended_at=self._around.site.now())
                case Reject():
                    self._reject(tree, item)
        except OSError as error:
            self._unwritten[item.path] = _why(error)
            self.desk.rest(item.path)
            return False
        self._unwritten.pop(item.path, None)
        return True

    @contextmanager
    def _place_may_be_gone(self, item: HotItem) -> Iterator[None]:
        """A receipt whose folder was taken away has no place any more; it stays in the catalog."""
        try:
            yield
        except FileNotFoundError:
            log.warning("hot folder %s: no place for a receipt of %s", item.folder, printable(item.path))

    def _package(self, item: HotItem) -> Package:
        with self._around.catalog.read() as read:
            return packages.get(read, item.package_id or "")

    def _reject(self, tree: HotTree, item: HotItem) -> None:
        target = item.rejected_as
        if target is None:
            target = hot_receipts.free_in_rejected(tree, item.path)
            with self._around.catalog.write() as write:
                hot_items.note(write, item.id, rejected_as=target)
        hot_receipts.reject(tree, item, target)
        self._move(item, HotItemEvent.MOVED, ended_at=self._around.site.now())

    def _remove(self, item: HotItem) -> None:
        """On a thread of the pool: it reads the whole original."""
        around, place = self._around, self.place
        board = around.site.tools.progress
        key = progress_key(place, item)
        report = board.begin(key, _("comparing the original {path}").format(path=printable(item.path)))

        def differences(item: HotItem) -> str:
            return difference(
                self._package(item), place.root / item.path, catalog=around.catalog, site=around.site,
                reader=place.reader, progress=report, spares_left_out=True,
            )  # fmt: skip

        def rest(item: HotItem, path: str) -> Rest:
            return rest_of(
                self._package(item), place.root / path, catalog=around.catalog, reader=place.reader,
                progress=report,
            )  # fmt: skip

        def unsafe(read: Connection, item: HotItem) -> str:
            return why_unsafe(read, around.site, packages.get(read, item.package_id or ""))

        try:
            if not around.is_draining():
                with opened(place, catalog=around.catalog, site=around.site.tools.paths.site) as tree:
                    remove_original(
                        tree, item, catalog=around.catalog, checks=Checks(differences, rest, unsafe)
                    )
        except (Away, OSError) as error:
            self.desk.rest(item.path, failed=_why(error))
        except (CatalogBusy, NotSafe):
            # Of what is not safe the next look says why.
            self.desk.rest(item.path)
        except Exception as error:
            log.exception("hot folder %s: %s could not be removed", place.name, printable(item.path))
            self.desk.rest(item.path, failed=str(error))
        finally:
            board.end(key)
            self.desk.end(item.path)
            self._wake()

    def _move(self, item: HotItem, event: HotItemEvent, **changes: object) -> None:
        with self._around.catalog.write() as write:
            hot_items.move(write, item.id, event, **changes)


def _why(error: Exception) -> str:
    strerror = getattr(error, "strerror", None)
    return str(strerror or error)
