"""Intake: a folder, a bag or an archive becomes a package in staging, and the producer gets his accepted receipt.

Order of writing, and what a crash at each point leaves: (1) a row in state STAGING and then a folder below
the staging root: `recover` removes both; (2) files and their rows: the same; (3) `syncfs`; (4) one
transaction, STAGING → ACCEPTED with the receipt in it: from here on the package counts, and who did not
hear of it gets the same receipt by submitting again.

This is an operation of the API, on the thread of the request; the control loop only lists it.
"""

import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from archived.batches import ItemKey
from archived.carried_names import printable
from archived.catalog import contents, events, packages
from archived.catalog.store import Catalog
from archived.errors import ArchivedError, Cancelled, NotFound, WrongState
from archived.formats.bag_making import NOTICE_SIMULATED
from archived.formats.key_files import load_site_key
from archived.formats.receipts import repeated_receipt
from archived.language import _
from archived.model import Package
from archived.names import escaped
from archived.policy.content import Content, content_differs, judge_content
from archived.policy.reading_rights import Reader
from archived.policy.reasons import Reason, broken_bag, refusal
from archived.policy.submission import SubmissionRequest
from archived.sessions.tools import KEYS_FOLDER
from archived.settings import Config
from archived.stages import hold
from archived.stages.catalog_origin import is_known, must_be_known
from archived.stages.intake_content import ContentRead, read_content
from archived.stages.intake_copy import Progress
from archived.stages.intake_offer import PAYLOAD, Limits, Offer, examine, staging_root
from archived.stages.intake_staging import StagedPackage, abandon_row
from archived.stages.intake_writing import sync_filesystem
from archived.states import PackageState
from devices.clock import Clock

__all__ = ["Limits", "SubmissionRequest", "accept", "recover", "would_accept"]

NO_LIMITS = Limits()


def accept(
    request: SubmissionRequest,
    *,
    catalog: Catalog,
    config: Config,
    site: Path,
    clock: Clock,
    owner: int,
    limits: Limits = NO_LIMITS,
    progress: Progress | None = None,
    reader: Reader | None = None,
    item: ItemKey | None = None,
) -> dict[str, Any]:
    """Take a submission in and return its accepted receipt; the same content again gets the first one.

    Args:
        owner: uid of the submitter, as the kernel told it.
        progress: gets (bytes done, bytes in all), for the last time right before the acknowledgement; what
            it raises cancels the intake.
        reader: whoever must be able to read all of it himself; None when the daemon's own rights decide.
        item: of the batch that it comes with; its outcome is committed together with the package.

    Raises:
        Refused: one of its kinds, with every reason in `detail["reasons"]`; nothing was kept.
        StagingFull: no room, before or in the middle; nothing was kept.
        CatalogBusy, Failed, ConfigurationError (no key to sign with): nothing was acknowledged or kept.
        Unavailable: the catalog of this site is gone.
    """
    with catalog.read() as connection:
        must_be_known(connection)
    offer = examine(
        request,
        catalog=catalog,
        config=config,
        site=site,
        clock=clock,
        limits=limits,
        reader=reader,
        progress=progress,
    )
    _raise_if(offer, list(offer.verdict.reasons))
    made_at_s = int(clock.now().timestamp())
    if offer.versions and not request.new_version and (known := _known_already(offer, catalog, progress)):
        return known
    staged = StagedPackage(
        _package(offer, clock, owner), catalog=catalog, staging=staging_root(config, site), clock=clock
    )
    try:
        content = _copy_in(offer, staged, made_at_s, progress)
        outcome, other, receipt = _acknowledged(staged, offer, content, config, site, item)
    except BaseException as error:
        staged.abandon(str(error) or type(error).__name__)
        raise
    if outcome is Content.NEW:
        return receipt
    staged.abandon(f"{request.reference} is already there as {other.id}")
    if outcome is Content.SAME:
        return _first_receipt(other)
    sha256 = read_content(offer, None, made_at_s=made_at_s, collect=True, progress=progress).sha256
    raise refusal([_difference(other, sha256, catalog)], str(request.reference))


def would_accept(
    request: SubmissionRequest,
    *,
    catalog: Catalog,
    config: Config,
    site: Path,
    clock: Clock,
    limits: Limits = NO_LIMITS,
    progress: Progress | None = None,
    reader: Reader | None = None,
) -> dict[str, Any]:
    """What `accept` would do: everything is read and judged, nothing is taken.

    The answer has `outcome` ("accept", "repeat" or "refuse"), `exit_status` (0 or 2) and every reason.
    Raises CatalogBusy, and what `progress` raises.
    """
    offer = examine(
        request,
        catalog=catalog,
        config=config,
        site=site,
        clock=clock,
        limits=limits,
        reader=reader,
        progress=progress,
    )
    reasons = [reason.as_document() for reason in offer.verdict.reasons]
    same: Package | None = None
    content: ContentRead | None = None
    if not (offer.source.unusable or offer.source.problems or offer.source.unreadable):
        try:
            content = read_content(offer, None, made_at_s=0, collect=bool(offer.versions), progress=progress)
        except Cancelled:
            raise
        except ArchivedError as error:
            reasons.append({"code": error.code, "message": error.message, **error.detail})
        else:
            found, same = _judge_known(offer, content, catalog)
            reasons += [reason.as_document() for reason in found]
    return _trial(offer, reasons, same, content, simulated=config.simulated)


def recover(*, catalog: Catalog, config: Config, site: Path, clock: Clock) -> list[str]:
    """After a start: give up every intake that was interrupted, and remove what nobody owns in staging.

    Looks first: only folders of packages that are unknown, abandoned or withdrawn are removed. Returns
    the names of what was removed. While a hold is in force rows end and no folder goes: the catalog may be older
    than the folder. Raises CatalogBusy.
    """
    with catalog.read() as connection:
        if not is_known(connection):
            return []  # what lies in staging was acknowledged by a catalog that is gone
        interrupted = packages.in_state(connection, PackageState.STAGING)
        held = hold.stands(connection)
    root = staging_root(config, site)
    for package in interrupted:
        if not held:
            shutil.rmtree(root / package.staging_name, ignore_errors=True)
        with catalog.write() as connection:
            abandon_row(connection, package.id)
            events.append(
                connection,
                clock.now(),
                "ingestion",
                ("package", package.id),
                outcome="failure",
                why="the daemon ended in the middle of it",
                reference=str(package.reference),
            )
    removed = [package.id for package in interrupted]
    folder = root / "packages"
    for name in sorted(os.listdir(folder)) if folder.is_dir() and not held else []:
        if not _is_owned(name, catalog):
            shutil.rmtree(folder / name, ignore_errors=True)
            removed.append(name)
    return sorted(set(removed))


#: Packages of which nothing belongs in staging any more.
_NOT_OWNED = (
    PackageState.ABANDONED,
    PackageState.WITHDRAWN,
    PackageState.FORGOTTEN,
    PackageState.DESTROYED,
)


def _is_owned(package_id: str, catalog: Catalog) -> bool:
    try:
        with catalog.read() as connection:
            package = packages.get(connection, package_id)
    except NotFound:
        return False
    return package.state not in _NOT_OWNED


def _trial(
    offer: Offer,
    reasons: list[dict[str, Any]],
    same: Package | None,
    content: ContentRead | None,
    *,
    simulated: bool,
) -> dict[str, Any]:
    """The answer to a dry run; `content` is None when nothing could be read."""
    request = offer.request
    original = content.summary.original if content else None
    outcome = "refuse" if reasons else "repeat" if same else "accept"
    return {
        **({"notice": NOTICE_SIMULATED} if simulated else {}),
        "dry_run": True,
        "outcome": outcome,
        "exit_status": 2 if reasons else 0,
        "reasons": reasons,
        "reference": {"fonds": request.fonds, "series": request.series, "volume": request.volume},
        "version": same.version if same else offer.verdict.version,
        "package": same.id if same else None,
        "storage_class": offer.verdict.storage_class,
        "pools": list(offer.verdict.pools),
        "made_into_bag": offer.bag is None,
        "travels": offer.carrying.as_document(),
        "left_out": [escaped(path) for path in offer.source.left_out],
        "warnings": list(offer.warnings),
        **({"original": dict(original)} if original else {}),
        "files": offer.offered.files,
        "bytes": offer.offered.size_bytes,
        "cost_bytes": offer.offered.cost_bytes,
        "root_digest": content.root_digest if content else "",
    }


def _known_already(offer: Offer, catalog: Catalog, progress: Progress | None) -> dict[str, Any] | None:
    """The first receipt of the same content. Raises Refused for other content of a known reference.

    Whatever it holds it will not be taken: it is known already, or refused. So nothing is copied.
    """
    content = read_content(offer, None, made_at_s=0, collect=True, progress=progress)
    reasons, same = _judge_known(offer, content, catalog)
    _raise_if(offer, reasons)
    return _first_receipt(same) if same is not None else None


def _first_receipt(package: Package) -> dict[str, Any]:
    if package.accepted_receipt is None:
        raise WrongState(
            _(
                "{reference} is there already as {package}, whose first receipt was lost with the catalog"
            ).format(reference=package.reference, package=package.id),
            advice=f"archivectl packages {package.id}",
        )
    return repeated_receipt(package.accepted_receipt)


def _copy_in(offer: Offer, staged: StagedPackage, made_at_s: int, progress: Progress | None) -> ContentRead:
    """All of it is in staging and on its disk when this returns, and nobody has cancelled it by then."""
    content = read_content(offer, staged, made_at_s=made_at_s, progress=progress)
    _raise_if(offer, [broken_bag(content.bag_problems)] if content.bag_problems else [])
    sync_filesystem(staged.folder)
    if progress is not None:
        progress(offer.source.size_bytes, offer.source.size_bytes)
    return content


def _acknowledged(
    staged: StagedPackage,
    offer: Offer,
    content: ContentRead,
    config: Config,
    site: Path,
    item: ItemKey | None,
) -> tuple[Content, Package, dict[str, Any]]:
    return staged.acknowledge(
        replace(staged.package, root_digest=content.root_digest),
        content.summary,
        offer.verdict.pools,
        config,
        load_site_key(site / KEYS_FOLDER),
        again=offer.request.new_version,
        item=item,
    )


def _raise_if(offer: Offer, reasons: list[Reason]) -> None:
    if reasons:
        raise refusal(reasons, str(offer.request.reference))


def _judge_known(offer: Offer, content: ContentRead, catalog: Catalog) -> tuple[list[Reason], Package | None]:
    """Reasons that only the content gives, and the package that has the same content, if any."""
    reasons = [broken_bag(content.bag_problems)] if content.bag_problems else []
    found, other = judge_content(offer.versions, content.root_digest, new_version=offer.request.new_version)
    if found is Content.DIFFERENT and other is not None:
        reasons.append(_difference(other, content.sha256, catalog))
    return reasons, other if found is Content.SAME else None


def _difference(newest: Package, sha256: Any, catalog: Catalog) -> Reason:
    with catalog.read() as connection:
        old = contents.digests(connection, newest.id)
    return content_differs(newest, _without_prefix(old), _without_prefix(sha256))


def _without_prefix(paths: Mapping[str, str]) -> dict[str, str]:
    """Payload only, as people read its names."""
    return {
        escaped(path.removeprefix(PAYLOAD)): sha256
        for path, sha256 in paths.items()
        if path.startswith(PAYLOAD)
    }


def _package(offer: Offer, clock: Clock, owner: int) -> Package:
    request = offer.request
    return Package(
        id="",
        state=PackageState.STAGING,
        storage_class=offer.verdict.storage_class,
        fonds=request.fonds,
        series=request.series,
        volume=request.volume,
        version=offer.verdict.version,
        title=request.title,
        retention=request.retention or "",
        confidentiality=request.confidentiality or "",
        source_path=printable(str(request.path)),
        owner=owner,
        reason=request.reason if request.new_version else "",
        file_count=offer.offered.files,
        size_bytes=offer.offered.size_bytes,
        root_digest="",
        submitted_at=clock.now(),
        cost_bytes=offer.offered.cost_bytes,
    )
