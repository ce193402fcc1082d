"""Letting a copy go whose image lies verified elsewhere, and the medium with its last one. Nothing physical happens.

A retired copy is kept as the last resort of recalls until two persons release its medium.
"""

from typing import Any

from sqlalchemy import Connection

from archived.catalog import events, media, migrated
from archived.model import Copy
from archived.stages.work import Site
from archived.states import CopyEvent, CopyState, MediumEvent, MediumState

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
