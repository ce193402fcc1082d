"""Retired media are let go when their time is over, by two persons: one asks, and another one agrees.

Both see the same list; what is on it is looked at again in the write of the second one, and it is all released or
nothing. A released medium is not read any more, and can be destroyed, or, if it can be written again, admitted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from archived.approvals import Approval
from archived.catalog import events, health, images, media, packages
from archived.errors import Refused, WrongState
from archived.language import _
from archived.model import Copy, Medium
from archived.policy.owed import is_home
from archived.stages import approving, hold, still_needed
from archived.stages.commitment import missing_positions, what_lacks
from archived.stages.migrate.retiring import STAYING
from archived.stages.work import Site
from archived.states import CopyState, ImageState, MediumEvent, MediumState, PackageState

#: The kind of approval.
KIND: Final = "release media"
#: At most so many at once, so that both have read what they agree to.
MEDIA_MAX: Final = 500
_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Retired:
    """A retired medium: since when, until when it is kept, and what else keeps it."""

    medium: Medium
    retired_at: datetime | None
    keep_until: datetime | None
    images: tuple[str, ...]
    held_by: tuple[str, ...]


def listing(read: Connection, site: Site) -> list[Retired]:
    """Every retired medium, those that were retired first before the others."""
    found = [_look(read, site, medium) for medium in media.listing(read, MediumState.RETIRED)]
    return sorted(found, key=lambda item: (str(item.retired_at or ""), item.medium.id))


def ask(write: Connection, site: Site, medium_ids: Sequence[str], *, agent: str, reason: str) -> Approval:
    """Put on record that a person wants these media released; none are named: all whose time is over.

    Raises:
        NotFound: there is no such medium.
        Refused: there is nothing to release, too much, or no reason.
        WrongState: one of them is not retired, its time is not over, or something still rests on it.
        NotPermitted: root asks.
    """
    wanted = sorted(set(medium_ids))
    if not wanted:
        wanted = sorted(item.medium.id for item in listing(write, site) if not item.held_by)[:MEDIA_MAX]
    if not wanted:
        raise Refused(
            _("there is no retired medium whose time is over"),
            advice=_("see when each may go: archivectl migrate retired"),
        )
    if len(wanted) > MEDIA_MAX:
        raise Refused(_("name at most {most} media").format(most=MEDIA_MAX))
    found = _demand_free(write, site, wanted)
    terms = {"media": [_document(item) for item in found]}
    return approving.ask(write, site, KIND, _thing(wanted), agent=agent, reason=reason, terms=terms)


def release(write: Connection, site: Site, approval: Approval, agent: str) -> None:
    """What is done when the second person agrees. Raises WrongState when a medium is not as it was."""
    wanted = [str(item["medium"]) for item in approval.terms["media"]]
    for item in _demand_free(write, site, wanted):
        why = _("{approval}, asked for by {asked_by}: {reason}").format(
            approval=approval.id, asked_by=approval.asked_by, reason=approval.reason
        )
        media.advance_state(write, item.medium.id, MediumEvent.LET_GO, site.now(), agent=agent, why=why)
        detail: dict[str, Any] = {"approval": approval.id, "asked_by": approval.asked_by}
        subject = ("medium", item.medium.id)
        events.append(
            write, site.now(), "deaccession", subject, agent=agent, images=list(item.images), **detail
        )


def _look(read: Connection, site: Site, medium: Medium) -> Retired:
    retired_at = next(
        (
            step.at
            for step in reversed(health.history(read, medium.id))
            if step.after is MediumState.RETIRED and step.before is not MediumState.RETIRED
        ),
        None,
    )
    keep_until = None
    if retired_at is not None:
        keep_until = retired_at + timedelta(days=site.config.migration.keep_retired_days)
    copies = media.copies_on(read, medium.id)
    held_by = list(_held_by(read, site, medium, copies))
    if medium.state is MediumState.RETIRED and (keep_until is None or site.now() < keep_until):
        until = "?" if keep_until is None else keep_until.date().isoformat()
        held_by.append(_("{medium} is kept until {until}").format(medium=medium.id, until=until))
    carried = tuple(dict.fromkeys(copy.image_id for copy in copies if copy.state is CopyState.RETIRED))
    return Retired(medium, retired_at, keep_until, carried, tuple(held_by))


def _held_by(read: Connection, site: Site, medium: Medium, copies: Sequence[Copy]) -> list[str]:
    """What keeps a medium from being released, whatever its time."""
    if medium.state is not MediumState.RETIRED:
        words = _("{medium} is {state}; only retired media are released")
        return [words.format(medium=medium.id, state=medium.state.value)]
    if hold.stands(read):
        return [_("the catalog was made again: nothing is released until a person releases the hold")]
    found = [
        _("{medium} carries image {image}, which was not let go").format(
            medium=medium.id, image=copy.image_id
        )
        for copy in copies
        if copy.state in STAYING
    ]
    for copy in copies:
        if copy.state is CopyState.RETIRED and _is_needed(read, site, copy):
            words = _("image {image} on {medium} has not all the good copies that are asked for")
            found.append(words.format(image=copy.image_id, medium=medium.id))
    return found


def _is_needed(read: Connection, site: Site, copy: Copy) -> bool:
    """Whether somebody may need this retired copy: what took its place is not there, or came into doubt."""
    if still_needed.is_needed(read, copy):
        return True
    image = images.get(read, copy.image_id)
    if image.state is not ImageState.RETIRED and is_home(copy, image) and image.set_id is not None:
        item = images.get_set(read, image.set_id)
        if image.position in missing_positions(read, item):
            return True
    carried = packages.of_image(read, image.id)
    return any(
        package.state is PackageState.ARCHIVED and what_lacks(read, site, package) for package in carried
    )


def _demand_free(read: Connection, site: Site, wanted: Sequence[str]) -> list[Retired]:
    found = [_look(read, site, media.get(read, medium_id)) for medium_id in wanted]
    reasons = [words for item in found for words in item.held_by]
    if reasons:
        raise WrongState(
            _("{count} media cannot be released; nothing was done: {first}").format(
                count=sum(bool(item.held_by) for item in found), first=reasons[0]
            ),
            advice=_("see when each may go: archivectl migrate retired"),
            reasons=reasons,
        )
    return found


def _thing(medium_ids: Sequence[str]) -> str:
    named = ", ".join(medium_ids[:_NAMED])
    if len(medium_ids) > _NAMED:
        return _("{count} media: {named}, …").format(count=len(medium_ids), named=named)
    return named


def _document(item: Retired) -> dict[str, Any]:
    """What both persons see of a medium; nothing that changes while they think."""
    at = item.retired_at
    return {
        "medium": item.medium.id,
        "kind": item.medium.kind,
        "batch": item.medium.batch,
        "retired_at": None if at is None else at.isoformat(),
        "images": list(item.images),
    }
