"""Which originals may be deleted: those that still match packages whose bytes are safe on their media, and no others.

Safe means what lets staging go, too: archived, every member of every set read back and at hand, and no hold in
force. Nothing is deleted here, and what is printed holds for the moment in which it was read.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection

from archived.batches import Batch, BatchItem, ItemRole
from archived.catalog import batches, images, packages
from archived.catalog.store import Catalog
from archived.language import _
from archived.model import Package
from archived.policy.reading_rights import Reader
from archived.policy.sufficiency import AT_HAND
from archived.stages import hold
from archived.stages.batch_report import package_of
from archived.stages.commitment import missing_positions
from archived.stages.intake_copy import Progress
from archived.stages.list_file import NotAList, read_list_file
from archived.stages.originals import difference
from archived.stages.staging_release import why_needed
from archived.stages.work import Site
from archived.states import PackageState


@dataclass(frozen=True, slots=True)
class Judged:
    """One original; it may be deleted when there is no reason to keep it."""

    path: Path
    reference: str
    package_id: str | None
    keep: str


def why_unsafe(read: Connection, site: Site, package: Package) -> str:
    """Why nobody may rely on the media alone for a package now, in words; empty when he may."""
    if hold.stands(read):
        return _("the catalog was made again: keep every original until a person releases the hold")
    if package.state is PackageState.FOUND:
        return why_not_proven(read, package)
    if package.state is not PackageState.ARCHIVED:
        return _("{package} is not archived, it is {state}").format(
            package=package.id, state=package.state.value
        )
    if package.storage_class not in site.config.classes:
        return _("archived.toml has no class {name} any more, which says where {package} must lie").format(
            name=package.storage_class, package=package.id
        )
    return "; ".join(why_needed(read, site, package))


def why_not_proven(read: Connection, package: Package) -> str:
    """Why a package that a rebuild found on media is not archived again yet, in words."""
    carriers = [images.get(read, name) for name in packages.image_ids(read, package.id).values() if name]
    lacking = {
        image.set_id: missing
        for image in carriers
        if image.set_id and (missing := missing_positions(read, images.get_set(read, image.set_id), AT_HAND))
    }
    if not lacking:
        return _(
            "{package} was found on media by a rebuild, and nobody has read all of its set since: "
            "archivectl catalog check --full"
        ).format(package=package.id)
    listed = "; ".join(f"{name}: {', '.join(map(str, missing))}" for name, missing in sorted(lacking.items()))
    return _(
        "{package} was found on media by a rebuild, and members of its set are not at hand ({listed}): put their discs "
        "back, then: archivectl catalog check --full"
    ).format(package=package.id, listed=listed)


def unsafe_among(read: Connection, site: Site, package_ids: Iterable[str]) -> dict[str, str]:
    """Those of the packages that `why_unsafe` speaks of, with what it says; asked once for each group of carriers."""
    known: dict[tuple[object, ...], str] = {}
    found = {}
    for package_id in package_ids:
        package = packages.get(read, package_id)
        carriers = tuple(sorted(packages.image_ids(read, package_id).items()))
        archived = package.state is PackageState.ARCHIVED
        key = (package.storage_class, carriers) if archived and carriers else (package_id,)
        if key not in known:
            known[key] = why_unsafe(read, site, package)
        if known[key]:
            found[package_id] = known[key]
    return found


def judge_originals(
    batch: Batch,
    *,
    catalog: Catalog,
    site: Site,
    reader: Reader | None,
    progress: Progress,
) -> list[Judged]:
    """Every original of a batch with what is to be done about it, in the order of the items.

    Raises CatalogBusy, and what `progress` raises.
    """
    with catalog.read() as read:
        items = batches.items(read, batch.id)
        known = {item.number: package_of(read, item) for item in items}
        unsafe = _unsafe(read, site, known.values())
    total_bytes = sum(package.size_bytes for package in known.values() if package is not None)
    done_bytes = 0

    def advance(done: int, _total: int) -> None:
        progress(done_bytes + done, total_bytes)

    judged = []
    for item in items:
        if item.role is ItemRole.LIST:
            continue
        package = known[item.number]
        keep = _why_kept(item, package, unsafe)
        if not keep and package is not None:
            keep = difference(package, item.path, catalog=catalog, site=site, reader=reader, progress=advance)
            done_bytes += package.size_bytes
        judged.append(Judged(item.path, str(item.reference), item.package_id, keep))
    lists = [item for item in items if item.role is ItemRole.LIST]
    if lists:
        judged.append(_judged_list(batch, [(item, known[item.number]) for item in lists], reader, unsafe))
    # Reading may have taken hours: a disc may be gone by now.
    with catalog.read() as read:
        unsafe = _unsafe(read, site, known.values())
    return [
        replace(item, keep=unsafe.get(item.package_id or "", "")) if not item.keep else item
        for item in judged
    ]


def _unsafe(read: Connection, site: Site, found: Iterable[Package | None]) -> dict[str, str]:
    return unsafe_among(read, site, [package.id for package in found if package is not None])


def _why_kept(item: BatchItem, package: Package | None, unsafe: Mapping[str, str]) -> str:
    if package is None:
        return _("it was not taken: {state}").format(state=item.state.value.replace("_", " "))
    return unsafe.get(package.id, "")


def _judged_list(
    batch: Batch,
    lists: Sequence[tuple[BatchItem, Package | None]],
    reader: Reader | None,
    unsafe: Mapping[str, str],
) -> Judged:
    """The list's own file: every group has its part of it on discs, and its bytes are those that were read."""
    keep = next((why for item, package in lists if (why := _why_kept(item, package, unsafe))), "")
    if not keep:
        try:
            data = read_list_file(batch.path, reader)
        except NotAList as error:
            keep = str(error)
        else:
            if hashlib.sha256(data).hexdigest() != batch.list_sha256:
                keep = _("the list was changed since it was handed in")
    return Judged(batch.path, _("the list"), lists[0][0].package_id, keep)
