"""Media of a destruction that were called lost: nobody destroyed them, and one person's word does not end it.

A destruction goes on until each of its media was destroyed, or two persons agreed that it cannot be found. One that is
seen again after that is an alarm: with its neighbours it may make again what nobody is to be given. The write in which
the second person agrees is the one that counts; a crash before it leaves an approval that waits.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from archived.approvals import Approval, ApprovalState
from archived.catalog import approvals, destructions, events, media
from archived.catalog.events import Attention
from archived.destructions import Destruction, DestructionState
from archived.errors import WrongState
from archived.language import _
from archived.model import Medium
from archived.stages import approving, hold
from archived.stages.work import Site
from archived.states import MediumState

#: The kind of approval.
KIND: Final = "accept loss"
#: How the ids of attentions begin: of a destruction, and of a medium.
UNDESTROYED: Final = "destruction-lost:"
RETURNED: Final = "lost-returned:"


def left(read: Connection, item: Destruction) -> list[Medium]:
    """Media that keep a destruction open: not destroyed, and not lost by the word of two persons."""
    listed = [media.get(read, str(name)) for name in dict.fromkeys((*item.media, *item.terms["media"]))]
    lost = [medium for medium in listed if medium.state is MediumState.LOST]
    agreed = accepted(read, item) if lost else {}
    # One that was lost after two persons agreed to destroy it is not on the list of those that were given up.
    there = [medium for medium in listed if medium.id in item.media and medium not in lost]
    return [
        *(medium for medium in there if medium.state is not MediumState.DESTROYED),
        *(medium for medium in lost if medium.element is not None or medium.id not in agreed),
    ]


def words_of(found: Sequence[Medium]) -> str:
    """What a destruction says of media that were lost; "" for none."""
    names = [medium.id for medium in found if medium.state is MediumState.LOST]
    return _("not destroyed: lost: {names}").format(names=", ".join(names)) if names else ""


def accepted(read: Connection, item: Destruction) -> dict[str, Approval]:
    """By medium, the approval by which two persons agreed that it is lost."""
    given = approvals.listing(read, ApprovalState.GIVEN)
    mine = [one for one in given if one.kind == KIND and one.terms["destruction"] == item.id]
    return {str(row["medium"]): one for one in mine for row in one.terms["media"]}


def ask(write: Connection, site: Site, destruction_id: str, *, agent: str, reason: str) -> Approval:
    """One person says that what was lost of a destruction cannot be found; a second one has to agree.

    Raises:
        NotFound: there is no such destruction.
        WrongState: none of its media is lost and away, or a hold stands.
        Refused: no reason.
        NotPermitted: root asks.
    """
    hold.demand_none(write, _("nothing can be destroyed"))
    item = destructions.get(write, destruction_id)
    lost = _lost(write, item)
    if not lost:
        raise WrongState(
            _("no medium of destruction {id} is lost without the word of two persons").format(id=item.id),
            advice=f"archivectl destructions {item.id}",
        )
    rows = [{"medium": one.id, "barcode": one.barcode or "", "note": one.note} for one in lost]
    terms = {"destruction": item.id, "media": rows}
    return approving.ask(write, site, KIND, f"destruction {item.id}", agent=agent, reason=reason, terms=terms)


def accept(write: Connection, site: Site, approval: Approval, agent: str) -> None:
    """The second person agrees. Raises WrongState when one of the media was seen again or destroyed."""
    hold.demand_none(write, _("nothing can be destroyed"))
    item = destructions.get(write, str(approval.terms["destruction"]))
    now = {
        medium_id
        for row in approval.terms["media"]
        if (medium := media.get(write, medium_id := str(row["medium"]))).state is not MediumState.LOST
        or medium.element is not None
    }
    if now or item.state is not DestructionState.DESTROYING:
        raise WrongState(
            _("media of destruction {id} are not lost any more; nothing was agreed to").format(id=item.id),
            advice=f"archivectl destructions {item.id}",
            media=sorted(now),
        )
    for row in approval.terms["media"]:
        detail = {"destruction": item.id, "approval": approval.id, "asked_by": approval.asked_by}
        events.append(
            write, site.now(), "loss accepted", ("medium", str(row["medium"])), agent=agent, **detail
        )


def undestroyed(read: Connection, site: Site) -> list[Attention]:
    """Destructions that wait for somebody to find what was lost, or for two persons to give it up."""
    found = []
    for item in destructions.listing(read, DestructionState.DESTROYING):
        lost = [medium.id for medium in _lost(read, item)]
        if not lost:
            continue
        what = _("{names} of destruction {id} were called lost: nobody destroyed them").format(
            names=", ".join(lost[:20]), id=item.id
        )
        safe = _("the packages stay forgotten; nothing is certified before this is settled")
        next_ = f"archivectl destructions accept-loss {item.id} --reason TEXT"
        found.append(Attention(f"{UNDESTROYED}{item.id}", "working-hours", what, safe, next_, site.now()))
    return found


def returned(read: Connection, site: Site) -> list[Attention]:
    """Media of destructions that were called lost, and stand in a library."""
    found = []
    for medium in media.listing(read, MediumState.LOST):
        destruction = destructions.ever_listing(read, medium.id) if medium.element is not None else ""
        if not destruction:
            continue
        what = _(
            "{medium} was called lost, belongs to destruction {id}, and stands in element {element} of library "
            "{library}"
        ).format(medium=medium.id, id=destruction, element=medium.element, library=medium.library)
        safe = _("nothing is read from it and nothing is written to it")
        next_ = _(
            "take it out and destroy it: archivectl media destroy {medium} --method TEXT --reason TEXT"
        ).format(medium=medium.id)
        found.append(Attention(f"{RETURNED}{medium.id}", "now", what, safe, next_, site.now()))
    return found


def _lost(read: Connection, item: Destruction) -> list[Medium]:
    """Lost, away, and not agreed to."""
    if item.state is not DestructionState.DESTROYING:
        return []
    return [one for one in left(read, item) if one.state is MediumState.LOST and one.element is None]
