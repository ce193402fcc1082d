"""What people say of media that leave: a list is opened, taken away, received, asked back. Each is one write.

What a robot has to do for it is planned by `leaving`; what is seen again in a library of ours is back by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from archived.catalog import events, images, media, tasks, transports
from archived.errors import NotFound, Refused, WrongState
from archived.language import _
from archived.model import Medium
from archived.policy.cabinets import places
from archived.policy.sufficiency import AT_HAND, missing_members
from archived.robot_kinds import PERSON, STACKERS
from archived.stages.orders import in_session
from archived.stages.place_words import place_words
from archived.stages.work import Site
from archived.states import MediumState, SetState
from archived.transports import AWAY, Transport, Travel, TravelEvent, TravelState

_PROMISED = (MediumState.RESERVED, MediumState.WRITING)
_GONE = (MediumState.LOST, MediumState.DESTROYED)
MEDIA_MAX = 2000


@dataclass(frozen=True, slots=True)
class Thinner:
    """A set that can bear less while its media are away."""

    set_id: str
    #: So many more members may be lost; below 0 it cannot be rebuilt.
    spare_before: int
    spare_after: int


def open_list(
    write: Connection, site: Site, medium_ids: Sequence[str], *, to: str, agent: str, reason: str
) -> Transport:
    """Open a list of media that leave. `to` is a library whose media people move, any other place, or "".

    Raises:
        NotFound: there is no such medium.
        Refused: no medium, too many, no reason, or a robot's library as the place to go.
        WrongState: one of them cannot leave now; `reasons` has all of them.
    """
    wanted = list(dict.fromkeys(medium_ids))
    if not wanted or len(wanted) > MEDIA_MAX:
        raise Refused(_("name between 1 and {most} media").format(most=MEDIA_MAX))
    _demand_reason(reason)
    settings = site.config.libraries.get(to)
    if settings is not None and settings.robot != PERSON:
        raise Refused(
            _("library {library} has a robot: media come into it by its import/export slots").format(
                library=to
            ),
            advice=f"archivectl library import --library {to}",
        )
    reasons = [why for one in wanted if (why := why_not(write, site, media.get(write, one), to))]
    if reasons:
        raise WrongState(
            _("{count} media cannot leave now; no list was opened: {first}").format(
                count=len(reasons), first=reasons[0]
            ),
            reasons=reasons,
        )
    item = Transport(transports.next_id(write), to if settings else "", to, reason, agent, site.now())
    transports.put(write, item, [_travel(write, site, item.id, media.get(write, one)) for one in wanted])
    subject = ("transport", item.id)
    events.append(
        write, site.now(), "transport opened", subject, agent=agent, to=to, media=wanted, reason=reason
    )
    return item


def why_not(read: Connection, site: Site, medium: Medium, to: str) -> str:
    """Why a medium cannot leave now; "" when it can."""
    named = {"medium": medium.id, "state": medium.state.value, "library": medium.library}
    open_one = transports.open_ones(read).get(medium.id)
    if open_one is not None:
        return _("{medium} is on list {id} already").format(medium=medium.id, id=open_one.transport_id)
    if medium.state in _GONE or medium.element is None or medium.library not in site.config.libraries:
        return _("{medium} is in no library ({state})").format(**named)
    if site.config.libraries[medium.library or ""].robot in STACKERS:
        return _("{medium} lies in a bin of library {library}: archivectl library empty").format(**named)
    if medium.library == to:
        return _("{medium} is in library {library} already").format(**named)
    if medium.state in _PROMISED or in_session(read, medium.id):
        return _("{medium} is at work, or promised to an image").format(**named)
    if any(task.medium_id == medium.id for task in tasks.unsettled(read)):
        return _("there is a task for medium {medium_id} already").format(medium_id=medium.id)
    return ""


def thinner(read: Connection, medium_ids: Sequence[str]) -> list[Thinner]:
    """The sets that can bear less while these media are away, those that can bear least first."""
    leaving = set(medium_ids)
    carried = {copy.image_id for one in medium_ids for copy in media.copies_on(read, one)}
    sets = {images.get(read, image_id).set_id for image_id in carried} - {None}
    found = []
    for set_id in sets:
        item = images.get_set(read, str(set_id))
        if item.state not in (SetState.COMPLETE, SetState.FOUND, SetState.PROTECTED):
            continue
        members = images.of_set(read, item.id)
        at_hand = {m.position or 0: media.copies_at_hand(read, m.id) for m in members}
        spare = []
        for away in (set[str](), leaving):
            states = {
                position: [copy.state for copy in copies if copy.medium_id not in away]
                for position, copies in at_hand.items()
            }
            lacking = missing_members(states, n=item.n, m=item.m, absent=item.absent, counting=AT_HAND)
            spare.append(item.m - len(lacking))
        if spare[1] < spare[0]:
            found.append(Thinner(item.id, spare[0], spare[1]))
    return sorted(found, key=lambda one: (one.spare_after, one.set_id))


def take_away(
    write: Connection, site: Site, transport_id: str, medium_ids: Sequence[str], *, agent: str
) -> list[str]:
    """Somebody has these media of a list in his hands (none named: all that wait). From here nobody misses them.

    Raises NotFound, and WrongState while a robot still sees one of them.
    """
    chosen = _chosen(write, transport_id, medium_ids, TravelState.WANTED)
    for item in chosen:
        medium = media.get(write, item.medium_id)
        settings = site.config.libraries.get(medium.library or "")
        if medium.element is not None and settings is not None and settings.robot != PERSON:
            raise WrongState(
                _("the robot of library {library} sees {medium} still: {place}; nothing was changed").format(
                    library=medium.library,
                    medium=medium.id,
                    place=place_words(write, site, medium.library, medium.element),
                ),
                advice=f"archivectl library inventory --library {medium.library}",
            )
        media.saw(write, medium.id, None, site.now(), agent)
        left(write, site, item, agent)
    return [item.medium_id for item in chosen]


def left(write: Connection, site: Site, item: Travel, agent: str) -> None:
    """A medium of a list has left its library."""
    transports.advance_state(write, item.id, TravelEvent.TAKEN, taken_at=site.now(), taken_by=agent)
    events.clear_attention(write, f"missing:{item.medium_id}")
    detail = {"transport": item.transport_id, "from": item.from_words}
    events.append(write, site.now(), "medium left", ("medium", item.medium_id), agent=agent, **detail)


def receive(
    write: Connection, site: Site, transport_id: str, medium_ids: Sequence[str], *, agent: str
) -> list[str]:
    """Somebody says that these media of a list are where they were to go; in a library of ours they get places.

    Raises NotFound, and WrongState where that library has too few free places.
    """
    wanted = transports.get(write, transport_id)
    chosen = _chosen(write, transport_id, medium_ids, TravelState.OUT)
    free = _free_places(write, site, wanted.to_library) if wanted.to_library else []
    if wanted.to_library and len(free) < len(chosen):
        raise WrongState(
            _("library {library} has {free} free places for {count} media; nothing was changed").format(
                library=wanted.to_library, free=len(free), count=len(chosen)
            )
        )
    for number, item in enumerate(chosen):
        now = site.now()
        # In a library of ours it is at home, and its way is over.
        event = TravelEvent.SEEN_AGAIN if wanted.to_library else TravelEvent.RECEIVED
        ended = {"ended_at": now} if wanted.to_library else {}
        transports.advance_state(write, item.id, event, arrived_at=now, arrived_by=agent, **ended)
        detail = {"transport": transport_id, "where": wanted.to_words}
        if wanted.to_library:
            _settle_in(write, site, wanted.to_library, item.medium_id, free[number], agent)
            detail["place"] = place_words(write, site, wanted.to_library, free[number])
        events.append(write, now, "medium arrived", ("medium", item.medium_id), agent=agent, **detail)
    return [item.medium_id for item in chosen]


def ask_back(
    write: Connection, site: Site, transport_id: str, medium_ids: Sequence[str], *, agent: str, reason: str
) -> list[str]:
    """These media of a list (none named: all that are away) are to come home. Raises NotFound, Refused."""
    _demand_reason(reason)
    away = (TravelState.OUT, TravelState.ARRIVED)
    chosen = _chosen(write, transport_id, medium_ids, *away)
    for item in chosen:
        transports.advance_state(write, item.id, TravelEvent.ASKED_BACK, note=reason)
        detail = {"transport": transport_id, "reason": reason}
        events.append(
            write, site.now(), "medium asked back", ("medium", item.medium_id), agent=agent, **detail
        )
    return [item.medium_id for item in chosen]


def strike(
    write: Connection, site: Site, transport_id: str, medium_ids: Sequence[str], *, agent: str, reason: str
) -> list[str]:
    """Strike media from a list that did not leave yet (none named: all of these). Raises NotFound, Refused."""
    _demand_reason(reason)
    chosen = _chosen(write, transport_id, medium_ids, TravelState.WANTED)
    for item in chosen:
        transports.advance_state(write, item.id, TravelEvent.CANCELLED, ended_at=site.now(), note=reason)
        detail = {"transport": transport_id, "reason": reason}
        events.append(write, site.now(), "medium stays", ("medium", item.medium_id), agent=agent, **detail)
    return [item.medium_id for item in chosen]


def is_leaving(read: Connection, medium_id: str) -> bool:
    """Whether somebody is going to take a medium out: nobody misses it then."""
    item = transports.open_ones(read).get(medium_id)
    return item is not None and item.state is TravelState.WANTED


def is_away(read: Connection, medium_id: str) -> bool:
    """Whether a medium is out of every library, as everybody knows."""
    item = transports.open_ones(read).get(medium_id)
    return item is not None and item.state in AWAY


def _chosen(
    read: Connection, transport_id: str, medium_ids: Sequence[str], *states: TravelState
) -> list[Travel]:
    """Those of a list that are meant and in these states. Raises NotFound, WrongState."""
    transports.get(read, transport_id)
    on_list = {item.medium_id: item for item in transports.media_of(read, transport_id)}
    for medium_id in medium_ids:
        if medium_id not in on_list:
            raise NotFound(
                _("{medium} is not on list {id}").format(medium=medium_id, id=transport_id),
                advice=f"archivectl vault transports {transport_id}",
            )
        if on_list[medium_id].state not in states:
            raise WrongState(
                _("{medium} of list {id} is {state}; nothing was changed").format(
                    medium=medium_id, id=transport_id, state=on_list[medium_id].state.value
                )
            )
    wanted = [on_list[one] for one in dict.fromkeys(medium_ids)] or list(on_list.values())
    chosen = [item for item in wanted if item.state in states]
    if not chosen:
        raise WrongState(
            _("nothing of list {id} is there for that; nothing was changed").format(id=transport_id),
            advice=f"archivectl vault transports {transport_id}",
        )
    return chosen


def _travel(read: Connection, site: Site, transport_id: str, medium: Medium) -> Travel:
    words = place_words(read, site, medium.library, medium.element)
    return Travel(0, transport_id, medium.id, TravelState.WANTED, medium.library or "", medium.element, words)


def _free_places(read: Connection, site: Site, library: str) -> list[int]:
    taken = {medium.element for medium in media.listing(read) if medium.library == library}
    taken |= {task.to_element for task in tasks.unsettled(read) if task.to_library == library}
    return [place for place in places(site.config.libraries[library].cabinets) if place not in taken]


def _settle_in(write: Connection, site: Site, library: str, medium_id: str, element: int, agent: str) -> None:
    place = places(site.config.libraries[library].cabinets)[element]
    home = {"library": library, "home_element": element, "magazine": place.drawer_words}
    media.update_columns(write, medium_id, **home)
    media.saw(write, medium_id, element, site.now(), agent)


def _demand_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused(_("a reason is needed: it stands in the record for ever"))
