"""Destroying packages: what it takes, asking for it, agreeing to it, taking it back.

The second person's agreement puts a destruction on record and does nothing physical. `reprotecting` protects what
survives; only then media are given up, and people destroy them.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from archived.approvals import Approval
from archived.catalog import destructions, events, images, media, packages
from archived.destructions import OPEN, Destruction, DestructionEvent, DestructionState
from archived.errors import Refused, WrongState
from archived.language import _
from archived.model import Image, Package
from archived.policy.retention.destroying import (
    CopySeen,
    ImageSeen,
    MediumSeen,
    PackageSeen,
    Plan,
    Seen,
    SetSeen,
    is_living,
    plan,
    still_agreed,
)
from archived.stages import approving, hold
from archived.stages.commitment import missing_positions
from archived.stages.repair import regaining
from archived.stages.retention.forgetting import named
from archived.stages.retention.ruling import standings
from archived.stages.work import Site
from archived.states import (
    CopyState,
    ImageEvent,
    ImageState,
    PackageState,
    SetEvent,
)

#: Kind of approval.
DESTROY = "destroy packages"
_KEPT = (PackageState.ACCEPTED, PackageState.ARCHIVED, PackageState.FOUND)


def planned(read: Connection, site: Site, package_ids: Sequence[str], *, but: str = "") -> Plan:
    """What destroying these packages would take, now.

    Args:
        but: the destruction that asks, which is not in its own way.

    Raises:
        NotFound: there is no such package.
        Refused: none is named.
    """
    wanted = [packages.get(read, name) for name in dict.fromkeys(package_ids)]
    if not wanted:
        raise Refused(_("say which packages"))
    return plan(seen(read, site, wanted, but=but))


def seen(read: Connection, site: Site, wanted: Sequence[Package], *, but: str = "") -> Seen:
    """Everything that the decision looks at."""
    found = standings(read, site, list(wanted))
    held = {
        item.id: tuple(
            _("package {id} is under legal hold {hold}: {reason}").format(
                id=item.id, hold=one.id, reason=one.reason
            )
            for one in found[item.id].holds
        )
        for item in wanted
    }
    carriers = destructions.ever_carrying(read, [item.id for item in wanted])
    names = sorted({name for image in carriers for name in destructions.sets_of(read, image.id)})
    members: dict[str, Image] = {image.id: image for image in carriers}
    for name in names:
        members |= {image.id: image for image in images.of_set(read, name) if image.set_id == name}
        members |= {image.id: image for image in destructions.parity_of(read, name)}
    views = {image_id: _image(read, image) for image_id, image in members.items()}
    doomed = {image.id for image in carriers}
    going = [item for item in views.values() if item.id in doomed or item.kind == "parity"]
    return Seen(
        tuple(PackageSeen(item.id, item.state, held[item.id]) for item in wanted),
        tuple(views[image.id] for image in carriers),
        tuple(views[image_id] for image_id in sorted(views)),
        tuple(_set(read, name, but) for name in names),
        _media(read, going),
    )


def ask(write: Connection, site: Site, package_ids: Sequence[str], *, agent: str, reason: str) -> Approval:
    """One person wants these packages destroyed.

    Raises:
        NotFound: there is no such package.
        WrongState: it cannot be done, with every reason.
        Refused, NotPermitted: as `approving.ask`.
    """
    hold.demand_none(write, _("nothing can be destroyed"))
    found = planned(write, site, package_ids)
    _demand_possible(found)
    thing = named(found.packages)
    return approving.ask(write, site, DESTROY, thing, agent=agent, reason=reason, terms=found.as_document())


def agree(write: Connection, site: Site, item: Approval, agent: str) -> None:
    """The effect of `DESTROY`. Raises WrongState when it would be another thing than what was asked for."""
    hold.demand_none(write, _("nothing can be destroyed"))
    found = planned(write, site, [str(name) for name in item.terms["packages"]])
    _demand_possible(found)
    if not still_agreed(item.terms, found):
        raise WrongState(
            _("what would be destroyed is not what was asked for any more; nothing was done"),
            advice=_("archivectl approvals refuse {id} --reason TEXT, and ask again").format(id=item.id),
        )
    made = Destruction(
        destructions.next_id(write),
        DestructionState.PREPARING,
        item.id,
        item.asked_by,
        agent,
        item.reason,
        site.now(),
        found.packages,
        found.as_document(),
    )
    destructions.put(write, made)
    for package_id in found.packages:
        events.append(
            write, site.now(), "destruction agreed", ("package", package_id), agent=agent, destruction=made.id,
            asked_by=item.asked_by, reason=item.reason,
        )  # fmt: skip


def cancel(write: Connection, site: Site, destruction_id: str, *, agent: str, reason: str) -> Destruction:
    """Take a destruction back, as long as no new parity was written for it; the packages stay forgotten.

    Parity discs of the new set say what is kept no more: a catalog that is made from media believes them.

    Raises:
        NotFound: there is no such destruction.
        WrongState: parity was written for it, its media were given up already, or it is over.
        Refused: no reason.
    """
    if not reason.strip():
        raise Refused(_("a reason is needed: it stands in the record for ever"))
    item = destructions.get(write, destruction_id)
    if item.state is not DestructionState.PREPARING:
        raise WrongState(
            _("destruction {id} is {state}; it cannot be taken back any more").format(
                id=item.id, state=item.state.value
            )
        )
    for new_set in item.terms["new_sets"]:
        _give_up_new_set(write, site, str(new_set["replaces"]), item.id)
    changes = {"ended_at": site.now(), "note": reason}
    destructions.advance_state(write, item.id, DestructionEvent.CANCELLED, **changes)
    for new_set in item.terms["new_sets"]:
        for image_id in new_set["images"]:
            regaining.let_go(write, image_id, item.id)
    events.append(
        write, site.now(), "destruction cancelled", ("destruction", item.id), agent=agent, reason=reason
    )
    events.clear_attention(write, f"destruction:{item.id}")
    return destructions.get(write, item.id)


def _give_up_new_set(write: Connection, site: Site, replaces: str, why: str) -> None:
    """A set that was to take over does not. Raises WrongState when any of it may be on a medium."""
    made = destructions.replacing(write, replaces)
    if made is None:
        return
    parity = images.of_set(write, made.id)
    copies = [copy for image in parity for copy in media.copies_of(write, image.id)]
    if any(copy.state not in (CopyState.PLANNED, CopyState.CANCELLED) for copy in copies):
        raise WrongState(
            _(
                "destruction {id} cannot be taken back: parity of set {set} is on media, and says for ever what is "
                "kept no more"
            ).format(id=why, set=made.id),
            advice=_(
                "nothing is given up while a legal hold stands: archivectl retention hold PACKAGE --reason TEXT"
            ),
        )
    for copy in copies:
        if copy.state is CopyState.PLANNED:
            media.withdraw_plan(write, copy, why, site.now())
    for image in parity:
        images.advance_state(write, image.id, ImageEvent.VOIDED, close_reason=why)
    images.advance_set(write, made.id, SetEvent.VOIDED)
    destructions.drop_generation(write, made.id)
    events.clear_attention(write, f"place:{made.id}")


def _demand_possible(found: Plan) -> None:
    if found.refusals:
        raise WrongState(
            _("nothing is destroyed: {reasons}").format(reasons=". ".join(found.refusals)),
            advice=_("archivectl packages destroy PACKAGE... --dry-run shows what it takes"),
            reasons=list(found.refusals),
        )


def _image(read: Connection, image: Image) -> ImageSeen:
    at_hand = {copy.id for copy in media.copies_at_hand(read, image.id)}
    copies = tuple(
        CopySeen(copy.medium_id, copy.state, copy.id in at_hand) for copy in media.copies_of(read, image.id)
    )
    aboard = packages.of_image(read, image.id)
    on_it = tuple(p.id for p in aboard if p.state in _KEPT and not _is_elsewhere(read, p, image))
    forgotten = tuple(p.id for p in aboard if p.state is PackageState.FORGOTTEN)
    sets = tuple(destructions.sets_of(read, image.id))
    name = image.name or image.id
    return ImageSeen(image.id, name, image.kind, image.state, image.set_id, sets, copies, on_it, forgotten)


def _is_elsewhere(read: Connection, package: Package, image: Image) -> bool:
    """Whether another image of the same pool carries a package by now, in a set that was read back."""
    there = packages.image_ids(read, package.id).get(image.pool)
    if there is None or there == image.id:
        return False
    other = images.get(read, there)
    if other.state is not ImageState.KEPT or other.set_id is None:
        return False
    return not missing_positions(read, images.get_set(read, other.set_id))


def _set(read: Connection, name: str, but: str) -> SetSeen:
    item = images.get_set(read, name)
    busy = next(
        (
            one.id
            for one in destructions.listing(read, *OPEN)
            if one.id != but and name in one.terms["sets"] and one.state is DestructionState.PREPARING
        ),
        "",
    )
    return SetSeen(item.id, item.state, item.n, item.m, busy)


def _media(read: Connection, going: Sequence[ImageSeen]) -> dict[str, MediumSeen]:
    ours = {image.id for image in going}
    found = {}
    for medium_id in sorted({copy.medium_id for image in going for copy in image.copies}):
        others = sorted(
            {
                images.get(read, copy.image_id).name or copy.image_id
                for copy in media.copies_on(read, medium_id)
                if copy.image_id not in ours and is_living(copy.state)
            }
        )
        found[medium_id] = MediumSeen(medium_id, media.get(read, medium_id).state, tuple(others))
    return found
