"""Which originals of a batch may be deleted: those of archived packages whose bytes still match, and no others.

Nothing is deleted here, and what is printed holds for the moment in which it was read.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from archived.batches import Batch, BatchItem, ItemRole
from archived.catalog import batches
from archived.catalog.store import Catalog
from archived.language import _
from archived.model import Package
from archived.policy.reading_rights import Reader
from archived.stages.batch_report import package_of
from archived.stages.intake_copy import Progress
from archived.stages.list_file import NotAList, read_list_file
from archived.stages.originals import difference
from archived.stages.work import Site
from archived.states import PackageState


@dataclass(frozen=True, slots=True)
class Judged:
    """One original; it may be deleted when there is no reason to keep it."""

    path: Path
    reference: str
    package_id: str | None
    keep: str


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
    total_bytes = sum(package.size_bytes for package in known.values() if package is not None)
    done_bytes = 0

    def advance(done: int, _total: int) -> None:
        progress(done_bytes + done, total_bytes)

    judged = []
    for item in items:
        if item.role is ItemRole.LIST:
            continue
        package = known[item.number]
        keep = _why_kept(item, package)
        if not keep and package is not None:
            keep = difference(package, item.path, catalog=catalog, site=site, reader=reader, progress=advance)
            done_bytes += package.size_bytes
        judged.append(Judged(item.path, str(item.reference), item.package_id, keep))
    lists = [item for item in items if item.role is ItemRole.LIST]
    if lists:
        judged.append(_judged_list(batch, [(item, known[item.number]) for item in lists], reader))
    return judged


def _why_kept(item: BatchItem, package: Package | None) -> str:
    if package is None:
        return _("it was not taken: {state}").format(state=item.state.value.replace("_", " "))
    if package.state is not PackageState.ARCHIVED:
        return _("{package} is not archived, it is {state}").format(
            package=package.id, state=package.state.value
        )
    return ""


def _judged_list(
    batch: Batch,
    lists: Sequence[tuple[BatchItem, Package | None]],
    reader: Reader | None,
) -> Judged:
    """The list's own file: every group has its part of it on discs, and its bytes are those that were read."""
    keep = next((why for item, package in lists if (why := _why_kept(item, package))), "")
    if not keep:
        try:
            data = read_list_file(batch.path, reader)
        except NotAList as error:
            keep = str(error)
        else:
            if hashlib.sha256(data).hexdigest() != batch.list_sha256:
                keep = _("the list was changed since it was handed in")
    return Judged(batch.path, _("the list"), lists[0][0].package_id, keep)
