"""Looks: every medium of the room is loaded once and asked what it is, for the survey that is under way.

A cartridge says what lies on it; then each of its images is asked (`looking_tape`).

A look is WANTED until its medium lies in a drive, which the robot's planner sees to; a crash while it is LOOKING has
it looked at again: looking changes nothing on a medium. What was read lies in the work area before the row says SEEN.
A medium that no drive can tell anything about ends FAILED, and is named.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from archived.catalog import events, holds, media, surveys
from archived.errors import Cancelled
from archived.formats.key_files import public_keys
from archived.language import _
from archived.model import Medium
from archived.policy.cartridge_labels import CLEANING
from archived.policy.ranges import Range
from archived.policy.sources import drives_to_try
from archived.sessions.identify import Finding, look_at
from archived.sessions.mount import RobotWaits, demand_medium
from archived.sessions.read import Expected, Sink, read_ranges
from archived.sessions.read_whole import Wrapped, read_whole
from archived.sessions.tape_read import image_source
from archived.sessions.tape_ready import await_cartridge
from archived.sessions.tools import SitePaths, Tools
from archived.stages.case_of_content import weigh_content
from archived.stages.floor import Floor, drive_failed, drive_worked, floors, stale_key
from archived.stages.looking_tape import (
    ask_for_images,
    judged_there,
    look_on_tape,
    next_ones,
    place_wanted,
)
from archived.stages.looking_whole import Whole, expected_of, judged_copy, record_whole
from archived.stages.recall_reading import spool_path
from archived.stages.robot_trouble import LOOK_REST_S, robot_silent
from archived.stages.surveying import CHECK, FULL_CHECK
from archived.stages.work import Action, Broken, Context, Site, drive_lane
from archived.states import CopyState, LookEvent, LookState, MediumState, SurveyEvent, SurveyState
from archived.surveys import FULL, IDENTIFY, IMAGE, IMAGE_FULL, RANGES, MediumLook, Survey
from backends.tape.image_on_tape import ImageOnTape
from devices.failures import WorldDiffers

NAME = "looking"
#: So often a drive may end a look without an outcome; then the medium is named, and left.
TRIES_MAX = 2
#: What is being written or read by a session of its own is not looked at meanwhile.
_IN_SESSION = (CopyState.WRITING, CopyState.VERIFYING)


@dataclass(frozen=True, slots=True)
class InDrive:
    """A look whose medium lies in a drive, or (drive None) whose medium is not to be had any more."""

    look: MediumLook
    medium: Medium
    drive: str | None
    element: int


@dataclass(frozen=True, slots=True)
class View:
    """A survey with what can be asked, done or closed now; survey None: nothing is under way."""

    survey: Survey | None = None
    unasked: tuple[str, ...] = ()
    ready: tuple[InDrive, ...] = ()
    #: Looks that wait for their media.
    open: int = 0


@dataclass(frozen=True, slots=True)
class Ask:
    """Media that no look of this survey was asked for."""

    survey_id: int
    medium_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Close:
    """Every medium was looked at."""

    survey_id: int


@dataclass(frozen=True, slots=True)
class Task:
    """One look, with where what is read goes."""

    look: MediumLook
    medium: Medium
    drive: str
    library: str
    element: int
    folder: Path
    #: For a look at everything: the copy, and what its medium must hold.
    copy_id: int = 0
    expected: Expected | Wrapped | None = None
    #: Where on a cartridge; None for a disc, and for a cartridge as a whole.
    place: ImageOnTape | None = None


def due(read: Connection, site: Site) -> View:
    survey = surveys.under_way(read)
    if survey is None or survey.state is not SurveyState.LOOKING:
        return View()
    every_floor = floors(read, site)
    if any(floor.stale for floor in every_floor):
        return View()  # the robot is being asked what is where
    waiting = next_ones(surveys.open_looks(read, survey.id))
    asked = surveys.media_asked(read, survey.id) | _spared(read, survey).keys()
    everything = {medium.id: medium for floor in every_floor for medium in floor.media}
    unasked = [
        medium.id
        for medium in everything.values()
        if medium.id not in asked
        and medium.element is not None
        and medium.kind != CLEANING
        and not _in_session(read, medium)
    ]
    ready = (_ready(look, media.get(read, look.medium_id), every_floor) for look in waiting)
    return View(survey, tuple(unasked), tuple(item for item in ready if item is not None), len(waiting))


def plan(view: View, context: Context) -> list[Action]:
    if view.survey is None or context.draining:
        return []
    key, survey_id = f"survey {view.survey.id}", view.survey.id
    if view.unasked:
        return context.choose([Action(NAME, key, (), Ask(survey_id, view.unasked))])
    if not view.open:
        return context.choose([Action(NAME, key, (), Close(survey_id))])
    return context.choose(
        [
            Action(NAME, f"look {item.look.id}", (drive_lane(item.drive),) if item.drive else (), item)
            for item in view.ready
        ]
    )


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    task = action.task
    if isinstance(task, InDrive):
        return _claim_look(write, site, action, task)
    survey = surveys.get(write, task.survey_id)
    if survey.state is not SurveyState.LOOKING:
        return None
    if isinstance(task, Ask):
        for medium_id in task.medium_ids:
            purpose = FULL if _can_be_judged(write, survey, medium_id) else IDENTIFY
            look = MediumLook(0, survey.id, medium_id, purpose, LookState.WANTED, site.now())
            surveys.ask(write, look)
        return None
    surveys.advance_state(write, survey.id, SurveyEvent.ALL_SEEN)
    return None


def run(action: Action, tools: Tools) -> Finding | Whole | tuple[Range, ...] | RobotWaits:
    task: Task = action.task
    what = _("looking at medium {medium} in {drive}").format(medium=task.medium.id, drive=task.drive)
    report = tools.progress.begin(action.key, what)
    waits = demand_medium(tools, task.library, task.element, task.medium.barcode, task.drive)
    if waits is not None:
        return waits
    if task.drive in tools.tapes:
        await_cartridge(tools, action.key, task.medium.id, task.drive)
    if task.look.purpose == RANGES:
        task.folder.mkdir(parents=True, exist_ok=True)
        spool = spool_path(task.folder, str(task.look.finding["image"]))
        return read_ranges(
            image_source(tools, task.drive, task.place), [Sink(spool, task.look.ranges)], report
        )
    keys = {hashlib.sha256(key.pem).hexdigest() for key in public_keys(tools.paths.keys).values()}
    if task.drive in tools.tapes:
        return look_on_tape(tools, task.drive, task.place, task.folder, keys, task.expected, report)
    drive = tools.drives[task.drive]
    finding = look_at(drive, task.folder, keys, report)
    if task.expected is None:
        return finding
    return Whole(finding, read_whole(drive, task.expected, report))


def record(write: Connection, site: Site, action: Action, outcome: object) -> float:
    task: Task = action.task
    look = surveys.get_look(write, task.look.id)
    if look.state is not LookState.LOOKING:
        return 0  # given up meanwhile
    if isinstance(outcome, RobotWaits):
        surveys.advance_look(write, look.id, LookEvent.INTERRUPTED, note=outcome.note)
        robot_silent(write, site, task.library, outcome.note, stands=outcome.stands)
        return LOOK_REST_S
    if isinstance(outcome, Broken):
        return _record_failure(write, site, task, look, outcome.error)
    drive_worked(write, task.drive)
    if isinstance(outcome, Whole):
        record_whole(write, site, task.copy_id, task.medium.id, task.drive, outcome.read)
        outcome = outcome.finding
    finding = outcome.as_document() if isinstance(outcome, Finding) else {**look.finding, "bad": outcome}
    surveys.advance_look(write, look.id, LookEvent.FINISHED, finding=finding, ended_at=site.now())
    if look.is_of_medium:
        survey = surveys.get(write, look.survey_id)
        ask_for_images(write, site, survey, surveys.get_look(write, look.id))
    subject = ("medium", task.medium.id)
    detail: dict[str, Any] = {"survey": look.survey_id, "purpose": look.purpose, "drive": task.drive}
    if isinstance(outcome, Finding):
        detail |= {"status": outcome.status, "label": outcome.label}
        if look.is_of_medium and not task.medium.holds_many:
            weigh_content(write, site, task.medium.id, outcome.label, task.drive)
    events.append(write, site.now(), "look", subject, **detail)
    return 0


def usable_looks(read: Connection, survey: Survey) -> list[MediumLook]:
    """What a survey goes by: its own looks at media, and, while a hold is in force, those made since it began."""
    mine = [look for look in surveys.looks(read, survey.id) if look.purpose != RANGES]
    return [*mine, *_reused(read, survey)]


def folder_of(paths: SitePaths, look: MediumLook) -> Path:
    """Where a look keeps what it read."""
    if look.purpose == RANGES:
        return through_folder(paths, look.survey_id, str(look.finding["for"]))
    return paths.surveys / str(look.survey_id) / f"look-{look.id}"


def through_folder(paths: SitePaths, survey_id: int, image_id: str) -> Path:
    """Where everything lies that is read to make one image through its set."""
    return paths.surveys / str(survey_id) / f"through-{image_id}"


def _reused(read: Connection, survey: Survey) -> list[MediumLook]:
    """Looks that were made since the hold began, at media that a check need not load again."""
    spared = _spared(read, survey)
    if not spared:
        return []
    asked = surveys.media_asked(read, survey.id)
    ids = [look_id for medium_id, ids in spared.items() if medium_id not in asked for look_id in ids]
    return surveys.looks_by_id(read, sorted(ids))


def _spared(read: Connection, survey: Survey) -> dict[str, list[int]]:
    """Media of which a look said since the hold began what they are: the last one, and those at the images on it.

    A cartridge of which an image was not asked to an end is listed anew.
    """
    current = holds.current(read)
    if current is None or survey.kind != CHECK:
        return {}
    briefs = [look for look in surveys.since(read, current.placed_at) if look.survey_id != survey.id]
    latest = {
        look.medium_id: look
        for look in briefs
        if look.purpose in (IDENTIFY, FULL) and look.state is LookState.SEEN
    }
    found = {medium_id: [look.id] for medium_id, look in latest.items()}
    for look in briefs:
        if look.purpose not in (IMAGE, IMAGE_FULL) or look.medium_id not in found:
            continue
        if look.survey_id != latest[look.medium_id].survey_id:
            continue
        if look.state is LookState.SEEN:
            found[look.medium_id].append(look.id)
        else:
            del found[look.medium_id]
    return found


def _can_be_judged(read: Connection, survey: Survey, medium_id: str) -> bool:
    """Whether all of a medium is to be read, and the catalog knows what must stand there."""
    if survey.kind != FULL_CHECK or media.get(read, medium_id).holds_many:
        return False  # a cartridge says what lies on it; its images are judged one by one
    return judged_copy(read, medium_id) is not None


def _ready(look: MediumLook, medium: Medium, every_floor: Iterable[Floor]) -> InDrive | None:
    if medium.element is None or medium.state is MediumState.LOST:
        return InDrive(look, medium, None, 0)
    for floor in every_floor:
        drive = floor.drive_of(medium.id)
        if (
            drive is not None
            and drive.up
            and drive.name in drives_to_try([item.name for item in floor.up], look.tried_in)
        ):
            return InDrive(look, medium, drive.name, drive.element)
    return None


def _in_session(read: Connection, medium: Medium) -> bool:
    return any(copy.state in _IN_SESSION for copy in media.copies_on(read, medium.id))


def _claim_look(write: Connection, site: Site, action: Action, item: InDrive) -> Action | None:
    look = surveys.get_look(write, item.look.id)
    if look.state not in (LookState.WANTED, LookState.LOOKING):
        return None
    if item.drive is None:
        if look.state is LookState.LOOKING:
            surveys.advance_look(write, look.id, LookEvent.INTERRUPTED)
        note = _("medium {medium} is not in the library").format(medium=item.medium.id)
        surveys.advance_look(write, look.id, LookEvent.FAILED, note=note, ended_at=site.now())
        return None
    if look.state is LookState.WANTED:
        surveys.advance_look(write, look.id, LookEvent.BEGUN)
    library = item.medium.library or ""
    folder = folder_of(site.tools.paths, look)
    task = Task(look, item.medium, item.drive, library, item.element, folder)
    if item.drive in site.tools.tapes:
        task = replace(task, place=place_wanted(write, look))
        judged = judged_there(write, look)
    else:
        judged = judged_copy(write, item.medium.id) if look.purpose == FULL else None
    if judged is not None:
        copy, image = judged
        task = replace(task, copy_id=copy.id, expected=expected_of(write, image))
    return action.having(task)


def _record_failure(write: Connection, site: Site, task: Task, look: MediumLook, error: Exception) -> float:
    """The drive gave no outcome: once more, in another drive if there is one; then the medium is named."""
    if isinstance(error, Cancelled):
        surveys.advance_look(write, look.id, LookEvent.INTERRUPTED, note=str(error))
        return site.config.rest_s
    words, tried_in = str(error), (*look.tried_in, task.drive)
    gone = len(tried_in) >= TRIES_MAX
    event = LookEvent.FAILED if gone else LookEvent.INTERRUPTED
    ended = {"ended_at": site.now()} if gone else {}
    surveys.advance_look(write, look.id, event, note=words, tried_in=tried_in, **ended)
    if isinstance(error, WorldDiffers):
        events.set_setting(write, stale_key(task.library), "1")  # look before anything moves
    doing = _("looking at medium {medium} in {drive}").format(medium=task.medium.id, drive=task.drive)
    drive_failed(write, site, task.drive, doing, words)
    subject = ("medium", task.medium.id)
    events.append(write, site.now(), "look", subject, outcome="failure", reason=words, drive=task.drive)
    return 0 if gone else site.config.rest_s
