"""Request → verified bytes: from staging, else from the cheapest disc, else through the set.

A recall is REQUESTED until every byte lies checked in the recall area. What it still needs is asked for as
readings, one per copy; a crash leaves readings that are read again. A source that lies is recorded and its
copy becomes suspect; the recall goes on with the next source.
"""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from archived.catalog import events, media, recalls
from archived.catalog.events import Attention
from archived.model import Reading, Recall
from archived.sessions.gather import (
    Gathered,
    OwnRead,
    SetShape,
    SpooledMember,
    WantedFile,
    check_staged,
    gather,
)
from archived.sessions.read import Range, read_ranges
from archived.sessions.tools import Tools
from archived.stages.floor import drive_failed, drive_worked, floors
from archived.stages.recall_planning import NOTHING, next_readings
from archived.stages.recall_sources import (
    own_reads,
    record_bad,
    record_liars,
    set_shape,
    spooled_members,
    wanted_files,
)
from archived.stages.work import CPU, Action, Broken, Context, Site, drive_lane
from archived.states import MediumState, ReadingEvent, ReadingState, RecallEvent, RecallState

NAME = "recall"
#: So often a drive may end a reading without an outcome; then the next source is asked.
TRIES_MAX = 2


@dataclass(frozen=True, slots=True)
class Waiting:
    """A recall without readings under way."""

    recall: Recall
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class InDrive:
    """A reading whose medium lies in a drive, or (drive None) whose medium is not to be had any more."""

    reading: Reading
    medium_id: str
    drive: str | None


@dataclass(frozen=True, slots=True)
class View:
    """Recalls that wait for a decision, and readings that can be done."""

    waiting: tuple[Waiting, ...]
    readings: tuple[InDrive, ...]


@dataclass(frozen=True, slots=True)
class Gathering:
    """Everything that judging and rebuilding needs."""

    recall: Recall
    files: tuple[WantedFile, ...]
    staged: Path | None
    spool: Path
    direct_copy: int | None
    own: tuple[OwnRead, ...]
    members: tuple[SpooledMember, ...]
    shape: SetShape | None


@dataclass(frozen=True, slots=True)
class Fetch:
    """One reading, with where its bytes go."""

    reading: Reading
    medium_id: str
    drive: str
    ranges: tuple[Range, ...]
    spool: Path


def due(read: Connection, site: Site) -> View:
    waiting = []
    for recall in recalls.in_state(read, RecallState.REQUESTED):
        readings = recalls.readings(read, recall.id)
        if not any(r.state in (ReadingState.PENDING, ReadingState.READING) for r in readings):
            waiting.append(Waiting(recall, tuple(readings)))
    wanted = recalls.readings_in_state(read, ReadingState.PENDING, ReadingState.READING)
    every_floor = floors(read, site) if wanted else []
    ready = []
    for reading in wanted:
        medium = media.get(read, media.get_copy(read, reading.copy_id).medium_id)
        drive = next((d for floor in every_floor if (d := floor.drive_of(medium.id)) and d.up), None)
        gone = medium.element is None or medium.state is MediumState.LOST
        if drive is not None or gone:
            ready.append(InDrive(reading, medium.id, None if gone or drive is None else drive.name))
    return View(tuple(waiting), tuple(ready))


def plan(view: View, context: Context) -> list[Action]:
    if context.draining:
        return []
    wanted = [Action(NAME, f"recall {item.recall.id}", (CPU,), item) for item in view.waiting]
    for item in view.readings:
        lanes = (drive_lane(item.drive),) if item.drive is not None else ()
        wanted.append(Action(NAME, f"reading {item.reading.id}", lanes, item))
    return context.choose(wanted)


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    if isinstance(action.task, InDrive):
        return _claim_reading(write, site, action, action.task)
    waiting: Waiting = action.task
    recall = recalls.get(write, waiting.recall.id)
    if recall.state is not RecallState.REQUESTED:
        return None
    if not recall.from_staging and not waiting.readings:
        _ask_for_more(write, site, recall, NOTHING)
        return None
    folder = site.tools.paths.recalls / recall.id
    direct = [r for r in waiting.readings if r.purpose == "files" and r.state is ReadingState.READ]
    staged = site.tools.paths.staging / f"packages/{recall.package_id}" if recall.from_staging else None
    image_id = recall.image_id
    return action.having(
        Gathering(
            recall=recall,
            files=tuple(wanted_files(write, recall)),
            staged=staged,
            spool=spool_path(folder, image_id or "none"),
            direct_copy=direct[-1].copy_id if direct else None,
            own=own_reads(waiting.readings, image_id),
            members=tuple(spooled_members(write, image_id, waiting.readings, folder)),
            shape=set_shape(write, image_id) if image_id is not None else None,
        )
    )


def run(action: Action, tools: Tools) -> Gathered | tuple[Range, ...]:
    if isinstance(action.task, Fetch):
        fetch = action.task
        what = f"reading {fetch.reading.image_id} from {fetch.medium_id} in {fetch.drive}"
        report = tools.progress.begin(action.key, what)
        fetch.spool.parent.mkdir(parents=True, exist_ok=True)
        return read_ranges(tools.drives[fetch.drive], fetch.ranges, fetch.spool, report)
    task: Gathering = action.task
    report = tools.progress.begin(action.key, f"checking what recall {task.recall.id} gathered")
    if task.staged is not None and task.recall.package_id is None:
        return Gathered((), (), ())  # a whole image: its recipe is checked while it streams
    if task.staged is not None:
        wrong = check_staged(task.files, task.staged, report)
        return Gathered((), wrong, ())
    task.spool.parent.mkdir(parents=True, exist_ok=True)
    return gather(
        task.files,
        task.spool,
        direct_copy=task.direct_copy,
        members=task.members,
        shape=task.shape,
        kernel=tools.kernel,
        report=report,
        own=task.own,
    )


def record(write: Connection, site: Site, action: Action, outcome: object) -> float:
    if isinstance(action.task, Fetch):
        return _record_reading(write, site, action.task, outcome)
    task: Gathering = action.task
    recall = recalls.get(write, task.recall.id)
    if isinstance(outcome, Broken) or not isinstance(outcome, Gathered):
        _cannot_gather(
            write, site, recall, str(outcome.error) if isinstance(outcome, Broken) else "no outcome"
        )
        return site.config.rest_s
    events.clear_attention(write, f"gather:{recall.id}")
    if recall.state is not RecallState.REQUESTED:
        return 0  # cancelled meanwhile
    record_bad(write, recall, outcome.bad)
    record_liars(write, site, recall, outcome.liars, located=outcome.located)
    if not outcome.wrong:
        recalls.advance_state(write, recall.id, RecallEvent.GATHERED)
        events.append(write, site.now(), "recall gathered", ("recall", recall.id), bytes=recall.bytes_wanted)
    elif recall.from_staging:
        _leave_staging(write, site, recall, outcome.wrong)
    else:
        _ask_for_more(write, site, recall, outcome)
    return 0


def spool_path(folder: Path, image_id: str) -> Path:
    """Where the bytes of one image lie in the folder of a recall."""
    return folder / f"{image_id}.spool"


def _claim_reading(write: Connection, site: Site, action: Action, item: InDrive) -> Action | None:
    reading = item.reading
    if item.drive is None:
        event = ReadingEvent.FAILED
        recalls.advance_reading(
            write, reading.id, event, note=f"medium {item.medium_id} is not in the library"
        )
        return None
    if reading.state is ReadingState.PENDING:
        recalls.advance_reading(write, reading.id, ReadingEvent.BEGUN)
    folder = site.tools.paths.recalls / reading.recall_id
    spool = spool_path(folder, reading.image_id)
    return action.having(Fetch(reading, item.medium_id, item.drive, reading.ranges, spool))


def _record_reading(write: Connection, site: Site, fetch: Fetch, outcome: object) -> float:
    reading = fetch.reading
    if isinstance(outcome, Broken) or not isinstance(outcome, tuple):
        words = str(outcome.error) if isinstance(outcome, Broken) else "no outcome"
        return _record_failure(write, site, fetch, words)
    drive_worked(write, fetch.drive)
    recalls.advance_reading(write, reading.id, ReadingEvent.FINISHED, bad=outcome)
    events.append(
        write,
        site.now(),
        "read",
        ("medium", fetch.medium_id),
        outcome="failure" if outcome else "success",
        recall=reading.recall_id,
        bad=[list(item) for item in outcome[:20]],
    )
    if outcome:
        record_liars(write, site, recalls.get(write, reading.recall_id), (reading.copy_id,))
    return 0


def _cannot_gather(write: Connection, site: Site, recall: Recall, words: str) -> None:
    """Something of ours failed, a full disk perhaps: nothing is concluded about any disc."""
    events.raise_attention(
        write,
        Attention(
            f"gather:{recall.id}",
            "working-hours",
            f"what recall {recall.id} read cannot be put together: {words}",
            "nothing is lost and no disc is blamed; it is tried again after a rest",
            f"make room on the disk of {site.tools.paths.recalls}, or: archivectl recalls cancel {recall.id}",
            site.now(),
        ),
    )


def _record_failure(write: Connection, site: Site, fetch: Fetch, words: str) -> float:
    """The drive gave no outcome: once more, if there is one in another drive; then the next source."""
    reading = fetch.reading
    tried_in = (*reading.tried_in, fetch.drive)
    event = ReadingEvent.FAILED if len(tried_in) >= TRIES_MAX else ReadingEvent.INTERRUPTED
    recalls.advance_reading(write, reading.id, event, note=words, tried_in=tried_in)
    doing = f"reading {fetch.medium_id} for recall {reading.recall_id}"
    drive_failed(write, site, fetch.drive, doing, words)
    if event is ReadingEvent.FAILED:
        subject = ("medium", fetch.medium_id)
        events.append(
            write,
            site.now(),
            "reading given up",
            subject,
            outcome="failure",
            recall=reading.recall_id,
            drives=list(tried_in),
            reason=words,
        )
        return 0
    return site.config.rest_s


def _ask_for_more(write: Connection, site: Site, recall: Recall, found: Gathered) -> None:
    """Ask for the next readings, or say that there is no way left."""
    asked, shortage = next_readings(write, site, recall, found)
    for reading in asked:
        recalls.want(write, reading)
    if not asked:
        recalls.advance_state(write, recall.id, RecallEvent.EXHAUSTED, note=shortage, ended_at=site.now())
        subject = ("recall", recall.id)
        events.append(write, site.now(), "recall failed", subject, outcome="failure", reason=shortage)


def _leave_staging(write: Connection, site: Site, recall: Recall, wrong: tuple[str, ...]) -> None:
    """Staged bytes are not what was accepted: say so, and read from media if there are any."""
    words = f"staged files of {recall.package_id} are not what was accepted: {', '.join(wrong[:5])}"
    subject = ("package", str(recall.package_id))
    events.append(write, site.now(), "fixity check", subject, outcome="failure", note=words)
    recalls.leave_staging(write, recall.id)
    if recall.image_id is None:
        recalls.advance_state(write, recall.id, RecallEvent.EXHAUSTED, note=words, ended_at=site.now())
