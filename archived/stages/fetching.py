"""Media that no robot reaches: people bring them to its import/export slots, and take them home again.

A task to bring, or to take home, is one write. When somebody says that it is done the library is looked at: what its
robot sees in the slot decides, and from there it works as with any other medium. What was brought goes home when
nothing waits for it any more: the robot lays it into an import/export slot first, as if a person had ordered it.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from archived.catalog import media, tasks
from archived.language import _
from archived.policy.due_times import level_at, priority_of
from archived.policy.fetching import Bring, what_to_bring
from archived.robot_kinds import SMC
from archived.sessions.inventory import Looked, take_inventory
from archived.sessions.tools import Tools
from archived.stages.errands import HAND
from archived.stages.floor import Floor, floors
from archived.stages.furnishing import furnish_as_seen
from archived.stages.offline import Guest, bin_of, guests, landings, offline_wants
from archived.stages.robot_trouble import LOOK_REST_S, robot_silent
from archived.stages.settling import settle
from archived.stages.stacker_floor import within_reach
from archived.stages.task_level import escalate
from archived.stages.tasking import cancel, open_task
from archived.stages.travel_ended import laid_in_bin, settle_travel
from archived.stages.work import Action, Broken, Context, Order, Site, robot_lane
from archived.stages.work_waiting import is_by_person
from archived.states import MoveState
from archived.tasks import Task, TaskKind, TaskState

NAME = "fetching"


@dataclass(frozen=True, slots=True)
class Travel:
    """A task with one end at a robot's import/export slot, and where its medium is."""

    task: Task
    #: The library of the robot, and its slot.
    library: str
    port: int
    #: The medium lies where it is to be taken from (or is in somebody's hands already).
    is_there: bool
    needed: bool
    #: The bin of a disc robot that its place there is in.
    bin: str = ""

    @property
    def is_taken(self) -> bool:
        return self.task.state is TaskState.TAKEN


@dataclass(frozen=True, slots=True)
class View:
    """What is to be brought, taken home, and under way."""

    brings: tuple[Bring, ...] = ()
    #: Guests, with the import/export slot (or drive) from which somebody takes them.
    leaving: tuple[tuple[Guest, int], ...] = ()
    travels: tuple[Travel, ...] = ()


@dataclass(frozen=True, slots=True)
class Send:
    """A medium that the robot is to lay into an import/export slot."""

    travel: Travel


@dataclass(frozen=True, slots=True)
class Drop:
    """A task that nothing needs any more."""

    task: Task


@dataclass(frozen=True, slots=True)
class Louder:
    """A task that is overdue."""

    task: Task
    level: int


def due(read: Connection, site: Site) -> View:
    unsettled = tasks.unsettled(read)
    if not unsettled and all(library.robot == SMC for library in site.config.libraries.values()):
        return View()
    every_floor = floors(read, site)
    wants = offline_wants(read, site, every_floor)
    asked = {task.medium_id for task in unsettled} | set(tasks.refused(read))
    brings = what_to_bring(wants, landings(site, every_floor, unsettled), asked=asked)
    wanted = {want.medium_id for want in wants}
    return View(
        tuple(brings),
        tuple(_leaving(read, site, every_floor, unsettled, asked)),
        tuple(_travel(read, every_floor, task, wanted) for task in unsettled if has_robot_end(site, task)),
    )


def plan(view: View, context: Context) -> list[Action]:
    wanted: list[Action] = []
    for travel in view.travels:
        wanted += _next_of(travel, context)
    if not context.draining:
        wanted += [Action(NAME, f"move {one.want.medium_id}", (), one) for one in view.brings]
        for guest, element in view.leaving:
            wanted.append(Action(NAME, f"move {guest.medium.id}", (), (guest, element)))
    return context.choose(wanted)


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    match action.task:
        case Bring():
            _bring(write, site, action.task)
        case (Guest() as guest, int() as element):
            _take_home(write, site, guest, element)
        case Send():
            _send(write, site, action.task.travel)
        case Drop():
            if tasks.get(write, action.task.task.id).state is action.task.task.state:
                cancel(write, site, action.task.task, _("nothing needs it any more"))
        case Louder():
            escalate(write, site, action.task.task, action.task.level)
        case Travel() as travel if travel.is_taken:
            _make_ready(write, site, travel)
        case Travel(bin=str(name)) as travel if name and travel.task.kind is TaskKind.BRING:
            laid_in_bin(write, site, travel.task, name)
        case Travel():
            return action
    return None


def run(action: Action, tools: Tools) -> Looked:
    travel: Travel = action.task
    named = {"id": travel.task.id, "medium": travel.task.medium_id}
    tools.progress.begin(action.key, _("looking after task {id} ({medium})").format(**named))
    return take_inventory(tools, travel.library)


def record(write: Connection, site: Site, action: Action, outcome: Looked | Broken) -> float:
    travel: Travel = action.task
    if isinstance(outcome, Broken):
        return site.config.rest_s
    if outcome.inventory is None or outcome.seen is None:
        robot_silent(write, site, travel.library, outcome.note, stands=outcome.stands)
        return LOOK_REST_S
    task = travel.task
    if task.kind is TaskKind.HOME and task.state is TaskState.DONE:
        # Before the look is put on record, which would miss it: what the robot sees decides all the same.
        media.update_columns(write, task.medium_id, library=task.to_library, element=task.to_element)
    furnish_as_seen(write, site, travel.library, outcome.inventory)
    settle(write, site, travel.library, outcome.seen, outcome.doubtful, outcome.untold)
    settle_travel(write, site, task, travel.library, travel.port, outcome.seen)
    return 0


def has_robot_end(site: Site, task: Task) -> bool:
    """Whether a task begins or ends at an import/export slot of a robot."""
    return task.kind in (TaskKind.BRING, TaskKind.HOME) and not (
        is_by_person(site, task.from_library) and is_by_person(site, task.to_library)
    )


def _leaving(
    read: Connection, site: Site, every_floor: list[Floor], unsettled: list[Task], asked: set[str]
) -> list[tuple[Guest, int]]:
    """Guests that may leave now: from the slot where they lie, or by one that is free; from drives that people load."""
    free = {
        landing.library: list(landing.free)
        for landing in landings(site, every_floor, unsettled)
        if not landing.by_person
    }
    by_name = {floor.library: floor for floor in every_floor}
    found = []
    for guest in guests(read, site, every_floor):
        floor, element = by_name[guest.medium.library or ""], guest.medium.element
        if guest.medium.id in asked or element is None:
            continue
        if is_by_person(site, floor.library) or element in floor.ports:
            found.append((guest, element))
        elif floor.bins:
            if not within_reach(floor, guest.medium):
                found.append((guest, element))  # in a bin that the robot only lays into
        elif element in floor.slots and free.get(floor.library):
            found.append((guest, free[floor.library].pop(0)))
    return found


def _travel(read: Connection, every_floor: list[Floor], task: Task, wanted: set[str]) -> Travel:
    comes = task.kind is TaskKind.BRING
    library = task.to_library if comes else task.from_library
    port = task.to_element if comes else task.from_element
    medium = media.get(read, task.medium_id)
    is_there = comes or (medium.library == task.from_library and medium.element == task.from_element)
    floor = next((floor for floor in every_floor if floor.library == library), None)
    pile = None if floor is None else bin_of(floor, port)
    name = "" if pile is None else pile.name
    return Travel(task, library, port or 0, is_there, task.medium_id in wanted or not comes, name)


def _next_of(travel: Travel, context: Context) -> list[Action]:
    task = travel.task
    key = f"move {task.medium_id}"
    if task.state not in (TaskState.OPEN, TaskState.TAKEN):
        return [Action(NAME, key, (robot_lane(travel.library),), travel, resumed=True)]
    if not travel.needed and not context.draining:
        return [Action(NAME, key, (), Drop(task))]
    if not travel.is_there and task.ready_at is None:
        return [Action(NAME, key, (), Send(travel))]
    if travel.is_taken and task.ready_at is None:
        return [Action(NAME, key, (), travel)]
    level = level_at(task.opened_at, task.due_at, context.now)
    return [Action(NAME, key, (), Louder(task, level))] if level > task.level else []


def _bring(write: Connection, site: Site, bring: Bring) -> None:
    want = bring.want
    if _is_asked(write, want.medium_id, bring.library, bring.element):
        return
    reason = {
        "read": _("somebody recalled what is on it"),
        "verify": _("it is to be read back"),
        "look": _("a survey asks what it is"),
        "care": _("its time has come to be examined"),
    }[want.kind]
    open_task(
        write,
        site,
        TaskKind.BRING,
        want.medium_id,
        (want.library, want.element),
        (bring.library, bring.element),
        reason=reason,
        priority=priority_of(want.kind),
        moves=is_by_person(site, bring.library),
    )


def _take_home(write: Connection, site: Site, guest: Guest, element: int) -> None:
    library = guest.medium.library or ""
    if _is_asked(write, guest.medium.id, library, element, but=guest.medium.id):
        return
    by_hand = is_by_person(site, library)
    open_task(
        write,
        site,
        TaskKind.HOME,
        guest.medium.id,
        (library, element),
        (guest.home_library, _free_home(write, guest)),
        reason=_("nothing waits for it any more"),
        priority=priority_of(None),
        moves=by_hand,
    )


def _free_home(read: Connection, guest: Guest) -> int | None:
    """Its place, unless something else was laid there meanwhile."""
    taken = {m.element for m in media.listing(read) if m.library == guest.home_library}
    return None if guest.home_element in taken else guest.home_element


def _is_asked(read: Connection, medium_id: str, library: str, element: int, but: str = "") -> bool:
    ends = [(t.to_library, t.to_element) for t in tasks.unsettled(read) if t.medium_id != medium_id]
    ends += [(t.from_library, t.from_element) for t in tasks.unsettled(read) if t.medium_id != medium_id]
    lies_there = any((m.library, m.element) == (library, element) for m in media.listing(read) if m.id != but)
    twice = any(t.medium_id == medium_id for t in tasks.unsettled(read))
    return twice or lies_there or (library, element) in ends


def _send(read: Connection, site: Site, travel: Travel) -> None:
    """The robot is told once; a motion that an earlier life began ends first."""
    order = Order(travel.task.medium_id, travel.port)
    under_way = {move.medium_id for move in media.moves_in_state(read, MoveState.MOVING)}
    if order not in site.orders.waiting() and travel.task.medium_id not in under_way:
        site.orders.add(order)


def _make_ready(write: Connection, site: Site, travel: Travel) -> None:
    """From here it is in somebody's hands: no look misses it in its slot."""
    task = travel.task
    if task.kind is TaskKind.HOME:
        media.update_columns(write, task.medium_id, library=task.to_library, element=HAND)
    tasks.update_columns(write, task.id, ready_at=site.now())
