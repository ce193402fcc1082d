"""Whether what a producer handed in still is, bit for bit, what the package holds: before he deletes it.

The original is read as intake reads it, in the same order and through the same digests, and nothing is taken.
What may be deleted is answered for this moment: nobody can say it of an original that is changed afterwards.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from archived.catalog import contents, inner_files
from archived.catalog.store import Catalog
from archived.enumeration import shown
from archived.errors import Cancelled, Refused
from archived.inner_files import LINK
from archived.language import _, counted
from archived.model import Package
from archived.names import escaped, unescaped
from archived.policy.reading_rights import Reader
from archived.policy.submission import SubmissionRequest
from archived.stages.intake_content import read_content
from archived.stages.intake_copy import Progress
from archived.stages.intake_offer import PAYLOAD, Limits, Offer, examine
from archived.stages.intake_source import NotRead
from archived.stages.work import Site


def difference(
    package: Package,
    path: Path,
    *,
    catalog: Catalog,
    site: Site,
    reader: Reader | None = None,
    progress: Progress | None = None,
    spares_left_out: bool = False,
) -> str:
    """Why the folder, bag or archive at `path` is not what the package holds; empty when it is.

    Files that the class leaves out were never taken in: those that the receipt does not name are a difference.

    Args:
        spares_left_out: those that it names are one, too: nobody has looked at them, and nothing may remove them.
        reader: whoever must be able to read all of it himself; None when the daemon's own rights decide.
        progress: gets (bytes done, bytes in all); what it raises ends the reading.

    Raises:
        CatalogBusy; Cancelled, and what else `progress` raises.
    """
    offer = examine(
        _request(package, path),
        catalog=catalog,
        config=site.config,
        site=site.tools.paths.site,
        clock=site.tools.clock,
        limits=Limits(),
        reader=reader,
    )
    source = offer.source
    if source.unusable:
        return source.unusable
    hidden = [f"{name}: {why}" for name, why in (*offer.offered.names, *source.unreadable)]
    if hidden:
        return _("not all of it can be read: {names}").format(names=shown(hidden))
    if never_taken := _never_taken(package, source.left_out, spares=spares_left_out):
        return never_taken
    try:
        content = read_content(offer, None, made_at_s=0, collect=True, progress=progress)
    except Cancelled:
        raise
    except Refused as error:
        return error.message
    taken = _taken_from(package).get("sha256")
    if taken and content.summary.original and content.summary.original["sha256"] != taken:
        return _("the archive is not the file that was handed in: its sha256 is another one")
    if content.root_digest != package.root_digest:
        return _differing(package, content.sha256, catalog)
    return _differing_tags(package, offer, catalog) if offer.bag is not None else ""


def _request(package: Package, path: Path) -> SubmissionRequest:
    return SubmissionRequest(
        path=path,
        fonds=package.fonds,
        series=package.series,
        volume=package.volume,
        storage_class=package.storage_class,
        retention=package.retention,
        confidentiality=package.confidentiality,
        archive_names=str(_taken_from(package).get("names", "")),
    )


def _taken_from(package: Package) -> Mapping[str, Any]:
    """What its receipt says of the archive that it came out of."""
    return dict((package.accepted_receipt or {}).get("original") or {})


def _never_taken(package: Package, left_out: Sequence[str], *, spares: bool) -> str:
    """Which of the files that lie there and are not in the package nobody may lose, in words."""
    named = frozenset((package.accepted_receipt or {}).get("left_out", ()))
    found = [name for name in map(escaped, left_out) if spares or name not in named]
    if not found:
        return ""
    words = (
        counted(
            "{count} file in it was never taken in, and would be lost with it: {names}",
            "{count} files in it were never taken in, and would be lost with it: {names}",
            len(found),
        )
        if spares
        else counted(
            "{count} file in it was never taken in, and the receipt does not name it: {names}",
            "{count} files in it were never taken in, and the receipt does not name them: {names}",
            len(found),
        )
    )
    return words.format(count=len(found), names=shown(found))


def _differing(package: Package, there: Mapping[str, str], catalog: Catalog) -> str:
    with catalog.read() as read:
        kept = contents.digests(read, package.id)
    names = _unequal(kept, there, payload=True)
    if not names:
        return _("other empty folders or links than those of {package}").format(package=package.id)
    return counted(
        "{count} file is not that of {package}: {names}",
        "{count} files are not those of {package}: {names}",
        len(names),
    ).format(count=len(names), package=package.id, names=shown(names))


def _differing_tags(package: Package, offer: Offer, catalog: Catalog) -> str:
    """What a producer's bag has beside its payload, which no root digest covers."""
    with catalog.read() as read:
        kept = contents.digests(read, package.id)
        inside = inner_files.of_package(read, package.id)
        kept |= {unescaped(item.path): unescaped(item.target) for item in inside if item.kind == LINK}
    there = {link.path: link.target for link in offer.source.links}
    for file in offer.source.files:
        if not file.path.startswith(PAYLOAD):
            try:
                there[file.path] = hashlib.sha256(offer.source.supply.small_file(file)).hexdigest()
            except NotRead as error:
                return str(error)
    names = _unequal(kept, there, payload=False)
    if not names:
        return ""
    return counted(
        "{count} tag file is not that of {package}: {names}",
        "{count} tag files are not those of {package}: {names}",
        len(names),
    ).format(count=len(names), package=package.id, names=shown(names))


def _unequal(kept: Mapping[str, str], there: Mapping[str, str], *, payload: bool) -> list[str]:
    """Paths, for people, whose digests differ or that only one side has."""
    return [
        escaped(path.removeprefix(PAYLOAD))
        for path in sorted(kept.keys() | there.keys())
        if path.startswith(PAYLOAD) == payload and kept.get(path) != there.get(path)
    ]
