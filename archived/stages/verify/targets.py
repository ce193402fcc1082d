"""What there is to examine: copies on media, staged packages, exports of the catalog; and what is known of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from archived.catalog import fixity, packages
from archived.catalog.fixity import CopyKnown
from archived.fixity import CLEAN, FAILED, subject_of
from archived.formats.export_statement import SUFFIX
from archived.media_kinds import is_tape
from archived.policy.verify.due import Known
from archived.robot_kinds import STACKERS
from archived.stages.floor import floors
from archived.stages.offline import is_offline
from archived.stages.stacker_floor import within_reach
from archived.stages.work import Site
from archived.states import CopyState

#: A copy in doubt is repaired, and one that was replaced is let go: neither is examined by itself.
ROUTINE = (CopyState.VERIFIED, CopyState.FOUND)
#: What an item on disk is about.
PACKAGE, EXPORT = "package", "export"


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that can be examined."""

    known: Known
    #: None for what lies on the disks of this machine.
    copy: CopyKnown | None = None
    size_bytes: int = 0
    #: PACKAGE or EXPORT for what lies on disk.
    what: str = ""


def on_media(read: Connection, site: Site, copies: Iterable[CopyKnown] | None = None) -> list[Target]:
    """Every copy that can be compared with its digests."""
    found = fixity.copies_known(read) if copies is None else copies
    buried = _out_of_reach(read, site)
    return [Target(_known(site, copy, buried), copy, copy.size_bytes) for copy in found]


def on_disk(read: Connection, site: Site) -> list[Target]:
    """Staged packages, and exports of the catalog that lie in their place."""
    clean, failed = fixity.latest(read, CLEAN), fixity.latest(read, FAILED)
    found = []
    for package in packages.staged(read):
        if package.accepted_at is not None:
            full_at = clean.get(package.id) or package.accepted_at
            known = Known(
                package.id, "disk", package.accepted_at, full_at=full_at, failed_at=failed.get(package.id)
            )
            found.append(Target(known, size_bytes=package.size_bytes, what=PACKAGE))
    return [*found, *_exports(site, clean, failed)]


def _exports(site: Site, clean: Mapping[str, datetime], failed: Mapping[str, datetime]) -> list[Target]:
    """Exports of this site in their place; the time of an export is that of its file."""
    folder = site.config.catalog.export_directory
    found = []
    for path in sorted(Path(folder).glob(f"*{SUFFIX}")) if folder else ():
        try:
            seen = path.stat()
        except FileNotFoundError:
            continue  # a newer one took its place
        made_at = datetime.fromtimestamp(seen.st_mtime, UTC)
        full_at = clean.get(path.name) or made_at
        known = Known(path.name, "disk", made_at, full_at=full_at, failed_at=failed.get(path.name))
        found.append(Target(known, size_bytes=seen.st_size, what=EXPORT))
    return found


def _known(site: Site, copy: CopyKnown, buried: frozenset[str]) -> Known:
    return Known(
        subject=subject_of(copy.copy_id),
        kind="tape" if is_tape(copy.kind) else "disc",
        born_at=copy.written_at or copy.planned_at,
        medium_id=copy.medium_id,
        pool=copy.pool,
        state=copy.medium_state.value,
        batch=copy.batch,
        full_at=copy.verified_at,
        any_at=copy.any_at,
        failed_at=copy.failed_at,
        reached_by=_reached_by(site, copy, buried),
    )


def _out_of_reach(read: Connection, site: Site) -> frozenset[str]:
    """Media in bins into which a disc robot only lays."""
    if all(library.robot not in STACKERS for library in site.config.libraries.values()):
        return frozenset()
    return frozenset(
        medium.id
        for floor in floors(read, site)
        for medium in floor.media
        if floor.bins and not within_reach(floor, medium)
    )


def _reached_by(site: Site, copy: CopyKnown, buried: frozenset[str]) -> str:
    if copy.element is None or copy.library not in site.config.libraries:
        return ""
    return "people" if copy.medium_id in buried or is_offline(site, copy.library) else "robot"
