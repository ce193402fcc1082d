"""Media that two persons destroyed: one asks and says how, the other one agrees, and a certificate is signed.

All of it is one write: the media DESTROYED, their copies too, the certificate. A crash before it leaves an approval
that waits; after it everything is on record. Nothing physical is done here: who agrees says that he saw it done.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection

from archived.approvals import Approval
from archived.catalog import approvals, certificates, destructions, events, images, media, packages
from archived.certificates import Certificate
from archived.destructions import DestructionState
from archived.errors import Refused, WrongState
from archived.formats.certificates import destruction_certificate
from archived.language import _
from archived.model import Copy, Medium
from archived.robot_kinds import PERSON
from archived.stages import approving, hold
from archived.stages.retention.ruling import holds_on
from archived.stages.still_needed import is_needed
from archived.stages.work import Site
from archived.states import CopyEvent, CopyState, MediumEvent, MediumState

#: The kind of approval.
KIND: Final = "destroy media"
#: At most so many on one certificate, so that both have read what they sign.
MEDIA_MAX: Final = 500
_EMPTY = (MediumState.BLANK, MediumState.QUARANTINED, MediumState.SUSPECT)
#: Copies that never counted, on a medium that is not released.
_NEVER = (CopyState.CANCELLED, CopyState.ABANDONED)
#: Copies that count no more, on a released one.
_PAST = (*_NEVER, CopyState.RETIRED, CopyState.LOST, CopyState.DESTROYED)


def ask(
    write: Connection, site: Site, medium_ids: Sequence[str], *, method: str, agent: str, reason: str
) -> Approval:
    """Put on record that a person wants these media destroyed, or has destroyed them; a second one has to agree.

    Raises:
        NotFound: there is no such medium.
        Refused: no medium, too many, no reason, or nothing is said of how.
        WrongState: what lies on one of them is needed, or it lies in a robot; `reasons` has all of them. Or a hold
            stands: what the record takes for a blank may have been burnt since.
        NotPermitted: root asks.
    """
    wanted = sorted(set(medium_ids))
    if not wanted or len(wanted) > MEDIA_MAX:
        raise Refused(_("name between 1 and {most} media").format(most=MEDIA_MAX))
    if not method.strip():
        raise Refused(_("say how they are destroyed: it stands on the certificate"))
    _demand_destroyable(write, site, wanted)
    terms = {"method": method, "media": [_document(write, media.get(write, one)) for one in wanted]}
    return approving.ask(write, site, KIND, _thing(wanted), agent=agent, reason=reason, terms=terms)


def destroy(write: Connection, site: Site, approval: Approval, agent: str) -> None:
    """What is done when the second person agrees. Raises WrongState when a medium is not as it was."""
    wanted = [str(item["medium"]) for item in approval.terms["media"]]
    _demand_destroyable(write, site, wanted)
    now = site.now()
    listed = [_document(write, media.get(write, medium_id)) for medium_id in wanted]
    number = certificates.next_id(write)
    agreed = approvals.get(write, approval.id)
    document = destruction_certificate(
        number,
        approval,
        institution=site.config.site.name,
        media=listed,
        agreed_by=agent,
        agreed_because=agreed.note,
        at=now,
        simulated=site.config.simulated,
        key=site.key,
    )
    certificates.put(write, Certificate(number, now, approval.id, tuple(wanted), document))
    words = _("certificate {id}").format(id=number)
    for medium_id in wanted:
        for copy in media.copies_on(write, medium_id):
            if copy.state is CopyState.RETIRED:
                media.advance_copy(write, copy.id, CopyEvent.DESTROYED, note=words)
        media.advance_state(write, medium_id, MediumEvent.DESTROYED, now, agent=agent, why=words, note=words)
        media.update_columns(write, medium_id, element=None, home_element=None, magazine=None)
        detail = {"certificate": number, "approval": approval.id, "asked_by": approval.asked_by}
        events.append(write, now, "medium destroyed", ("medium", medium_id), agent=agent, **detail)
        for prefix in ("missing", "suspect", "move", "cleaner", "stranger", "cartridge", "lost-returned"):
            events.clear_attention(write, f"{prefix}:{medium_id}")


def why_not(read: Connection, site: Site, medium: Medium) -> str:
    """Why a medium must not be destroyed; "" when it may be."""
    held = holds_on(read, site, medium.id)
    if held:
        return _("{medium} carries what is under a legal hold: {hold}").format(medium=medium.id, hold=held[0])
    settings = site.config.libraries.get(medium.library or "")
    if medium.element is not None and settings is not None and settings.robot != PERSON:
        return _("{medium} lies in element {element} of library {library}: take it out first").format(
            medium=medium.id, element=medium.element, library=medium.library
        )
    copies = media.copies_on(read, medium.id)
    if medium.state is MediumState.RELEASED or _came_back(read, medium):
        last = next((c for c in copies if c.state is CopyState.RETIRED and is_needed(read, c)), None)
        if last is not None:
            return _("{medium} carries image {image}, which nothing else holds verified").format(
                medium=medium.id, image=last.image_id
            )
        counting = [copy for copy in copies if copy.state not in _PAST]
    elif medium.state in _EMPTY:
        counting = [copy for copy in copies if copy.state not in _NEVER]
    else:
        return _("{medium} is {state}; released media are destroyed, and such as carry nothing").format(
            medium=medium.id, state=medium.state.value
        )
    if counting:
        return _("{medium} carries image {image}, and is not released").format(
            medium=medium.id, image=counting[0].image_id
        )
    return ""


def _came_back(read: Connection, medium: Medium) -> bool:
    """Whether a medium was lost before it was destroyed for a destruction that gave it up."""
    given_up = (DestructionState.DESTROYING, DestructionState.DONE)
    lost = medium.state is MediumState.LOST
    return lost and bool(destructions.ever_listing(read, medium.id, *given_up))


def _demand_destroyable(read: Connection, site: Site, medium_ids: Sequence[str]) -> None:
    hold.demand_none(read, _("nothing can be destroyed"))
    reasons = [why for one in medium_ids if (why := why_not(read, site, media.get(read, one)))]
    if reasons:
        raise WrongState(
            _("{count} media cannot be destroyed; nothing was done: {first}").format(
                count=len(reasons), first=reasons[0]
            ),
            advice=_(
                "what they carry goes elsewhere first, and two persons release them; then they are taken out: "
                "archivectl media MEDIUM"
            ),
            reasons=reasons,
        )


def _document(read: Connection, medium: Medium) -> dict[str, Any]:
    """Everything that a certificate says of a medium."""
    return {
        "medium": medium.id,
        "barcode": medium.barcode or "",
        "kind": medium.kind,
        "batch": medium.batch,
        "media_id": medium.media_id,
        "printed_label": medium.printed_label or "",
        "rfid_uid": medium.rfid_uid or "",
        "volume_id": medium.volume_id or "",
        "label_uuid": medium.label_uuid or "",
        "state": medium.state.value,
        "copies": [
            _copy_document(read, copy)
            for copy in media.copies_on(read, medium.id)
            if copy.state is not CopyState.CANCELLED
        ],
    }


def _copy_document(read: Connection, copy: Copy) -> dict[str, Any]:
    image = images.get(read, copy.image_id)
    others = [
        other.medium_id
        for other in media.copies_of(read, copy.image_id)
        if other.state is CopyState.VERIFIED and other.medium_id != copy.medium_id
    ]
    return {
        "copy": copy.id,
        "image": image.id,
        "kind": image.kind,
        "set": image.set_id or "",
        "position": image.position or 0,
        "sha256": image.sha256 or "",
        "role": copy.role,
        "state": copy.state.value,
        "elsewhere": others,
        "packages": [
            {
                "id": package.id,
                "reference": str(package.reference),
                "version": package.version,
                "state": package.state.value,
            }
            for package in packages.of_image(read, image.id)
        ],
    }


def _thing(medium_ids: Sequence[str]) -> str:
    if len(medium_ids) == 1:
        return f"medium {medium_ids[0]}"
    return f"{len(medium_ids)} media, {medium_ids[0]} … {medium_ids[-1]}"
