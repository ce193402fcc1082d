"""The robot: one motion at a time, on record before it is commanded, believed only after a look.

A crash in a motion leaves a move MOVING: the next life looks where the medium is before anything else moves.
A robot that does not answer leaves its library stale: nothing moves until a look succeeds.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from archived.catalog import events, media
from archived.language import _
from archived.model import Medium, Move
from archived.policy.mounting import MovePlan, next_move
from archived.policy.stacks import next_step
from archived.policy.stacks import put_down as from_hand
from archived.sessions.inventory import take_inventory
from archived.sessions.mount import Carried, carry, resume
from archived.sessions.tags_seen import cage_tags, tags_after
from archived.sessions.tools import Tools
from archived.stages.caging import follow_cages
from archived.stages.case_of_tags import weigh_tags
from archived.stages.floor import stale_key
from archived.stages.furnishing import furnish_as_seen
from archived.stages.giving_out import drive_keeps
from archived.stages.halting import find_astray, halt
from archived.stages.motion import (
    STAGE,
    Motion,
    free_slots,
    motion_of,
    moving_action,
    ordered_motion,
    put_down,
    resumed_motion,
)
from archived.stages.robot_trouble import LOOK_REST_S, drive_down, move_failed, robot_silent
from archived.stages.settling import settle
from archived.stages.stacker_floor import machine
from archived.stages.stacking import tell_full_bins
from archived.stages.tape_trouble import tell_health
from archived.stages.unfit_cartridge import set_aside_unfit
from archived.stages.unseen_places import note_whereabouts
from archived.stages.work import Action, Broken, Context, Order, Site, robot_lane
from archived.stages.work_waiting import Work, drive_views, movable, work_waiting
from archived.states import MoveEvent, MoveState

NAME = STAGE


@dataclass(frozen=True, slots=True)
class Look:
    """An inventory of a library, and nothing else; after a person looked at a robot that stood, with a reset first."""

    library: str
    reset: bool = False


def due(read: Connection, site: Site) -> list[Work]:
    return work_waiting(read, site)


def plan(view: list[Work], context: Context) -> list[Action]:
    wanted: list[Action] = []
    for work in view:
        floor, lane = work.floor, robot_lane(work.floor.library)
        if floor.halted:
            continue
        if work.moving:
            wanted += [
                moving_action(floor, resumed_motion(floor, move), resumed=True) for move in work.moving
            ]
        elif floor.stale:
            wanted.append(
                Action(NAME, f"inventory {floor.library}", (lane,), Look(floor.library, floor.to_reset))
            )
        elif floor.in_hand is not None:
            wanted += _from_hand(work, context, floor.in_hand)
        elif work.orders:
            wanted.append(ordered_motion(floor, work.orders[0]))
        else:
            step = _next_step(work, context)
            if step is not None and not (context.draining and floor.drive_of(step.medium_id) is None):
                wanted.append(moving_action(floor, motion_of(floor, step)))
    return context.choose(wanted)


def _next_step(work: Work, context: Context) -> MovePlan | None:
    floor = work.floor
    # Draining still takes discs that are done home, and begins nothing.
    wants = movable(() if context.draining else work.wants, context)
    drives = drive_views(work, context)
    busy = robot_lane(floor.library) in context.busy_lanes
    if floor.bins:
        return next_step(machine(floor, drives, work.fates), wants, busy)
    return next_move(drives, wants, busy, free_slots(floor))


def _from_hand(work: Work, context: Context, medium: Medium) -> list[Action]:
    """What an earlier motion left in the robot's hand is put down before anything else moves."""
    floor = work.floor
    if not floor.bins:
        return put_down(floor, medium)
    wants = movable(work.wants, context)
    step = from_hand(machine(floor, drive_views(work, context), work.fates), medium.id, wants)
    return [] if step is None else [moving_action(floor, motion_of(floor, step))]


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    if isinstance(action.task, Look):
        # The driver forgets at the look itself; on record that is kept until what was seen is on record too.
        events.set_setting(write, stale_key(action.task.library), "1")
    if isinstance(action.task, Look) or action.resumed:
        return action
    if isinstance(action.task, Order):
        # Its medium went away since it was ordered: whoever waits for it is told.
        site.orders.drop(action.task)
        subject = ("medium", action.task.medium_id)
        events.append(
            write, site.now(), "move", subject, outcome="refused", note="not in the library any more"
        )
        return None
    motion: Motion = action.task
    task = motion.carry
    medium = media.get(write, task.medium_id)
    if medium.element != task.source:
        return None
    move = Move(
        id=0,
        state=MoveState.MOVING,
        library=task.library,
        medium_id=task.medium_id,
        source=task.source,
        destination=task.destination,
        why=motion.why,
        begun_at=site.now(),
    )
    return action.having(replace(motion, move_id=media.begin_move(write, move)))


def run(action: Action, tools: Tools) -> Carried:
    if isinstance(action.task, Look):
        tools.progress.begin(
            action.key, _("looking into every element of {library}").format(library=action.task.library)
        )
        looked = take_inventory(tools, action.task.library, scan=True, reset=action.task.reset)
        kind = "arrived" if looked.inventory is not None else "vanished"
        tags = tags_after(tools, action.task.library, looked.inventory)
        carried = Carried(kind, looked.seen, looked.note, stands=looked.stands, inventory=looked.inventory)
        return replace(carried, tags=tags, cage_tags=cage_tags(tools, action.task.library))
    motion: Motion = action.task
    task = motion.carry
    tools.progress.begin(
        action.key,
        _("moving {medium_id} from {source} to {destination}").format(
            medium_id=task.medium_id, source=task.source, destination=task.destination
        ),
    )
    waiting = tools.progress.waiting(
        action.key,
        _(
            "preparing {medium_id}, {minutes} minutes so far (a first load takes up to two hours), in {drive}"
        ).format(drive=task.to_drive or task.from_drive, medium_id=task.medium_id, minutes="{minutes}"),
    )
    carried = resume(tools, task, waiting) if action.resumed else carry(tools, task, waiting)
    return replace(carried, tags=tags_after(tools, task.library, carried.inventory))


def record(write: Connection, site: Site, action: Action, outcome: Carried | Broken) -> float:
    library = action.task.library if isinstance(action.task, Look) else action.task.carry.library
    if isinstance(outcome, Broken):
        return site.config.rest_s
    if outcome.halted and isinstance(action.task, Motion):
        return _halt(write, site, action.task, outcome)
    if outcome.seen is None:
        robot_silent(write, site, library, outcome.note, stands=outcome.stands)
        if outcome.kind == "stayed":
            _end(write, site, action.task, outcome)
        return LOOK_REST_S
    if outcome.inventory is not None:
        furnish_as_seen(write, site, library, outcome.inventory)
    if isinstance(action.task, Motion):
        outcome = note_whereabouts(write, site, action.task.carry, outcome)
    follow_cages(write, site, library, outcome.seen or {}, outcome.doubtful, outcome.cage_tags)
    settle(write, site, library, outcome.seen or {}, outcome.doubtful, outcome.untold)
    weigh_tags(write, site, library, outcome.tags)
    if outcome.untold:
        tell_full_bins(write, site, library)
        find_astray(write, site, library, frozenset(outcome.seen or ()))
    events.clear_attention(write, f"robot:{library}")
    for health in outcome.health:
        tell_health(write, site, health, action.task.carry.medium_id)
    if isinstance(action.task, Look):
        _see_again(write, site, library)
        return 0
    motion: Motion = action.task
    _end(write, site, motion, outcome)
    _report(write, site, motion, outcome)
    if outcome.stands:
        robot_silent(write, site, library, outcome.note, stands=outcome.stands)
        return LOOK_REST_S
    return 0 if outcome.kind == "arrived" else site.config.rest_s


def _halt(write: Connection, site: Site, motion: Motion, outcome: Carried) -> float:
    """Only a person can tell what became of the medium of this motion."""
    halt(write, site, motion.carry, outcome.note)
    if outcome.seen is not None:
        settle(write, site, motion.carry.library, outcome.seen, outcome.doubtful, outcome.untold)
    _end(write, site, motion, outcome)
    return site.config.rest_s


def _see_again(write: Connection, site: Site, library: str) -> None:
    """A look of its own saw every medium that has a place in the library, and was told of by its barcode."""
    seen = [m.id for m in media.listing(write) if m.library == library and m.element and m.barcode]
    media.saw_again(write, seen, site.now(), f"robot:{library}")


def _end(write: Connection, site: Site, motion: Motion, outcome: Carried) -> None:
    """The motion is over, whether it is to be planned again or not."""
    event = {
        "arrived": MoveEvent.ARRIVED,
        "stayed": MoveEvent.STAYED,
        "vanished": MoveEvent.VANISHED,
    }[outcome.kind]
    media.end_move(write, motion.move_id, event, _ended_at(write, site, motion.carry.medium_id), outcome.note)
    if motion.order is not None:
        site.orders.drop(motion.order)


def _report(write: Connection, site: Site, motion: Motion, outcome: Carried) -> None:
    task = motion.carry
    subject = ("medium", task.medium_id)
    detail: dict[str, Any] = {"source": task.source, "destination": task.destination, "why": motion.why}
    if outcome.kind == "arrived" and not outcome.note:
        if task.to_drive is not None:
            began = media.move_begun_at(write, motion.move_id)
            events.learn_pace(write, "load_s", (site.now() - began).total_seconds())
        events.append(write, site.now(), "move", subject, **detail)
        events.clear_attention(write, f"move:{task.medium_id}")
        return
    detail |= {"kept": True} if outcome.kept else {}
    events.append(write, site.now(), "move", subject, outcome=outcome.kind, note=outcome.note, **detail)
    holder = task.to_drive if outcome.kind == "arrived" else task.from_drive
    aside = outcome.unfit and set_aside_unfit(write, site, task.medium_id, outcome.note)
    if outcome.unready and holder is not None and not aside:
        media.set_drive(write, holder, up=False, note=outcome.note)
        drive_down(write, site, holder, outcome.note)
    if outcome.kind == "arrived":
        events.clear_attention(write, f"move:{task.medium_id}")
    elif not outcome.stands and not outcome.called_off:
        move_failed(write, site, task, outcome)
        if outcome.kept and task.from_drive is not None:
            drive_keeps(write, site, task.from_drive, task.medium_id, outcome.note)


def _ended_at(read: Connection, site: Site, medium_id: str) -> datetime:
    """Now, but after the last burn of this medium: order must outlive somebody who sets the clock back."""
    burnt = [copy.written_at for copy in media.copies_on(read, medium_id) if copy.written_at is not None]
    return max([site.now(), *(at + timedelta(microseconds=1) for at in burnt)])
