"""Staging as a cache: what may go, and letting it go. Promise 2: staging is released last.

The row says "not staged" before a byte is removed; a crash in between leaves files that nobody counts on and
that the next release removes.
"""

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import Connection

from archived.care import REPAIR
from archived.catalog import care, events, images, media, migrated, packages, recalls, regained
from archived.language import _
from archived.model import Package, ProtectionSet, Recall
from archived.policy.repair.members import POOL
from archived.policy.sufficiency import may_release_parity, reasons_to_stay
from archived.regained import regained_name
from archived.sessions.tools import SitePaths
from archived.stages import hold
from archived.stages.commitment import missing_positions, owed_copies
from archived.stages.work import Site
from archived.states import CopyState, ImageState, PackageState, RecallState, SetState

#: The folder of one recall in the recall area, by its id.
RECALL_FOLDER = re.compile(r"R[0-9]{6,}")


def why_kept(read: Connection, site: Site, package: Package) -> tuple[str, ...]:
    """Why the staged bytes of a package must stay; empty means that they may go."""
    if hold.stands(read):
        return (_("the catalog was made again: nothing leaves staging until a person releases the hold"),)
    return why_needed(read, site, package, _from_staging(read))


def why_needed(
    read: Connection, site: Site, package: Package, reading: Sequence[Recall] = ()
) -> tuple[str, ...]:
    """Why bytes of a package that lie elsewhere than on its media are needed, whatever hold is in force.

    Args:
        reading: recalls that read these bytes now.
    """
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
    carried = {image_id for image_id in carriers.values() if image_id is not None}
    reasons = reasons_to_stay(
        package.state,
        images=states,
        class_pools=site.config.classes[package.storage_class].pools,
        missing_positions={name: missing_positions(read, images.get_set(read, name)) for name in sets},
        owed=owed_copies(read, site, package),
        in_use=any(r.package_id == package.id or r.image_id in carried for r in reading),
        unproven=[image_id for image_id in sorted(carried) if regained.is_unproven(read, image_id)],
    )
    if carried & migrated.being_repacked(read):
        return (*reasons, _("it is being packed again"))
    return reasons


def let_go(write: Connection, site: Site, package: Package, *, agent: str) -> Path:
    """The commit; the folder that is returned is the caller's to remove after it."""
    packages.update_columns(write, package.id, staged=False)
    events.append(write, site.now(), "staging released", ("package", package.id), agent=agent)
    return site.tools.paths.staging / package.staging_name


def staged_packages(read: Connection, state: PackageState) -> list[Package]:
    """Packages in this state whose bytes still lie in staging."""
    return [package for package in packages.in_state(read, state) if package.staged]


def present(paths: SitePaths) -> list[Path]:
    """Everything that lies in staging, burns and recalls. To be listed before the catalog is asked what it needs.

    A row is always committed before its file is made; so what is listed and has no row will never get one.
    """
    roots = [paths.staging / name for name in ("packages", "recipes", "parity", "regained")]
    found = [root / name for root in (*roots, paths.burns) if root.is_dir() for name in os.listdir(root)]
    # The recall area may be any folder that somebody named: only what is ours by its name is looked at.
    area = os.listdir(paths.recalls) if paths.recalls.is_dir() else []
    return found + [paths.recalls / name for name in area if RECALL_FOLDER.fullmatch(name)]


def leftovers(read: Connection, paths: SitePaths, listed: Sequence[Path]) -> list[Path]:
    """Those of `listed` that no row of the catalog needs: withdrawn, void, long done.

    The catalog must know everything that lies there: nobody asks while a hold is in force, but to set aside.
    """
    needed = {paths.staging / name for name in _needed(read)}
    burning = media.copies_in_state(read, CopyState.PLANNED, CopyState.WRITING)
    needed |= {paths.burns / f"copy-{copy.id}" for copy in burning}
    wanted = recalls.in_state(read, RecallState.REQUESTED, RecallState.READY)
    needed |= {paths.recalls / recall.id for recall in wanted}
    return [path for path in listed if path.with_name(path.name.removesuffix(".part")) not in needed]


def remove(path: Path) -> None:
    """Remove a file or a folder; what is gone already is fine."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _needed(read: Connection) -> set[str]:
    """Names below the staging root that something still needs."""
    needed = {package.staging_name for package in packages.staged(read)}
    again = {item.image_id or "" for item in care.open_items(read, REPAIR, paused=True) if item.what == POOL}
    for image_id in migrated.being_repacked(read) | again:
        needed |= {package.staging_name for package in packages.of_image(read, image_id)}
    for image_id in regained.needed(read):
        image = images.get(read, image_id)
        needed |= {regained_name(image_id), image.recipe_name}
        needed |= {f"parity/{image.set_id}-{image.position}.bin"} if image.kind == "parity" else set()
    exported = set(recalls.images_read_from_staging(read))
    for image in images.in_state(read, ImageState.CLOSING, ImageState.CLOSED, ImageState.PROTECTED):
        needed.add(image.recipe_name)
    for item in images.sets_in_state(read, SetState.PROTECTING, SetState.PROTECTED, SetState.COMPLETE):
        if item.state is SetState.COMPLETE and _parity_may_go(read, item, exported):
            continue
        needed |= {image.recipe_name for image in images.of_set(read, item.id)}
        for position in range(item.n + 1, item.n + item.m + 1):
            needed |= {f"recipes/I-{item.id}-{position}.recipe", f"parity/{item.id}-{position}.bin"}
    return needed


def _parity_may_go(read: Connection, item: ProtectionSet, exported: set[str]) -> bool:
    members = images.of_set(read, item.id)
    staged = sum(package.staged for image in members for package in packages.of_image(read, image.id))
    in_use = any(image.id in exported or regained.is_unproven(read, image.id) for image in members)
    missing = missing_positions(read, item)
    return not in_use and may_release_parity(item.state, missing_positions=missing, packages_waiting=staged)


def _from_staging(read: Connection) -> list[Recall]:
    """Recalls and exports that read staged bytes."""
    reading = recalls.in_state(read, RecallState.REQUESTED, RecallState.READY)
    return [recall for recall in reading if recall.from_staging]
