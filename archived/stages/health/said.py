"""What people say of the state of a medium: set aside, taken back, watched, watched no longer. Each with a reason."""

from sqlalchemy import Connection

from archived.care import KINDS, ItemState
from archived.catalog import care, events, health, media, recalls
from archived.errors import Refused, WrongState
from archived.language import _
from archived.model import Medium
from archived.policy.cartridge_labels import CLEANING
from archived.stages.work import Site
from archived.states import CopyState, MediumEvent, MediumState, ReadingState

#: What a medium may be set aside from; nothing is taken out of a write.
_SET_ASIDE = (
    MediumState.BLANK,
    MediumState.RESERVED,
    MediumState.APPENDABLE,
    MediumState.GOOD,
    MediumState.WATCH,
    MediumState.SUSPECT,
    MediumState.UNKNOWN,
)
_WATCHABLE = (MediumState.GOOD, MediumState.APPENDABLE)


def quarantine(write: Connection, site: Site, medium_id: str, *, agent: str, reason: str) -> Medium:
    """Set a medium aside: nothing is written to it, and what is on it counts no more until it is admitted.

    Raises NotFound, Refused without a reason, WrongState while it is written and for what is ours no more.
    """
    medium = _asked(write, medium_id, reason)
    if medium.state is MediumState.QUARANTINED:
        return medium
    if medium.state not in _SET_ASIDE:
        raise WrongState(
            _("medium {medium} is {state}; it cannot be set aside, and nothing was changed").format(
                medium=medium_id, state=medium.state.value
            ),
            advice=f"archivectl media {medium_id}",
        )
    _demand_at_rest(write, medium_id)
    media.withdraw_plans_on(write, medium_id, reason, site.now())
    return _stepped(write, site, medium, agent, reason, MediumEvent.SET_ASIDE)


def admit(write: Connection, site: Site, medium_id: str, *, agent: str, reason: str) -> Medium:
    """Take a medium back that was set aside, as what it was before: a blank, or a carrier of its copies.

    Raises NotFound, Refused without a reason, WrongState for one that was not set aside, or was never ours.
    """
    medium = _asked(write, medium_id, reason)
    if medium.state is not MediumState.QUARANTINED:
        raise WrongState(
            _("medium {medium} is {state}, not set aside; nothing was changed").format(
                medium=medium_id, state=medium.state.value
            )
        )
    copies = [copy for copy in media.copies_on(write, medium_id) if copy.state is not CopyState.CANCELLED]
    if medium.kind == CLEANING or (not copies and not medium.capacity_bytes):
        raise WrongState(
            _("medium {medium} was never registered; nothing was changed").format(medium=medium_id),
            advice=f"archivectl media register {medium_id} --batch NAME",
        )
    if not copies:
        return _stepped(write, site, medium, agent, reason, MediumEvent.ADMITTED)
    before = _before(write, medium_id)
    still_open = medium.holds_many and before is MediumState.APPENDABLE
    events_ = [MediumEvent.IDENTIFIED_OPEN if still_open else MediumEvent.IDENTIFIED]
    if before is MediumState.WATCH:
        events_.append(MediumEvent.WATCHED)
    trusted = any(copy.state in (CopyState.VERIFIED, CopyState.FOUND) for copy in copies)
    if before is MediumState.SUSPECT or not trusted:
        events_.append(MediumEvent.SPOILED)
    return _stepped(write, site, medium, agent, reason, *events_)


def watch(write: Connection, site: Site, medium_id: str, *, agent: str, reason: str) -> Medium:
    """Have a medium looked at more often; only a person ends what a person began. A cartridge takes nothing more.

    Raises NotFound, Refused without a reason, WrongState for a medium that is not good.
    """
    medium = _asked(write, medium_id, reason)
    if medium.state is not MediumState.WATCH and medium.state not in _WATCHABLE:
        raise WrongState(
            _("medium {medium} is {state}; only a good one is watched, and nothing was changed").format(
                medium=medium_id, state=medium.state.value
            ),
            advice=f"archivectl media {medium_id}",
        )
    media.withdraw_plans_on(write, medium_id, reason, site.now())
    return _stepped(write, site, medium, agent, reason, MediumEvent.WATCHED)


def clear(write: Connection, site: Site, medium_id: str, *, agent: str, reason: str) -> Medium:
    """Have a medium watched no longer; what is noted of it from now on may put it there again.

    Raises NotFound, Refused without a reason, WrongState for a medium that is not watched.
    """
    medium = _asked(write, medium_id, reason)
    if medium.state is MediumState.GOOD:
        return medium
    if medium.state is not MediumState.WATCH:
        words = _("medium {medium} is {state}, not watched; nothing was changed")
        if medium.state is MediumState.SUSPECT:
            words = _("medium {medium} is {state}: only reading all of it clears it; nothing was changed")
        raise WrongState(
            words.format(medium=medium_id, state=medium.state.value),
            advice=f"archivectl verify run --medium {medium_id} --full",
        )
    return _stepped(write, site, medium, agent, reason, MediumEvent.CLEARED)


def _demand_at_rest(read: Connection, medium_id: str) -> None:
    """Raises WrongState while somebody is at a medium: what he finds is put on record first."""
    copies = media.copies_on(read, medium_id)
    ids = {copy.id for copy in copies}
    busy = any(copy.state in (CopyState.WRITING, CopyState.VERIFYING) for copy in copies)
    busy |= any(one.copy_id in ids for one in recalls.readings_in_state(read, ReadingState.READING))
    busy |= any(
        item.medium_id == medium_id and item.state is ItemState.WORKING
        for kind in KINDS
        for item in care.open_items(read, kind, paused=True)
    )
    if busy:
        raise WrongState(
            _("medium {medium} is being used; nothing was changed").format(medium=medium_id),
            advice=_("say it again when the drive is done with it: archivectl library"),
        )


def _asked(write: Connection, medium_id: str, reason: str) -> Medium:
    if not reason.strip():
        raise Refused(_("a reason is needed: it stands in the record for ever"))
    return media.get(write, medium_id)


def _before(read: Connection, medium_id: str) -> MediumState | None:
    """What it was when it was set aside; None where nobody noted it."""
    steps = [step for step in health.history(read, medium_id) if step.after is MediumState.QUARANTINED]
    return steps[-1].before if steps else None


def _stepped(
    write: Connection, site: Site, medium: Medium, agent: str, reason: str, *steps: MediumEvent
) -> Medium:
    for step in steps:
        media.advance_state(write, medium.id, step, site.now(), agent=agent, why=reason, note=reason)
    after = media.get(write, medium.id)
    if steps[-1] in (MediumEvent.ADMITTED, MediumEvent.CLEARED, MediumEvent.IDENTIFIED):
        media.update_columns(write, medium.id, note="")
    words = f"medium {steps[-1].value.replace('_', ' ')}"
    events.append(write, site.now(), words, ("medium", medium.id), agent=agent, reason=reason)
    return after
