"""Packages that lie on discs which were read back, without a room: a set of its own (1 + 1) for each of them."""

from datetime import datetime
from typing import Any

from archived.catalog import images, media, packages
from archived.catalog.rows import add
from archived.catalog.store import Catalog
from archived.catalog.tables import image as image_table
from archived.catalog.tables import protection_set
from archived.model import Copy, Image, Medium, ProtectionSet
from archived.states import CopyState, ImageState, MediumState, PackageEvent, SetState


def put_on_discs(catalog: Catalog, package_id: str, at: datetime, **changes: Any) -> list[str]:
    """Makes it ARCHIVED, in every pool that it waits for; the media of its sets in order of position."""
    made: list[str] = []
    with catalog.write() as write:
        package = packages.get(write, package_id)
        for pool in packages.image_ids(write, package_id):
            name = images.set_id(100 + int(package_id[1:]))
            add(write, protection_set, ProtectionSet(name, SetState.COMPLETE, pool, 1, 1, "", "open", at))
            for position, kind in ((1, "data"), (2, "parity")):
                member = Image(
                    f"I-{name}-{position}", ImageState.KEPT, kind, pool, package.fonds, package.series,
                    "", "open", False, at, name, position,
                )  # fmt: skip
                add(write, image_table, member)
                made.append(f"{name}-{position}")
                medium = Medium(
                    made[-1], MediumState.GOOD, "bd-r", made[-1], "b", "m", 1, "main", 1000, 1000, None
                )  # fmt: skip
                media.register(write, medium)
                copy = Copy(0, member.id, medium.id, CopyState.VERIFIED, "sealed", "here", at, verified_at=at)
                media.add_copy(write, copy)
            packages.assign(write, f"I-{name}-1", pool, [package_id])
        packages.advance_state(write, package_id, PackageEvent.SUFFICIENT, archived_at=at, **changes)
    return made


def lose(catalog: Catalog, medium_id: str, at: datetime) -> None:
    """A look did not find it any more."""
    with catalog.write() as write:
        media.saw(write, medium_id, None, at)


def find_again(catalog: Catalog, medium_id: str, at: datetime) -> None:
    """A look found it where it was."""
    with catalog.write() as write:
        media.saw(write, medium_id, 1000, at)
