"""A drive that does not give its medium out: after some attempts it is left alone until a person says otherwise."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection

from archived.catalog import events, media
from archived.catalog.events import Attention
from archived.language import _
from archived.stages.floor import Floor
from archived.stages.work import Site

#: So often in a row a drive may keep its medium before it is taken down.
KEPT_MAX: Final = 3
#: Between two motions of a medium lie a few other events of it.
_EVENTS_LOOKED_AT: Final = 40


def kept_media(read: Connection, floor: Floor) -> frozenset[str]:
    """Media that a drive which is down did not give out when it was last asked: nobody asks it again by himself."""
    in_down = [medium for drive in floor.drives if not drive.up and (medium := floor.in_drive(drive))]
    return frozenset(medium.id for medium in in_down if next(_kept(read, medium.id), False))


def drive_keeps(write: Connection, site: Site, drive: str, medium_id: str, note: str) -> None:
    """A drive did not give a medium out, and the event that says so is on record: the third in a row is the last."""
    row = 0
    for kept in _kept(write, medium_id):
        if not kept:
            break
        row += 1
    if row < KEPT_MAX:
        return
    media.set_drive(write, drive, up=False, note=note)
    what = _("drive {drive} does not give {medium_id} out: {note}")
    next_ = _("take {medium_id} out of {drive} by hand, then: archivectl drive up {drive} --reason TEXT")
    named = {"drive": drive, "medium_id": medium_id}
    events.raise_attention(
        write,
        Attention(
            f"drive:{drive}",
            "now",
            what.format(**named, note=note),
            _(
                "it was taken down and is left alone; the other drives go on, and what is on the medium counts"
            ),
            next_.format(**named),
            site.now(),
        ),
    )


def _kept(read: Connection, medium_id: str) -> Iterator[bool]:
    """Of every motion of a medium, the newest first: whether its drive kept it."""
    for event in reversed(events.latest(read, subject_id=medium_id, limit=_EVENTS_LOOKED_AT)):
        if event.type == "move":
            yield bool(event.detail.get("kept"))
