"""Which media are wanted in a drive, for what, and in which drives."""

from datetime import datetime

from sqlalchemy import Connection

from archived.catalog import cases, cleanings, events, images, media, migrated
from archived.cleanings import CleaningState
from archived.model import Copy, Medium
from archived.policy.drive_choice import DriveChoice, choose_verify_drive
from archived.policy.mounting import Want
from archived.policy.owed import is_home
from archived.policy.sources import drives_to_try
from archived.stages import look_wants, recall_reading
from archived.stages.cleaning_asked import no_writing_in
from archived.stages.floor import Floor
from archived.stages.stacker_floor import may_change_drives
from archived.stages.verify import wants as care_wants
from archived.stages.work import Site
from archived.states import CopyState

#: What a person asked for: also a medium is fetched for it about whose place witnesses disagree.
ORDERED = ("read", "look")


def media_wanted(
    read: Connection, site: Site, floor: Floor, *, writes_paused: bool
) -> tuple[list[Want], set[str]]:
    """What waits for media of a library, and the media whose work may be done in the very drive they lie in."""
    arrivals = media.last_arrivals(read)
    up = [drive.name for drive in floor.up]
    may_write_in = tuple(name for name in up if name not in no_writing_in(read, site))
    wants: list[Want] = []
    ready: set[str] = set()

    def want(medium: Medium, kind: str, allowed: tuple[str, ...], since: datetime, priority: int = 0) -> None:
        if medium.element in floor.frozen and kind not in ORDERED:
            return
        wants.append(Want(medium.id, medium.home_element, medium.element, kind, allowed, priority, since))

    for cleaning in cleanings.in_state(read, CleaningState.CLEANING) if site.tools.tapes else ():
        medium = floor.medium(cleaning.medium_id or "")
        if medium is not None:
            want(medium, "clean", (cleaning.drive,), cleaning.begun_at or cleaning.asked_at)
            ready.add(medium.id)
    for item in recall_reading.media_wanted(read):
        medium = floor.medium(item.medium_id)
        if medium is not None:
            want(medium, item.kind, drives_to_try(up, item.tried_in), item.since)
            ready.add(medium.id)
    # What lies safe on an old medium gives way to what lies in staging only.
    refreshed = migrated.being_refreshed(read)
    frozen = cases.frozen_media(read)
    for copy in media.copies_in_state(read, CopyState.WRITTEN, CopyState.VERIFYING):
        medium = floor.medium(copy.medium_id)
        if medium is None or medium.id in frozen:
            continue
        allowed = verify_choice(read, copy, judges(floor, copy)).allowed
        want(medium, "verify", allowed, copy.written_at or copy.planned_at, int(copy.image_id in refreshed))
        if reloaded(copy, arrivals):
            ready.add(medium.id)
    if not writes_paused:
        for copy in media.copies_in_state(read, CopyState.PLANNED, CopyState.WRITING):
            medium = floor.medium(copy.medium_id)
            if medium is not None and may_write(read, copy):
                # What a session left is only read: any drive may do that.
                allowed = may_write_in if copy.state is CopyState.PLANNED else tuple(up)
                want(medium, "write", allowed, copy.planned_at, int(copy.image_id in refreshed))
                ready.add(medium.id)
    for ask in site.asks.waiting():
        medium = floor.medium(ask.medium_id)
        if medium is not None and medium.element is not None:
            want(medium, "look", tuple(up), ask.since)
            ready.add(medium.id)
    for look in look_wants.wants(read, floor):
        wants.append(look)
        ready.add(look.medium_id)
    return care_wants.with_care(read, site, floor, wants, ready)


def reloaded(copy: Copy, arrivals: dict[str, datetime]) -> bool:
    """Whether the robot put the medium somewhere after it was written."""
    arrived = arrivals.get(copy.medium_id)
    return copy.written_at is None or (arrived is not None and arrived > copy.written_at)


def judges(floor: Floor, copy: Copy) -> list[str]:
    """The drives that are up, and to which the robot can bring what another one wrote."""
    up = [drive.name for drive in floor.up]
    holder = floor.drive_of(copy.medium_id)
    if may_change_drives(floor) or holder is None:
        return up
    return [name for name in up if name == holder.name]


def may_write(read: Connection, copy: Copy) -> bool:
    """Whether nothing holds the copy back: no member of its set is held by a person, no case is about its medium."""
    image = images.get(read, copy.image_id)
    if copy.state is CopyState.WRITING:
        return True
    if copy.medium_id in cases.frozen_media(read):
        return False
    return image.set_id is None or not any(member.held for member in images.of_set(read, image.set_id))


def verify_choice(read: Connection, copy: Copy, up: list[str]) -> DriveChoice:
    """The drives that may read a written copy back, best first; or the words that say why none may."""
    image = images.get(read, copy.image_id)
    if image.set_id is None:
        return DriveChoice(allowed=tuple(up))
    if not is_home(copy, image):
        # No member of the set: nothing depends on who wrote the others.
        return choose_verify_drive(copy.write_drive, up, (), 1)
    pairs = [
        (other.write_drive, other.verify_drive)
        for member in images.of_set(read, image.set_id)
        for other in media.copies_of(read, member.id)
        if other.id != copy.id and other.state is CopyState.VERIFIED and is_home(other, member)
    ]
    waived = image.set_id in events.allowed(read, "diversity")
    m = images.get_set(read, image.set_id).m
    return choose_verify_drive(copy.write_drive, up, pairs, m, waived=waived, set_id=image.set_id)
