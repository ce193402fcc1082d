"""One thing of a hot folder is handed in, on a thread of the pool, and what came of it is put on record."""

import logging
from dataclasses import dataclass
from typing import Any

from archived.batches import ItemKey
from archived.carried_names import printable
from archived.catalog import events, hot_items
from archived.errors import ArchivedError, Cancelled, Refused, StagingFull, Unavailable
from archived.hot_items import HotItem, HotItemEvent
from archived.language import _
from archived.policy.hot_names import MARKER
from archived.policy.submission import SubmissionRequest
from archived.routines.hot_desk import Desk
from archived.routines.hot_opening import Away, Place, opened
from archived.routines.hot_tree import HotTree, identity_of
from archived.stages.admission import admit

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """One thing that was claimed."""

    item: HotItem
    request: SubmissionRequest
    key: ItemKey


class NoLongerReady(Cancelled):
    """Its readiness was taken back, or another thing lies there by now; nothing of it was kept."""

    code = "no-longer-ready"


class ChangedMeanwhile(Cancelled):
    """Something in it was changed since the first look; nothing of it was kept."""

    code = "changed-meanwhile"


def take_in(job: Job, place: Place, desk: Desk) -> None:
    """Hand it in and record the outcome. What cannot be recorded now is looked up at the next look.

    Raises CatalogBusy.
    """
    around, item = desk.around, job.item
    board = around.site.tools.progress
    key = progress_key(place, item)
    what = _("taking in {reference} from hot folder {name}").format(
        reference=job.request.reference, name=place.name
    )
    report = board.begin(key, what, cancellable=True)
    before = ""

    def reported(done_bytes: int, total_bytes: int) -> None:
        report(done_bytes, total_bytes)
        # For the last time right before the acknowledgement. Intake looks at each file around its own read;
        # this look is at all of them together, so that no package mixes two states.
        if done_bytes >= total_bytes and _check_readiness(item, place, desk) != before:
            raise ChangedMeanwhile(_("it changed while it was read; nothing of it was kept"))

    try:
        before = _check_readiness(item, place, desk)
        receipt = admit(
            job.request,
            catalog=around.catalog,
            site=around.site,
            owner=place.uid,
            item=job.key,
            reader=place.reader,
            progress=reported,
        )
    except ArchivedError as error:
        _not_taken(job, place, desk, error, before)
    except Exception as error:
        log.exception("hot folder %s: %s could not be taken", place.name, printable(item.path))
        put_off(job, desk, str(error) or type(error).__name__)
        desk.rest(item.path, failed=str(error))
    else:
        desk.found_room(item.path)
        with around.catalog.write() as write:
            package_id = receipt["package"]
            hot_items.move(write, item.id, HotItemEvent.ACCEPTED, package_id=package_id, note="")
            tell(write, desk, item, "success", package=package_id, repeated=receipt.get("repeated", False))
        around.wake()
    finally:
        board.end(key)


def put_off(job: Job, desk: Desk, note: str, *, spent: bool = False) -> None:
    """It was not taken and stays. `spent`: the same readiness is not good for another attempt. CatalogBusy."""
    with desk.around.catalog.write() as write:
        hot_items.move(write, job.item.id, HotItemEvent.PUT_OFF, spent=spent, note=note)


def progress_key(place: Place, item: HotItem) -> str:
    """Under which it stands on the board, and can be cancelled."""
    return f"hot-{place.name}-{item.id}"


def refusal_of(item: HotItem, place: Place, error: ArchivedError) -> dict[str, Any]:
    """The document that goes on record, and into rejected/."""
    at = item.begun_at.isoformat(timespec="seconds")
    return {
        "receipt": "refused",
        "hot_folder": place.name,
        "path": printable(item.path),
        "at": at,
        **error.as_document(),
    }


def tell(write: Any, desk: Desk, item: HotItem, outcome: str, **detail: Any) -> None:
    """One event about a thing in a hot folder."""
    events.append(
        write,
        desk.around.site.now(),
        "hot folder intake",
        ("hot folder", item.folder),
        outcome=outcome,
        path=printable(item.path),
        batch=item.batch_id,
        **detail,
    )


def _not_taken(job: Job, place: Place, desk: Desk, error: ArchivedError, before: str) -> None:
    item = job.item
    if isinstance(error, StagingFull):
        desk.no_room(item.path, error.message)
    else:
        desk.found_room(item.path)
    if isinstance(error, NoLongerReady):
        put_off(job, desk, error.message)
    elif isinstance(error, ChangedMeanwhile):
        _changed(job, place, desk, error.message)
    elif isinstance(error, Cancelled):
        note = _("a person cancelled it; make it ready again to have it taken")
        put_off(job, desk, note, spent=True)
    elif not isinstance(error, Refused):
        put_off(job, desk, error.message)
        if isinstance(error, Unavailable):
            desk.rest_all()
        else:
            desk.rest(item.path, failed=error.message)
    elif error.detail.get("changed") and error.code == "unacceptable":
        _changed(job, place, desk, error.message)
    elif not _is_as_before(item, place, desk, before):
        _changed(job, place, desk, _("it changed, or could not be reached, while it was read"))
    else:
        with desk.around.catalog.write() as write:
            refusal = refusal_of(item, place, error)
            hot_items.move(write, item.id, HotItemEvent.REFUSED, refusal=refusal, note=error.message)
            tell(write, desk, item, "failure", why=error.message)


def _changed(job: Job, place: Place, desk: Desk, why: str) -> None:
    # Where only stillness says that it is ready, stillness is waited for again.
    settles = place.settings.ready == "settle"
    how = {
        "marker": _("put its marker again when nobody writes to it any more"),
        "rename": _("rename it away and back when nobody writes to it any more"),
        "settle": _("it is tried again when it has settled"),
    }[place.settings.ready]
    put_off(job, desk, f"{why}; {how}", spent=not settles)


def _check_readiness(item: HotItem, place: Place, desk: Desk) -> str:
    """The summary of everything in the thing, which must be the one that was claimed. Raises NoLongerReady."""
    try:
        with opened(place, catalog=desk.around.catalog, site=desk.around.site.tools.paths.site) as tree:
            if _is_claimed_one(tree, item, place):
                return tree.content(item.path)
    except (Away, OSError) as error:
        raise NoLongerReady(_("it cannot be reached: {why}").format(why=error)) from error
    raise NoLongerReady(_("it is not ready any more, or another thing lies there by now"))


def _is_as_before(item: HotItem, place: Place, desk: Desk, before: str) -> bool:
    try:
        return _check_readiness(item, place, desk) == before
    except NoLongerReady:
        return False


def _is_claimed_one(tree: HotTree, item: HotItem, place: Place) -> bool:
    found = tree.status(item.path)
    if found is None or identity_of(found) != item.identity:
        return False
    if place.settings.ready != "marker":
        return True
    marker = tree.status(item.path + MARKER)
    return marker is not None and identity_of(marker) == item.drop
