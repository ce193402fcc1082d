"""What media said becomes rows: one set after the other, then files and places in stretches, then one write ends it.

Everything is made in state FOUND, which no other stage acts on; so a rebuild that is interrupted leaves nothing that
anybody would write, read back or release. How far it has come is committed together with the rows that it made. The
one write that makes the catalog count is the last: the survey DONE, the origin of the catalog REBUILT.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from archived.catalog import events, images, rebuilt, surveys
from archived.formats.errors import FormatError
from archived.language import _
from archived.policy.rebuilding import Claim, Difference, Sorted, claim_of, sort_out
from archived.sessions.disc_lists import RowsRead, SetRead, Source, read_rows, read_set
from archived.sessions.tools import Tools
from archived.stages.looking import IDENTIFY, folder_of
from archived.stages.rebuilding_end import finish, sort_media
from archived.stages.rebuilding_sets import record_set
from archived.stages.rebuilding_through import (
    Through,
    Told,
    next_through,
    read_through,
    record_through,
    untold,
)
from archived.stages.rebuilding_twins import files_told_otherwise
from archived.stages.surveying import REBUILD
from archived.stages.work import CPU, Action, Broken, Context, Site
from archived.states import SurveyState
from archived.surveys import MediumLook, Survey

NAME = "rebuilding"
_REST_S = 60.0


@dataclass(frozen=True, slots=True)
class Step:
    """One bounded piece of the rebuild; `cursor` is what is committed when it is done."""

    survey_id: int
    #: "set" | "media" | "files" | "extents" | "inner" | "through" | "end"
    kind: str
    cursor: dict[str, Any]
    claims: tuple[Claim, ...] = ()
    folders: dict[int, Path] = field(default_factory=dict)
    source: Source | None = None
    through: Through | None = None
    offset: int = 0
    looks: tuple[MediumLook, ...] = ()
    found: Sorted = field(default_factory=lambda: Sorted(()))


def due(read: Connection, site: Site) -> Survey | None:
    survey = surveys.under_way(read)
    if survey is None or survey.kind != REBUILD or survey.state is not SurveyState.ASSEMBLING:
        return None
    return survey


def plan(view: Survey | None, context: Context) -> list[Action]:
    if view is None or context.draining:
        return []
    return context.choose([Action(NAME, f"survey {view.id}", (CPU,), view)])


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    """Nothing is in progress but the survey itself: what is due follows from its cursor."""
    survey = surveys.get(write, action.task.id)
    if survey.state is not SurveyState.ASSEMBLING:
        return None
    cursor = dict(survey.cursor) or {"sets_done": [], "sources": [], "untold": []}
    if "media" not in cursor:
        return action.having(_by_looks(write, site, survey, cursor))
    if cursor["untold"]:
        through = next_through(write, site, survey, cursor)
        return action.having(Step(survey.id, "through", cursor, through=through)) if through else None
    if cursor["sources"]:
        entry = cursor["sources"][0]
        folder = site.tools.paths.surveys / entry["folder"]
        left_out = frozenset(entry.get("left_out", ()))
        carried = tuple(name for name in entry["carried"] if name not in left_out)
        source = Source(entry["image"], folder, carried, entry.get("number", 0), left_out)
        return action.having(
            Step(survey.id, entry.get("list", "files"), cursor, source=source, offset=entry.get("offset", 0))
        )
    return action.having(Step(survey.id, "end", cursor))


def _by_looks(read: Connection, site: Site, survey: Survey, cursor: dict[str, Any]) -> Step:
    """The next set that a medium names, the one that closed first; behind the last, what becomes of every medium."""
    looks = [look for look in surveys.looks(read, survey.id) if look.purpose == IDENTIFY]
    claims = [claim for look in looks if (claim := claim_of(look)) is not None]
    config = site.config
    ours = sort_out(claims, institution=config.site.name, simulated=config.simulated)
    done = set(cursor["sets_done"])
    left = [(claim.closed_at, claim.set_id) for claim in ours.ours if claim.set_id not in done]
    if not left:
        return Step(survey.id, "media", cursor, looks=tuple(looks), found=ours)
    mine = tuple(claim for claim in ours.ours if claim.set_id == min(left)[1])
    folders = {look.id: folder_of(site.tools.paths, look) for look in looks}
    return Step(survey.id, "set", cursor, mine, folders)


@dataclass(frozen=True, slots=True)
class Garbled:
    """A list that is whole by its checksum and that cannot be understood: why."""

    words: str


def run(action: Action, tools: Tools) -> SetRead | RowsRead | Told | Garbled | None:
    step: Step = action.task
    if step.kind in ("media", "end"):
        return None  # catalog work only
    if step.kind == "set":
        what = f"putting together set {step.claims[0].set_id}"
        tools.progress.begin(action.key, what)
        return read_set(step.claims, step.folders)
    if step.through is not None:
        what = f"reading the lists of image {step.through.image_id} through its set"
        return read_through(step.through, tools, tools.progress.begin(action.key, what))
    source = step.source
    if source is None:
        raise ValueError(f"step {step.kind} of survey {step.survey_id} has no source")
    tools.progress.begin(action.key, f"reading the {step.kind} of image {source.image_id}")
    try:
        return read_rows(step.kind, source, step.offset)
    except FormatError as error:
        return Garbled(str(error))


def record(write: Connection, site: Site, action: Action, outcome: object) -> float:
    step: Step = action.task
    survey = surveys.get(write, step.survey_id)
    if survey.state is not SurveyState.ASSEMBLING:
        return 0  # given up meanwhile
    if isinstance(outcome, Broken):
        _cannot(write, site, survey, outcome.error)
        return _REST_S
    events.clear_attention(write, f"rebuild:{survey.id}")
    if step.kind == "end":
        finish(write, site, survey)
        return 0
    cursor = step.cursor
    if step.kind == "media":
        differences = sort_media(write, site, step.looks, step.found)
        surveys.note(write, survey.id, [item.as_document() for item in differences])
        cursor = step.cursor | {"media": True}
    elif isinstance(outcome, SetRead):
        sources, untold, contradicted = record_set(write, site, outcome, step.folders)
        cursor = step.cursor | {
            "sets_done": [*step.cursor["sets_done"], outcome.found.id],
            "sources": [*step.cursor["sources"], *sources],
            "untold": [*step.cursor["untold"], *untold],
        }
        found = (*outcome.found.differences, *outcome.differences, *contradicted)
        surveys.note(write, survey.id, [item.as_document() for item in found])
    elif isinstance(outcome, Told) and step.through is not None:
        cursor = record_through(write, site, survey, step.through, outcome, step.cursor)
    elif isinstance(outcome, Garbled):
        cursor = _told_otherwise(write, survey, step, outcome)
    elif isinstance(outcome, RowsRead) and step.source is not None:
        _take_rows(write, survey, step.source.image_id, outcome)
        cursor = _moved_on(write, step, outcome)
    surveys.keep_place(write, survey.id, cursor)
    return 0


def _told_otherwise(write: Connection, survey: Survey, step: Step, outcome: Garbled) -> dict[str, Any]:
    """The cursor behind a garbled list: the image's lists are made through its set, unless these were."""
    entry, *others = step.cursor["sources"]
    image = images.get(write, entry["image"])
    cursor = step.cursor | {"sources": others}
    if entry.get("through"):
        surveys.note(write, survey.id, [untold(image, outcome.words).as_document()])
        return cursor
    words = _("a list of image {image} on its disc cannot be understood: {why}; it is made through its set")
    what = words.format(image=image.label or image.id, why=outcome.words)
    advice = f"archivectl images {image.id}"
    surveys.note(write, survey.id, [Difference("text-damaged", image.id, what, advice).as_document()])
    return cursor | {"untold": [*cursor["untold"], {"image": image.id, "name": entry["name"]}]}


def _take_rows(write: Connection, survey: Survey, image_id: str, outcome: RowsRead) -> None:
    """One stretch as rows; what another disc told otherwise is left, and named."""
    other_files = rebuilt.add_files(write, image_id, outcome.files)
    rebuilt.add_extents(write, image_id, outcome.extents)
    other_inner = rebuilt.add_inner_files(write, outcome.inner)
    for items in (other_files, other_inner):
        differences = files_told_otherwise(write, image_id, items)
        surveys.note(write, survey.id, [item.as_document() for item in differences])


def _moved_on(write: Connection, step: Step, outcome: RowsRead) -> dict[str, Any]:
    """The cursor behind a stretch: further in the list, to the next list, or to the next image."""
    entry, *others = step.cursor["sources"]
    if outcome.next_offset is not None:
        entry |= {"list": step.kind, "offset": outcome.next_offset}
    elif step.kind == "files":
        entry |= {"list": "extents", "offset": 0}
    elif step.kind == "extents" and step.source is not None and step.source.carried:
        entry |= {"list": "inner", "offset": 0, "number": 0}
    elif step.kind == "inner" and step.source is not None and entry["number"] + 1 < len(step.source.carried):
        entry |= {"offset": 0, "number": entry["number"] + 1}
    else:
        rebuilt.count_files(write, entry["image"])
        return step.cursor | {"sources": others}
    return step.cursor | {"sources": [entry, *others]}


def _cannot(write: Connection, site: Site, survey: Survey, error: Exception) -> None:
    """Something of ours failed, a full disk perhaps: nothing is concluded about any medium."""
    attention = events.Attention(
        f"rebuild:{survey.id}",
        "now",
        _("the rebuild of the catalog stopped: {error}").format(error=error),
        _("what was made so far stays, discs are untouched; it goes on by itself after a rest"),
        _("archivectl catalog   (room is needed in {folder})").format(folder=site.tools.paths.site),
        site.now(),
    )
    events.raise_attention(write, attention)


__all__ = ["NAME", "claim", "due", "plan", "record", "run"]
