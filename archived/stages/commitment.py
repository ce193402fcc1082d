"""Whole set verified and class satisfied → ARCHIVED, in one commit with the receipts. Catalog work only.

A package whose class asks for copies on tape is archived when these are verified too, which may be long after its set.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from archived.catalog import carriers as former
from archived.catalog import events, images, media, packages
from archived.formats.receipt_archived import archived_receipt
from archived.model import Copy, Package, ProtectionSet
from archived.policy.owed import is_home, pools_reached
from archived.policy.sufficiency import VERIFIED_ONLY, missing_copies, missing_members, missing_pools
from archived.sessions.tools import Tools
from archived.stages.work import Action, Broken, Context, Site
from archived.states import (
    CopyState,
    ImageEvent,
    ImageState,
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


@dataclass(frozen=True, slots=True)
class View:
    """Sets that are not complete, and packages that waited for their copies and have them now."""

    written: tuple[Written, ...]
    satisfied: tuple[str, ...] = ()


def due(read: Connection, site: Site) -> View:
    unfinished = images.sets_in_state(read, *_UNFINISHED)
    asking = [name for name, settings in site.config.classes.items() if settings.copies]
    waiting = packages.waiting_for_copies(read, asking) if asking else []
    return View(
        tuple(Written(item, missing_positions(read, item)) for item in unfinished),
        tuple(package.id for package in waiting if not what_lacks(read, site, package, before=False)),
    )


def plan(view: View, context: Context) -> list[Action]:
    wanted = [
        Action(NAME, f"completing {item.set.id}", (), item) for item in view.written if not item.missing
    ]
    wanted += [Action(NAME, f"archiving {package_id}", (), package_id) for package_id in view.satisfied]
    return wanted


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    if isinstance(action.task, str):
        _archive(write, site, packages.get(write, action.task))
        return action
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
    """Positions of a set without a verified copy on a medium that is good and at hand.

    Only copies at home make a set complete; whatever else can be read counts when that is the question.
    """
    copies = {
        image.position or 0: [
            copy.state
            for copy in media.copies_at_hand(read, image.id)
            if counting != VERIFIED_ONLY or is_home(copy, image)
        ]
        for image in images.of_set(read, item.id)
    }
    return missing_members(copies, n=item.n, m=item.m, absent=item.absent, counting=counting)


def owed_copies(
    read: Connection, site: Site, package: Package, counting: Collection[CopyState] = VERIFIED_ONLY
) -> tuple[str, ...]:
    """Copies that the class of a package asks for and that do not count yet, one sentence each."""
    return _owed(read, site, package, packages.image_ids(read, package.id), counting)


def what_lacks(read: Connection, site: Site, package: Package, *, before: bool = True) -> tuple[str, ...]:
    """What keeps a package from being archived; empty means that nothing does.

    Args:
        before: while a package is packed again, the images that it is to leave count for it.
    """
    carriers = dict(packages.image_ids(read, package.id))
    lacking = _lacks(read, site, package, carriers)
    if lacking and before:
        for image_id in former.before(read, package.id):
            image = images.get(read, image_id)
            if image.state is ImageState.KEPT:
                carriers[image.pool] = image.id
                if not _lacks(read, site, package, carriers):
                    return ()
    return lacking


def _lacks(
    read: Connection, site: Site, package: Package, carriers: Mapping[str, str | None]
) -> tuple[str, ...]:
    states = {
        pool: [images.get(read, image_id).state] if image_id else [ImageState.OPEN]
        for pool, image_id in carriers.items()
    }
    pools = site.config.classes[package.storage_class].pools
    return (*missing_pools(states, pools), *_owed(read, site, package, carriers, VERIFIED_ONLY))


def _owed(
    read: Connection,
    site: Site,
    package: Package,
    carriers: Mapping[str, str | None],
    counting: Collection[CopyState],
) -> tuple[str, ...]:
    settings = site.config.classes.get(package.storage_class)
    if settings is None or not settings.copies:
        return ()
    reached: dict[str, Collection[str]] = {}
    for image_id in carriers.values():
        if image_id is not None:
            image = images.get(read, image_id)
            reached[image_id] = pools_reached(media.copies_at_hand(read, image_id), image, counting)
    return missing_copies(reached, settings.copies)


def _archive(write: Connection, site: Site, package: Package) -> None:
    carriers = packages.image_ids(write, package.id)
    waits = package.state in (PackageState.ACCEPTED, PackageState.FOUND)
    if not waits or what_lacks(write, site, package, before=False):
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
    """Every medium of every set that the package lies in, its own first; of the copies beside them only its own."""
    rows: list[dict[str, object]] = []
    for image_id in image_ids:
        image = images.get(read, image_id)
        for member in images.of_set(read, image.set_id or ""):
            for copy in media.copies_of(read, member.id):
                medium = media.get(read, copy.medium_id)
                beside = member.id != image.id and not is_home(copy, member)
                if copy.verified_at is not None and medium.state in media.HOLDING and not beside:
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
                        | _place(copy)
                    )
    return sorted(
        rows, key=lambda row: (not row["holds_this_package"], str(row["set"]), str(row["position"]))
    )


def _place(copy: Copy) -> dict[str, object]:
    """Where on its cartridge a copy lies; nothing for discs."""
    if copy.tape_file is None:
        return {}
    return {"tape_file": copy.tape_file, "first_block": copy.first_block, "block_bytes": copy.block_bytes}
