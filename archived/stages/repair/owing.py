"""Copies that classes ask for and nobody made: the class came to ask later, or they were lost since."""

from dataclasses import dataclass

from sqlalchemy import Connection

from archived.catalog import images, media, packages
from archived.catalog.media import LIVE_COPIES
from archived.policy.owed import owed_pools, pools_reached
from archived.policy.repair.members import SetPicture
from archived.stages.repair.pictures import pictures
from archived.stages.work import Site
from archived.states import CopyState, ImageState, PackageState

#: One that a rebuild found is there, though nobody has read it back yet.
_THERE = (*LIVE_COPIES, CopyState.FOUND)
_OUGHT = (PackageState.ACCEPTED, PackageState.ARCHIVED, PackageState.FOUND)


@dataclass(frozen=True, slots=True)
class Owed:
    """An image without a copy in a pool that a class of its packages names."""

    image_id: str
    set_id: str
    pool: str
    spare: int


def owed_copies(read: Connection, site: Site) -> list[Owed]:
    """Every copy that is owed of images whose set was written: those of sets with the fewest to spare first."""
    asking = [name for name, settings in site.config.classes.items() if settings.copies]
    if not asking:
        return []
    found = []
    for picture in sorted(pictures(read), key=lambda p: (p.spare, p.opened_at, p.set_id)):
        found += _of_set(read, site, picture)
    return found


def lacking_pools(read: Connection, site: Site, image_id: str) -> tuple[str, ...]:
    """Pools in which an image is owed a copy and has none."""
    image = images.get(read, image_id)
    carried = [package for package in packages.of_image(read, image.id) if package.state in _OUGHT]
    owed = owed_pools(image, (package.storage_class for package in carried), site.config.classes)
    reached = pools_reached(media.copies_of(read, image.id), image, _THERE) if owed else frozenset()
    return tuple(pool for pool in owed if pool not in reached)


def _of_set(read: Connection, site: Site, picture: SetPicture) -> list[Owed]:
    return [
        Owed(member.image_id, picture.set_id, pool, picture.spare)
        for member in picture.members
        if member.kind == "data" and member.state in (ImageState.KEPT, ImageState.FOUND) and not member.held
        for pool in lacking_pools(read, site, member.image_id)
    ]
