"""Staging as a cache: what may go, and letting it go. Promise 2: staging is released last.

The row says "not staged" before a byte is removed; a crash in between leaves files that nobody counts on and
that the next release removes.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection

from archived.catalog import events, images, packages, recalls
from archived.model import Package, ProtectionSet
from archived.policy.sufficiency import may_release_parity, reasons_to_stay
from archived.stages.commitment import missing_positions
from archived.stages.work import Site
from archived.states import ImageState, PackageState, RecallState, SetState


def why_kept(read: Connection, site: Site, package: Package) -> tuple[str, ...]:
    """Why the staged bytes of a package must stay; empty means that they may go."""
    carriers = packages.image_ids(read, package.id)
    states: Mapping[str, list[ImageState]] = {
        pool: [images.get(read, image_id).state] if image_id else [ImageState.OPEN]
        for pool, image_id in carriers.items()
    }
    sets = {
        set_id
        for image_id in carriers.values()
        if image_id is not None and (set_id := images.get(read, image_id).set_id) is not None
    }
    reading = recalls.in_state(read, RecallState.REQUESTED, RecallState.READY)
    return reasons_to_stay(
        package.state,
        images=states,
        class_pools=site.config.classes[package.storage_class].pools,
        missing_positions={name: missing_positions(read, images.get_set(read, name)) for name in sets},
        in_use=any(recall.package_id == package.id and recall.from_staging for recall in reading),
    )


def let_go(write: Connection, site: Site, package: Package, *, agent: str) -> Path:
    """The commit; the folder that is returned is the caller's to remove after it."""
    packages.update_columns(write, package.id, staged=False)
    events.append(write, site.now(), "staging released", ("package", package.id), agent=agent)
    return site.tools.paths.staging / package.staging_name


def staged_packages(read: Connection, state: PackageState) -> list[Package]:
    """Packages in this state whose bytes still lie in staging."""
    return [package for package in packages.in_state(read, state) if package.staged]


def leftovers(read: Connection, site: Site) -> list[Path]:
    """Parity files, recipes and staged folders that nobody needs any more."""
    staging = site.tools.paths.staging
    found = [
        staging / package.staging_name
        for state in (PackageState.WITHDRAWN, PackageState.ABANDONED)
        for package in packages.in_state(read, state)
    ]
    for item in images.set_listing(read):
        if item.state is SetState.VOID or _parity_may_go(read, item):
            for image in _all_members(read, item):
                found.append(staging / f"parity/{item.id}-{image[1]}.bin")
                found.append(staging / image[0])
    return [path for path in found if path.exists()]


def remove(path: Path) -> None:
    """Remove a file or a folder; what is gone already is fine."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _parity_may_go(read: Connection, item: ProtectionSet) -> bool:
    staged = sum(
        package.staged
        for image in images.of_set(read, item.id)
        for package in packages.of_image(read, image.id)
    )
    return item.state is SetState.COMPLETE and may_release_parity(
        item.state, missing_positions=missing_positions(read, item), packages_waiting=staged
    )


def _all_members(read: Connection, item: ProtectionSet) -> list[tuple[str, int]]:
    return [
        (image.recipe_name, image.position)
        for image in images.listing(read)
        if image.set_id == item.id and image.position is not None
    ]
