"""What the end of a tape session makes of its copies and its cartridge, in one commit, and who is told."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from archived.catalog import events, images, media, readmissions
from archived.catalog.events import Attention
from archived.language import _
from archived.model import Copy
from archived.sessions.tape_write import (
    FAILED,
    FLUSHED,
    NO_ROOM,
    NOT_BEGUN,
    SOURCE,
    JobEnd,
    TapeEnd,
    TapeTask,
)
from archived.stages.floor import drive_worked
from archived.stages.protected_cartridge import settle_protected, wrote_in
from archived.stages.tape_pace import tell_pace
from archived.stages.tape_trouble import session_worked
from archived.stages.work import Site
from archived.states import CopyEvent, CopyState, MediumEvent, MediumState

#: Copies that make a cartridge more than a blank with a label.
_COUNT = (CopyState.WRITTEN, CopyState.VERIFYING, CopyState.VERIFIED, CopyState.FOUND)


def settle_session(
    write: Connection, site: Site, task: TapeTask, copies: Sequence[Copy], outcome: TapeEnd
) -> None:
    """Copies first, then the cartridge by what counts on it."""
    if outcome.kind != "done":
        _nothing_written(write, site, task, copies, outcome)
        return
    empty = not _counts(write, task) and not any(end.kind == FLUSHED for end in outcome.ends.values())
    small = _learn_capacity(write, site, task, outcome)
    for copy in copies:
        end = outcome.ends.get(copy.id, JobEnd(NOT_BEGUN))
        # A tape that ends before anything is on it is a bad tape, unless its chip says that it is no larger.
        kind = FAILED if end.kind == NO_ROOM and empty and not small else end.kind
        _step(write, site, task, copy, JobEnd(kind, end.note, end.place))
    drive_worked(write, task.drive)
    if outcome.report is not None:
        tell_pace(write, site, task, outcome.report)
    changes: dict[str, Any] = {} if outcome.used_bytes is None else {"used_bytes": outcome.used_bytes}
    changes |= {} if outcome.label_uuid is None else {"label_uuid": outcome.label_uuid}
    if outcome.label_uuid is not None and task.written_over:
        readmissions.done(write, task.medium_id)  # it carries a label of its new life
    if changes:
        media.update_columns(write, task.medium_id, **changes)
    if any(end.kind == FLUSHED for end in outcome.ends.values()):
        session_worked(write, site, task.drive, task.medium_id)
        wrote_in(write, task.drive)
    if small and empty and media.get(write, task.medium_id).state is MediumState.WRITING:
        _blank_and_small(write, site, task, outcome)
    else:
        _settle_cartridge(write, site, task, outcome)


def _learn_capacity(write: Connection, site: Site, task: TapeTask, outcome: TapeEnd) -> bool:
    """Put a smaller capacity on record that the chip tells; True when the catalog took the cartridge for larger.

    A person may have called it smaller than it is: that stays.
    """
    before = media.get(write, task.medium_id).capacity_bytes
    if not 0 < outcome.capacity_bytes < before:
        return False
    told: dict[str, Any] = {"before_bytes": before, "capacity_bytes": outcome.capacity_bytes}
    media.update_columns(write, task.medium_id, capacity_bytes=outcome.capacity_bytes)
    events.append(write, site.now(), "capacity learned", ("medium", task.medium_id), **told)
    return True


def _blank_and_small(write: Connection, site: Site, task: TapeTask, outcome: TapeEnd) -> None:
    """Nothing counts on it, and it is smaller than was planned with: all that was planned for it is planned anew."""
    if not task.label.worm:
        media.update_columns(write, task.medium_id, used_bytes=0)  # what is torn is written over
    media.advance_state(write, task.medium_id, MediumEvent.FOUND_BLANK, site.now())
    if not media.withdraw_plans_on(write, task.medium_id, outcome.note, site.now()):
        media.advance_state(write, task.medium_id, MediumEvent.RELEASED, site.now())


def _step(write: Connection, site: Site, task: TapeTask, copy: Copy, end: JobEnd) -> None:
    subject, key = ("image", copy.image_id), f"write:{copy.image_id}"
    where: dict[str, Any] = {"medium": task.medium_id, "drive": task.drive}
    if end.kind == FLUSHED and end.place is not None:
        # Never before its arrival, whoever set the clock: only a later arrival counts as a reload.
        arrived = media.last_arrivals(write).get(task.medium_id, site.now())
        media.advance_copy(
            write,
            copy.id,
            CopyEvent.FLUSHED,
            written_at=max(site.now(), arrived),
            note="",
            tape_file=end.place.file,
            first_block=end.place.first_block,
            block_bytes=end.place.block_bytes,
        )
        events.append(write, site.now(), "written", subject, tape_file=end.place.file, **where)
        events.clear_attention(write, key)
        return
    event = {NO_ROOM: CopyEvent.NO_ROOM, FAILED: CopyEvent.FAILED}.get(end.kind, CopyEvent.NOT_BEGUN)
    media.advance_copy(write, copy.id, event, note=end.note)
    events.append(write, site.now(), "write failed", subject, outcome=end.kind, note=end.note, **where)
    if end.kind in (FAILED, SOURCE):
        _tell(write, site, task, copy, end)


def _tell(write: Connection, site: Site, task: TapeTask, copy: Copy, end: JobEnd) -> None:
    what = _("image {image_id} is not on cartridge {medium_id}: {note}").format(
        image_id=copy.image_id, medium_id=task.medium_id, note=end.note
    )
    if end.kind == SOURCE:
        images.update_columns(write, copy.image_id, held=True)
        safe = _(
            "the image is held, nothing of it is written until it is released; what was on the tape counts"
        )
        next_ = (
            "archivectl staging mend PACKAGE PATH   (a damaged recipe: archivectl images refreeze "
            f"{copy.image_id}), then: archivectl images release {copy.image_id} --reason TEXT"
        )
    else:
        safe = _(
            "the image stays in staging and is written to another cartridge; what was on the tape counts"
        )
        next_ = f"archivectl media {task.medium_id}"
    urgency = "now" if end.kind == SOURCE else "working-hours"
    events.raise_attention(write, Attention(f"write:{copy.image_id}", urgency, what, safe, next_, site.now()))


def _settle_cartridge(write: Connection, site: Site, task: TapeTask, outcome: TapeEnd) -> None:
    """GOOD, APPENDABLE or SUSPECT by what counts on it; a blank as before when nothing does."""
    ends = [end.kind for end in outcome.ends.values()]
    closed = outcome.closed or FAILED in ends or NO_ROOM in ends
    if media.get(write, task.medium_id).state is not MediumState.WRITING:
        return  # a reading found it bad meanwhile
    if _counts(write, task):
        media.advance_state(
            write, task.medium_id, MediumEvent.WRITTEN if closed else MediumEvent.APPENDED, site.now()
        )
    elif closed:
        media.advance_state(write, task.medium_id, MediumEvent.SPOILED, site.now(), note=outcome.note)
    else:
        _blank_again(write, site, task)


def _blank_again(write: Connection, site: Site, task: TapeTask) -> None:
    media.advance_state(write, task.medium_id, MediumEvent.FOUND_BLANK, site.now())
    on_it = media.copies_on(write, task.medium_id)
    if not any(copy.state is CopyState.PLANNED for copy in on_it):
        media.advance_state(write, task.medium_id, MediumEvent.RELEASED, site.now())


def _nothing_written(
    write: Connection, site: Site, task: TapeTask, copies: Sequence[Copy], outcome: TapeEnd
) -> None:
    """The session was not begun: it is tried again, or the cartridge is set aside and another one taken."""
    for copy in copies:
        media.advance_copy(write, copy.id, CopyEvent.NOT_BEGUN, note=outcome.note)
        where = {"medium": task.medium_id, "drive": task.drive, "note": outcome.note}
        events.append(
            write, site.now(), "write failed", ("image", copy.image_id), outcome=outcome.kind, **where
        )
    counts = _counts(write, task)
    media.advance_state(
        write, task.medium_id, MediumEvent.APPENDED if counts else MediumEvent.FOUND_BLANK, site.now()
    )
    if outcome.kind == "waits":
        return
    if outcome.kind == "protected":
        settle_protected(write, site, task, outcome.note, counts=counts)
        return
    media.withdraw_plans_on(write, task.medium_id, outcome.note, site.now())
    media.advance_state(write, task.medium_id, MediumEvent.SET_ASIDE, site.now(), note=outcome.note)
    what = _("cartridge {medium_id} was set aside, nothing was written to it: {note}").format(
        medium_id=task.medium_id, note=outcome.note
    )
    safe = _(
        "the images stay in staging and go to another cartridge; images on this one do not count any more"
    )
    next_ = f"archivectl media {task.medium_id}"
    if outcome.kind == "wrong":
        next_ = _(
            "two cartridges may have one identity: take {medium_id} out and compare its barcode with what the note "
            "says, put the right one in, then: archivectl library inventory"
        ).format(medium_id=task.medium_id)
    urgency = "now" if outcome.kind == "wrong" else "working-hours"
    events.raise_attention(
        write, Attention(f"cartridge:{task.medium_id}", urgency, what, safe, next_, site.now())
    )


def _counts(read: Connection, task: TapeTask) -> bool:
    return any(copy.state in _COUNT for copy in media.copies_on(read, task.medium_id))
