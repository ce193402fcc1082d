"""Verification runs at work: one visit to a medium after the other, each from the chunk where the last one stopped.

WORKING is on record while a visit is made. A crash leaves it there, with the place of the visit before: the next life
goes on from that place. Reading changes nothing on a medium, so nothing has to be found out first.
"""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from archived.care import VERIFY, CareItem, CareRun, ItemEvent, ItemState, RunEvent, RunState
from archived.catalog import care, care_work, cases, events, images, media, tasks
from archived.catalog.fixity import COMPARABLE
from archived.errors import Cancelled
from archived.language import _
from archived.media_kinds import is_tape
from archived.policy.sources import drives_to_try
from archived.policy.verify.giving_way import may_go_on
from archived.sessions.examine import Drawing, Examination, Visit, examine
from archived.sessions.mount import RobotWaits
from archived.sessions.right_volume import AnotherVolume
from archived.sessions.tools import Tools
from archived.stages import hold
from archived.stages.case_of_content import weigh_content
from archived.stages.floor import drive_failed, drive_worked, floors, stale_key
from archived.stages.looking_whole import expected_of
from archived.stages.robot_trouble import LOOK_REST_S, robot_silent
from archived.stages.tape_place import place_on_tape
from archived.stages.verify import judging, on_disk
from archived.stages.verify.going_on import going_on
from archived.stages.verify.wants import worked_on
from archived.stages.wanted_media import media_wanted
from archived.stages.work import CPU, Action, Broken, Context, Site, drive_lane
from archived.states import MediumState
from devices.failures import WorldDiffers

NAME = "verifying"
#: So often drives may end an item without an outcome; then it is named, and left.
TRIES_MAX = 2
_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Ready:
    """An item whose medium lies in a drive and may be read there; or (drive "") one that needs no medium."""

    item: CareItem
    run: CareRun
    drive: str = ""
    library: str = ""
    element: int = 0


@dataclass(frozen=True, slots=True)
class Close:
    """An item that cannot be done or is not wanted any more, in words; or, without an item, a run that is over."""

    run_id: str
    item: CareItem | None = None
    note: str = ""
    event: ItemEvent = ItemEvent.FAILED


@dataclass(frozen=True, slots=True)
class View:
    """What can be done, and what is to be closed."""

    ready: tuple[Ready, ...] = ()
    close: tuple[Close, ...] = ()


def due(read: Connection, site: Site) -> View:
    stranded = tuple(
        Close(item.run_id, item, _("the run was cancelled"), ItemEvent.SKIPPED)
        for item in care_work.stranded(read, VERIFY)
    )
    every_run = care_work.running(read, VERIFY)
    runs = {run.id: run for run in worked_on(read, site, VERIFY)}
    _stop_others(care_work.under_way(read, VERIFY), site, runs)
    over = tuple(Close(run_id) for run_id in care_work.without_work(read, every_run))
    if not runs:
        return View(close=stranded + over)
    gone = care_work.on_media_gone(read, list(runs), tuple(tasks.refused(read)), _AT_ONCE)
    nowhere = tuple(
        Close(item.run_id, item, _("medium {medium} is not to be had any more").format(medium=item.medium_id))
        for item in gone
    )
    without = care_work.without_medium(read, list(runs), _AT_ONCE)
    ready = [Ready(item, runs[item.run_id]) for item in without]
    return View((*_in_drives(read, site, runs), *ready), (*stranded, *nowhere, *over))


def plan(view: View, context: Context) -> list[Action]:
    closing = [
        Action(NAME, key_of(close.item) if close.item is not None else close.run_id, (), close)
        for close in view.close
    ]
    if context.draining or context.held:
        return context.choose(closing)
    work = [
        Action(NAME, key_of(ready.item), (drive_lane(ready.drive) if ready.drive else CPU,), ready)
        for ready in view.ready
    ]
    return context.choose([*closing, *work])


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    task = action.task
    if isinstance(task, Close):
        _close(write, site, task)
        return None
    item, run = care.item(write, task.item.id), care.get(write, task.item.run_id)
    if run.state is not RunState.RUNNING or item.state not in (ItemState.WANTED, ItemState.WORKING):
        return None
    if not task.drive:
        return on_disk.claim(write, site, action, item, run)
    item = going_on(write, site, item)
    made = _examination(write, site, task, item)
    if made is None:
        note = _("it cannot be compared any more: another state, or no digests on record")
        _close(write, site, Close(run.id, item, note, ItemEvent.SKIPPED))
        return None
    begin(write, item)
    site.half_reads.begin(action.key)
    return action.having(made)


def run(action: Action, tools: Tools) -> Visit | RobotWaits | AnotherVolume | on_disk.Compared:
    if isinstance(action.task, on_disk.DiskTask):
        return on_disk.run(action.task, tools)
    return examine(action.task, tools)


def record(write: Connection, site: Site, action: Action, outcome: object) -> float:
    task = action.task
    item = care.item(write, task.item_id)
    if item.state is not ItemState.WORKING:
        return 0
    if isinstance(task, on_disk.DiskTask):
        return on_disk.record(write, site, item, task, outcome)
    if isinstance(outcome, Visit):
        drive_worked(write, task.drive)
        judging.judge(write, site, item, task, outcome)
        return 0
    if isinstance(outcome, AnotherVolume):
        care.advance_item(
            write, item.id, ItemEvent.INTERRUPTED, note=_("another disc lies where it should be")
        )
        weigh_content(write, site, task.medium_id, outcome.volume_id, task.drive)
        return site.config.rest_s
    if isinstance(outcome, RobotWaits):
        care.advance_item(write, item.id, ItemEvent.INTERRUPTED, note=outcome.note)
        robot_silent(write, site, task.library, outcome.note, stands=outcome.stands)
        return LOOK_REST_S
    error = outcome.error if isinstance(outcome, Broken) else RuntimeError("no outcome")
    return _no_outcome(write, site, item, task, error)


def key_of(item: CareItem) -> str:
    """The key of the work on an item."""
    return f"verify item {item.id}"


def begin(write: Connection, item: CareItem) -> None:
    """WORKING is on record; an item that was found so goes on."""
    if item.state is ItemState.WANTED:
        care.advance_item(write, item.id, ItemEvent.BEGUN)


def _in_drives(read: Connection, site: Site, runs: dict[str, CareRun]) -> list[Ready]:
    frozen = cases.frozen_media(read)
    settings = events.settings(read)
    paused = bool(settings.get("writes_paused")) or hold.in_force(settings)
    found = []
    for floor in floors(read, site):
        # What a session left on a cartridge is found out first: it is WRITING until then.
        loaded = {
            medium.id: drive
            for drive in floor.up
            if (medium := floor.in_drive(drive)) is not None and medium.state is not MediumState.WRITING
        }
        items = care_work.open_on(read, list(runs), list(loaded)) if not floor.stale else []
        if not items:
            continue
        up = [drive.name for drive in floor.up]
        wants, _ready = media_wanted(read, site, floor, writes_paused=paused)
        for item in items:
            medium_id = item.medium_id or ""
            if not may_go_on(medium_id, wants):
                site.half_reads.stop(key_of(item), _("somebody waits for the drive"))
            elif medium_id not in frozen and loaded[medium_id].name in drives_to_try(up, item.tried_in):
                drive = loaded[medium_id]
                found.append(Ready(item, runs[item.run_id], drive.name, floor.library, drive.element))
    return found


def _stop_others(working: list[CareItem], site: Site, runs: dict[str, CareRun]) -> None:
    """Whatever is under way for a run that is not to go on ends at its next chunk."""
    for item in working:
        if item.run_id not in runs:
            site.half_reads.stop(key_of(item), _("the run is not to go on now"))


def _examination(read: Connection, site: Site, ready: Ready, item: CareItem) -> Examination | None:
    copy = media.get_copy(read, item.copy_id or 0)
    image = images.get(read, copy.image_id)
    expected = expected_of(read, image)
    if copy.state not in COMPARABLE or copy.payload_offset is not None or expected is None:
        return None
    medium = media.get(read, copy.medium_id)
    cursor, terms = item.cursor, ready.run.terms
    drawing = Drawing(
        how=item.what,
        percent=float(terms.get("chunks_percent", 100.0)),
        edges=bool(terms.get("edges")),
        seed=str(terms.get("seed", "")),
        name=f"{copy.medium_id}/{copy.image_id}",
        capacity_bytes=0 if is_tape(medium.kind) else medium.capacity_bytes,
    )
    made = Examination(
        key_of(item), item.id, copy.id, medium.id, ready.library, ready.element, medium.barcode, ready.drive,
        expected, drawing, site.half_reads, done=int(cursor.get("done", 0)),
        bad_before=len(cursor.get("bad", ())), place=place_on_tape(copy, image), volume_id=medium.volume_id,
    )  # fmt: skip
    return replace(made, widened=bool(cursor.get("widened")), again=tuple(cursor.get("again", ())))


def _no_outcome(write: Connection, site: Site, item: CareItem, task: Examination, error: Exception) -> float:
    """The drive gave no outcome: once more, in another drive if there is one; then the medium is named."""
    if isinstance(error, Cancelled):
        care.advance_item(write, item.id, ItemEvent.INTERRUPTED, note=str(error))
        return site.config.rest_s
    words, tried_in = str(error), (*item.tried_in, task.drive)
    if isinstance(error, WorldDiffers):
        events.set_setting(write, stale_key(task.library), "1")  # look before anything moves
    doing = _("examining medium {medium} in {drive}").format(medium=task.medium_id, drive=task.drive)
    drive_failed(write, site, task.drive, doing, words)
    if len(tried_in) < TRIES_MAX:
        care.advance_item(write, item.id, ItemEvent.INTERRUPTED, note=words, tried_in=tried_in)
        return site.config.rest_s
    judging.give_up(write, site, replace(item, tried_in=tried_in), task, words)
    return 0


def _close(write: Connection, site: Site, close: Close) -> None:
    if close.item is None:
        run = care.get(write, close.run_id)
        if run.state is RunState.RUNNING and run.id in care_work.without_work(write, [run]):
            care.advance_run(write, run.id, RunEvent.FINISHED, ended_at=site.now())
            detail: dict[str, Any] = {key: value for key, value in run.report.items() if key != "bad"}
            outcome = "failure" if run.report.get("bad_items") else "success"
            events.append(write, site.now(), "verify finished", ("run", run.id), outcome=outcome, **detail)
        return
    item = care.item(write, close.item.id)
    if item.state in (ItemState.WANTED, ItemState.WORKING):
        judging.close(write, site, item, close.event, close.note)
