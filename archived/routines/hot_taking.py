"""Claiming what is ready in a hot folder: one batch for each look that takes something, a record for each thing.

Order of writing: (1) the batch, then in one commit a record TAKING for each thing; (2) the intake, whose
acknowledgement commits the package and the outcome of its batch's item together: that is the write that counts;
(3) the record's own outcome. A crash before (2) leaves an item that was not taken, after (2) one that was, and
`look_up` asks the item. So nothing is taken twice, and what was taken gets its receipt.
"""

import hashlib
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any

from sqlalchemy import Connection

from archived.batches import BatchKind, ItemKey
from archived.batches import Entry as BatchEntry
from archived.carried_names import printable
from archived.catalog import batches, hot_items
from archived.errors import CatalogBusy, Unacceptable
from archived.hot_items import HotItem, HotItemEvent, HotItemState
from archived.language import _
from archived.policy.hot_folders import Entry, Kind, LookUp, Refuse, Take
from archived.policy.hot_names import is_utf8
from archived.policy.submission import SubmissionRequest
from archived.routines.hot_desk import Desk
from archived.routines.hot_intake import Job, put_off, refusal_of, take_in, tell
from archived.routines.hot_opening import Place
from archived.routines.hot_reading import description_of
from archived.routines.hot_tree import HotTree
from archived.stages.admission import open_batch

log = logging.getLogger(__name__)

Wanted = tuple[Take, SubmissionRequest]


class Taker:
    """Claims and takes for one hot folder. `done` is called, on any thread, after each thing."""

    def __init__(self, place: Place, desk: Desk, pool: Executor, done: Callable[[], None]) -> None:
        self._place = place
        self._desk = desk
        self._pool = pool
        self._done = done
        self._around = desk.around

    def begin(self, tree: HotTree, takes: Sequence[Take]) -> bool:
        """Claim these and take them on the pool; refuse at once what nothing gives a reference: True if any was.

        Raises CatalogBusy: what was not claimed is found again by the next look.
        """
        wanted: list[Wanted] = []
        for take in takes:
            found = description_of(tree, self._place, take.entry.path)
            if found.request is not None:
                wanted.append((take, found.request))
            else:
                self.refuse(Refuse(take.entry, take.drop, take.item), found.problems)
        for job in self._claim(wanted) if wanted else ():
            self._desk.begin(job.item.path)
            self._pool.submit(self._take, job)
        return len(wanted) < len(takes)

    def refuse(self, decision: Refuse, problems: Sequence[str] = ()) -> None:
        """Put the reasons on record; the next look moves it to rejected/. Raises CatalogBusy."""
        entry = decision.entry
        why = problems or [_why_unusable(entry)]
        error = Unacceptable(
            _("{path} was not taken, nothing was kept: {why}").format(
                path=printable(entry.path), why="; ".join(why)
            ),
            advice=_("put right what is listed and make it ready again"),
            reasons=[{"code": Unacceptable.code, "message": message} for message in why],
        )
        with self._around.catalog.write() as write:
            item = self._on_record(write, Take(entry, decision.drop, decision.item), None)
            refusal = refusal_of(item, self._place, error)
            hot_items.move(write, item.id, HotItemEvent.REFUSED, refusal=refusal, note=error.message)
            tell(write, self._desk, item, "failure", why=error.message)

    def look_up(self, decision: LookUp) -> None:
        """How far an earlier life came: the batch's item says it. Raises CatalogBusy."""
        with self._around.catalog.write() as write:
            item = hot_items.get(write, decision.item.id)
            if item.state is not HotItemState.TAKING:
                return  # whoever was taking it has told by now
            package_id = None
            if item.batch_id is not None and item.batch_number is not None:
                found = batches.get_item(write, ItemKey(item.batch_id, item.batch_number))
                package_id = found.package_id if found.is_taken else None
            if package_id is not None:
                hot_items.move(write, item.id, HotItemEvent.ACCEPTED, package_id=package_id, note="")
                tell(write, self._desk, item, "success", package=package_id)
            else:
                note = _("the daemon ended in the middle of it; nothing was kept")
                hot_items.move(write, item.id, HotItemEvent.PUT_OFF, spent=False, note=note)

    def _claim(self, wanted: Sequence[Wanted]) -> list[Job]:
        with self._around.catalog.read() as read:
            earlier = [_earlier_key(read, take, request) for take, request in wanted]
        fresh = [pair for pair, key in zip(wanted, earlier, strict=True) if key is None]
        batch_id = self._open_batch(fresh) if fresh else ""
        numbers = iter(range(1, len(fresh) + 1))
        keys = [key or ItemKey(batch_id, next(numbers)) for key in earlier]
        with self._around.catalog.write() as write:
            return [
                Job(self._on_record(write, take, key), request, key)
                for (take, request), key in zip(wanted, keys, strict=True)
            ]

    def _open_batch(self, fresh: Sequence[Wanted]) -> str:
        # The drops are part of what is asked: the same names another time are another batch.
        drops = hashlib.sha256("\n".join(take.drop for take, _request in fresh).encode()).hexdigest()
        batch = open_batch(
            BatchKind.HOT,
            self._place.root,
            [
                BatchEntry(n, request.path, request.reference)
                for n, (_take, request) in enumerate(fresh, start=1)
            ],
            catalog=self._around.catalog,
            site=self._around.site,
            owner=self._place.uid,
            reason=drops,
        )
        return batch.id

    def _on_record(self, write: Connection, take: Take, key: ItemKey | None) -> HotItem:
        """The record of this attempt, in state TAKING."""
        now = self._around.site.now()
        changes: dict[str, Any] = {
            "drop": take.drop,
            "identity": take.entry.identity,
            "batch_id": key.batch_id if key else None,
            "batch_number": key.number if key else None,
            "spent": True,
        }
        if take.item is not None:
            return hot_items.move(
                write, take.item.id, HotItemEvent.TRIED_AGAIN, begun_at=now, note="", **changes
            )
        return hot_items.claim(write, self._place.name, take.entry.path, at=now, **changes)

    def _take(self, job: Job) -> None:
        try:
            # What was not begun stays claimed; the next life looks it up, and takes it.
            if self._around.is_draining():
                return
            if self._desk.rests:
                put_off(job, self._desk, _("staging has no room, or the catalog is held; it is tried again"))
            else:
                take_in(job, self._place, self._desk)
        except CatalogBusy as error:
            log.warning("hot folder %s: %s; looked up again", self._place.name, error)
        except Exception:
            log.exception("hot folder %s: the outcome of a thing could not be recorded", self._place.name)
        finally:
            self._desk.end(job.item.path)
            self._done()


def _earlier_key(read: Connection, take: Take, request: SubmissionRequest) -> ItemKey | None:
    """The batch's item of an earlier attempt at the very same."""
    item = take.item
    if item is None or item.batch_id is None or item.batch_number is None or item.drop != take.drop:
        return None
    key = ItemKey(item.batch_id, item.batch_number)
    return key if batches.get_item(read, key).reference == request.reference else None


def _why_unusable(entry: Entry) -> str:
    if not is_utf8(entry.path):
        return _("its name is not UTF-8, and no field of a reference can be")
    if entry.kind is Kind.LINK:
        return _("it is a link; put the folder itself there")
    return _("it is neither a folder nor an archive; put the file into a folder")
