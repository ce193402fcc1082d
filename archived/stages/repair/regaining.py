"""Image on media → the same bytes in staging with a recipe, so that ordinary writing can write them once more.

`want` puts on record who needs an image, and asks for a recall of our own that nobody else sees; it gathers the whole
image as every recall does. What it gathered becomes `staging/regained/<image>.image`. The write that counts is the one
that hands the recall over; a crash before it leaves a spool, or a staged file that is judged again. Nothing of it is
removed while somebody wants it, or a copy of the image was not read back yet.
"""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from archived.catalog import events, images, packages, recalls
from archived.catalog import regained as on_record
from archived.catalog.events import Attention
from archived.errors import TooLarge
from archived.language import _
from archived.model import Image, Recall
from archived.regained import Regained, Standing, Where
from archived.sessions.regain import Gained, Wanted, into_staging
from archived.sessions.tools import Tools
from archived.stages.recall_area import Room, demand_fits
from archived.stages.recall_planning import first_readings
from archived.stages.recall_reading import spool_path
from archived.stages.recall_request import image_is_staged
from archived.stages.recall_sources import payload_table
from archived.stages.repair.regaining_cost import bytes_needed, media_read
from archived.stages.repair.rewrapping import (
    Rewrapped,
    Rewrapping,
    record_generation,
    rewrap,
    rewrapping_of,
)
from archived.stages.work import CPU, Action, Broken, Context, Site
from archived.states import RecallEvent, RecallState

NAME = "regaining"
#: What recalls of our own are called in the catalog.
CARE, REMAKE = "care", "remake"
_COMING = (RecallState.WAITING, RecallState.REQUESTED, RecallState.READY)


@dataclass(frozen=True, slots=True)
class Moving:
    """An image that was gathered, on its way into staging."""

    image_id: str
    recall_id: str
    wanted: Wanted | None = None
    #: Of a parity image whose wrapper is lost: what a new one is made of.
    rewrapping: Rewrapping | None = None


@dataclass(frozen=True, slots=True)
class Forsaken:
    """What nobody wants any more: wants of care runs that are over, and recalls of images that nobody wants."""

    wants: tuple[tuple[str, str], ...]
    recalls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """Images that were gathered, and what is to be forgotten."""

    gathered: tuple[Moving, ...]
    forsaken: Forsaken


def want(write: Connection, site: Site, image_id: str, who: str) -> Standing:
    """Somebody needs the bytes of an image in staging; wanting it again does no harm, and retries what failed.

    Args:
        who: a care run by its id, whose end lets go of it; or any name that the caller lets go of himself.

    Raises:
        NotFound: there is no such image.
    """
    image = images.get(write, image_id)
    on_record.want(write, image.id, who, site.now())
    standing = state(write, site, image.id)
    if standing.where in (Where.READY, Where.COMING):
        return standing
    asked, last = _asked(write, site, image, last=standing.last), standing.last
    if last is not None and last.ready_at is None:
        asked = replace(asked, bytes_read=last.bytes_read)  # an attempt that failed was read for it, too
    on_record.begin(write, asked)
    return state(write, site, image.id)


def let_go(write: Connection, image_id: str, who: str) -> None:
    """He needs it no more. What nobody needs leaves staging with the next removal of leftovers."""
    on_record.drop(write, image_id, who)


def state(read: Connection, site: Site, image_id: str) -> Standing:
    """How far an image is on its way back into staging; READY as well when it never left it."""
    image = images.get(read, image_id)
    last = on_record.get(read, image.id)
    remade = _remade(read, last)
    if (
        not remade
        and image.sha256 is not None
        and image_is_staged(site, image, packages.of_image(read, image.id))
    ):
        return Standing(Where.READY, last=last)
    if last is None or last.ready_at is not None:
        return Standing(Where.ABSENT, last=last)
    if last.recall_id is None:
        return Standing(Where.FAILED, last.note, last)
    recall = recalls.head(read, last.recall_id)
    if recall.state in _COMING:
        return Standing(Where.COMING, recall.note, last)
    words = recall.note or recall.state.value
    if image.kind == "parity" and recall.purpose == CARE and recall.state is RecallState.FAILED:
        return Standing(
            Where.ABSENT, words, last
        )  # parity.bin can be made again, with a new wrapper around it
    return Standing(Where.FAILED, words, last)


def due(read: Connection, site: Site) -> View:
    coming = on_record.gathering(read)
    wanted = {image_id for image_id, _who in on_record.wants(read)} if coming else set()
    gathered = (Moving(image_id, item.id) for image_id, item in coming if item.state is RecallState.READY)
    unwanted = tuple(item.id for image_id, item in coming if image_id not in wanted)
    return View(tuple(gathered), Forsaken(tuple(on_record.forsaken(read)), unwanted))


def plan(view: View, context: Context) -> list[Action]:
    wanted = []
    if view.forsaken.wants or view.forsaken.recalls:
        wanted.append(Action(NAME, "what nobody wants back", (), view.forsaken))
    if not context.draining:
        wanted += [
            Action(NAME, f"image {item.image_id} back in staging", (CPU,), item) for item in view.gathered
        ]
    return context.choose(wanted)


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    if isinstance(action.task, Forsaken):
        for image_id, who in action.task.wants:
            on_record.drop(write, image_id, who)
        for recall_id in action.task.recalls:
            _give_up(write, site, recall_id, _("nobody needs it any more"))
        return None
    task: Moving = action.task
    if recalls.head(write, task.recall_id).state is not RecallState.READY:
        return None
    image = images.get(write, task.image_id)
    if recalls.head(write, task.recall_id).purpose == REMAKE:
        folder = site.tools.paths.recalls / task.recall_id
        rewrapping = rewrapping_of(write, site, image, folder)
        if isinstance(rewrapping, str):
            _give_up(write, site, task.recall_id, rewrapping)
            return None
        return action.having(replace(task, rewrapping=rewrapping))
    known = (image.sha256 or "", image.blake3 or "", image.xxh3 or "")
    wanted = Wanted(image.id, image.label, image.recipe_name, image.size_bytes or 0, *known)
    return action.having(replace(task, wanted=wanted))


def run(action: Action, tools: Tools) -> Gained | Rewrapped | None:
    task: Moving = action.task
    if task.rewrapping is not None:
        what = _("making a new wrapper around parity image {image_id}").format(image_id=task.image_id)
        return rewrap(task.rewrapping, tools, tools.progress.begin(action.key, what))
    if task.wanted is None:
        raise ValueError(f"image {task.image_id} was not claimed")
    what = _("bringing image {image_id} back into staging").format(image_id=task.image_id)
    report = tools.progress.begin(action.key, what, task.wanted.size_bytes)
    spool = spool_path(tools.paths.recalls / task.recall_id, task.image_id)
    return into_staging(spool, tools.paths.staging, task.wanted, report)


def record(
    write: Connection, site: Site, action: Action, outcome: Gained | Rewrapped | Broken | None
) -> float:
    task: Moving = action.task
    subject = ("image", task.image_id)
    if isinstance(outcome, Broken):
        _call_for_room(write, site, task, str(outcome.error))
        return site.config.rest_s
    events.clear_attention(write, f"regain:{task.image_id}")
    if recalls.head(write, task.recall_id).state is not RecallState.READY:
        return 0  # nobody wants it any more
    image = images.get(write, task.image_id)
    if isinstance(outcome, Rewrapped):
        if outcome.words:
            _give_up(write, site, task.recall_id, outcome.words)
            return 0
        record_generation(write, site, image, outcome)
        return _ready(write, site, task)
    if outcome is None or outcome.fingerprint is None:
        # Our own disk gave other bytes than were judged a moment ago, or none: they are read again.
        words = _("what was gathered is not what was judged: {words}").format(
            words=outcome.words if outcome is not None else _("it is gone")
        )
        _give_up(write, site, task.recall_id, words)
        events.append(write, site.now(), "regaining", subject, outcome="failure", note=words)
        return site.config.rest_s
    found = outcome.fingerprint
    if images.chunks(write, image.id) is None:
        images.store_chunks(write, image.id, {"image": found.chunks})
    if image.blake3 is None or image.xxh3 is None:
        images.update_columns(write, image.id, blake3=found.blake3, xxh3=found.xxh3)
    return _ready(write, site, task)


def _ready(write: Connection, site: Site, task: Moving) -> float:
    """It lies in staging with its recipe: the recall is over, and what it took of media is on record."""
    image, subject = images.get(write, task.image_id), ("image", task.image_id)
    readings = recalls.readings(write, task.recall_id)
    read_media, last = media_read(write, readings), on_record.get(write, image.id)
    needed = bytes_needed(write, image, readings)
    recalls.advance_state(write, task.recall_id, RecallEvent.HANDED_OVER, ended_at=site.now())
    on_record.change(write, image.id, ready_at=site.now(), media=read_media, bytes_needed=needed)
    detail: dict[str, Any] = {
        "recall": task.recall_id,
        "media": list(read_media),
        "bytes_read": last.bytes_read if last is not None else 0,
        "bytes_needed": needed,
    }
    events.append(write, site.now(), "regaining", subject, **detail)
    return 0


def _remade(read: Connection, last: Regained | None) -> bool:
    """Whether a new wrapper is being made: until it is on record, what lies in staging is no image of anything."""
    begun = last is not None and last.recall_id is not None and last.ready_at is None
    return begun and recalls.head(read, str(last.recall_id if last else "")).purpose == REMAKE


def _asked(write: Connection, site: Site, image: Image, *, last: Regained | None = None) -> Regained:
    """A recall of our own for the whole image; or the words that say why there is none.

    Of a parity image without a wrapper that can be read only parity.bin is asked for.
    """
    item = Regained(image.id, site.now())
    unknown = image.size_bytes is None or image.sha256 is None
    if unknown and not (image.kind == "parity" and payload_table(write, image)):
        words = _("what the bytes of image {image} must be is not known").format(image=image.id)
        return replace(item, note=words)
    recall = Recall(
        id="",
        state=RecallState.REQUESTED,
        package_id=None,
        image_id=image.id,
        paths=(),
        requested_at=site.now(),
        owner=0,
        bytes_wanted=image.size_bytes or image.payload_bytes or 0,
        purpose=REMAKE if unknown or _wrapper_failed(write, image, last) else CARE,
    )
    first, shortage = first_readings(write, site, recall, recalls.copies_in_use(write))
    if not first and image.kind == "parity":
        recall = replace(recall, purpose=REMAKE)
        first, shortage = first_readings(write, site, recall, recalls.copies_in_use(write))
    if not first:
        return replace(item, note=shortage)
    planned_bytes = sum(length for reading in first for _start, length in reading.ranges)
    recall = replace(recall, area_bytes=max(planned_bytes, recall.bytes_wanted))
    try:
        demand_fits(site, recall)
    except TooLarge as error:
        return replace(item, note=error.message)
    recall = replace(recall, id=recalls.new_id(write))
    if not Room.of(write, site).take(recall.area_bytes):
        recall = replace(recall, state=RecallState.WAITING)
    recalls.create(write, recall)
    for reading in first:
        recalls.want(write, replace(reading, recall_id=recall.id))
    return replace(item, recall_id=recall.id)


def _wrapper_failed(read: Connection, image: Image, last: Regained | None) -> bool:
    """Whether the last attempt read what there is of a parity image, and its wrapper was not among it."""
    if image.kind != "parity" or last is None or last.recall_id is None or last.ready_at is not None:
        return False
    return recalls.head(read, last.recall_id).state is RecallState.FAILED


def _give_up(write: Connection, site: Site, recall_id: str, words: str) -> None:
    if recalls.head(write, recall_id).state in _COMING:
        recalls.advance_state(write, recall_id, RecallEvent.CANCELLED, note=words, ended_at=site.now())


def _call_for_room(write: Connection, site: Site, task: Moving, words: str) -> None:
    what = _("image {image_id} cannot be brought back into staging: {words}")
    next_ = _("make room on the disk of {staging}; it is tried again after a rest")
    events.raise_attention(
        write,
        Attention(
            f"regain:{task.image_id}",
            "working-hours",
            what.format(image_id=task.image_id, words=words),
            _("its media are as they were, and what was read of them is kept"),
            next_.format(staging=site.tools.paths.staging),
            site.now(),
        ),
    )
