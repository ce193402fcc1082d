"""An item goes on at its place, or anew where what was read before says nothing of today."""

from dataclasses import replace

from sqlalchemy import Connection

from archived.care import CareItem
from archived.catalog import care, media
from archived.policy.verify.half_read import still_counts
from archived.stages.work import Site


def going_on(write: Connection, site: Site, item: CareItem) -> CareItem:
    """The item as it is to be worked on now; what it begins with is on record before anything is read.

    A run may lie for years: paused, without its hours or a drive, or for a medium that somebody has to fetch.
    """
    standing = media.standing(write, item.medium_id or "")
    if still_counts(item.cursor, site.now(), standing):
        return item
    times = int(item.cursor.get("anew", 0)) + bool(item.cursor.get("chunks"))
    cursor = {"begun_at": site.now().isoformat(), "standing": standing, "anew": times}
    care.keep_place(write, item.id, cursor)
    site.half_reads.forget(item.id)
    return replace(item, cursor=cursor)
