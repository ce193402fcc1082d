"""What a person may undo or ask for: withdraw, hold, release, close. Each is one short commit and one event."""

from sqlalchemy import Connection

from archived.catalog import events, images, media, packages
from archived.errors import NotFound, WrongState
from archived.language import _
from archived.model import Image, Package
from archived.policy.packing import ASKED
from archived.policy.withdrawal import HomeView, MemberView, Withdrawal, may_withdraw, write_intents
from archived.stages.hold import demand_none
from archived.stages.packing import open_groups, void_image, waiting_groups
from archived.stages.work import Site
from archived.states import (
    CopyState,
    ImageEvent,
    ImageState,
    PackageEvent,
    SetEvent,
    SetState,
)


def withdraw(write: Connection, site: Site, package: Package, *, agent: str, reason: str) -> Withdrawal:
    """Take a package back; the unwritten images of its sets become void and close again under new ids.

    The staged bytes are the caller's to remove, after the commit.

    Raises:
        WrongState: it is not accepted any more, a write intent is on record for its set, or the catalog was made
            again and may not know of one yet.
    """
    demand_none(write, _("package {package} cannot be withdrawn").format(package=package.id))
    homes = [
        _home(write, images.get(write, image_id))
        for image_id in packages.image_ids(write, package.id).values()
        if image_id is not None
    ]
    verdict = may_withdraw(package.state, homes)
    if verdict.refusal:
        raise WrongState(
            _("package {id} cannot be withdrawn: {refusal}").format(id=package.id, refusal=verdict.refusal),
            advice=_("submit a correction with --new-version --reason TEXT"),
        )
    for image_id in verdict.voided_images:
        _void(write, site, images.get(write, image_id), f"package {package.id} was withdrawn")
    for set_id in verdict.voided_sets:
        if images.get_set(write, set_id).state is not SetState.VOID:
            images.advance_set(write, set_id, SetEvent.VOIDED)
            for prefix in ("place", "protect"):
                events.clear_attention(write, f"{prefix}:{set_id}")
    packages.leave_pools(write, package.id)
    packages.advance_state(write, package.id, PackageEvent.WITHDRAWN, staged=False)
    _close_again(write, site, verdict.voided_images)
    for prefix in ("too-large:", "exposure-"):
        events.clear_attention(write, f"{prefix}{package.id}")
    events.append(
        write,
        site.now(),
        "withdrawal",
        ("package", package.id),
        agent=agent,
        reason=reason,
        images=list(verdict.voided_images),
        sets=list(verdict.voided_sets),
    )
    return verdict


def hold(write: Connection, site: Site, image_id: str, *, agent: str, reason: str) -> Image:
    """Nothing of the image is closed, protected or written until it is released. Raises WrongState."""
    return _set_held(write, site, image_id, held=True, agent=agent, reason=reason)


def release(write: Connection, site: Site, image_id: str, *, agent: str, reason: str) -> Image:
    """Let a held image go on. Raises NotFound."""
    return _set_held(write, site, image_id, held=False, agent=agent, reason=reason)


def ask_images_to_close(write: Connection, site: Site, image_id: str | None, *, agent: str) -> list[str]:
    """Close one open image, or every one that has packages waiting, as far as it takes them.

    Raises:
        WrongState: the image is not open, or nothing waits for it.
    """
    open_groups(write, site)
    gathering = waiting_groups(write, site)
    if image_id is None:
        wanted = [image for image in images.in_state(write, ImageState.OPEN) if image.key in gathering]
    else:
        image = images.get(write, image_id)
        if image.state is not ImageState.OPEN:
            raise WrongState(
                _("image {id} is {value}, not open: it has closed already").format(
                    id=image.id, value=image.state.value
                )
            )
        if image.key not in gathering:
            raise WrongState(_("image {id} is empty: no package waits for it").format(id=image.id))
        wanted = [image]
    for image in wanted:
        images.update_columns(write, image.id, close_reason=ASKED)
        events.append(write, site.now(), "close asked", ("image", image.id), agent=agent)
    return [image.id for image in wanted]


def ask_sets_to_close(write: Connection, site: Site, set_id: str | None, *, agent: str) -> list[str]:
    """Close one forming set, or every one, with the images that it has.

    Raises:
        WrongState: the set is not forming.
    """
    if set_id is None:
        wanted = [item.id for item in images.sets_in_state(write, SetState.FORMING)]
    else:
        item = images.get_set(write, set_id)
        if item.state is not SetState.FORMING:
            raise WrongState(
                _("set {id} is {value}: it has closed already").format(id=item.id, value=item.state.value)
            )
        wanted = [item.id]
    for name in wanted:
        images.ask_set_to_close(write, name)
        events.append(write, site.now(), "close asked", ("set", name), agent=agent)
    return wanted


def find_package(read: Connection, name: str) -> Package:
    """By id (`P000001`) or reference (`F/S/V`, the newest version, or `F/S/V@2`). Raises NotFound."""
    found = [package for package in packages.listing(read) if package.id == name]
    if found:
        return found[0]
    reference, at, version = name.rpartition("@")
    if not at or not version.isdigit():
        reference, version = name, ""
    matching = [
        package
        for package in packages.listing(read)
        if str(package.reference) == reference
        and package.accepted_at is not None
        and package.state.value in ("accepted", "archived", "found")
        and version in ("", str(package.version))
    ]
    if not matching:
        raise NotFound(
            _("there is no package {name}").format(name=name),
            advice="archivectl packages lists them",
            id=name,
        )
    return matching[-1]


def _set_held(write: Connection, site: Site, image_id: str, *, held: bool, agent: str, reason: str) -> Image:
    image = images.get(write, image_id)
    members = [_member(write, m) for m in images.of_set(write, image.set_id)] if image.set_id else []
    if held and (write_intents(members) or image.state in (ImageState.KEPT, ImageState.VOID)):
        raise WrongState(
            _("image {id} can be held no more: writing of its set has begun, or it is over").format(
                id=image.id
            )
        )
    images.update_columns(write, image.id, held=held)
    what = "hold" if held else "release"
    events.append(write, site.now(), what, ("image", image.id), agent=agent, reason=reason)
    return images.get(write, image.id)


def _home(read: Connection, image: Image) -> HomeView:
    members = images.of_set(read, image.set_id) if image.set_id else [image]
    return HomeView(image.id, image.set_id, tuple(_member(read, member) for member in members))


def _member(read: Connection, image: Image) -> MemberView:
    return MemberView(image.id, image.state, tuple(copy.state for copy in media.copies_of(read, image.id)))


def _close_again(write: Connection, site: Site, voided: tuple[str, ...]) -> None:
    """What was closed before stays decided: the packages that are left close at once, under new ids."""
    groups = {images.get(write, image_id).key for image_id in voided} & waiting_groups(write, site)
    for image in images.in_state(write, ImageState.OPEN):
        if image.key in groups:
            images.update_columns(write, image.id, close_reason=ASKED)


def _void(write: Connection, site: Site, image: Image, why: str) -> None:
    for copy in media.copies_of(write, image.id):
        if copy.state is CopyState.PLANNED:
            media.withdraw_plan(write, copy, why, site.now())
    if image.state is ImageState.VOID:
        return
    if image.kind == "data":
        void_image(write, site, image, why)
    else:
        images.advance_state(write, image.id, ImageEvent.VOIDED, close_reason=why)
