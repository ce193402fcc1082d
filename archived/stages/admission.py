"""The one door: a submission is admitted as an item of a batch, with the limits of the media of its class.

The API, lists, trees and hot folders come through here. The outcome of an item is committed together with the
package where there is one, so that a crash leaves either both or neither; an item that was being taken in then
is on record as not taken, and asking again for the same batch tries it again.
"""

import logging
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from archived.batches import Batch, BatchItem, BatchKind, Entry, ItemKey, ItemRole, asked_key
from archived.catalog import batches, events
from archived.catalog.store import Catalog
from archived.errors import ArchivedError, Cancelled, CatalogBusy, Refused
from archived.item_states import ItemEvent, ItemState
from archived.policy.reading_rights import Reader
from archived.policy.submission import SubmissionRequest
from archived.stages import intake
from archived.stages.capacity import cost_on_disc, image_limit_bytes, usable_bytes
from archived.stages.catalog_origin import must_be_known
from archived.stages.intake import Limits
from archived.stages.intake_copy import Progress
from archived.stages.work import Site

Document = dict[str, Any]
_log = logging.getLogger(__name__)


def admit(
    asked: SubmissionRequest,
    *,
    catalog: Catalog,
    site: Site,
    owner: int,
    kind: BatchKind = BatchKind.SINGLE,
    item: ItemKey | None = None,
    reader: Reader | None = None,
    progress: Progress | None = None,
) -> Document:
    """Take a submission in and return its accepted receipt; `batch` in it names the batch that it came with.

    The same content again gets the first receipt, with `repeated` true, or the id of the batch when that is another.

    Args:
        owner: uid of the submitter, as the kernel told it.
        kind: of the batch that is opened for it alone when there is no `item`.
        item: the item of an open batch that it is.
        reader: whoever must be able to read all of it himself; None when the daemon's own rights decide.
        progress: as `intake.accept` has it.

    Raises:
        Refused, StagingFull, CatalogBusy, Failed: as `intake.accept`; the batch's id is `detail["batch"]`.
        Unavailable: the catalog of this site is gone; no batch was opened.
    """
    key = item or ItemKey(open_single(asked, kind, catalog=catalog, site=site, owner=owner).id, 1)
    clock = site.tools.clock
    try:
        receipt = intake.accept(
            asked,
            catalog=catalog,
            config=site.config,
            site=site.tools.paths.site,
            clock=clock,
            owner=owner,
            limits=limits_for(asked, catalog=catalog, site=site),
            progress=progress,
            reader=reader,
            item=key,
        )
    except ArchivedError as error:
        _record_failure(catalog, key, site, error)
        error.detail["batch"] = key.batch_id
        raise
    if not receipt.get("repeated"):
        return receipt  # committed with its package
    with catalog.write() as write:
        batches.record(write, key, ItemEvent.SAME, clock.now(), package_id=receipt["package"])
    # In this mark, as no signature covers it: the rest is the first receipt to the letter.
    return receipt if receipt.get("batch") == key.batch_id else {**receipt, "repeated": key.batch_id}


def would_admit(
    asked: SubmissionRequest,
    *,
    catalog: Catalog,
    site: Site,
    reader: Reader | None = None,
    progress: Progress | None = None,
) -> Document:
    """What `admit` would do; nothing is taken, and no batch is opened. Raises as `intake.would_accept`."""
    return intake.would_accept(
        asked,
        catalog=catalog,
        config=site.config,
        site=site.tools.paths.site,
        clock=site.tools.clock,
        limits=limits_for(asked, catalog=catalog, site=site),
        progress=progress,
        reader=reader,
    )


def open_single(
    asked: SubmissionRequest, kind: BatchKind, *, catalog: Catalog, site: Site, owner: int
) -> Batch:
    """The batch of one submission. Raises CatalogBusy."""
    return open_batch(
        kind,
        asked.path,
        [Entry(1, asked.path, asked.reference)],
        catalog=catalog,
        site=site,
        owner=owner,
        new_version=asked.new_version,
        reason=asked.reason,
    )


def open_batch(
    kind: BatchKind,
    source: Path,
    entries: Sequence[Entry],
    *,
    catalog: Catalog,
    site: Site,
    owner: int,
    list_sha256: str | None = None,
    new_version: bool = False,
    reason: str = "",
) -> Batch:
    """A batch with these items, none of them taken; the earlier one when the same user asked for the same before.

    A correction that was taken whole is over: the same words again are another correction. `{batch}` in the
    volume of an entry becomes the id of the batch. Raises CatalogBusy; Unavailable while the former catalog is gone.
    """
    asked = asked_key(kind, entries, list_sha256=list_sha256, new_version=new_version, reason=reason)
    with catalog.write() as write:
        # Receipts name batches: a number that was given once must not be given again.
        must_be_known(write)
        earlier = batches.asked_before(write, asked, owner)
        if earlier is not None and not (
            new_version and all(item.is_taken for item in batches.items(write, earlier.id))
        ):
            return earlier
        batch = Batch(batches.new_id(write), kind, os.fsencode(source), owner, site.now(), asked, list_sha256)
        batches.create(write, batch, [_untaken(batch.id, entry) for entry in entries])
        events.append(
            write, site.now(), "batch opened", ("batch", batch.id), agent=f"uid:{owner}", kind=kind.value,
            items=len(entries),
        )  # fmt: skip
    return batch


def limits_for(asked: SubmissionRequest, *, catalog: Catalog, site: Site) -> Limits:
    """What the media of the asked class can hold now. Raises CatalogBusy."""
    config = site.config
    chosen = config.classes.get(asked.storage_class or config.default_class)
    pools = chosen.pools if chosen is not None else ()
    n = max((config.pools[pool].n for pool in pools), default=1)
    with catalog.read() as read:
        largest = {pool: image_limit_bytes(read, site, pool) for pool in pools}
        unmeasured = frozenset(
            pool for pool in pools if not largest[pool] and not usable_bytes(read, site, pool)
        )
        exceptions = events.allowed(read, "exception")
    return Limits(largest, exceptions, partial(cost_on_disc, asked, n), unmeasured)


def reasons_of(error: ArchivedError) -> list[Document]:
    """Why something was not taken, as it is put on record: every reason of the error, or the error itself."""
    reasons = error.detail.get("reasons")
    if isinstance(reasons, list) and reasons and all(isinstance(reason, dict) for reason in reasons):
        return reasons
    return [{"code": error.code, "message": error.message}]


def _untaken(batch_id: str, entry: Entry) -> BatchItem:
    # A broken reference is put on record too, before it is refused.
    fields = (entry.reference.fonds, entry.reference.series, entry.reference.volume)
    fonds, series, volume = (field.encode("utf-8", "backslashreplace").decode() for field in fields)
    source = os.fsencode(entry.path)
    if entry.role is ItemRole.LIST:
        volume = volume.replace("{batch}", batch_id)
    return BatchItem(batch_id, entry.number, entry.role, ItemState.NOT_TAKEN, source, fonds, series, volume)


def _record_failure(catalog: Catalog, key: ItemKey, site: Site, error: ArchivedError) -> None:
    """A refusal is an outcome; that the disk was full, or somebody cancelled, is none."""
    try:
        with catalog.write() as write:
            if isinstance(error, Refused) and not isinstance(error, Cancelled):
                batches.record(write, key, ItemEvent.REFUSED, site.now(), reasons=reasons_of(error))
            else:
                batches.note_attempt(write, key, site.now(), reasons_of(error))
    except CatalogBusy:
        _log.warning("item %s of batch %s stays as it was: %s", key.number, key.batch_id, error)
