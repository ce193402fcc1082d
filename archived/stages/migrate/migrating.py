"""The waves of migrations, one after the other. Catalog work: reading and writing are done by the stages for that.

A wave begins when all of the one before it is done; one in which something failed pauses its run, for a person to look.
Paused and cancelled runs are looked after too: what is only planned for them is taken back. A crash loses nothing:
every step is one write, and what is next follows from the record.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from archived.care import MIGRATE, CareItem, CareRun, ItemEvent, ItemState, RunEvent, RunState
from archived.catalog import care, events, images, media, migrated
from archived.language import _
from archived.policy.migrate.selecting import COPY, REPACK, RETIRE
from archived.policy.migrate.steps import DAY, Next, Progress, Throttle, next_step
from archived.sessions.tools import Tools
from archived.stages import hold
from archived.stages.migrate import renewing, repacking, report
from archived.stages.migrate.repacking import Turn
from archived.stages.migrate.retiring import emptied, retire_copy, retire_if_empty
from archived.stages.work import Action, Broken, Context, Site

NAME = "migrating"


@dataclass(frozen=True, slots=True)
class Doing:
    """An item with something to be done now."""

    item: CareItem
    step: Next


@dataclass(frozen=True, slots=True)
class Ended:
    """A run with nothing left to do in a wave; `failed` says how much of it could not be done, and was not told yet."""

    run_id: str
    wave: int
    failed: int
    over: bool


@dataclass(frozen=True, slots=True)
class View:
    """What can be done now."""

    doing: tuple[Doing, ...]
    ended: tuple[Ended, ...]
    emptied: tuple[str, ...]
    turns: tuple[Turn, ...] = ()


def due(read: Connection, site: Site) -> View:
    runs = {run.id: run for run in care.under_way(read, MIGRATE)}
    waiting = care.open_items(read, MIGRATE, paused=True) if runs else []
    found = [*_of_runs(read, site, runs, waiting), *_of_cancelled(read, site)]
    ended = tuple(_ended(read, runs.values(), waiting))
    stopped = {item.run_id for item in ended}
    turns = [
        turn
        for run_id, wave in _waves(waiting).items()
        if run_id not in stopped
        for turn in repacking.turns(read, site, runs[run_id], wave)
    ]
    return View(tuple(found), ended, tuple(emptied(read)), tuple(turns))


def plan(view: View, context: Context) -> list[Action]:
    if context.draining or context.held:
        return []
    wanted = [Action(NAME, f"migration item {doing.item.id}", (), doing) for doing in view.doing]
    wanted += [Action(NAME, f"migration {ended.run_id}", (), ended) for ended in view.ended]
    wanted += [Action(NAME, turn.key, (), turn) for turn in view.turns]
    wanted += [Action(NAME, f"retiring {medium_id}", (), medium_id) for medium_id in view.emptied]
    return context.choose(wanted)


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    if hold.stands(write):
        return None
    if isinstance(action.task, str):
        why = _("everything on it lies verified on other media")
        return action if retire_if_empty(write, site, action.task, agent=events.DAEMON, why=why) else None
    if isinstance(action.task, Ended):
        return action if _end(write, site, action.task) else None
    if isinstance(action.task, Turn):
        return action if repacking.take_turn(write, site, action.task) else None
    item = care.item(write, action.task.item.id)
    if item.state is not action.task.item.state or item.cursor != action.task.item.cursor:
        return None
    run = care.get(write, item.run_id)
    if item.what == RETIRE:
        _let_go(write, site, run, item)
        return action
    return action if renewing.go_on(write, site, run, item) is not Next.WAIT else None


def run(action: Action, tools: Tools) -> None:
    """Nothing: it is all in the one commit."""


def record(write: Connection, site: Site, action: Action, outcome: None | Broken) -> float:
    waits = isinstance(action.task, Doing) and action.task.step is Next.PLACE
    if waits and "waits" in care.item(write, action.task.item.id).cursor:
        return site.config.rest_s
    return 0


def _of_runs(
    read: Connection, site: Site, runs: dict[str, CareRun], waiting: list[CareItem]
) -> Iterable[Doing]:
    """Items of the present wave of each run: those under way, and as many more as may begin."""
    if not waiting:
        return
    now = site.now()
    wave = _waves(waiting)
    stopped = {ended.run_id for ended in _ended(read, runs.values(), waiting)}
    throttle = Throttle(site.config.migration.images_at_once, site.config.migration.bytes_per_day)
    under_way = sum(_in_staging(item) for item in waiting)
    begun = _begun(read, now) if throttle.bytes_per_day else []
    for item in waiting:
        run = runs[item.run_id]
        if item.wave != wave[item.run_id] or run.id in stopped:
            continue
        if item.state is ItemState.WANTED:
            if run.state is not RunState.RUNNING:
                continue
            if item.what in (COPY, REPACK):
                size_bytes = images.get(read, str(item.image_id)).size_bytes or 0
                if not throttle.may_begin(under_way, begun, size_bytes, now):
                    continue
                under_way += 1
                begun.append((now, size_bytes))
        step = Next.RETIRE if item.what == RETIRE else next_step(renewing.progress(read, site, run, item))
        if step is not Next.WAIT:
            yield Doing(item, step)


def _in_staging(item: CareItem) -> bool:
    """Whether the bytes of its image are on their way through staging, as images."""
    return item.state is ItemState.WORKING and item.what != RETIRE and "step" not in item.cursor


def _waves(waiting: Iterable[CareItem]) -> dict[str, int]:
    """The present wave of each run."""
    found: dict[str, int] = {}
    for item in waiting:
        found[item.run_id] = min(item.wave, found.get(item.run_id, item.wave))
    return found


def _of_cancelled(read: Connection, site: Site) -> Iterable[Doing]:
    for item in migrated.unsettled(read):
        step = next_step(_progress(read, site, item))
        if step is not Next.WAIT:
            yield Doing(item, step)


def _progress(read: Connection, site: Site, item: CareItem) -> Progress:
    return renewing.progress(read, site, care.get(read, item.run_id), item)


def _begun(read: Connection, now: datetime) -> list[tuple[datetime, int]]:
    """When images were begun in the last day, and how large they are."""
    found = []
    for item in migrated.begun_since(read, now - DAY):
        at = item.cursor.get("begun_at")
        if at is not None:
            found.append((datetime.fromisoformat(at), images.get(read, str(item.image_id)).size_bytes or 0))
    return found


def _ended(read: Connection, runs: Iterable[CareRun], waiting: list[CareItem]) -> Iterable[Ended]:
    """Runs that are done, or whose last wave failed in part."""
    for run in runs:
        if run.state is not RunState.RUNNING:
            continue
        left = [item.wave for item in waiting if item.run_id == run.id]
        told = int(run.report.get("told", 0))
        if left and min(left) <= told + 1:
            continue
        items = care.items(read, run.id, ItemState.FAILED)
        before = min(left) - 1 if left else max([told, *(item.wave for item in items)])
        failed = sum(told < item.wave <= before for item in items)
        if failed or not left:
            yield Ended(run.id, before, failed, not left)


def _end(write: Connection, site: Site, ended: Ended) -> bool:
    run = care.get(write, ended.run_id)
    if run.state is not RunState.RUNNING:
        return False
    subject = ("run", run.id)
    if ended.failed:
        care.tell(write, run.id, {**run.report, "told": ended.wave})
        note = _("{count} images of wave {wave} could not be migrated").format(
            count=ended.failed, wave=ended.wave
        )
        care.advance_run(write, run.id, RunEvent.PAUSED, note=note)
        events.append(write, site.now(), "migrate paused", subject, outcome="failure", reason=note)
        return True
    report.tell(write, run)
    care.advance_run(write, run.id, RunEvent.FINISHED, ended_at=site.now())
    events.append(write, site.now(), "migrate done", subject, **care.get(write, run.id).report)
    return True


def _let_go(write: Connection, site: Site, run: CareRun, item: CareItem) -> None:
    """A copy beside its set that no class asks for any more; one that is asked for again meanwhile stays."""
    copy = media.get_copy(write, int(item.copy_id or 0))
    if renewing.is_asked(write, site, copy):
        words = _("a class asks for it again")
        care.advance_item(write, item.id, ItemEvent.SKIPPED, ended_at=site.now(), note=words)
        return
    why = _("{run}: no class asks for it any more").format(run=run.id)
    left = retire_copy(write, site, copy, agent=run.agent, why=why)
    finding = {"from": copy.medium_id, "retired": [copy.medium_id] if left else []}
    care.advance_item(write, item.id, ItemEvent.FINISHED, ended_at=site.now(), finding=finding)
    report.tell(write, care.get(write, run.id))
