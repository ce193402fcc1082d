"""The certificate of a destruction, and what must not be left of it on disk."""

from typing import Any

from sqlalchemy import Connection

from archived.approvals import Approval
from archived.catalog import destructions, events, images, media, packages
from archived.destructions import Destruction
from archived.formats.package_certificate import package_certificate
from archived.policy.retention.destroying import Plan
from archived.policy.retention.removal import highest
from archived.regained import regained_name
from archived.stages.retention import lost_media
from archived.stages.retention.ruling import standings
from archived.stages.work import Site
from archived.states import MediumState

#: The event of `media_life.destroying` that tells who destroyed a medium, and the certificate of that.
DESTROYED = "medium destroyed"


def left_in_staging(read: Connection, site: Site, item: Destruction) -> list[str]:
    """What lies on disk of the packages, of their images, and of parity; the removal of leftovers takes it."""
    paths = site.tools.paths
    names = [packages.get(read, package_id).staging_name for package_id in item.packages]
    doomed = [images.get(read, image.id) for image in destructions.ever_carrying(read, item.packages)]
    sets = {name for image in doomed for name in destructions.sets_of(read, image.id)}
    parity = [image for name in sorted(sets) for image in destructions.parity_of(read, name)]
    for image in (*doomed, *parity):
        names += [image.recipe_name, regained_name(image.id)]
    names += [f"parity/{image.set_id}-{image.position}.bin" for image in parity]
    left = [name for name in names if (paths.staging / name).exists()]
    ids = {image.id for image in (*doomed, *parity)}
    if paths.recalls.is_dir():
        spools = (path for folder in paths.recalls.iterdir() if folder.is_dir() for path in folder.iterdir())
        left += [str(path) for path in spools if path.name.split(".")[0] in ids]
    return left


def certificate_of(read: Connection, site: Site, item: Destruction, found: Plan) -> dict[str, Any]:
    """The signed certificate; called in the write that ends the destruction."""
    gone = [packages.get(read, name) for name in item.packages]
    standing = standings(read, site, gone)
    words = [standing[package.id].confidentiality for package in gone]
    agreed = lost_media.accepted(read, item)
    everything = sorted({*item.media, *found.media, *found.lost, *found.destroyed})
    return package_certificate(
        item,
        gone,
        retention={name: one.retention for name, one in standing.items()},
        confidentiality=highest(words, site.config.retention.levels),
        media=[_medium(read, medium_id, agreed.get(medium_id)) for medium_id in everything],
        sets=[_set(read, name) for name in found.sets],
        institution=site.config.site.name,
        ended_at=site.now(),
        simulated=site.config.simulated,
        key=site.key,
    )


def _medium(read: Connection, medium_id: str, loss: Approval | None) -> dict[str, Any]:
    """What became of a medium; `loss`: two persons agreed that it cannot be found."""
    medium = media.get(read, medium_id)
    carried = {copy.image_id for copy in media.copies_on(read, medium_id)}
    last = [
        event for event in events.latest(read, subject_id=medium_id, limit=200) if "destroy" in event.type
    ]
    lost = medium.state is MediumState.LOST
    document: dict[str, Any] = {
        "medium": medium.id,
        "barcode": medium.barcode,
        "kind": medium.kind,
        "state": "not destroyed: lost" if lost else medium.state.value,
        "images": sorted(images.get(read, image_id).name or image_id for image_id in carried),
        "destroyed_at": last[-1].at.isoformat(timespec="seconds") if last else None,
        "by": last[-1].agent if last else None,
        "certificate": str(last[-1].detail.get("certificate") or "") if last else None,
    }
    if lost and loss is not None:
        said = {"asked_by": loss.asked_by, "agreed_by": loss.ended_by, "reason": loss.reason}
        document["loss"] = {"approval": loss.id, **said}
    return document


def _set(read: Connection, name: str) -> dict[str, Any]:
    made = destructions.replacing(read, name)
    return {
        "set": name,
        "parity": sorted({image.name for image in destructions.parity_of(read, name)}),
        "replaced_by": made.id if made is not None else None,
    }
