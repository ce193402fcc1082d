"""Letting a copy go whose image lies verified elsewhere, and the medium with its last one. Nothing physical happens.

A retired copy is kept as the last resort of recalls until two persons release its medium.
"""

from typing import Any

from sqlalchemy import Connection

from archived.catalog import carriers, events, images, media, migrated, packages
from archived.model import Copy
from archived.stages.work import Site
from archived.states import CopyEvent, CopyState, ImageEvent, ImageState, MediumEvent, MediumState, SetEvent

#: Copies that keep a medium from being retired with the others on it.
STAYING = (
    CopyState.PLANNED,
    CopyState.WRITING,
    CopyState.WRITTEN,
    CopyState.VERIFYING,
    CopyState.VERIFIED,
    CopyState.SUSPECT,
    CopyState.FOUND,
)
#: Copies that can be let go when another one took their place.
REPLACEABLE = (CopyState.VERIFIED, CopyState.SUSPECT, CopyState.FOUND)
_RETIREABLE = (
    MediumState.APPENDABLE,
    MediumState.GOOD,
    MediumState.WATCH,
    MediumState.SUSPECT,
    MediumState.QUARANTINED,
)


def retire_copy(write: Connection, site: Site, item: Copy, *, agent: str, why: str) -> bool:
    """Let a copy go; a medium on which nothing else counts is retired with it. Whether the medium was.

    A copy that is lost or let go already stays as it is.
    """
    if item.state in REPLACEABLE:
        media.advance_copy(write, item.id, CopyEvent.REPLACED, note=why)
        detail: dict[str, Any] = {"medium": item.medium_id, "copy": item.id, "reason": why}
        events.append(write, site.now(), "copy retired", ("image", item.image_id), agent=agent, **detail)
    return retire_if_empty(write, site, item.medium_id, agent=agent, why=why)


def retire_if_empty(write: Connection, site: Site, medium_id: str, *, agent: str, why: str) -> bool:
    """Retire a medium of which no copy counts any more; one that is being written waits for its session's end."""
    on_it = media.copies_on(write, medium_id)
    if media.get(write, medium_id).state not in _RETIREABLE:
        return False
    if not any(one.state is CopyState.RETIRED for one in on_it) or any(one.state in STAYING for one in on_it):
        return False
    media.advance_state(write, medium_id, MediumEvent.RETIRED, site.now(), agent=agent, why=why)
    events.append(write, site.now(), "medium retired", ("medium", medium_id), agent=agent, reason=why)
    for prefix in ("suspect", "health"):
        events.clear_attention(write, f"{prefix}:{medium_id}")
    for one in on_it:
        events.clear_attention(write, f"verify:{one.image_id}")
    return True


def emptied(read: Connection) -> list[str]:
    """Media of which everything was let go while they could not be retired: a session was at them."""
    return migrated.emptied(read, STAYING, _RETIREABLE)


def is_quiet(read: Connection, set_id: str) -> bool:
    """Whether no drive is at a copy of a set, and none waits to be read back."""
    busy = (CopyState.WRITING, CopyState.WRITTEN, CopyState.VERIFYING)
    members = images.of_set(read, set_id)
    return not any(copy.state in busy for image in members for copy in media.copies_of(read, image.id))


def retire_set(write: Connection, site: Site, set_id: str, *, agent: str, why: str) -> list[str]:
    """Let a whole set go, parity and copies beside it too: all that it carries is kept by other images.

    Returns the media that were retired with it.
    """
    left = []
    for image in images.of_set(write, set_id):
        for copy in media.copies_of(write, image.id):
            if copy.state is CopyState.PLANNED:
                media.withdraw_plan(write, copy, why, site.now())
            elif copy.state in REPLACEABLE and retire_copy(write, site, copy, agent=agent, why=why):
                left.append(copy.medium_id)
        if image.state in (ImageState.KEPT, ImageState.FOUND):
            images.advance_state(write, image.id, ImageEvent.RETIRED)
        for package in packages.of_image(write, image.id):
            if packages.image_ids(write, package.id).get(image.pool) == image.id:
                carriers.leave(write, package.id, image.pool, site.now(), again=False)
    images.advance_set(write, set_id, SetEvent.RETIRED)
    events.append(write, site.now(), "set retired", ("set", set_id), agent=agent, reason=why)
    for prefix in ("reduced", "place"):
        events.clear_attention(write, f"{prefix}:{set_id}")
    return left
