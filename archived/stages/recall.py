"""Request → verified bytes: from staging, else from the cheapest disc, else through the set.

A recall is WAITING while the recall area has no room, and REQUESTED until every byte lies checked in the area. What
it still needs is asked for as readings, one per copy (`recall_reading` does them); a crash leaves readings that are
read again. A source that lies is recorded and its copy becomes suspect; the recall goes on with the next source.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection

from archived.catalog import events, recalls, regained
from archived.catalog.events import Attention
from archived.language import _
from archived.model import Recall
from archived.sessions.gather import (
    Gathered,
    OwnRead,
    SetShape,
    SpooledMember,
    WantedFile,
    check_staged,
    gather,
)
from archived.sessions.pieces import PlacedPiece, digests
from archived.sessions.right_volume import AnotherVolume
from archived.sessions.tools import Tools
from archived.stages import recall_reading
from archived.stages.reading_patiently import giving_way
from archived.stages.recall_area import next_admitted
from archived.stages.recall_entries import placed_pieces, wanted_files
from archived.stages.recall_planning import NOTHING, next_readings
from archived.stages.recall_reading import Fetch, Fetched, Ready, spool_path
from archived.stages.recall_sources import (
    own_reads,
    record_bad,
    record_liars,
    set_shape,
    spooled_members,
)
from archived.stages.work import CPU, Action, Broken, Context, Site
from archived.states import ReadingState, RecallEvent, RecallState

NAME = "recall"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A recall without readings under way."""

    recall: Recall


@dataclass(frozen=True, slots=True)
class Admission:
    """A recall for which the recall area has room now."""

    recall: Recall


@dataclass(frozen=True, slots=True)
class View:
    """Recalls that may begin, recalls that wait for a decision, and readings that can be done."""

    admitted: tuple[Admission, ...]
    waiting: tuple[Waiting, ...]
    readings: tuple[Ready, ...]


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
    pieces: tuple[PlacedPiece, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """What was gathered, and the digests of the pieces when all of it is right."""

    gathered: Gathered
    pieces: tuple[str, ...] = ()


def due(read: Connection, site: Site) -> View:
    admissions = tuple(Admission(recall) for recall in next_admitted(read, site))
    under_way = recalls.readings_in_state(read, ReadingState.PENDING, ReadingState.READING)
    served = {reading.recall_id for reading in under_way} | regained.resting(read)
    waiting = [
        Waiting(recall) for recall in recalls.in_state(read, RecallState.REQUESTED) if recall.id not in served
    ]
    return View(admissions, tuple(waiting), giving_way(read, site, recall_reading.due(read, site)))


def plan(view: View, context: Context) -> list[Action]:
    if context.draining:
        return []
    wanted = [Action(NAME, f"recall {item.recall.id}", (), item) for item in view.admitted]
    wanted += [Action(NAME, f"recall {item.recall.id}", (CPU,), item) for item in view.waiting]
    return context.choose([*wanted, *recall_reading.actions(NAME, view.readings)])


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    if isinstance(action.task, Ready):
        return recall_reading.claim(write, site, action, action.task)
    recall = recalls.get(write, action.task.recall.id)
    if isinstance(action.task, Admission):
        if recall.state is RecallState.WAITING:
            recalls.advance_state(write, recall.id, RecallEvent.ADMITTED)
            if not recalls.readings(write, recall.id):
                _ask_for_more(write, site, replace(recall, state=RecallState.REQUESTED), NOTHING)
        return None
    if recall.state is not RecallState.REQUESTED:
        return None
    readings = recalls.readings(write, recall.id)
    if not recall.from_staging and not readings:
        _ask_for_more(write, site, recall, NOTHING)
        return None
    folder = site.tools.paths.recalls / recall.id
    direct = [r for r in readings if r.purpose == "files" and r.state is ReadingState.READ]
    staged = site.tools.paths.staging / f"packages/{recall.package_id}" if recall.from_staging else None
    image_id = recall.image_id
    return action.having(
        Gathering(
            recall=recall,
            files=tuple(wanted_files(write, recall)),
            staged=staged,
            spool=spool_path(folder, image_id or "none"),
            direct_copy=direct[-1].copy_id if direct else None,
            own=own_reads(readings, image_id),
            members=tuple(spooled_members(write, image_id, readings, folder)),
            shape=set_shape(write, image_id) if image_id is not None else None,
            pieces=tuple(placed_pieces(write, recall)),
        )
    )


def run(action: Action, tools: Tools) -> Judged | Fetched | AnotherVolume:
    if isinstance(action.task, Fetch):
        return recall_reading.run(action.task, action.key, tools)
    task: Gathering = action.task
    report = tools.progress.begin(
        action.key, _("checking what recall {id} gathered").format(id=task.recall.id)
    )
    if task.staged is not None and task.recall.package_id is None:
        return Judged(Gathered((), (), ()))  # a whole image: its recipe is checked while it streams
    if task.staged is not None:
        wrong = check_staged(task.files, task.staged, report)
        return Judged(Gathered((), wrong, ()), () if wrong else digests(task.pieces, task.staged))
    task.spool.parent.mkdir(parents=True, exist_ok=True)
    found = gather(
        task.files,
        task.spool,
        direct_copy=task.direct_copy,
        members=task.members,
        shape=task.shape,
        kernel=tools.kernel,
        report=report,
        own=task.own,
    )
    return Judged(found, () if found.wrong else digests(task.pieces, task.spool))


def record(write: Connection, site: Site, action: Action, outcome: object) -> float:
    if isinstance(action.task, Fetch):
        return recall_reading.record(write, site, action.task, outcome)
    task: Gathering = action.task
    recall = recalls.get(write, task.recall.id)
    if isinstance(outcome, Broken) or not isinstance(outcome, Judged):
        _cannot_gather(
            write, site, recall, str(outcome.error) if isinstance(outcome, Broken) else "no outcome"
        )
        return site.config.rest_s
    events.clear_attention(write, f"gather:{recall.id}")
    if recall.state is not RecallState.REQUESTED:
        return 0  # cancelled meanwhile
    found = outcome.gathered
    record_bad(write, recall, found.bad)
    record_liars(write, site, recall, found.liars, located=found.located)
    if not found.wrong:
        if recall.pieces:
            told = zip(recall.pieces, outcome.pieces, strict=True)
            recalls.set_pieces(write, recall.id, [(*piece[:3], sha256) for piece, sha256 in told])
        recalls.advance_state(write, recall.id, RecallEvent.GATHERED, ready_at=site.now())
        events.append(write, site.now(), "recall gathered", ("recall", recall.id), bytes=recall.bytes_wanted)
    elif recall.from_staging:
        _leave_staging(write, site, recall, found.wrong)
    else:
        _ask_for_more(write, site, recall, found)
    return 0


def _cannot_gather(write: Connection, site: Site, recall: Recall, words: str) -> None:
    """Something of ours failed, a full disk perhaps: nothing is concluded about any disc."""
    events.raise_attention(
        write,
        Attention(
            f"gather:{recall.id}",
            "working-hours",
            _("what recall {id} read cannot be put together: {words}").format(id=recall.id, words=words),
            _("nothing is lost and no disc is blamed; it is tried again after a rest"),
            _("make room on the disk of {recalls}, or: archivectl recalls cancel {id}").format(
                recalls=site.tools.paths.recalls, id=recall.id
            ),
            site.now(),
        ),
    )


def _ask_for_more(write: Connection, site: Site, recall: Recall, found: Gathered) -> None:
    """Ask for the next readings, or say that there is no way left."""
    asked, shortage = next_readings(write, site, recall, found)
    beyond_plan = not recall.area_bytes or bool(recalls.readings(write, recall.id))
    for reading in asked:
        recalls.want(write, reading)
    if beyond_plan:
        recalls.grow(write, recall.id, sum(length for r in asked for _rest, length in r.ranges))
    if not asked:
        recalls.advance_state(write, recall.id, RecallEvent.EXHAUSTED, note=shortage, ended_at=site.now())
        subject = ("recall", recall.id)
        events.append(write, site.now(), "recall failed", subject, outcome="failure", reason=shortage)


def _leave_staging(write: Connection, site: Site, recall: Recall, wrong: tuple[str, ...]) -> None:
    """Staged bytes are not what was accepted: say so, and read from media if there are any."""
    words = _("staged files of {package_id} are not what was accepted: {wrong}").format(
        package_id=recall.package_id, wrong=", ".join(wrong[:5])
    )
    subject = ("package", str(recall.package_id))
    events.append(write, site.now(), "fixity check", subject, outcome="failure", note=words)
    recalls.leave_staging(write, recall.id)
    if recall.image_id is None:
        recalls.advance_state(write, recall.id, RecallEvent.EXHAUSTED, note=words, ended_at=site.now())
