"""Released cartridges that are written again from their beginning: a person admits them, and one write says so.

Two persons said that nothing on it is needed (`media released`). The tape itself is touched by its next session only,
which writes its new label over the very label that it was released with, or sets it aside.
"""

from sqlalchemy import Connection

from archived.catalog import destructions, events, media, readmissions
from archived.errors import Refused, WrongState
from archived.language import _
from archived.model import Medium
from archived.policy.cartridge_labels import read_label
from archived.stages import hold
from archived.stages.retention.ruling import holds_on
from archived.stages.still_needed import is_needed
from archived.stages.work import Site
from archived.states import CopyEvent, CopyState, MediumEvent, MediumState


def readmit(write: Connection, site: Site, medium_id: str, *, agent: str, reason: str) -> Medium:
    """A released cartridge is a blank again; what it held is lost from here.

    Raises:
        NotFound: there is no such medium.
        Refused: a disc, a write-once cartridge, or no reason.
        WrongState: it is not released, something on it is needed after all or under a legal hold, it is to be
            destroyed, or nobody knows its label.
    """
    medium = media.get(write, medium_id)
    if not reason.strip():
        raise Refused(_("a reason is needed: it stands in the record for ever"))
    if not medium.holds_many or read_label(medium.barcode or "").worm:
        raise Refused(
            _("{medium} is written once and never again; it can only be destroyed").format(medium=medium_id),
            advice="archivectl media destroy",
        )
    if medium.state is not MediumState.RELEASED or hold.stands(write):
        raise WrongState(
            _(
                "{medium} is {state}; only a released cartridge is written again, and none while a hold stands"
            ).format(medium=medium_id, state=medium.state.value),
            advice="archivectl migrate retired",
        )
    _demand_not_held(write, site, medium_id)
    copies = media.copies_on(write, medium_id)
    if any(copy.tape_file is not None for copy in copies) and medium.label_uuid is None:
        raise WrongState(
            _("nobody knows the label on the tape in {medium}, so it is not written over").format(
                medium=medium_id
            ),
            advice="archivectl catalog check",
        )
    nowhere = {"tape_file": None, "first_block": None}
    for copy in copies:
        if copy.state is CopyState.RETIRED:
            note = _("its cartridge was admitted again")
            media.advance_copy(write, copy.id, CopyEvent.GIVEN_UP, note=note, **nowhere)
    if medium.label_uuid is not None:
        readmissions.put(write, medium_id, medium.label_uuid, site.now(), agent)
    media.advance_state(
        write,
        medium_id,
        MediumEvent.ADMITTED,
        site.now(),
        agent=agent,
        why=reason,
        note="",
        used_bytes=0,
        label_uuid=None,
    )
    events.append(
        write, site.now(), "medium admitted again", ("medium", medium_id), agent=agent, reason=reason
    )
    return media.get(write, medium_id)


def _demand_not_held(write: Connection, site: Site, medium_id: str) -> None:
    """Raises WrongState for one that is to be destroyed, or carries what is needed or under a legal hold."""
    listed = destructions.concerning(write, medium_id)
    if listed:
        raise WrongState(
            _("{medium} is to be destroyed for {destruction}, and is not written again").format(
                medium=medium_id, destruction=listed
            ),
            advice=f"archivectl destructions {listed}",
        )
    held = holds_on(write, site, medium_id)
    if held:
        raise WrongState(
            _("{medium} carries what is under a legal hold: {hold}").format(medium=medium_id, hold=held[0])
        )
    for copy in media.copies_on(write, medium_id):
        if copy.state is CopyState.RETIRED and is_needed(write, copy):
            raise WrongState(
                _("{medium} carries image {image}, which nothing else holds verified").format(
                    medium=medium_id, image=copy.image_id
                )
            )
