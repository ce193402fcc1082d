"""Cases: what happens when witnesses disagree about a medium, and how that ends.

While a case is open nothing is written to its media, what was planned for them is planned anew, and its places are
frozen: of its own accord the robot puts nothing there and takes nothing from there. One write opens a case, and one
closes it; a crash before leaves what was, and the next look says the same again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from archived.cases import BY_LOOK, BY_PERSON, Case, CaseState, Witness, WitnessKind
from archived.catalog import cases, events, media
from archived.catalog.events import Attention
from archived.errors import Refused
from archived.language import _
from archived.model import Medium
from archived.policy.reconciling import (
    Outcome,
    is_over,
    media_concerned,
    media_meant,
    reconcile,
)
from archived.policy.witness_words import NOW, advice, gravity, said
from archived.stages.work import Site
from archived.states import MediumState

#: So many witnesses are told of where people wait to be told; the case has all of them.
SAID_MAX = 6
#: What is planned on media in these states can be planned on others.
_PLANNED = (MediumState.RESERVED, MediumState.APPENDABLE)


def heard(read: Connection, site: Site, kind: WitnessKind, text: str, by: str) -> Witness:
    """A witness with the media that the catalog knows by what was read; "" for one that says nothing."""
    return Witness(kind, text, media_meant(kind, text, media.listing(read)), by, site.now())


def on_record(site: Site, medium_id: str) -> Witness:
    """What the catalog expects there."""
    return Witness(WitnessKind.CATALOG, medium_id, (medium_id,), "catalog", site.now())


def weigh(
    write: Connection,
    site: Site,
    witnesses: Sequence[Witness],
    *,
    library: str | None = None,
    elements: Iterable[int] = (),
) -> str | None:
    """Open a case if these witnesses disagree, and put on record what they say if a case is about them.

    Returns the id of the case that is open then; None when they agree, or nobody knows anything.
    """
    book = {medium.id: medium for medium in media.listing(write)}
    verdict = reconcile(witnesses, book)
    if verdict.outcome is Outcome.DISAGREE:
        return open_case(write, site, witnesses, library=library, elements=elements)
    if verdict.medium_id is not None:
        _confirm(write, site, verdict.medium_id, witnesses, book)
    return None


def open_case(
    write: Connection,
    site: Site,
    witnesses: Sequence[Witness],
    *,
    library: str | None = None,
    elements: Iterable[int] = (),
) -> str:
    """Put a disagreement on record; the id of its case. One that is open about the same place or media is added to.

    `elements` may be drives: what lies there goes home, and its home is frozen instead.
    """
    concerned = media_concerned(witnesses)
    places = _places(write, library, elements, concerned)
    known = _same(cases.under_way(write), library, places, concerned)
    if known is not None:
        _add(write, site, known, witnesses, places)
        return known.id
    item = Case(
        id=cases.new_id(write),
        state=CaseState.OPEN,
        media=concerned,
        library=library,
        elements=places,
        urgency=gravity(witnesses),
        opened_at=max([site.now(), *(witness.at for witness in witnesses)]),
        witnesses=tuple(witnesses),
        to_do="",
    )
    item = replace(item, to_do=advice(witnesses, item.id))
    cases.register(write, item)
    _stop_writing(write, site, item.id, concerned)
    _tell(write, site, item)
    return item.id


def _add(
    write: Connection, site: Site, item: Case, witnesses: Sequence[Witness], places: Iterable[int]
) -> None:
    """The same disagreement again, or another one about the same: what is new of it is put on record."""
    before = [(one.kind, one.read, one.says, one.by) for one in item.witnesses[-len(witnesses) :]]
    if before == [(one.kind, one.read, one.says, one.by) for one in witnesses]:
        return
    concerned = media_concerned(witnesses)
    cases.hear(write, item, _together(item, witnesses))
    cases.update_columns(
        write,
        item.id,
        media=tuple(sorted({*item.media, *concerned})),
        elements=tuple(sorted({*item.elements, *places})),
        urgency=NOW if NOW in (item.urgency, gravity(witnesses)) else item.urgency,
    )
    _stop_writing(write, site, item.id, concerned)
    _put_up(write, site, cases.get(write, item.id))


def close_case(
    write: Connection, site: Site, case_id: str, *, agent: str, reason: str, medium_is: str | None = None
) -> Case:
    """A person says what is so. A medium that is named lies in the place of the case from now on.

    Raises:
        NotFound: no such case, or no such medium.
        Refused: no reason, or no medium named where the case is about one place with several media.
        ForbiddenStep: the case is closed already.
    """
    if not reason.strip():
        raise Refused(_("a reason is needed: it stands in the record for ever"))
    item = cases.get(write, case_id)
    one_place = len(item.elements) == 1 and len(item.media) > 1
    if medium_is is None and one_place:
        raise Refused(
            _("case {case} is about one place and media {media}: say which it is").format(
                case=case_id, media=", ".join(item.media)
            ),
            advice=f"archivectl cases close {case_id} --reason TEXT --medium-is MEDIUM",
        )
    if medium_is is not None:
        _lies_there(write, site, item, media.get(write, medium_is), agent)
    _end(write, site, item, agent=agent, how=BY_PERSON, reason=reason, medium_is=medium_is)
    return cases.get(write, case_id)


def frozen_places(under_way: Iterable[Case], library: str) -> Mapping[int, frozenset[str]]:
    """Elements of a library in which the robot changes nothing of its own accord → media that may go home there."""
    found: dict[int, frozenset[str]] = {}
    for item in under_way:
        if item.library == library:
            for element in item.elements:
                found[element] = found.get(element, frozenset()) | set(item.media)
    return found


def _confirm(
    write: Connection,
    site: Site,
    medium_id: str,
    witnesses: Sequence[Witness],
    book: Mapping[str, Medium],
) -> None:
    """A look at a medium of which everybody agrees: cases about it hear it, and end when nothing is left of them."""
    for item in cases.under_way(write):
        if medium_id not in item.media:
            continue
        again = cases.hear(write, item, _together(item, witnesses))
        if is_over(again, book):
            _end(write, site, again, agent=events.DAEMON, how=BY_LOOK, reason="; ".join(said(witnesses)))


def _tell(write: Connection, site: Site, item: Case) -> None:
    now, words = site.now(), said(item.witnesses)
    events.append(
        write,
        now,
        "case opened",
        ("case", item.id),
        outcome="failure",
        media=list(item.media),
        library=item.library,
        elements=list(item.elements),
        said=words,
    )
    for medium_id in item.media:
        events.append(write, now, "case opened", ("medium", medium_id), outcome="failure", case=item.id)
    _put_up(write, site, item)


def _put_up(write: Connection, site: Site, item: Case) -> None:
    """Tell people what is open, by its gravity."""
    words = said(item.witnesses[:SAID_MAX])
    events.raise_attention(
        write,
        Attention(
            f"case:{item.id}",
            item.urgency,
            _("witnesses disagree about media {media}: {said}").format(
                media=", ".join(item.media) or "-", said="; ".join(words)
            ),
            _("nothing is written to these media, and the robot leaves their places alone; recalls go on"),
            item.to_do,
            site.now(),
        ),
    )


def _end(
    write: Connection,
    site: Site,
    item: Case,
    *,
    agent: str,
    how: str,
    reason: str,
    medium_is: str | None = None,
) -> None:
    now = site.now()
    ended = {"closed_at": now, "closed_by": agent, "how": how, "reason": reason, "medium_is": medium_is}
    cases.close(write, item.id, **ended)
    detail: dict[str, Any] = {"how": how, "reason": reason, "medium_is": medium_is}
    events.append(write, now, "case closed", ("case", item.id), agent=agent, media=list(item.media), **detail)
    for medium_id in sorted({*item.media, *([medium_is] if medium_is else [])}):
        events.append(write, now, "case closed", ("medium", medium_id), agent=agent, case=item.id, **detail)
    events.clear_attention(write, f"case:{item.id}")


def _lies_there(write: Connection, site: Site, item: Case, medium: Medium, agent: str) -> None:
    """A person says which medium lies in the place of a case: the catalog follows, and believes nobody else there."""
    if item.library is None or len(item.elements) != 1:
        return
    element, now = item.elements[0], site.now()
    for other in media.listing(write):
        if other.library == item.library and other.element == element and other.id != medium.id:
            media.saw(write, other.id, None, now, agent)
    if medium.library != item.library:
        media.update_columns(write, medium.id, library=item.library, home_element=None, magazine=None)
    in_drive = any(
        drive.library == item.library and drive.element == medium.element for drive in media.drives(write)
    )
    if not in_drive:
        media.saw(write, medium.id, element, now, agent)


def _stop_writing(write: Connection, site: Site, case_id: str, concerned: Iterable[str]) -> None:
    for medium_id in concerned:
        if media.get(write, medium_id).state in _PLANNED:
            words = _("witnesses disagree about medium {id} (case {case})").format(id=medium_id, case=case_id)
            media.withdraw_plans_on(write, medium_id, words, site.now())


def _places(
    read: Connection, library: str | None, elements: Iterable[int], concerned: Iterable[str]
) -> tuple[int, ...]:
    """Elements to freeze: instead of a drive the homes of what may lie in it."""
    drives = {drive.element for drive in media.drives(read) if drive.library == library}
    found = set(elements)
    if found & drives:
        homes = {media.get(read, medium_id) for medium_id in concerned}
        found |= {m.home_element for m in homes if m.library == library and m.home_element is not None}
    return tuple(sorted(found - drives))


def _same(
    under_way: Iterable[Case], library: str | None, places: Iterable[int], concerned: Sequence[str]
) -> Case | None:
    """The open case that is about the same place, or about just these media."""
    here = set(places)
    for item in under_way:
        same_place = library is not None and item.library == library and bool(here & set(item.elements))
        if same_place or (concerned and set(concerned) <= set(item.media)):
            return item
    return None


def _together(item: Case, witnesses: Sequence[Witness]) -> list[Witness]:
    """Witnesses of one look have one time, later than all that a case heard before: whoever set the clock."""
    last = max([item.opened_at, *(witness.at for witness in item.witnesses)])
    at = max([last + timedelta(microseconds=1), *(witness.at for witness in witnesses)])
    return [replace(witness, at=at) for witness in witnesses]
