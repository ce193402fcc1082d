"""Scan runs at work: one visit to a disc after the other, each from where the last one stopped.

WORKING is on record while a visit is made, and what was counted when it ends. A crash leaves what the visit before
had counted: the next life goes on from there. Scanning changes nothing on a disc.
"""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from archived import medium_health as words_of
from archived.care import SCAN, CareItem, CareRun, ItemEvent, ItemState, RunEvent, RunState
from archived.catalog import care, care_work, cases, events, health, media, tasks
from archived.errors import Cancelled
from archived.language import _
from archived.policy.health.scan_sums import ScanSums
from archived.policy.verify.giving_way import may_go_on
from archived.sessions.mount import RobotWaits
from archived.sessions.right_volume import AnotherVolume
from archived.sessions.scan import TIMED, Scan, ScanVisit, scan
from archived.sessions.tools import Tools
from archived.stages import hold
from archived.stages.case_of_content import weigh_content
from archived.stages.floor import drive_failed, drive_worked, floors, stale_key
from archived.stages.robot_trouble import LOOK_REST_S, robot_silent
from archived.stages.verify.wants import worked_on
from archived.stages.wanted_media import media_wanted
from archived.stages.work import Action, Broken, Context, Site, drive_lane
from devices.failures import WorldDiffers

NAME = "scanning"
#: So often drives may end an item without an outcome; then it has failed.
TRIES_MAX = 2
_AT_ONCE = 20
#: What is noted of the first and the second count of a family, and how each becomes one number.
_NOTED = {"bd": (words_of.SCAN_LDC, words_of.SCAN_BIS), "dvd": (words_of.SCAN_PIE, words_of.SCAN_PIF),
          "cd": (words_of.SCAN_C1, words_of.SCAN_C2)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ready:
    """An item whose disc lies in a drive and may be scanned there."""

    item: CareItem
    drive: str
    library: str
    element: int


@dataclass(frozen=True, slots=True)
class Close:
    """An item that cannot be done, in words; or, without an item, a run that is over."""

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
        for item in care_work.stranded(read, SCAN)
    )
    every_run = care_work.running(read, SCAN)
    runs = {run.id: run for run in worked_on(read, site, SCAN)}
    for item in care_work.under_way(read, SCAN):
        if item.run_id not in runs:
            site.half_reads.stop(key_of(item), _("the run is not to go on now"))
    over = tuple(Close(run_id) for run_id in care_work.without_work(read, every_run))
    if not runs:
        return View(close=stranded + over)
    gone = care_work.on_media_gone(read, list(runs), tuple(tasks.refused(read)), _AT_ONCE)
    nowhere = tuple(
        Close(item.run_id, item, _("medium {medium} is not to be had").format(medium=item.medium_id))
        for item in gone
    )
    return View(tuple(_in_drives(read, site, runs)), (*stranded, *nowhere, *over))


def plan(view: View, context: Context) -> list[Action]:
    closing = [
        Action(NAME, key_of(close.item) if close.item is not None else close.run_id, (), close)
        for close in view.close
    ]
    if context.draining or context.held:
        return context.choose(closing)
    work = [Action(NAME, key_of(ready.item), (drive_lane(ready.drive),), ready) for ready in view.ready]
    return context.choose([*closing, *work])


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    task = action.task
    if isinstance(task, Close):
        _close(write, site, task)
        return None
    item, run = care.item(write, task.item.id), care.get(write, task.item.run_id)
    if run.state is not RunState.RUNNING or item.state not in (ItemState.WANTED, ItemState.WORKING):
        return None
    if item.state is ItemState.WANTED:
        care.advance_item(write, item.id, ItemEvent.BEGUN)
    site.half_reads.begin(action.key)
    medium, cursor = media.get(write, item.medium_id or ""), item.cursor
    return action.having(
        Scan(
            action.key,
            item.id,
            medium.id,
            task.library,
            task.element,
            medium.barcode,
            task.drive,
            site.half_reads,
            sums=ScanSums.from_json(cursor["sums"]) if cursor.get("sums") else None,
            dialect=str(cursor.get("dialect", "")),
            reader=str(cursor.get("reader", "")),
            volume_id=medium.volume_id,
        )
    )


def run(action: Action, tools: Tools) -> ScanVisit | RobotWaits | AnotherVolume:
    return scan(action.task, tools)


def record(write: Connection, site: Site, action: Action, outcome: object) -> float:
    task: Scan = action.task
    item = care.item(write, task.item_id)
    if item.state is not ItemState.WORKING:
        return 0
    if isinstance(outcome, ScanVisit):
        drive_worked(write, task.drive)
        _visited(write, site, item, task, outcome)
        return 0
    if isinstance(outcome, AnotherVolume):
        note = _("another disc lies where it should be")
        care.advance_item(write, item.id, ItemEvent.INTERRUPTED, note=note)
        weigh_content(write, site, task.medium_id, outcome.volume_id, task.drive)
        return 0
    if isinstance(outcome, RobotWaits):
        care.advance_item(write, item.id, ItemEvent.INTERRUPTED, note=outcome.note)
        robot_silent(write, site, task.library, outcome.note, stands=outcome.stands)
        return LOOK_REST_S
    error = outcome.error if isinstance(outcome, Broken) else RuntimeError("no outcome")
    return _no_outcome(write, site, item, task, error)


def key_of(item: CareItem) -> str:
    """The key of the work on an item."""
    return f"scan item {item.id}"


def _in_drives(read: Connection, site: Site, runs: dict[str, CareRun]) -> list[Ready]:
    frozen, settings = cases.frozen_media(read), events.settings(read)
    paused = bool(settings.get("writes_paused")) or hold.in_force(settings)
    found = []
    for floor in floors(read, site):
        loaded = {m.id: drive for drive in floor.up if (m := floor.in_drive(drive)) is not None}
        items = care_work.open_on(read, list(runs), list(loaded)) if not floor.stale else []
        if not items:
            continue
        wants, _ready = media_wanted(read, site, floor, writes_paused=paused)
        for item in items:
            medium_id = item.medium_id or ""
            if not may_go_on(medium_id, wants):
                site.half_reads.stop(key_of(item), _("somebody waits for the drive"))
            elif medium_id not in frozen:
                drive = loaded[medium_id]
                found.append(Ready(item, drive.name, floor.library, drive.element))
    return found


def _visited(write: Connection, site: Site, item: CareItem, task: Scan, visit: ScanVisit) -> None:
    if visit.unclosed:
        note = _("the disc in the drive is {value}, not closed: nothing on it can be scanned")
        _end(write, site, item, ItemEvent.FAILED, note.format(value=visit.unclosed))
        return
    _note_slow(write, site, task, visit)
    cursor = {"dialect": visit.dialect, "reader": visit.reader, "sums": visit.sums.to_json()}
    if not visit.ended:
        run = care.get(write, item.run_id)
        skipped = run.state is RunState.CANCELLED
        event = ItemEvent.SKIPPED if skipped else ItemEvent.INTERRUPTED
        ended = {"ended_at": site.now()} if skipped else {}
        care.advance_item(write, item.id, event, cursor=cursor, note=visit.why, **ended)
        return
    finding = _finding(visit)
    _note_result(write, site, task, visit, finding)
    _end(write, site, item, ItemEvent.FINISHED, "", cursor={}, finding=finding)
    events.append(write, site.now(), "scan", ("medium", task.medium_id), drive=task.drive, **_short(finding))


def _finding(visit: ScanVisit) -> dict[str, Any]:
    sums = visit.sums
    found: dict[str, Any] = {
        "dialect": visit.dialect,
        "reader": visit.reader,
        "lost_places": len(sums.lost),
        "sectors": sums.lba,
    }
    if visit.dialect == TIMED:
        return found | {
            "bytes_per_s": round(visit.bytes_per_s),
            "slow": len(visit.slow),
            "retries": visit.retries,
        }
    first, second = _NOTED[visit.family]
    values = {
        words_of.SCAN_LDC: round(sums.first.mean, 3),
        words_of.SCAN_BIS: sums.second.high,
        words_of.SCAN_PIE: sums.most_together,
        words_of.SCAN_PIF: sums.second.highest,
        words_of.SCAN_C1: sums.first.highest,
        words_of.SCAN_C2: sums.second.total,
    }
    return found | {
        "samples": sums.first.samples,
        first: values[first],
        second: values[second],
        "highest": [sums.first.highest, sums.second.highest],
        "means": [round(sums.first.mean, 3), round(sums.second.mean, 3)],
        "curve": sums.first.curve,
    }


def _note_result(
    write: Connection, site: Site, task: Scan, visit: ScanVisit, finding: dict[str, Any]
) -> None:
    """The numbers of a scan that came to its end, for the health of the disc."""
    now = site.now()
    told: dict[str, Any] = {"drive": task.drive, "reader": visit.reader, "dialect": visit.dialect}
    if visit.sums.lost:
        place: dict[str, Any] = {"lba": visit.sums.lost[:20]}
        health.note(
            write,
            now,
            task.medium_id,
            words_of.READ_ERROR,
            len(visit.sums.lost),
            unit="places",
            **told,
            **place,
        )
    if visit.dialect == TIMED:
        rate = finding["bytes_per_s"]
        health.note(write, now, task.medium_id, words_of.TIMED_READ, rate, unit="bytes/s", **told)
        return
    if not visit.sums.first.samples:
        return
    for what in _NOTED[visit.family]:
        curve = {"curve": visit.sums.first.curve} if what == _NOTED[visit.family][0] else {}
        more: dict[str, Any] = {"samples": finding["samples"], "highest": finding["highest"], **curve}
        health.note(write, now, task.medium_id, what, finding[what], unit="errors", **told, **more)


def _note_slow(write: Connection, site: Site, task: Scan, visit: ScanVisit) -> None:
    for one in visit.slow:
        told: dict[str, Any] = {"drive": task.drive, "reader": visit.reader, "lba": one.lba}
        health.note(write, site.now(), task.medium_id, words_of.SLOW, one.seconds, unit="s", **told)
    if visit.retries:
        told = {"drive": task.drive, "reader": visit.reader}
        health.note(write, site.now(), task.medium_id, words_of.RETRY, visit.retries, unit="attempts", **told)


def _no_outcome(write: Connection, site: Site, item: CareItem, task: Scan, error: Exception) -> float:
    """The drive gave no outcome: once more, in another drive if there is one; then the scan has failed."""
    if isinstance(error, Cancelled):
        care.advance_item(write, item.id, ItemEvent.INTERRUPTED, note=str(error))
        return site.config.rest_s
    words, tried_in = str(error), (*item.tried_in, task.drive)
    if isinstance(error, WorldDiffers):
        events.set_setting(write, stale_key(task.library), "1")  # look before anything moves
    doing = _("scanning medium {medium} in {drive}").format(medium=task.medium_id, drive=task.drive)
    drive_failed(write, site, task.drive, doing, words)
    if len(tried_in) < TRIES_MAX:
        care.advance_item(write, item.id, ItemEvent.INTERRUPTED, note=words, tried_in=tried_in)
        return site.config.rest_s
    _end(write, site, replace(item, tried_in=tried_in), ItemEvent.FAILED, words, tried_in=tried_in)
    return 0


def _end(write: Connection, site: Site, item: CareItem, event: ItemEvent, note: str, **changes: Any) -> None:
    """The item is over; the run's report counts it."""
    care.advance_item(write, item.id, event, ended_at=site.now(), note=note, **changes)
    run = care.get(write, item.run_id)
    key = {ItemEvent.FINISHED: "scanned", ItemEvent.FAILED: "failed"}.get(event, "skipped")
    report = dict(run.report) | {key: run.report.get(key, 0) + 1}
    if event is ItemEvent.FINISHED:
        report["media"] = {**report.get("media", {}), str(item.medium_id): _short(changes["finding"])}
    care.tell(write, run.id, report)


def _short(finding: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in finding.items() if key != "curve"}


def _close(write: Connection, site: Site, close: Close) -> None:
    if close.item is None:
        run = care.get(write, close.run_id)
        if run.state is RunState.RUNNING and run.id in care_work.without_work(write, [run]):
            care.advance_run(write, run.id, RunEvent.FINISHED, ended_at=site.now())
            done = {key: run.report.get(key, 0) for key in ("scanned", "failed", "skipped")}
            events.append(write, site.now(), "scan finished", ("run", run.id), **done)
        return
    item = care.item(write, close.item.id)
    if item.state in (ItemState.WANTED, ItemState.WORKING):
        _end(write, site, item, close.event, close.note)
