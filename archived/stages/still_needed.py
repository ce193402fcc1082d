"""Whether a copy that was let go may be needed after all: the one question of release, destruction and admission.

What took its place must be there: on media that are at hand and not in doubt, in a set that lacks no member. A retired
image of which packages were packed again is asked for through the images that carry them now.
"""

from typing import Final

from sqlalchemy import Connection

from archived.catalog import images, media, packages
from archived.model import Copy, Image, Package
from archived.stages.commitment import missing_positions
from archived.states import CopyState, ImageState, PackageState

#: Packages whose bytes nobody is owed.
NOT_KEPT: Final = (
    PackageState.WITHDRAWN,
    PackageState.ABANDONED,
    PackageState.FORGOTTEN,
    PackageState.DESTROYED,
)


def is_needed(read: Connection, copy: Copy) -> bool:
    """Whether this copy may be the last of something that somebody is owed, as everything lies now."""
    image = images.get(read, copy.image_id)
    if image.state is ImageState.RETIRED:
        # Its set is needed as a whole, parity too, while a package of it is not whole elsewhere.
        beside = images.of_set(read, image.set_id) if image.set_id is not None else [image]
        owed = {package.id: package for member in beside for package in _owed(read, member)}
        return any(not _is_whole(read, package, copy) for package in owed.values())
    carried = packages.of_image(read, image.id)
    if carried and not _owed(read, image):
        return False
    return not _lies_elsewhere(read, image, copy)


def _owed(read: Connection, image: Image) -> list[Package]:
    return [package for package in packages.of_image(read, image.id) if package.state not in NOT_KEPT]


def _is_whole(read: Connection, package: Package, copy: Copy) -> bool:
    """Whether an image that carries the package now is on a good medium at hand, in a set that lacks nothing."""
    for image_id in packages.image_ids(read, package.id).values():
        image = images.get(read, image_id) if image_id is not None else None
        if image is None or image.state is not ImageState.KEPT or image.set_id is None:
            continue
        whole = not missing_positions(read, images.get_set(read, image.set_id))
        if whole and _lies_elsewhere(read, image, copy):
            return True
    return False


def _lies_elsewhere(read: Connection, image: Image, copy: Copy) -> bool:
    """Whether a verified copy of an image lies at hand on another medium than this copy."""
    return any(
        other.state is CopyState.VERIFIED and other.medium_id != copy.medium_id
        for other in media.copies_at_hand(read, image.id)
    )
