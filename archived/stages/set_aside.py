"""Putting files aside that a catalog does not know, instead of removing them: what an older catalog never heard of.

Renames only, inside one file system; nothing here deletes. A crash in between leaves some aside and some in place, and
the hold in force: releasing it again moves the rest.
"""

import fcntl
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from archived.catalog import events, holds, surveys
from archived.catalog.holds import Hold
from archived.catalog.store import Catalog
from archived.errors import WrongState
from archived.formats.bag_making import INFO_NAME
from archived.formats.bag_tags import read_tags
from archived.language import _
from archived.policy.receipt_check import MadeAgain
from archived.sessions.detached import LOCK
from archived.sessions.tools import SitePaths
from archived.stages import hold, staging_release
from archived.stages.catching_up import BURNS
from archived.stages.work import Site

#: What a bag of ours says of its package.
INFO_LABELS = ("Fonds", "Series", "Volume", "Title", "Retention", "Confidentiality", "External-Identifier")
_PACKAGE = re.compile(r"P[0-9]{6,12}")


@dataclass(frozen=True, slots=True)
class Released:
    """A hold that a person released, and what was put aside first."""

    hold: Hold
    set_aside: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A package folder in staging that the catalog does not know, with what its own bag says of it."""

    package: str
    #: Where it will lie when the hold is released: from there it can be handed in again.
    path: Path
    #: Labels and values of its bag-info.txt; empty when there is none that can be read.
    info: dict[str, str]


def unknown_in_staging(read: Connection, site: Site, listed: Sequence[Path]) -> list[Unknown]:
    """Packages that an earlier catalog acknowledged and this one does not know. They can be handed in again."""
    paths = site.tools.paths
    folders = (
        path
        for path in staging_release.leftovers(read, paths, listed)
        if path.parent == paths.staging / "packages"
    )
    current = holds.current(read)
    aside = _aside(paths, current.id) if current is not None else paths.staging
    return [
        Unknown(path.name, aside / path.relative_to(paths.staging), bag_info(path))
        for path in sorted(folders)
    ]


def release_hold(catalog: Catalog, site: Site, *, agent: str, reason: str) -> Released:
    """Put aside what lies in staging and the catalog does not know, then end the hold.

    Raises what `archived.stages.hold.release` raises; nothing was moved then.
    """
    with catalog.read() as read:
        current = hold.releasable(read, site, reason=reason)
    paths = site.tools.paths
    listed = staging_release.present(paths)
    with catalog.read() as read:
        unknown = staging_release.leftovers(read, paths, listed)
    found = [path for path in unknown if path.is_relative_to(paths.staging)]
    moved = put_aside(_aside(paths, current.id), paths.staging, found)
    with catalog.write() as write:
        hold.release(write, site, agent=agent, reason=reason, set_aside=len(moved))
    return Released(current, tuple(moved))


def put_aside(folder: Path, root: Path, found: Sequence[Path]) -> list[Path]:
    """Move paths below `root` to the same places below `folder`; returns where they are now."""
    moved = []
    for path in found:
        target = free_name(folder / path.relative_to(root))
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
        moved.append(target)
    return moved


def finish_restore(catalog: Catalog, paths: SitePaths) -> Path | None:
    """After a restore, and at every start: burns that an earlier catalog ordered are put aside, once."""
    with catalog.read() as read:
        name = events.settings(read).get(BURNS)
    if not name:
        return None
    moved = put_burns_aside(paths, name)
    with catalog.write() as write:
        events.set_setting(write, BURNS, "")
    return moved


def demand_no_burn(paths: SitePaths) -> None:
    """A burn outlives its daemon and its catalog; what it writes must be over before anything is concluded.

    Raises WrongState.
    """
    for lock in sorted(paths.burns.glob(f"*/{LOCK}")):
        descriptor = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WrongState(
                _("a burn is under way in {folder}; nothing was changed").format(folder=lock.parent),
                advice=_("wait until it has ended, then do it again"),
            ) from None
        finally:
            os.close(descriptor)


def made_again(read: Connection, paths: SitePaths, package: str) -> MadeAgain | None:
    """How a catalog came to be that does not know this package; None for one that was never lost."""
    origin = events.settings(read).get(surveys.ORIGIN)
    if origin not in (surveys.EMPTY, surveys.REBUILT, surveys.RESTORED):
        return None
    placed = [item.placed_at for item in holds.listing(read)]
    at = placed[-1] if placed and origin != surveys.EMPTY else None
    found: list[Path] = []
    if _PACKAGE.fullmatch(package):
        here = paths.staging / "packages" / package
        found = [
            path
            for path in (here, *paths.staging.glob(f"{hold.SET_ASIDE}/*/packages/{package}"))
            if path.is_dir()
        ]
    return MadeAgain(at, str(found[0] if found else paths.staging / hold.SET_ASIDE), is_found=bool(found))


def put_burns_aside(paths: SitePaths, name: str) -> Path | None:
    """Move the folder of all burns to `set-aside/NAME` of the site; None when there is no burn in it.

    Numbers of copies begin again in a catalog that was made again: a burn of an earlier catalog must never be taken
    for one of this.
    """
    if not paths.burns.is_dir() or not any(paths.burns.iterdir()):
        return None
    target = free_name(paths.site / hold.SET_ASIDE / name)
    target.parent.mkdir(parents=True, exist_ok=True)
    paths.burns.rename(target)
    paths.burns.mkdir()
    return target


def _aside(paths: SitePaths, hold_id: int) -> Path:
    return paths.staging / hold.SET_ASIDE / f"hold-{hold_id}"


def bag_info(folder: Path) -> dict[str, str]:
    """What the bag-info.txt of a package folder says of it; empty when there is none that can be read."""
    try:
        text = (folder / INFO_NAME).read_bytes().decode("utf-8", "replace")
    except OSError:
        return {}
    tags, _problems = read_tags(text, strict=False)
    return {label: value for label, value in tags if label in INFO_LABELS}


def free_name(path: Path) -> Path:
    """This path, or the first of its kind that nothing has yet."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}~{number}")
    return free
