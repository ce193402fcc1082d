"""What looks at media tell a held catalog: which discs are newer than it, and which it can call its own again.

A disc that says it is a member of a protected set, at a position of which no copy is known, was burnt after the export:
it becomes a written copy, and is read back like every written disc before it counts. Its medium is suspect until then.
What only the disc itself says is never believed further than that.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection

from archived.catalog import counters, events, images, media
from archived.catalog.media import LIVE_COPIES
from archived.errors import NotFound
from archived.language import _
from archived.model import Copy, Image, Medium
from archived.stages import hold
from archived.stages.work import Site
from archived.states import CopyEvent, CopyState, ImageState, MediumEvent, MediumState

#: Copies by which the catalog says that a medium carries an image.
CARRIES: Final = (CopyState.WRITTEN, CopyState.VERIFYING, CopyState.VERIFIED, CopyState.SUSPECT)


def take_note(
    write: Connection, site: Site, medium_id: str, finding: Mapping[str, Any] | None, words: str = ""
) -> None:
    """A look at a medium is over; `finding` None: no drive could tell anything, for the reason in `words`.

    `finding` has the fields of `archived.sessions.identify.Finding`. Does nothing when no hold is in force.
    """
    if not hold.stands(write):
        return
    if finding is None or finding["status"] in ("appendable", "unreadable"):
        hold.looked(write, site, medium_id, hold.UNREADABLE, words or str((finding or {}).get("status", "")))
    elif finding["status"] == "blank":
        hold.looked(write, site, medium_id, hold.BLANK)
    else:
        found, note = _judged(write, site, media.get(write, medium_id), finding)
        hold.looked(write, site, medium_id, found, note)


def _judged(write: Connection, site: Site, medium: Medium, finding: Mapping[str, Any]) -> tuple[str, str]:
    member = finding["member"]
    if not member:
        if any(copy.state in CARRIES for copy in media.copies_on(write, medium.id)):
            return hold.OURS, _("what it says of itself cannot be read; it is judged when it is read")
        return hold.FOREIGN, str(finding["label"])
    set_id, position = str(member["set_id"]), int(member["position"])
    says = _("set {set_id}, position {position}").format(set_id=set_id, position=position)
    if finding["key_known"] or not finding["site_key"]:
        # A name that stands on a disc of ours is never given again.
        counters.raise_to(write, "set", images.set_number(set_id))
    image = _image_at(write, set_id, position)
    if image is None:
        return hold.NEWER, says
    if any(copy.image_id == image.id and copy.state in CARRIES for copy in media.copies_on(write, medium.id)):
        return hold.OURS, says
    if finding["key_known"] and _adopt(write, site, medium, image):
        return hold.OURS, _("{says}; burnt after the export, and read back before it counts").format(
            says=says
        )
    return hold.NEWER, says


def _image_at(read: Connection, set_id: str, position: int) -> Image | None:
    try:
        return images.get(read, f"{set_id}-{position}")
    except NotFound:
        return None


def _adopt(write: Connection, site: Site, medium: Medium, image: Image) -> bool:
    """Make the disc a written copy of a protected image that has none. False when it cannot be."""
    copies = media.copies_of(write, image.id)
    live = [copy for copy in copies if copy.state in LIVE_COPIES and copy.state is not CopyState.PLANNED]
    carries_other = any(copy.state in CARRIES for copy in media.copies_on(write, medium.id))
    if image.state is not ImageState.PROTECTED or live or carries_other or not _doubt(write, medium):
        return False
    settings = site.config.pools[image.pool]
    library = site.config.libraries[settings.library]
    now = site.now()
    for copy in copies:
        if copy.state is CopyState.PLANNED:
            media.advance_copy(
                write, copy.id, CopyEvent.WITHDRAWN, note=_("a disc with this image was found")
            )
            if copy.medium_id != medium.id:
                media.advance_state(write, copy.medium_id, MediumEvent.RELEASED)
    adopted = Copy(
        0, image.id, medium.id, CopyState.WRITTEN, settings.role, library.site, now, written_at=now
    )
    media.add_copy(write, adopted)
    subject = ("image", image.id)
    events.append(
        write, now, "disc adopted", subject, medium=medium.id, set=image.set_id, position=image.position
    )
    return True


def _doubt(write: Connection, medium: Medium) -> bool:
    """The medium is spent and suspect until it was read back; False when it is set aside for another reason."""
    if medium.state is MediumState.SUSPECT:
        return True
    if medium.state is MediumState.BLANK:
        media.advance_state(write, medium.id, MediumEvent.RESERVED)
    elif medium.state is not MediumState.RESERVED:
        return False
    media.advance_state(write, medium.id, MediumEvent.INTENT)
    media.advance_state(write, medium.id, MediumEvent.SPOILED, note=_("found written; not read back yet"))
    return True
