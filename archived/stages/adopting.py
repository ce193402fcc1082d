"""Discs that were burnt after the export that a held catalog was restored from, and which it can call its own again.

A disc of ours that says it is a member of a protected set, at a position of which no copy is known, becomes a written
copy of that image: it is read back like every written disc before it counts, and its medium is suspect until then.
What only the disc itself says is never believed further than that.
"""

from typing import Final

from sqlalchemy import Connection

from archived.catalog import counters, events, images, media
from archived.catalog.media import LIVE_COPIES
from archived.language import _
from archived.model import Copy, Image, Medium
from archived.policy.owed import is_home
from archived.stages import hold
from archived.stages.work import Site
from archived.states import CopyState, ImageState, MediumEvent, MediumState

#: Copies by which the catalog says that a medium carries an image.
_CARRIES: Final = (
    CopyState.WRITTEN,
    CopyState.VERIFYING,
    CopyState.VERIFIED,
    CopyState.FOUND,
    CopyState.SUSPECT,
)


def jump_over(write: Connection, set_id: str) -> None:
    """The name of a set that stands on a disc of ours is never given again."""
    counters.raise_to(write, "set", images.set_number(set_id))


def adopt(write: Connection, site: Site, medium: Medium, image: Image) -> bool:
    """Make a disc that says it is `image` a written copy of it. False, and nothing is changed, when it cannot be."""
    live = [
        copy
        for copy in media.copies_of(write, image.id)
        if copy.state in LIVE_COPIES and copy.state is not CopyState.PLANNED and is_home(copy, image)
    ]
    carries_other = any(copy.state in _CARRIES for copy in media.copies_on(write, medium.id))
    if image.state is not ImageState.PROTECTED or live or carries_other or not hold.stands(write):
        return False
    if medium.state not in (MediumState.BLANK, MediumState.RESERVED, MediumState.SUSPECT):
        return False
    _withdraw_plans(write, site, image, medium)
    _doubt(write, site, media.get(write, medium.id))
    pool = site.config.pools[image.pool]
    library = site.config.libraries[pool.library]
    now = site.now()
    found = Copy(0, image.id, medium.id, CopyState.WRITTEN, pool.role, library.site, now, written_at=now)
    media.add_copy(write, found)
    subject, where = ("image", image.id), {"set": image.set_id, "position": image.position}
    events.append(write, now, "disc adopted", subject, agent=events.DAEMON, outcome="success", **where)
    return True


def _withdraw_plans(write: Connection, site: Site, image: Image, medium: Medium) -> None:
    """The image needs no other disc, and the disc is no blank for another image."""
    planned = {
        copy.id: copy
        for copy in media.copies_of(write, image.id)
        if copy.state is CopyState.PLANNED and is_home(copy, image)
    }
    planned |= {
        copy.id: copy for copy in media.copies_on(write, medium.id) if copy.state is CopyState.PLANNED
    }
    for copy in planned.values():
        media.withdraw_plan(write, copy, _("a disc that was burnt already was found"), site.now())


def _doubt(write: Connection, site: Site, medium: Medium) -> None:
    """The medium is spent, and suspect until it was read back."""
    if medium.state is MediumState.SUSPECT:
        return
    media.advance_state(write, medium.id, MediumEvent.RESERVED, site.now())
    media.advance_state(write, medium.id, MediumEvent.INTENT, site.now())
    media.advance_state(
        write, medium.id, MediumEvent.SPOILED, site.now(), note=_("found written; not read back yet")
    )
