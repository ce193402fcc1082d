"""A copy that is going to be: one row and one line of history, the same for discs and cartridges."""

from sqlalchemy import Connection

from archived.catalog import events, media
from archived.model import Copy
from archived.stages.work import Site
from archived.states import CopyState


def plan_on(write: Connection, site: Site, image_id: str, medium_id: str, pool: str) -> int:
    """Plan an image for a medium by the rules of a pool; nothing physical happens. Returns the copy's id."""
    settings = site.config.pools[pool]
    copy = Copy(
        id=0,
        image_id=image_id,
        medium_id=medium_id,
        state=CopyState.PLANNED,
        role=settings.role,
        site=site.config.libraries[settings.library].site,
        planned_at=site.now(),
        pool=pool,
    )
    copy_id = media.plan_copy(write, copy)
    events.append(write, site.now(), "copy planned", ("image", image_id), medium=medium_id, pool=pool)
    return copy_id
