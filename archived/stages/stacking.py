"""What a person puts into a bin of a disc robot, and takes out of it: the catalog is the only book of what lies there.

Each is one commit. Media lie in a bin as they are named, from the bottom up, on top of what was there.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from archived.catalog import events, media
from archived.catalog.events import Attention
from archived.errors import NotFound, WrongState
from archived.language import _
from archived.model import Medium
from archived.stages.floor import Floor, floors
from archived.stages.motion import free_slots
from archived.stages.stacker_floor import piles
from archived.stages.unseen_places import open_again, recount_missing
from archived.stages.work import Site
from archived.states import CopyState, MediumState
from robotics.model import Bin

#: In which a medium is at no work, so that a person may have it in his hands.
_AT_WORK = (CopyState.WRITING, CopyState.VERIFYING)


def bin_named(read: Connection, site: Site, library: str, name: str) -> tuple[Floor, Bin]:
    """A bin of a library. Raises NotFound, which names those that there are."""
    if library not in site.config.libraries:
        raise NotFound(
            _("there is no library {library!r}").format(library=library), known=sorted(site.config.libraries)
        )
    floor = next(floor for floor in floors(read, site) if floor.library == library)
    found = next((one for one in floor.bins if one.name == name), None)
    if found is None:
        known = ", ".join(one.name for one in floor.bins) or "-"
        raise NotFound(
            _("library {library} has no bin {name!r}; its bins are {known}").format(
                library=library, name=name, known=known
            ),
            advice="archivectl library",
        )
    return floor, found


def put_in_bin(
    write: Connection, site: Site, library: str, bin: str, media_ids: Sequence[str], *, agent: str
) -> list[str]:
    """A person put media into a bin, named from the bottom up. Done again, it changes nothing.

    All are taken, or none.

    Raises:
        NotFound: no such library, bin or medium.
        WrongState: a medium lies in a drive or a hand, or is given up, or the bin has not so many places.
    """
    floor, one = bin_named(write, site, library, bin)
    pile = next(pile for pile in piles(floor) if pile.first == one.first)
    wanted = list(dict.fromkeys(media_ids))
    lies_there = [medium_id for _element, medium_id in pile.media][-len(wanted) :] == wanted
    if lies_there and bin not in floor.closed:
        return wanted
    found = [media.get(write, medium_id) for medium_id in wanted]
    for medium in found:
        _demand_free(write, site, medium)
    open_again(write, site, library, bin, believed=False)
    rest = [(element, id) for element, id in pile.media if id not in wanted and bin not in floor.closed]
    first = rest[-1][0] + 1 if rest else one.first
    if first + len(wanted) > one.first + one.count:
        raise WrongState(
            _("bin {bin} of library {library} has room for {room} more; nothing was put on record").format(
                bin=bin, library=library, room=max(0, one.first + one.count - first)
            ),
            advice=_("take some out of the bin, and name fewer"),
        )
    if pile.takes and pile.lifo:
        _unplan(write, site, [id for _element, id in rest])
    for place, medium in enumerate(found, start=first):
        _lay(write, site, library, medium, place, bin, agent)
    recount_missing(write, site, library)
    return wanted


def take_from_bin(
    write: Connection, site: Site, library: str, bin: str, *, agent: str, to: str = ""
) -> list[str]:
    """A person took all media out of a bin. What was taken, from the bottom up; done again, it takes nothing.

    `to` is a library of cabinets, in whose free places they lie now, in order; other words say where they are.

    Raises NotFound, WrongState while one of them is at work, or when the cabinets have too few free places.
    """
    floor, one = bin_named(write, site, library, bin)
    pile = next(pile for pile in piles(floor) if pile.first == one.first)
    for _element, medium_id in pile.media:
        _demand_free(write, site, media.get(write, medium_id))
    shelf = next((floor for floor in floors(write, site) if floor.library == to and not floor.bins), None)
    places = [] if shelf is None else [slot.element for slot in free_slots(shelf)]
    if shelf is not None and len(places) < len(pile.media):
        raise WrongState(
            _("library {library} has {free} free places for {count} media; nothing was put on record").format(
                library=to, free=len(places), count=len(pile.media)
            )
        )
    for number, (element, medium_id) in enumerate(pile.media):
        note = _("medium {id} was taken out of its bin").format(id=medium_id)
        if media.get(write, medium_id).state is MediumState.RESERVED:
            media.withdraw_plans_on(write, medium_id, note, site.now())
        place = places[number] if shelf is not None else None
        if place is not None:
            media.update_columns(write, medium_id, library=to, home_element=place, magazine=None)
        media.saw(write, medium_id, place, site.now(), agent)
        subject = ("medium", medium_id)
        events.append(
            write, site.now(), "medium taken out", subject, agent=agent, element=element, bin=bin, note=to
        )
    open_again(write, site, library, bin, believed=False)
    events.clear_attention(write, full_key(library, bin))
    return [medium_id for _element, medium_id in pile.media]


def tell_full_bins(write: Connection, site: Site, library: str) -> None:
    """Tell people of a bin that takes no more discs, and take that back when it does."""
    floor = next(floor for floor in floors(write, site) if floor.library == library)
    for pile in piles(floor):
        key = full_key(library, pile.name)
        if pile.takes or not pile.puts or pile.next_place is not None:
            events.clear_attention(write, key)
            continue
        attention = Attention(
            key,
            "now",
            _("bin {bin} of library {library} is full: {count} discs").format(
                bin=pile.name, library=library, count=len(pile.media)
            ),
            _("discs that are done stay in their drives, and nothing new is written there meanwhile"),
            _(
                "take them out of the bin, then: archivectl library empty {library} --bin {bin} [--to LIBRARY]"
            ).format(library=library, bin=pile.name),
            site.now(),
        )
        events.raise_attention(write, attention)


def full_key(library: str, bin: str) -> str:
    """The attention that says that a bin takes no more."""
    return f"bin-full:{library}:{bin}"


def _demand_free(read: Connection, site: Site, medium: Medium) -> None:
    """Raises WrongState unless a person can have this medium in his hands."""
    if medium.state is MediumState.LOST:
        raise WrongState(
            _("medium {id} was given up; nothing was put on record").format(id=medium.id),
            advice=f"archivectl media {medium.id}",
        )
    at_work = any(copy.state in _AT_WORK for copy in media.copies_on(read, medium.id))
    drive = next(
        (
            drive.name
            for drive in media.drives(read)
            if drive.library == medium.library and drive.element == medium.element
        ),
        None,
    )
    if at_work or drive is not None:
        raise WrongState(
            _("medium {id} lies in drive {drive}; nothing was put on record").format(
                id=medium.id, drive=drive or "-"
            ),
            advice="archivectl library",
        )


def _unplan(write: Connection, site: Site, media_ids: Sequence[str]) -> None:
    """Blanks that come to lie beneath others are promised to nobody: those on top are taken first."""
    for medium_id in media_ids:
        if media.get(write, medium_id).state is MediumState.RESERVED:
            media.withdraw_plans_on(
                write, medium_id, _("other discs were laid on top of {id}").format(id=medium_id), site.now()
            )


def _lay(
    write: Connection, site: Site, library: str, medium: Medium, place: int, bin: str, agent: str
) -> None:
    media.update_columns(write, medium.id, library=library, home_element=None, magazine=None)
    media.saw(write, medium.id, place, site.now(), agent)
    subject = ("medium", medium.id)
    events.append(write, site.now(), "medium put in", subject, agent=agent, element=place, bin=bin)
    events.clear_attention(write, f"missing:{medium.id}")
