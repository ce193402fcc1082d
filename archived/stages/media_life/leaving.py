"""Media on transport lists: the robot lays them into its import/export slots, and what was seen is put on record.

As many at a time as slots are free. Nothing of it is remembered: an order that a crash took with it is given again, a
medium that no look sees any more has left, and one that a look sees again is back.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from archived.catalog import events, media, tasks, transports
from archived.catalog.events import DAEMON
from archived.model import Medium
from archived.robot_kinds import SMC
from archived.sessions.tools import Tools
from archived.stages.floor import Floor, floors
from archived.stages.media_life.transporting import left
from archived.stages.orders import in_session
from archived.stages.work import Action, Broken, Context, Order, Site
from archived.states import MediumState, MoveState
from archived.transports import OPEN, Travel, TravelEvent, TravelState

NAME = "leaving"
_GONE = (MediumState.LOST, MediumState.DESTROYED)


@dataclass(frozen=True, slots=True)
class Send:
    """A medium that its robot is to lay into an import/export slot."""

    travel: Travel
    port: int


@dataclass(frozen=True, slots=True)
class Note:
    """What became of a medium of a list."""

    travel: Travel
    event: TravelEvent


@dataclass(frozen=True, slots=True)
class View:
    sends: tuple[Send, ...] = ()
    notes: tuple[Note, ...] = ()


def due(read: Connection, site: Site) -> View:
    found = transports.in_state(read, *OPEN)
    if not found:
        return View()
    notes = [
        Note(item, event)
        for item in found
        if (event := _event(media.get(read, item.medium_id), item)) is not None
    ]
    noted = {note.travel.id for note in notes}
    waiting = [item for item in found if item.state is TravelState.WANTED and item.id not in noted]
    return View(tuple(_sends(read, site, waiting)), tuple(notes))


def plan(view: View, context: Context) -> list[Action]:
    wanted = [Action(NAME, f"transport {note.travel.id}", (), note) for note in view.notes]
    if not context.draining:
        wanted += [Action(NAME, f"transport {send.travel.id}", (), send) for send in view.sends]
    return context.choose(wanted)


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    match action.task:
        case Send(travel=travel, port=port):
            order = Order(travel.medium_id, port)
            if order not in site.orders.waiting():
                site.orders.add(order)
        case Note(travel=travel, event=event):
            _note(write, site, travel, event)
    return None


def run(action: Action, tools: Tools) -> None:
    """Nothing: the robot is told by an order, as if a person had given it."""


def record(write: Connection, site: Site, action: Action, outcome: None | Broken) -> float:
    return 0


def is_moving(read: Connection, site: Site, transport_id: str) -> bool:
    """Whether a robot is laying media of a list into import/export slots, or can go on with it now."""
    waiting = [one for one in transports.media_of(read, transport_id) if one.state is TravelState.WANTED]
    wanted = {one.medium_id for one in waiting}
    under_way = {move.medium_id for move in media.moves_in_state(read, MoveState.MOVING)}
    under_way |= {order.medium_id for order in site.orders.waiting()}
    return bool(wanted & under_way) or bool(_sends(read, site, waiting))


def _event(medium: Medium, item: Travel) -> TravelEvent | None:
    """What the record says by now of a medium that is on its way."""
    if medium.state in _GONE:
        return TravelEvent.GONE
    if item.state is TravelState.WANTED:
        return TravelEvent.TAKEN if medium.element is None else None
    return TravelEvent.SEEN_AGAIN if medium.element is not None else None


def _note(write: Connection, site: Site, item: Travel, event: TravelEvent) -> None:
    now = site.now()
    if event is TravelEvent.TAKEN:
        left(write, site, item, DAEMON)
        return
    transports.advance_state(write, item.id, event, ended_at=now)
    if event is TravelEvent.SEEN_AGAIN:
        subject = ("medium", item.medium_id)
        events.append(write, now, "medium came back", subject, transport=item.transport_id)


def _sends(read: Connection, site: Site, waiting: list[Travel]) -> list[Send]:
    """What robots can lay into free import/export slots now: each slot once, the oldest lists first."""
    by_name = {floor.library: floor for floor in floors(read, site)}
    free = {name: _free_ports(read, site, floor) for name, floor in by_name.items() if _serves(site, floor)}
    under_way = {move.medium_id for move in media.moves_in_state(read, MoveState.MOVING)}
    under_way |= {order.medium_id for order in site.orders.waiting()}
    found = []
    for item in waiting:
        medium = media.get(read, item.medium_id)
        floor = by_name.get(medium.library or "")
        if floor is None or not free.get(floor.library) or medium.id in under_way:
            continue
        if medium.element in floor.slots and not in_session(read, medium.id):
            found.append(Send(item, free[floor.library].pop(0)))
    return found


def _serves(site: Site, floor: Floor) -> bool:
    return site.config.libraries[floor.library].robot == SMC and not floor.stale and not floor.halted


def _free_ports(read: Connection, site: Site, floor: Floor) -> list[int]:
    taken = {medium.element for medium in floor.media} | set(floor.doubtful)
    for task in tasks.unsettled(read):
        taken |= {task.to_element} if task.to_library == floor.library else set()
        taken |= {task.from_element} if task.from_library == floor.library else set()
    taken |= {order.destination for order in site.orders.waiting() if floor.medium(order.medium_id)}
    taken |= {
        move.destination
        for move in media.moves_in_state(read, MoveState.MOVING)
        if move.library == floor.library
    }
    return [port for port in floor.ports if port not in taken]
