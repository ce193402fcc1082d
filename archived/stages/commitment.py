"""Whole set verified and class satisfied → ARCHIVED, in one commit with the receipts. Catalog work only."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from archived.catalog import events, images, media, packages
from archived.formats.receipt_archived import archived_receipt
from archived.model import Package, ProtectionSet
from archived.policy.sufficiency import VERIFIED_ONLY, missing_members, package_sufficient
from archived.sessions.tools import Tools
from archived.stages.work import Action, Broken, Context, Site
from archived.states import (
    CopyState,
    ImageEvent,
    ImageState,
    MediumState,
    PackageEvent,
    PackageState,
    SetEvent,
    SetState,
)

NAME = "commitment"
#: A set that a rebuild found is complete, too, when every member of it was read back.
_UNFINISHED = (SetState.PROTECTED, SetState.FOUND)


@dataclass(frozen=True, slots=True)
class Written:
    """A set and the positions that have no verified copy yet."""

    set: ProtectionSet
    missing: tuple[int, ...]


def due(read: Connection, site: Site) -> list[Written]:
    return [Written(item, missing_positions(read, item)) for item in images.sets_in_state(read, *_UNFINISHED)]


def plan(view: list[Written], context: Context) -> list[Action]:
    return [Action(NAME, f"completing {item.set.id}", (), item) for item in view if not item.missing]


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    item: Written = action.task
    if images.get_set(write, item.set.id).state not in _UNFINISHED:
        return None
    if missing_positions(write, item.set):
        return None
    images.advance_set(write, item.set.id, SetEvent.COMPLETED, completed_at=site.now())
    members = images.of_set(write, item.set.id)
    for image in members:
        images.advance_state(write, image.id, ImageEvent.COMPLETED)
        for prefix in ("write", "verify"):
            events.clear_attention(write, f"{prefix}:{image.id}")
    events.append(write, site.now(), "set complete", ("set", item.set.id))
    for image in members:
        for package in packages.of_image(write, image.id):
            _archive(write, site, package)
    return action


def run(action: Action, tools: Tools) -> None:
    """Nothing: it is all in the one commit."""


def record(write: Connection, site: Site, action: Action, outcome: None | Broken) -> float:
    return 0


def missing_positions(
    read: Connection, item: ProtectionSet, counting: Collection[CopyState] = VERIFIED_ONLY
) -> tuple[int, ...]:
    """Positions of a set without a verified copy on a medium that is good and at hand."""
    copies = {
        image.position or 0: [copy.state for copy in media.copies_at_hand(read, image.id)]
        for image in images.of_set(read, item.id)
    }
    return missing_members(copies, n=item.n, m=item.m, absent=item.absent, counting=counting)


def _archive(write: Connection, site: Site, package: Package) -> None:
    carriers = packages.image_ids(write, package.id)
    states = {
        pool: [images.get(write, image_id).state] if image_id else [ImageState.OPEN]
        for pool, image_id in carriers.items()
    }
    pools = site.config.classes[package.storage_class].pools
    waits = package.state in (PackageState.ACCEPTED, PackageState.FOUND)
    if not waits or not package_sufficient(states, pools):
        return
    receipt = archived_receipt(
        package,
        institution=site.config.site.name,
        media=_media(write, [image_id for image_id in carriers.values() if image_id]),
        archived_at=site.now(),
        simulated=site.config.simulated,
        key=site.key,
    )
    packages.advance_state(
        write, package.id, PackageEvent.SUFFICIENT, archived_at=site.now(), archived_receipt=receipt
    )
    events.append(write, site.now(), "archived", ("package", package.id))
    events.clear_attention(write, f"exposure-{package.id}")


def _media(read: Connection, image_ids: list[str]) -> list[dict[str, object]]:
    """Every medium of every set that the package lies in, its own first."""
    rows: list[dict[str, object]] = []
    for image_id in image_ids:
        image = images.get(read, image_id)
        for member in images.of_set(read, image.set_id or ""):
            for copy in media.copies_of(read, member.id):
                medium = media.get(read, copy.medium_id)
                if copy.verified_at is not None and medium.state is MediumState.GOOD:
                    rows.append(
                        {
                            "set": image.set_id,
                            "position": member.position,
                            "kind": member.kind,
                            "holds_this_package": member.id == image.id,
                            "image": member.id,
                            "label": member.label,
                            "medium": medium.id,
                            "barcode": medium.barcode,
                            "role": copy.role,
                            "site": copy.site,
                            "sha256": member.sha256,
                            "verified_at": copy.verified_at.isoformat(),
                            "written_in": copy.write_drive,
                            "verified_in": copy.verify_drive,
                        }
                    )
    return sorted(
        rows, key=lambda row: (not row["holds_this_package"], str(row["set"]), str(row["position"]))
    )
