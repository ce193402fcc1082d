"""What there is: packages, images, sets, media. Reading only."""

from typing import Any

from fastapi import APIRouter, Depends
from sqlalchemy import Connection

from archived.api.services import Document, Services, one_of, plain, services_of
from archived.catalog import cases, events, images, inner_files, media, packages, purchases
from archived.language import _
from archived.model import Copy, Image, Medium, Package, ProtectionSet
from archived.policy.sufficiency import AT_HAND, VERIFIED_ONLY, missing_pools
from archived.stages.capacity import image_limit_bytes
from archived.stages.commitment import missing_positions, owed_copies
from archived.stages.copies_lacking import owed_since
from archived.stages.deletion import why_not_proven, why_unsafe
from archived.stages.packing import group_of
from archived.stages.withdrawal import find_package
from archived.states import ImageState, MediumState, PackageState, SetState

router = APIRouter()


@router.get("/packages")
def list_packages(state: str | None = None, services: Services = Depends(services_of)) -> Document:
    """Every package, or those in one state."""
    wanted = one_of(PackageState, state)
    with services.catalog.read() as read:
        return services.listed([_package(read, services, p) for p in packages.listing(read, wanted)])


@router.get("/packages/{name:path}")
def show_package(name: str, files: bool = False, services: Services = Depends(services_of)) -> Document:
    """One package by id or reference, with its receipts."""
    with services.catalog.read() as read:
        package = find_package(read, name)
        document = _package(read, services, package) | {
            "accepted_receipt": package.accepted_receipt,
            "archived_receipt": package.archived_receipt,
            "keep_original": why_unsafe(read, services.site, package),
        }
        if files:
            document["files"] = [plain(file) for file in packages.files(read, package.id)]
            document["inside"] = [plain(item) for item in inner_files.of_package(read, package.id)]
    return services.said(document)


@router.get("/images")
def list_images(services: Services = Depends(services_of)) -> Document:
    """Every image, with what it holds and where its copies are."""
    with services.catalog.read() as read:
        return services.listed([_image(read, services, image) for image in images.listing(read)])


@router.get("/images/{image_id}")
def show_image(image_id: str, services: Services = Depends(services_of)) -> Document:
    """One image by id or by what its label says."""
    with services.catalog.read() as read:
        return services.said(_image(read, services, images.get(read, image_id)))


@router.get("/sets")
def list_sets(services: Services = Depends(services_of)) -> Document:
    """Every protection set."""
    with services.catalog.read() as read:
        return services.listed([_set(read, item) for item in images.set_listing(read)])


@router.get("/sets/{set_id}")
def show_set(set_id: str, services: Services = Depends(services_of)) -> Document:
    """One protection set with its members."""
    with services.catalog.read() as read:
        return services.said(_set(read, images.get_set(read, set_id)))


@router.get("/media")
def list_media(state: str | None = None, services: Services = Depends(services_of)) -> Document:
    """Every medium, or those in one state."""
    wanted = one_of(MediumState, state)
    with services.catalog.read() as read:
        return services.listed([medium_document(read, medium) for medium in media.listing(read, wanted)])


@router.get("/media/{medium_id}")
def show_medium(medium_id: str, services: Services = Depends(services_of)) -> Document:
    """One medium with its copies and its last events."""
    with services.catalog.read() as read:
        medium = media.get(read, medium_id)
        document = medium_document(read, medium)
        if medium.holds_many:
            _list_images(read, document)
        document["purchase"] = plain(purchases.of_medium(read, medium_id))
        document["cases"] = [item.id for item in cases.of_medium(read, medium_id)]
        document["events"] = plain(events.latest(read, subject_id=medium_id, limit=20))
    return services.said(document)


def waits_for(read: Connection, services: Services, package: Package) -> list[str]:
    """What keeps a package from being archived, or its class asks for since, one sentence a pool."""
    if package.state is PackageState.FOUND:
        return [why_not_proven(read, package)]
    if package.state is PackageState.ARCHIVED:
        # A class may ask for more than it did when the package was archived.
        return list(owed_since(read, services.site, package))
    if package.state is not PackageState.ACCEPTED:
        return []
    carriers = packages.image_ids(read, package.id)
    states = {
        pool: [images.get(read, image_id).state] if image_id else [ImageState.OPEN]
        for pool, image_id in carriers.items()
    }
    words = list(missing_pools(states, services.site.config.classes[package.storage_class].pools))
    words += owed_copies(read, services.site, package)
    for image_id in carriers.values():
        if image_id is None:
            continue
        image = images.get(read, image_id)
        if image.state is ImageState.PROTECTED and image.set_id is not None:
            missing = missing_positions(read, images.get_set(read, image.set_id))
            if missing:
                listed = ", ".join(map(str, missing))
                words.append(
                    _("set {set_id}: members {listed} are not read back yet").format(
                        set_id=image.set_id, listed=listed
                    )
                )
    return words


def _package(read: Connection, services: Services, package: Package) -> Document:
    document: Document = plain(package)
    for receipt in ("accepted_receipt", "archived_receipt"):
        del document[receipt]
    document["reference"] = str(package.reference)
    document["images"] = packages.image_ids(read, package.id)
    document["waits_for"] = waits_for(read, services, package)
    return document


def _image(read: Connection, services: Services, image: Image) -> Document:
    document: Document = plain(image)
    members = packages.of_image(read, image.id)
    document["copies"] = [_copy(copy) for copy in media.copies_of(read, image.id)]
    if image.state is ImageState.OPEN:
        members = [
            package
            for package in packages.waiting(read, image.pool)
            if group_of(services.site, image.pool, package) == image.key
        ]
        document["gathered_bytes"] = sum(package.cost_bytes for package in members)
        document["limit_bytes"] = image_limit_bytes(read, services.site, image.pool)
    document["packages"] = [package.id for package in members]
    return document


def _set(read: Connection, item: ProtectionSet) -> Document:
    members = images.of_set(read, item.id)
    document: Document = plain(item)
    document["members"] = [
        {
            "position": image.position,
            "image": image.id,
            "kind": image.kind,
            "state": image.state.value,
            "held": image.held,
            "label": image.label,
            "size_bytes": image.size_bytes,
            "copies": [_copy(copy) for copy in media.copies_of(read, image.id)],
        }
        for image in members
    ]
    # Of a set that a rebuild found no copy is verified yet: there a member is missing when nobody has it at hand.
    counting = {SetState.PROTECTED: VERIFIED_ONLY, SetState.COMPLETE: VERIFIED_ONLY, SetState.FOUND: AT_HAND}
    counts = counting.get(item.state)
    document["missing"] = list(missing_positions(read, item, counts)) if counts else []
    document["waived"] = next(
        (plain(one) for one in events.allowances(read) if (one.kind, one.thing) == ("diversity", item.id)),
        None,
    )
    return document


def medium_document(read: Connection, medium: Medium) -> Document:
    """A medium with what is on it."""
    document: Document = plain(medium)
    copies = media.copies_on(read, medium.id)
    document["copies"] = [_copy(copy) | {"image": copy.image_id} for copy in copies]
    document["label"] = images.get(read, copies[-1].image_id).label if copies else ""
    if medium.holds_many:
        del document["volume_id"]
    else:
        del document["used_bytes"], document["label_uuid"]
    return document


def _list_images(read: Connection, document: Document) -> None:
    """The images of a cartridge as they lie on it, those that are planned last."""
    copies: list[dict[str, Any]] = document["copies"]
    for copy in copies:
        image = images.get(read, copy["image"])
        copy |= {"size_bytes": image.size_bytes, "label": image.label}
    copies.sort(key=lambda copy: (copy["tape_file"] is None, copy["tape_file"] or 0, copy["id"]))
    document["label"] = ""


def _copy(copy: Copy) -> dict[str, Any]:
    place = {"tape_file": copy.tape_file, "first_block": copy.first_block, "block_bytes": copy.block_bytes}
    return {
        "id": copy.id,
        "medium": copy.medium_id,
        "state": copy.state.value,
        "role": copy.role,
        "site": copy.site,
        "write_drive": copy.write_drive,
        "verify_drive": copy.verify_drive,
        "verified_at": plain(copy.verified_at),
        "note": copy.note,
        "pool": copy.pool,
        **(place if copy.tape_file is not None else {"tape_file": None}),
    }
