"""Packages that lie in staging only for longer than `max_exposure`: the alarm behind the accepted receipt."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from archived.language import _
from archived.model import Image, Package, ProtectionSet, Reference
from archived.states import ImageState, PackageState, SetState


@dataclass(frozen=True, slots=True)
class Exposed:
    """An accepted package with the image and set that it waits in, where it has them."""

    package: Package
    image: Image | None = None
    protection: ProtectionSet | None = None


@dataclass(frozen=True, slots=True)
class Overdue:
    """One package past its limit, in words for the attention list."""

    #: Stable from one look to the next.
    id: str
    package_id: str
    reference: Reference
    accepted_at: datetime
    limit_at: datetime
    overdue_s: float
    sentence: str
    #: What is safe meanwhile.
    safe: str
    #: The exact next command.
    command: str


def overdue(
    exposed: Iterable[Exposed], *, now: datetime, max_exposure: timedelta, disks: int
) -> tuple[Overdue, ...]:
    """Every accepted package that was accepted longer than `max_exposure` ago, the oldest first.

    `disks` is on how many disks a staged byte lies.
    """
    found = []
    for item in exposed:
        package = item.package
        if package.state is not PackageState.ACCEPTED or package.accepted_at is None:
            continue
        limit_at = package.accepted_at + max_exposure
        if now > limit_at:
            found.append(_overdue(item, package.accepted_at, limit_at, now, disks))
    return tuple(sorted(found, key=lambda o: (o.accepted_at, o.package_id)))


def _overdue(item: Exposed, accepted_at: datetime, limit_at: datetime, now: datetime, disks: int) -> Overdue:
    package = item.package
    waits_for, command = _next_step(item)
    return Overdue(
        id=f"exposure-{package.id}",
        package_id=package.id,
        reference=package.reference,
        accepted_at=accepted_at,
        limit_at=limit_at,
        overdue_s=(now - limit_at).total_seconds(),
        sentence=f"package {package.id} ({package.reference} v{package.version}) should have been archived "
        f"by {limit_at.isoformat(timespec='minutes')}; {waits_for}",
        safe=f"its bytes lie checked in staging, on {disks} disk{'' if disks == 1 else 's'}; the original "
        "must be kept",
        command=command,
    )


def _next_step(item: Exposed) -> tuple[str, str]:
    """What the package waits for, and the command that moves it on."""
    image, protection = item.image, item.protection
    if image is None or image.state is ImageState.VOID:
        return _("it waits for an image"), "archivectl images close --all"
    if image.held:
        return _("image {id} is held by a person").format(
            id=image.id
        ), f"archivectl images release {image.id}"
    if image.state is ImageState.OPEN:
        return _("image {id} has not closed").format(id=image.id), f"archivectl images close {image.id}"
    if protection is not None and protection.state is SetState.FORMING:
        return _("set {id} waits for images").format(
            id=protection.id
        ), f"archivectl sets close {protection.id}"
    where = f"set {protection.id}" if protection is not None else f"image {image.id}"
    return _("{where} is not written and read back yet").format(where=where), "archivectl library"
