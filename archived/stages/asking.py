"""Libraries whose media people move: a want becomes a task, a task that is done becomes a place on record.

No thread waits for a person. The motion (MOVING) and its task (OPEN) are one write; nothing moves by itself afterwards.
When somebody takes it, trays open; when he says that it is done, or cannot be done, trays are shut and what drives,
sensors and the disc itself say decides. A crash leaves the task as it is: what was not settled is made ready, or looked
at, once more.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from archived.catalog import events, media, tasks
from archived.language import _
from archived.policy.asking import Asked, moves_to_ask, still_needed
from archived.policy.due_times import level_at, priority_of
from archived.policy.mounting import MovePlan
from archived.sessions.handing import Found, Ready, look_after, make_ready
from archived.sessions.inventory import Looked, take_inventory
from archived.sessions.tools import Tools
from archived.stages.errands import HAND, Errand, handing_of
from archived.stages.errands_ended import not_ready, said_otherwise, settle_task
from archived.stages.fetching import has_robot_end
from archived.stages.floor import floors, stale_key
from archived.stages.hands_look import settle_told
from archived.stages.motion import free_slots
from archived.stages.offline import guests, offline_wants
from archived.stages.robot_trouble import LOOK_REST_S, robot_silent
from archived.stages.task_level import escalate
from archived.stages.tasking import cancel, open_task
from archived.stages.work import Action, Broken, Context, Site, drive_lane, robot_lane
from archived.stages.work_waiting import Work, drive_views, movable, work_waiting
from archived.tasks import Task, TaskKind, TaskState

NAME = "asking"


@dataclass(frozen=True, slots=True)
class Hands:
    """What waits in one library of people, and what they were asked for already."""

    work: Work
    errands: tuple[Errand, ...]
    #: Media for which somebody refused a task, and media with a task in any library.
    refused: frozenset[str]
    asked: frozenset[str]
    #: Elements here at which tasks begin or end.
    places: frozenset[int]
    #: Media on shelves that something waits for, and media here that go home to another library.
    wanted_from_shelves: frozenset[str]
    guests: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ask:
    """A motion that somebody is to be asked for."""

    library: str
    asked: Asked


@dataclass(frozen=True, slots=True)
class Drop:
    """A task that nothing needs any more."""

    task: Task


@dataclass(frozen=True, slots=True)
class Louder:
    """A task that is overdue, or as overdue again."""

    task: Task
    level: int


@dataclass(frozen=True, slots=True)
class Look:
    """A look at what drives and sensors of a library tell."""

    library: str


def due(read: Connection, site: Site) -> list[Hands]:
    works = work_waiting(read, site, by_person=True)
    if not works:
        return []
    unsettled = tasks.unsettled(read)
    refused, asked = frozenset(tasks.refused(read)), frozenset(task.medium_id for task in unsettled)
    wanted = frozenset(want.medium_id for want in offline_wants(read, site, floors(read, site)))
    ends = [(task.from_library, task.from_element) for task in unsettled]
    ends += [(task.to_library, task.to_element) for task in unsettled]
    leaving = {work.floor.library: guests(read, site, [work.floor]) for work in works}
    for library, found in leaving.items():
        ends += [(library, guest.medium.element) for guest in found]
    return [
        Hands(
            work,
            tuple(Errand(task, handing_of(read, task)) for task in unsettled if _is_here(site, work, task)),
            refused,
            asked,
            frozenset(e for library, e in ends if library == work.floor.library and e is not None),
            wanted,
            frozenset(guest.medium.id for guest in leaving[work.floor.library]),
        )
        for work in works
    ]


def plan(view: list[Hands], context: Context) -> list[Action]:
    wanted: list[Action] = []
    for hands in view:
        floor = hands.work.floor
        for errand in hands.errands:
            wanted += _next_of(hands, errand, context)
        if floor.stale:
            wanted.append(
                Action(NAME, f"inventory {floor.library}", (robot_lane(floor.library),), Look(floor.library))
            )
        elif not context.draining:
            wanted += [
                Action(NAME, f"move {asked.move.medium_id}", (), Ask(floor.library, asked))
                for asked in _to_ask(hands, context)
            ]
    return context.choose(wanted)


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    match action.task:
        case Ask():
            _ask(write, site, action.task)
        case Drop():
            if tasks.get(write, action.task.task.id).state is action.task.task.state:
                cancel(write, site, action.task.task, _("nothing needs it any more"))
        case Louder():
            escalate(write, site, action.task.task, action.task.level)
        case Look():
            events.set_setting(write, stale_key(action.task.library), "1")
            return action
        case Errand():
            return _begin(write, site, action)
    return None


def run(action: Action, tools: Tools) -> Ready | Found | Looked:
    if isinstance(action.task, Look):
        library = action.task.library
        tools.progress.begin(action.key, _("asking drives and sensors of {library}").format(library=library))
        return take_inventory(tools, library)
    errand: Errand = action.task
    task = errand.task
    named = {"id": task.id, "medium": task.medium_id}
    if errand.is_taken:
        tools.progress.begin(action.key, _("opening trays for task {id} ({medium})").format(**named))
        return make_ready(tools, errand.handing)
    tools.progress.begin(action.key, _("looking after task {id} ({medium})").format(**named))
    return look_after(tools, errand.handing)


def record(write: Connection, site: Site, action: Action, outcome: Ready | Found | Looked | Broken) -> float:
    if isinstance(outcome, Broken):
        return site.config.rest_s
    if isinstance(outcome, Looked):
        library = action.task.library
        if outcome.inventory is None:
            robot_silent(write, site, library, outcome.note, stands=outcome.stands)
            return LOOK_REST_S
        settle_told(write, site, library, outcome.inventory)
        return 0
    errand: Errand = action.task
    if isinstance(outcome, Ready):
        if outcome.wrong:
            return not_ready(write, site, errand, outcome)
        tasks.update_columns(write, errand.task.id, ready_at=site.now())
        return 0
    if outcome.unknown:
        return said_otherwise(write, site, errand, outcome)
    return settle_task(write, site, errand, outcome)


def _is_here(site: Site, work: Work, task: Task) -> bool:
    return task.to_library == work.floor.library and not has_robot_end(site, task)


def _next_of(hands: Hands, errand: Errand, context: Context) -> list[Action]:
    """What is to be done about a task now; nothing while only its person can go on."""
    task, handing = errand.task, errand.handing
    key = f"move {task.medium_id}"
    drives = tuple(drive_lane(name) for name in (handing.from_drive, handing.to_drive) if name is not None)
    if task.state not in (TaskState.OPEN, TaskState.TAKEN):
        return [Action(NAME, key, drives, errand, resumed=True)]
    if not context.draining and not _still_needed(hands, errand, context):
        return [Action(NAME, key, (), Drop(task))]
    if errand.is_taken and task.ready_at is None:
        return [Action(NAME, key, drives, errand)]
    level = level_at(task.opened_at, task.due_at, context.now)
    return [Action(NAME, key, (), Louder(task, level))] if level > task.level else []


def _still_needed(hands: Hands, errand: Errand, context: Context) -> bool:
    task = errand.task
    if task.kind is TaskKind.BRING:
        return task.medium_id in hands.wanted_from_shelves
    if task.kind is not TaskKind.CARRY or (errand.is_taken and errand.handing.from_drive is not None):
        return True  # what is in somebody's hands goes home: that is as good a place as any
    if task.from_element is None or task.to_element is None:
        return True
    move = MovePlan(task.medium_id, task.from_element, task.to_element, task.reason)
    return still_needed(move, drive_views(hands.work, context), hands.work.wants)


def _to_ask(hands: Hands, context: Context) -> list[Asked]:
    work = hands.work
    wants = [want for want in movable(work.wants, context) if want.medium_id not in hands.refused]
    found = moves_to_ask(
        drive_views(work, context),
        wants,
        free_slots(work.floor),
        asked_media=hands.asked | hands.refused | hands.guests,
        asked_places=hands.places,
    )
    return [asked for asked in found if f"move {asked.move.medium_id}" not in context.busy_keys]


def _ask(write: Connection, site: Site, ask: Ask) -> None:
    """The motion and its task, in one write; not when the world went on since it was planned."""
    move = ask.asked.move
    medium = media.get(write, move.medium_id)
    unsettled = tasks.unsettled(write)
    asked_already = any(
        task.medium_id == move.medium_id
        or (task.to_library, task.to_element) == (ask.library, move.destination)
        for task in unsettled
    )
    taken = any(m.element == move.destination and m.library == ask.library for m in media.listing(write))
    if medium.element != move.source or asked_already or taken:
        return
    open_task(
        write,
        site,
        TaskKind.CARRY,
        move.medium_id,
        (ask.library, move.source),
        (ask.library, move.destination),
        reason=move.why,
        priority=priority_of(ask.asked.kind),
        moves=True,
    )


def _begin(write: Connection, site: Site, action: Action) -> Action | None:
    """Before a tray opens its medium is in somebody's hands: no session begins with it."""
    errand: Errand = action.task
    task = tasks.get(write, errand.task.id)
    if task.state is not errand.task.state or task.settled_at is not None:
        return None
    if errand.is_taken and errand.handing.from_drive is not None:
        media.update_columns(write, task.medium_id, element=HAND)
    return action
