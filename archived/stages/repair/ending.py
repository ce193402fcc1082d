"""How an item of a repair run ends, and what the run's report says of it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from archived.care import REPAIR, CareItem, ItemEvent, RunEvent, RunState
from archived.catalog import care, cases, events, images, media
from archived.catalog.events import Attention
from archived.language import _
from archived.model import Copy, Image
from archived.policy.owed import is_home
from archived.policy.repair.members import REPLACEABLE
from archived.stages.repair import regaining
from archived.stages.repair.pictures import home_copies
from archived.stages.work import Site
from archived.states import CopyEvent, CopyState, MediumEvent, MediumState

#: Copies that are of no use any more, or of less than the new one: their medium may go.
_OVER = (
    CopyState.RETIRED,
    CopyState.LOST,
    CopyState.DESTROYED,
    CopyState.ABANDONED,
    CopyState.CANCELLED,
)
_RETIRABLE = (
    MediumState.GOOD,
    MediumState.WATCH,
    MediumState.APPENDABLE,
    MediumState.SUSPECT,
    MediumState.QUARANTINED,
)


def finish(write: Connection, site: Site, item: CareItem, new: Copy) -> None:
    """The new copy was read back: what it replaces is retired, and the item says what it took."""
    image = images.get(write, new.image_id)
    retired = retire_replaced(write, site, image, new, f"{item.run_id}")
    if item.medium_id is not None and item.medium_id not in retired:
        # Its copy may be over for another reason: nothing of it is to be had any more.
        why = _("image {image} is verified on {medium} since ({who})")
        words = why.format(image=image.id, medium=new.medium_id, who=item.run_id)
        retired += [item.medium_id] if _retire(write, site, item.medium_id, words) else []
    last = regaining.state(write, site, image.id).last
    fetched = last is not None and last.ready_at is not None and last.ready_at >= item.asked_at
    finding: dict[str, Any] = {
        "copy": new.id,
        "medium": new.medium_id,
        "retired": retired,
        "bytes_read": last.bytes_read if last is not None and fetched else 0,
        "bytes_needed": last.bytes_needed if last is not None and fetched else 0,
        "media_read": list(last.media) if last is not None and fetched else [],
        "bytes_written": image.size_bytes or 0,
    }
    care.advance_item(write, item.id, ItemEvent.FINISHED, finding=finding, ended_at=site.now())
    regaining.let_go(write, image.id, item.run_id)
    events.append(
        write, site.now(), "repair", ("image", image.id), run=item.run_id, what=item.what, **finding
    )
    for key in (f"repair:{image.set_id}", f"repair-failed:{image.id}"):
        events.clear_attention(write, key)
    close_run(write, site, item.run_id)


def retire_replaced(write: Connection, site: Site, image: Image, new: Copy, who: str) -> list[str]:
    """Retire the copies that a new one stands for, and media that carry nothing else; the ids of those media."""
    why = _("image {image} is verified on {medium} since ({who})").format(
        image=image.id, medium=new.medium_id, who=who
    )
    retired = []
    for old in _replaced(write, image, new):
        media.advance_copy(write, old.id, CopyEvent.REPLACED, note=why)
        if _retire(write, site, old.medium_id, why):
            retired.append(old.medium_id)
    return retired


def _retire(write: Connection, site: Site, medium_id: str, why: str) -> bool:
    """Retire a medium that carries nothing any more that counts."""
    medium = media.get(write, medium_id)
    others = [copy for copy in media.copies_on(write, medium.id) if copy.state not in _OVER]
    events.clear_attention(write, f"suspect:{medium.id}")
    if others or medium.id in cases.frozen_media(write) or medium.state not in _RETIRABLE:
        return False
    media.advance_state(write, medium.id, MediumEvent.RETIRED, site.now(), why=why)
    return True


def _replaced(read: Connection, image: Image, new: Copy) -> list[Copy]:
    """Copies in the same role that do not count any more."""
    if is_home(new, image):
        found = home_copies(read, image)
    else:
        found = [c for c in media.copies_of(read, image.id) if not is_home(c, image) and c.pool == new.pool]
    return [
        copy
        for copy in found
        if copy.id != new.id
        and copy.state in REPLACEABLE
        and (
            copy.state is CopyState.SUSPECT
            or copy.payload_offset is not None
            or media.get(read, copy.medium_id).state not in media.HOLDING
        )
    ]


def skip(write: Connection, site: Site, item: CareItem, state: RunState) -> None:
    """Nothing asks for it any more."""
    note = _("the run was cancelled") if state is RunState.CANCELLED else _("a good copy is there again")
    care.advance_item(write, item.id, ItemEvent.SKIPPED, ended_at=site.now(), note=note)
    regaining.let_go(write, item.image_id or "", item.run_id)
    close_run(write, site, item.run_id)


def fail(write: Connection, site: Site, item: CareItem) -> None:
    """No source that we know gives the bytes: a person is told; it is tried again when something changed."""
    image = images.get(write, item.image_id or "")
    words = regaining.state(write, site, image.id).words
    finding = {"basis": basis(write, image)}
    ended = {"ended_at": site.now(), "note": words}
    care.advance_item(write, item.id, ItemEvent.FAILED, finding=finding, **ended)
    regaining.let_go(write, image.id, item.run_id)
    subject = ("image", image.id)
    events.append(write, site.now(), "repair", subject, outcome="failure", run=item.run_id, reason=words)
    what = _("image {image} of set {set_id} cannot be made again: {words}")
    events.raise_attention(
        write,
        Attention(
            f"repair-failed:{image.id}",
            "now",
            what.format(image=image.id, set_id=image.set_id, words=words),
            _("nothing more was written or given up; what lies on the media at hand can still be recalled"),
            f"archivectl sets {image.set_id}",
            site.now(),
        ),
    )
    close_run(write, site, item.run_id)


def basis(read: Connection, image: Image) -> str:
    """What a failed attempt rested on: it is not made again before something of it changed."""
    members = images.of_set(read, image.set_id) if image.set_id else [image]
    seen = []
    for member in members:
        for copy in media.copies_of(read, member.id):
            medium = media.get(read, copy.medium_id)
            here = "in" if medium.element is not None else "out"
            seen.append(f"{copy.id}:{copy.state.value}:{medium.state.value}:{here}")
    return " ".join(seen)


def close_run(write: Connection, site: Site, run_id: str) -> None:
    """Tell what came of a run so far; and end it when no item is left."""
    said = report(write, run_id)
    care.tell(write, run_id, said)
    counts, run = care.counts(write, run_id), care.get(write, run_id)
    left = counts.get("wanted", 0) + counts.get("working", 0)
    if not left and run.state in (RunState.RUNNING, RunState.PAUSED):
        care.advance_run(write, run_id, RunEvent.FINISHED, ended_at=site.now())
        events.append(write, site.now(), f"{REPAIR} ended", ("run", run_id), **said)


def report(read: Connection, run_id: str) -> Mapping[str, Any]:
    """What came of a run so far, for an auditor."""
    every = care.items(read, run_id)
    done = [item for item in every if item.finding.get("medium")]
    read_for = [item for item in every if "bytes_read" in item.finding]
    return {
        "items": care.counts(read, run_id),
        "bytes_read": sum(item.finding["bytes_read"] for item in read_for),
        "bytes_needed": sum(item.finding["bytes_needed"] for item in read_for),
        "bytes_written": sum(item.finding["bytes_written"] for item in done),
        "media_read": sorted({name for item in read_for for name in item.finding["media_read"]}),
        "media_written": [item.finding["medium"] for item in done],
        "media_retired": [name for item in done for name in item.finding["retired"]],
        "failed": [
            {"image": item.image_id, "why": item.note} for item in every if item.state.value == "failed"
        ],
    }
