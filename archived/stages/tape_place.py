"""Copies on tape in the words of the tape: what an image is there, and where it lies."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from archived.catalog import media, surveys
from archived.media_kinds import is_tape
from archived.model import Copy, Image, Medium
from archived.policy.ranges import Range
from archived.policy.tape_looks import tape_found
from archived.policy.tape_order import Stretch, reading_order, winding
from archived.policy.visits import Visit
from archived.stages.work import Site
from backends.tape.densities import GENERATIONS
from backends.tape.image_on_tape import ImageIdentity, ImageOnTape
from backends.tape.serpentine import Serpentine


def identity_of(image: Image) -> ImageIdentity:
    """What header and trailer say of a protected image. Raises ValueError for one that is not protected yet."""
    if image.size_bytes is None or image.sha256 is None:
        raise ValueError(f"image {image.id} is not protected yet")
    set_id, _dash, position = image.name.rpartition("-")
    found = {"sha256": image.sha256, "blake3": image.blake3, "xxh3-128": image.xxh3}
    return ImageIdentity(
        image_id=image.id,
        size_bytes=image.size_bytes,
        digests={name: digest for name, digest in found.items() if digest},
        set_id=set_id,
        position=int(position or 0),
        kind=image.kind,
        label=image.label,
    )


def place_of(copy: Copy, image: Image) -> ImageOnTape:
    """Where a written copy lies on its cartridge. Raises ValueError for one that has no place."""
    if copy.tape_file is None or copy.first_block is None or copy.block_bytes is None:
        raise ValueError(f"copy {copy.id} of image {image.id} has no place on a tape")
    return ImageOnTape(identity_of(image), copy.tape_file, copy.first_block, copy.block_bytes)


def place_on_tape(copy: Copy, image: Image) -> ImageOnTape | None:
    """The same; None for a copy on a disc."""
    return None if copy.tape_file is None else place_of(copy, image)


def columns_of(place: ImageOnTape | None) -> dict[str, Any]:
    """The columns of a copy that lies there; none for a disc."""
    if place is None:
        return {}
    return {
        "tape_file": place.file,
        "first_block": place.first_block,
        "block_bytes": place.block_bytes,
    }


def pool_of_cartridge(read: Connection, site: Site, medium: Medium, otherwise: str) -> str:
    """The pool by whose rules a cartridge was written: as its label says, else the first that its library serves.

    `otherwise` when the settings name no pool on tape any more.
    """
    look = surveys.last_look(read, medium.id)
    found = tape_found(look) if look is not None else None
    on_tape = [name for name, pool in site.config.pools.items() if is_tape(pool.media_kind)]
    if found is not None and found.pool in on_tape:
        return found.pool
    here = [name for name in on_tape if site.config.pools[name].library == medium.library]
    return next(iter([*here, *on_tape]), otherwise)


def stretch_on_tape(copy: Copy, ranges: Sequence[Range]) -> Stretch | None:
    """From the first to behind the last of `ranges` (sorted, of the image) on its cartridge; None on a disc."""
    if copy.first_block is None or copy.block_bytes is None:
        return None
    begin = copy.first_block * copy.block_bytes
    return Stretch(begin + ranges[0][0], begin + sum(ranges[-1]), copy.id)


def tape_of(medium: Medium) -> Serpentine:
    """The tape of a cartridge, as its makers describe those of its kind; of an unknown kind, one without turns."""
    kind = GENERATIONS.get(medium.kind)
    if kind is None:
        return Serpentine(1, 1.0, medium.capacity_bytes)
    return Serpentine(kind.wraps, kind.length_m, medium.capacity_bytes or kind.capacity_bytes)


def along_tapes(read: Connection, planned: Sequence[Visit]) -> tuple[tuple[Visit, ...], float]:
    """Visits as their media come, those to one cartridge as it winds its tape least, and the seconds of winding."""
    found: list[Visit] = []
    seconds = 0.0
    for medium_id, group in groupby(planned, key=lambda visit: visit.medium_id):
        here = list(group)
        stretches = {
            stretch: visit
            for visit in here
            if (stretch := stretch_on_tape(media.get_copy(read, visit.copy_id), visit.ranges)) is not None
        }
        if stretches:
            tape = tape_of(media.get(read, medium_id))
            order = reading_order(stretches, tape)
            seconds += winding(order, tape).seconds
            here = [stretches[stretch] for stretch in order]
        found += here
    return tuple(found), seconds
