"""What media said becomes rows: one set after the other, then files and places in stretches, then one write ends it.

Everything is made in state FOUND, which no other stage acts on; so a rebuild that is interrupted leaves nothing that
anybody would write, read back or release. How far it has come is committed together with the rows that it made. The
one write that makes the catalog count is the last: the survey DONE, the origin of the catalog REBUILT.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from archived.catalog import events, surveys
from archived.formats.errors import FormatError
from archived.language import _
from archived.policy.generations import in_newest_sets
from archived.policy.rebuilding import Claim, Difference, Sorted, claim_of, sort_out
from archived.sessions.disc_lists import RowsRead, SetRead, read_set
from archived.sessions.tools import Tools
from archived.stages.looking import folder_of
from archived.stages.rebuilding_end import finish, sort_media
from archived.stages.rebuilding_lists import (
    Garbled,
    ListStep,
    lists_wait,
    next_lists,
    read_lists,
    record_lists,
)
from archived.stages.rebuilding_sets import Taken, record_set
from archived.stages.rebuilding_through import Told
from archived.stages.surveying import REBUILD
from archived.stages.work import CPU, Action, Broken, Context, Site
from archived.states import SurveyState
from archived.surveys import RANGES, MediumLook, Survey

NAME = "rebuilding"
_REST_S = 60.0


@dataclass(frozen=True, slots=True)
class Step:
    """One set, the media or the end; `cursor` is what is committed when it is done. Lists have steps of their own."""

    survey_id: int
    #: "set" | "media" | "end"
    kind: str
    cursor: dict[str, Any]
    claims: tuple[Claim, ...] = ()
    folders: dict[int, Path] = field(default_factory=dict)
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
    if lists_wait(cursor):
        step = next_lists(write, site, survey, cursor)
        return action.having(step) if step is not None else None
    return action.having(Step(survey.id, "end", cursor))


def _by_looks(read: Connection, site: Site, survey: Survey, cursor: dict[str, Any]) -> Step:
    """The next set that a medium names, the one that closed first; behind the last, what becomes of every medium."""
    looks = [look for look in surveys.looks(read, survey.id) if look.purpose != RANGES]
    claims = [claim for look in looks if (claim := claim_of(look)) is not None]
    config = site.config
    ours = sort_out(claims, institution=config.site.name, simulated=config.simulated)
    current = in_newest_sets(ours.ours)
    # A cartridge may carry what counts beside what does not.
    tapes = {claim.medium_id for claim in ours.ours if claim.place is not None}
    retired = {item.thing: item for item in current.retired if item.thing not in tapes}
    ours = Sorted(current.claims, {**ours.foreign, **retired})
    done = set(cursor["sets_done"])
    left = [(claim.closed_at, claim.set_id) for claim in ours.ours if claim.set_id not in done]
    if not left:
        return Step(survey.id, "media", cursor, looks=tuple(looks), found=ours)
    mine = tuple(claim for claim in ours.ours if claim.set_id == min(left)[1])
    folders = {look.id: folder_of(site.tools.paths, look) for look in looks}
    return Step(survey.id, "set", cursor, mine, folders)


def run(action: Action, tools: Tools) -> SetRead | RowsRead | Told | Garbled | None:
    step: Step | ListStep = action.task
    if isinstance(step, ListStep):
        return read_lists(step, tools, action.key)
    if step.kind != "set":
        return None  # catalog work only
    what = _("putting together set {set}").format(set=step.claims[0].set_id)
    tools.progress.begin(action.key, what)
    try:
        return read_set(step.claims, step.folders)
    except FormatError as error:
        return Garbled(str(error))


def record(write: Connection, site: Site, action: Action, outcome: object) -> float:
    step: Step | ListStep = action.task
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
    if isinstance(step, ListStep):
        if isinstance(outcome, RowsRead | Told | Garbled):
            cursor = record_lists(write, site, survey, step, outcome)
    elif step.kind == "media":
        differences = sort_media(write, site, step.looks, step.found)
        surveys.note(write, survey.id, [item.as_document() for item in differences])
        cursor = step.cursor | {"media": True}
    elif isinstance(outcome, SetRead):
        taken = record_set(write, site, outcome, step.folders)
        cursor = taken.onto(step.cursor, outcome.found.id)
        found = (*outcome.found.differences, *outcome.differences, *taken.differences)
        surveys.note(write, survey.id, [item.as_document() for item in found])
    elif isinstance(outcome, Garbled):
        set_id = step.claims[0].set_id
        surveys.note(write, survey.id, [Difference("text-damaged", set_id, outcome.words).as_document()])
        cursor = Taken().onto(cursor, set_id)
    surveys.keep_place(write, survey.id, cursor)
    return 0


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
