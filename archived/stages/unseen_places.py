"""Places that nobody sees into: what a motion leaves on record there, and a bin that gave out before its record did.

A bin shows no barcodes and tells no count. Where a disc lies in it stands in the catalog alone; it changes by a motion
whose end was sensed, by a person who says what he put in or took out, and when the machine finds nothing to take.
"""

import json
from dataclasses import replace

from sqlalchemy import Connection

from archived.catalog import events, media
from archived.catalog.events import Attention
from archived.language import _, counted
from archived.model import Medium
from archived.sessions.mount import Carried, Carry
from archived.stages.floor import CLOSED, floors
from archived.stages.settling import missed
from archived.stages.work import Site
from archived.states import MediumState
from robotics.model import Bin


def note_whereabouts(write: Connection, site: Site, task: Carry, outcome: Carried) -> Carried:
    """Put on record where a medium without a barcode is after its motion, as far as the look could tell.

    What is told about it here is not told again: the motion then counts as called off.
    """
    if task.barcode is not None or not outcome.untold:
        return outcome
    floor = next(floor for floor in floors(write, site) if floor.library == task.library)
    medium = media.get(write, task.medium_id)
    if outcome.source_empty and task.source == floor.hand:
        _miss(write, site, medium)  # it was there: nobody infers it back into a bin
        return replace(outcome, called_off=True)
    pile = next((pile for pile in floor.bins if task.source in pile), None)
    if outcome.source_empty and pile is not None:
        gave_out(write, site, task.library, pile)
        return replace(outcome, called_off=True)
    if outcome.place is None:
        _miss(write, site, medium)
    elif medium.element != outcome.place or outcome.kind == "arrived":
        media.saw(write, medium.id, outcome.place, site.now())
    if any(outcome.place is not None and outcome.place in end and not end.takes for end in floor.bins):
        # What was planned on a blank that came to lie out of the robot's reach goes to another one.
        _withdraw(
            write,
            site,
            medium,
            _("medium {id} lies where the robot does not take it from").format(id=medium.id),
        )
    return outcome


def _miss(write: Connection, site: Site, medium: Medium) -> None:
    media.saw(write, medium.id, None, site.now())
    missed(write, site, medium)
    _withdraw(write, site, medium, _gone(medium))


def gave_out(write: Connection, site: Site, library: str, pile: Bin) -> None:
    """A bin has nothing more to give, and media are on record in it: they are missed together.

    A machine may be wrong about that: what is on record there stays, and nothing is fetched from there until somebody
    looked. What was planned on those media goes elsewhere.
    """
    inside = [
        medium
        for medium in media.listing(write)
        if medium.library == library and medium.element is not None and medium.element in pile
    ]
    for medium in inside:
        subject = ("medium", medium.id)
        events.append(write, site.now(), "medium missed", subject, outcome="failure", element=medium.element)
        _withdraw(write, site, medium, _gone(medium))
    ids = sorted({*_missing_from(write, library, pile.name), *(medium.id for medium in inside)})
    events.set_setting(write, _key(library, pile.name), json.dumps(ids))
    events.set_setting(write, closed_key(library, pile.name), "1")
    recount_missing(write, site, library)


def open_again(write: Connection, site: Site, library: str, bin_name: str, *, believed: bool) -> None:
    """Somebody looked into a bin that gave out: what is on record there is `believed`, or it lies elsewhere."""
    if not events.settings(write).get(closed_key(library, bin_name)):
        return
    events.set_setting(write, closed_key(library, bin_name), "")
    if believed:
        events.set_setting(write, _key(library, bin_name), "")
    else:
        for medium_id in _missing_from(write, library, bin_name):
            media.saw(write, medium_id, None, site.now())
    recount_missing(write, site, library)


def recount_missing(write: Connection, site: Site, library: str) -> None:
    """Say of each bin which media are still missed from it: some may have been found, or given up, by now."""
    away = {
        medium.id
        for medium in media.listing(write)
        if medium.element is None and medium.state is not MediumState.LOST
    }
    settings = events.settings(write)
    for pile in next((floor.bins for floor in floors(write, site) if floor.library == library), ()):
        before = _missing_from(write, library, pile.name)
        closed = bool(settings.get(closed_key(library, pile.name)))
        missing = [id for id in before if closed or id in away]
        if before and not closed:
            events.set_setting(write, _key(library, pile.name), json.dumps(missing) if missing else "")
        _tell_missing(write, site, library, pile, missing)


def _tell_missing(write: Connection, site: Site, library: str, pile: Bin, missing: list[str]) -> None:
    attention_id = f"bin-empty:{library}:{pile.name}"
    if not missing:
        events.clear_attention(write, attention_id)
        return
    what = counted(
        "bin {bin} of library {library} is empty, and {number} medium is on record in it: {media}",
        "bin {bin} of library {library} is empty, and {number} media are on record in it: {media}",
        len(missing),
    )
    attention = Attention(
        attention_id,
        "now",
        what.format(bin=pile.name, library=library, number=len(missing), media=", ".join(missing)),
        _(
            "nothing is fetched from there; what was planned on them goes elsewhere, as far as there are blanks"
        ),
        _(
            "look into the bin: archivectl library load {library} --bin {bin} --media ID,... with what lies there, "
            "from the bottom up; if all of them do, archivectl library resume {library} --reason TEXT; if none does, "
            "archivectl library empty {library} --bin {bin}"
        ).format(library=library, bin=pile.name),
        site.now(),
    )
    events.raise_attention(write, attention)


def _withdraw(write: Connection, site: Site, medium: Medium, note: str) -> None:
    if medium.state in (MediumState.RESERVED, MediumState.APPENDABLE):
        media.withdraw_plans_on(write, medium.id, note, site.now())


def _gone(medium: Medium) -> str:
    return _("medium {id} is missing").format(id=medium.id)


def _missing_from(read: Connection, library: str, bin_name: str) -> list[str]:
    return list(json.loads(events.settings(read).get(_key(library, bin_name)) or "[]"))


def closed_key(library: str, bin_name: str) -> str:
    """The setting that says that nothing is fetched from a bin until somebody looked into it."""
    return f"{CLOSED}:{library}:{bin_name}"


def _key(library: str, bin_name: str) -> str:
    return f"gave-out:{library}:{bin_name}"
