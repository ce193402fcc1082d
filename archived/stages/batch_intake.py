"""Taking a list or a tree in: its volumes side by side, each with an outcome of its own, and then the list itself.

A crash leaves each volume either acknowledged with its outcome or not taken; handing the same in again goes on
with the same batch, what was not taken yet first. What is a package already is read again and compared: its first
receipt is no answer for a folder that was changed since.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from archived.batches import Batch, BatchItem, Entry, ItemKey, ItemRole
from archived.catalog import batches
from archived.catalog.store import Catalog
from archived.errors import ArchivedError, Cancelled, Failed, translated
from archived.language import _
from archived.model import Reference
from archived.policy.list_volume import NAME
from archived.policy.reading_rights import Reader
from archived.policy.submission import SubmissionRequest
from archived.stages.admission import admit, open_batch, would_admit
from archived.stages.hand_in import Prepared
from archived.stages.intake_copy import Progress
from archived.stages.intake_pool import IntakePool
from archived.stages.list_archiving import list_folder
from archived.stages.work import Site

Document = dict[str, Any]
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Outcomes:
    """What became of each item, by its number, as the threads tell it."""

    receipts: dict[int, Document] = field(default_factory=dict)
    failures: dict[int, ArchivedError] = field(default_factory=dict)
    #: Somebody cancelled, or the daemon is to end: the rest was not tried.
    stopped: bool = False


def open_for(prepared: Prepared, *, catalog: Catalog, site: Site, owner: int) -> Batch:
    """The batch of a list or tree, a new one or the one that is gone on with. Raises CatalogBusy."""
    entries = [
        Entry(volume.number, prepared.request(volume).path, volume.reference) for volume in prepared.volumes
    ]
    last = max((entry.number for entry in entries), default=0)
    content = prepared.content
    for place, part in enumerate(content.parts if content else (), 1):
        reference = Reference(part.fonds, part.series, NAME)
        entries.append(Entry(last + place, prepared.asked.path, reference, ItemRole.LIST))
    return open_batch(
        prepared.kind,
        prepared.asked.path,
        entries,
        catalog=catalog,
        site=site,
        owner=owner,
        list_sha256=content.sha256 if content else None,
        new_version=prepared.asked.new_version,
        reason=prepared.asked.reason,
    )


class BatchIntake:
    """One batch while it is taken in."""

    def __init__(
        self,
        prepared: Prepared,
        *,
        catalog: Catalog,
        site: Site,
        owner: int,
        reader: Reader | None,
        progress: Progress,
        is_draining: Callable[[], bool],
    ) -> None:
        self._prepared = prepared
        self._catalog = catalog
        self._site = site
        self._owner = owner
        self._reader = reader
        self._sum = _Sum(progress, prepared.size_bytes)
        self._is_draining = is_draining
        self._outcomes = Outcomes()

    def take_in(self, batch: Batch, pool: IntakePool) -> Outcomes:
        """Take every volume in, then the list itself; returns when all that was begun has ended.

        Raises WrongState when the batch is being taken in already; CatalogBusy before the first volume only.
        """
        with pool.alone(batch.id):
            with self._catalog.read() as read:
                items = {item.number: item for item in batches.items(read, batch.id)}
            volumes = sorted(self._prepared.volumes, key=lambda volume: items[volume.number].is_taken)
            tasks = [
                partial(self._admit, items[volume.number], self._prepared.request(volume), self._reader)
                for volume in volumes
            ]
            pool.each(tasks, stopped=self._is_stopped)
            if not self._is_stopped():
                self._take_list_in(batch, items)
        return self._outcomes

    def try_out(self, pool: IntakePool) -> Outcomes:
        """What `take_in` would do with each volume that is there; nothing is taken."""
        volumes = [v for v in self._prepared.volumes if v.folder in self._prepared.found.volumes]
        tasks = [partial(self._try, volume.number, self._prepared.request(volume)) for volume in volumes]
        pool.each(tasks, stopped=self._is_stopped)
        return self._outcomes

    def _admit(self, item: BatchItem, asked: SubmissionRequest, reader: Reader | None) -> None:
        self._keep(
            item.number,
            lambda: admit(
                asked,
                catalog=self._catalog,
                site=self._site,
                owner=self._owner,
                item=ItemKey(item.batch_id, item.number),
                reader=reader,
                progress=self._sum.part(item.number),
            ),
        )

    def _try(self, number: int, asked: SubmissionRequest) -> None:
        self._keep(
            number,
            lambda: would_admit(
                asked,
                catalog=self._catalog,
                site=self._site,
                reader=self._reader,
                progress=self._sum.part(number),
            ),
        )

    def _keep(self, number: int, do: Callable[[], Document]) -> None:
        """One outcome, whatever it is: what goes wrong with one volume stops no other."""
        try:
            self._outcomes.receipts[number] = do()
        except Cancelled as error:
            self._outcomes.stopped = True
            self._outcomes.failures[number] = error
        except Exception as error:
            meaning = translated(error)
            if meaning is None:
                _log.exception("item %s broke", number)
                meaning = Failed(_("it broke: {error}; nothing of it was kept").format(error=repr(error)))
            self._outcomes.failures[number] = meaning

    def _is_stopped(self) -> bool:
        if self._is_draining():
            self._outcomes.stopped = True
        return self._outcomes.stopped

    def _take_list_in(self, batch: Batch, items: dict[int, BatchItem]) -> None:
        """The list goes with the groups of which something was taken, now or before."""
        content = self._prepared.content
        if content is None:
            return
        of_lists = [item for item in items.values() if item.role is ItemRole.LIST]
        for item, part in zip(of_lists, content.parts, strict=True):
            taken = [n for n in part.rows if n in self._outcomes.receipts or items[n].is_taken]
            if not taken or self._is_stopped():
                continue
            with list_folder(self._site, item, content, part) as folder:
                asked = SubmissionRequest(
                    path=folder,
                    fonds=item.fonds,
                    series=item.series,
                    volume=item.volume,
                    title=f"移交清单 List of batch {batch.id}",
                    storage_class=part.storage_class or None,
                    retention=part.retention or None,
                    confidentiality=part.confidentiality or None,
                )
                self._admit(item, asked, reader=None)  # what is read now is the daemon's own


class _Sum:
    """The progress of all volumes together; they report from several threads."""

    def __init__(self, progress: Progress, total_bytes: int) -> None:
        self._progress = progress
        self._total_bytes = total_bytes
        self._done: dict[int, int] = {}
        self._done_bytes = 0
        self._lock = threading.Lock()

    def part(self, number: int) -> Progress:
        """The progress of one volume."""

        def report(done_bytes: int, _total_bytes: int) -> None:
            with self._lock:
                self._done_bytes += done_bytes - self._done.get(number, 0)
                self._done[number] = done_bytes
                done = min(self._done_bytes, self._total_bytes)
            self._progress(done, self._total_bytes)

        return report
