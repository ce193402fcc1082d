"""What a person orders of the robot, checked before it is queued: looks, moves, unloads."""

from sqlalchemy import Connection, select

from archived.catalog import events, media, recalls
from archived.catalog.tables import event, move
from archived.errors import NotFound, Refused, WrongState
from archived.language import _
from archived.stages.cleaning_asked import cleans
from archived.stages.doubt import words_of
from archived.stages.floor import Floor, floors, stale_key
from archived.stages.stacker_floor import bin_place_for, demand_within_reach
from archived.stages.work import Site
from archived.states import CopyState, ReadingState

_IN_SESSION = (CopyState.WRITING, CopyState.VERIFYING)


def ask_look(write: Connection, library: str) -> int:
    """Have the library looked at; returns the id of the last event before."""
    events.set_setting(write, stale_key(library), "1")
    return _last_event(write)


def looked_since(read: Connection, library: str, event_id: int) -> bool:
    """Whether a look that was asked for has succeeded or failed since."""
    if not events.settings(read).get(stale_key(library)):
        return True
    found = select(event.c.id).where(
        event.c.id > event_id, event.c.type == "inventory", event.c.subject_id == library
    )
    return read.execute(found).first() is not None


def check_move(read: Connection, site: Site, medium_id: str, destination: int) -> int:
    """The id of the medium's last move, if the move may be ordered.

    Raises:
        NotFound: there is no such medium, or it is in no library.
        WrongState: the medium is in a session, or the element is taken.
        Refused: there is no such element.
    """
    medium = media.get(read, medium_id)
    floor = next((f for f in floors(read, site) if f.medium(medium_id)), None)
    if floor is None or medium.element is None:
        raise NotFound(_("medium {medium_id} is not in a library").format(medium_id=medium_id), id=medium_id)
    if in_session(read, medium_id):
        raise WrongState(
            _("medium {medium_id} is in a session: it is being written or read").format(medium_id=medium_id),
            advice=_("wait until it is done (archivectl watch), or take the drive down, which ends after it"),
        )
    if destination not in _elements(floor):
        raise Refused(
            _("library {library} has no element {destination}").format(
                library=floor.library, destination=destination
            ),
            element=destination,
        )
    into = next((drive.name for drive in floor.drives if drive.element == destination), None)
    if into is not None and cleans(medium):
        raise Refused(
            _("medium {medium_id} is a cleaning cartridge: the drive is cleaned, not loaded").format(
                medium_id=medium_id
            ),
            advice=f"archivectl library clean {into}",
        )
    if destination in floor.doubtful:
        raise WrongState(
            _(
                "element {destination} of library {library} is not in order: {words}; nothing is put there"
            ).format(
                destination=destination, library=floor.library, words=words_of(floor.doubtful[destination])
            ),
            advice=_("put it right, then: archivectl library inventory"),
        )
    if floor.bins:
        demand_within_reach(floor, medium, destination)
    if destination == medium.element:
        raise WrongState(
            _("medium {medium_id} is in element {destination} already").format(
                medium_id=medium_id, destination=destination
            )
        )
    other = next((m for m in floor.media if m.element == destination), None)
    if other is not None:
        raise WrongState(
            _("element {destination} holds medium {id}").format(destination=destination, id=other.id),
            advice=_("move that one first"),
        )
    return last_move(read, medium_id)


def home_of(read: Connection, site: Site, drive: str) -> tuple[str, int]:
    """The medium in a drive and the slot it goes back to. Raises NotFound, WrongState."""
    media.get_drive(read, drive)
    for floor in floors(read, site):
        for item in floor.drives:
            medium = floor.in_drive(item)
            if item.name == drive and medium is not None:
                if floor.bins:
                    return medium.id, bin_place_for(read, floor, medium)
                return medium.id, _free_home(floor, medium.home_element)
    raise WrongState(_("drive {drive} is empty").format(drive=drive))


def last_move(read: Connection, medium_id: str) -> int:
    """Id of the last move of a medium that is over; 0 when there is none."""
    query = select(move.c.id).where(move.c.medium_id == medium_id, move.c.ended_at.is_not(None))
    return int(read.execute(query.order_by(move.c.id.desc())).scalar() or 0)


def move_document(read: Connection, medium_id: str) -> dict[str, object]:
    """The last move of a medium, for the answer."""
    row = read.execute(select(move).where(move.c.id == last_move(read, medium_id))).mappings().one()
    return {
        "id": row["id"],
        "state": row["state"].value,
        "medium": medium_id,
        "source": row["source"],
        "destination": row["destination"],
        "note": row["note"],
    }


def in_session(read: Connection, medium_id: str) -> bool:
    """Whether a medium is being written, verified or read."""
    if any(copy.state in _IN_SESSION for copy in media.copies_on(read, medium_id)):
        return True
    reading = recalls.readings_in_state(read, ReadingState.READING)
    return any(media.get_copy(read, item.copy_id).medium_id == medium_id for item in reading)


def _elements(floor: Floor) -> set[int]:
    """Every address that a medium can be carried to."""
    return {drive.element for drive in floor.drives} | set(floor.slots) | set(floor.ports)


def _free_home(floor: Floor, home: int | None) -> int:
    taken = {*(medium.element for medium in floor.media), *floor.doubtful}
    if home is not None and home not in taken:
        return home
    free = [element for element in floor.slots if element not in taken]
    if not free:
        raise WrongState(_("library {library} has no free slot").format(library=floor.library))
    return min(free)


def _last_event(read: Connection) -> int:
    return int(read.execute(select(event.c.id).order_by(event.c.id.desc())).scalar() or 0)
