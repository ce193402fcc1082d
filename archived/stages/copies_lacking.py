"""Copies that a class asks for and that cannot be planned: it came to ask when the bytes had left staging."""

from dataclasses import dataclass

from sqlalchemy import Connection

from archived.catalog import images, media, packages
from archived.catalog.media import LIVE_COPIES
from archived.model import Package
from archived.policy.owed import pools_reached
from archived.policy.sufficiency import missing_copies
from archived.stages.work import Site
from archived.states import CopyState

#: A copy that a rebuild found is there, though nobody has read it again.
_THERE = (*LIVE_COPIES, CopyState.FOUND)
_COUNTS = (CopyState.VERIFIED, CopyState.FOUND)


@dataclass(frozen=True, slots=True)
class Lacking:
    """How many images lack their copy in a pool, and how many packages on them are of classes that ask for it."""

    pool: str
    images: int
    packages: int


def lacking(read: Connection, site: Site) -> list[Lacking]:
    """For every pool that a class asks for copies in; pools in which nothing lacks are left out."""
    asking: dict[str, list[str]] = {}
    for name, settings in site.config.classes.items():
        for pool in settings.copies:
            asking.setdefault(pool, []).append(name)
    found = []
    for pool, classes in sorted(asking.items()):
        image_count, package_count = images.lacking_copy(read, classes, pool, _THERE)
        if image_count:
            found.append(Lacking(pool, image_count, package_count))
    return found


def unreached(read: Connection, site: Site) -> dict[str, int]:
    """Pool → archived packages whose class names it, and that no image of it carries."""
    found: dict[str, int] = {}
    for name, settings in site.config.classes.items():
        for pool in settings.pools:
            count = len(packages.without_pool(read, name, pool))
            if count:
                found[pool] = found.get(pool, 0) + count
    return found


def owed_since(read: Connection, site: Site, package: Package) -> tuple[str, ...]:
    """What the class of an archived package asks for by now and did not then, one sentence each.

    A copy counts wherever its cartridge is: it may have been carried to another site.
    """
    settings = site.config.classes.get(package.storage_class)
    if settings is None or not settings.copies:
        return ()
    carriers = [image_id for image_id in packages.image_ids(read, package.id).values() if image_id]
    reached = {
        image_id: pools_reached(media.copies_of(read, image_id), images.get(read, image_id), _COUNTS)
        for image_id in carriers
    }
    return missing_copies(reached, settings.copies)
