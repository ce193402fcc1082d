"""What a removal that was broken off left of an original: whether the package holds every byte of it.

What was removed already is on its discs and is not missed here; what is there and is not the package's has to stay.
"""

import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from archived.catalog import contents, inner_files
from archived.catalog.store import Catalog
from archived.enumeration import shown
from archived.errors import Cancelled, Refused
from archived.formats.bag_manifests import PAYLOAD
from archived.inner_files import LINK
from archived.language import _, counted
from archived.model import Package
from archived.names import escaped, unescaped
from archived.policy.reading_rights import Reader
from archived.stages.intake_copy import Progress, read_files
from archived.stages.intake_descent import Descent, NoWay
from archived.stages.intake_source import Source
from archived.stages.intake_survey import survey

_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Rest:
    """What lies there still."""

    #: Why not all of it is the package's; empty when it is.
    why: str
    #: Nothing of the package is missing there: its removal had not begun.
    is_whole: bool


def rest_of(
    package: Package,
    path: Path,
    *,
    catalog: Catalog,
    reader: Reader | None = None,
    progress: Progress | None = None,
) -> Rest:
    """Compare what is left at `path`, a folder or the one file of an archive, with what the package holds.

    A file that the class leaves out was never taken in, so it is none of the package's.

    Args:
        reader: whoever must be able to read all of it himself; None when the daemon's own rights decide.
        progress: gets (bytes done, bytes in all); what it raises ends the reading.

    Raises:
        OSError: it cannot be looked at.
        CatalogBusy; Cancelled, and what else `progress` raises.
    """
    if not stat.S_ISDIR(os.stat(path, follow_symlinks=False).st_mode):
        return Rest(_archive_differs(package, path), is_whole=True)
    source = survey(path, reader)
    unseen = [f"{name}: {why}" for name, why in (*source.problems, *source.unreadable)]
    if source.unusable or unseen:
        why = source.unusable or _("not all of it can be read: {names}").format(names=shown(unseen))
        return Rest(why, is_whole=False)
    with catalog.read() as read:
        kept = contents.digests(read, package.id)
        links = {
            unescaped(item.path): unescaped(item.target)
            for item in inner_files.of_package(read, package.id)
            if item.kind == LINK
        }
    try:
        there = _digests(source, progress)
    except Cancelled:
        raise
    except Refused as error:
        return Rest(error.message, is_whole=False)
    return _judged(package, kept | links, there | {link.path: link.target for link in source.links})


def _digests(source: Source, progress: Progress | None) -> dict[str, str]:
    read = read_files(source, prefix="", sink=None, algorithms=lambda _path: (), progress=progress)
    return {seen.path: file.digests["sha256"] for seen, file in read}


def _judged(package: Package, kept: Mapping[str, str], there: Mapping[str, str]) -> Rest:
    strange, found = [], set()
    for path, content in there.items():
        # The same content may have been handed in as a folder here and as a bag elsewhere.
        own = next((name for name in (path, PAYLOAD + path) if kept.get(name) == content), None)
        if own is None:
            strange.append(escaped(path))
        else:
            found.add(own)
    bag = (package.accepted_receipt or {}).get("bag") or {}
    ours = bool(bag.get("made_here"))
    is_whole = all(path in found for path in kept if path.startswith(PAYLOAD) or not ours)
    if not strange:
        return Rest("", is_whole)
    why = counted(
        "{count} file in it is not that of {package}: {names}",
        "{count} files in it are not those of {package}: {names}",
        len(strange),
    )
    names = shown(sorted(strange))
    return Rest(why.format(count=len(strange), package=package.id, names=names), is_whole)


def _archive_differs(package: Package, path: Path) -> str:
    taken = ((package.accepted_receipt or {}).get("original") or {}).get("sha256")
    digest = hashlib.sha256()
    try:
        with Descent(path.parent) as descent, open(descent.file(path.name), "rb") as there:
            if not stat.S_ISREG(os.fstat(there.fileno()).st_mode):
                return _("it is not the file that was handed in")
            while block := there.read(_BLOCK_BYTES):
                digest.update(block)
    except NoWay as error:
        return str(error)
    if taken is None or digest.hexdigest() != taken:
        return _("the archive is not the file that was handed in: its sha256 is another one")
    return ""
