"""Surveys and their looks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select, update

from archived import states
from archived.catalog.rows import advance, in_states, one, values
from archived.catalog.survey_tables import medium_look, survey
from archived.catalog.tables import image, package, protection_set
from archived.states import LookEvent, LookState, SurveyEvent, SurveyState
from archived.surveys import FULL, IDENTIFY, IMAGE, IMAGE_FULL, RANGES, MediumLook, Survey

UNDER_WAY = (SurveyState.LOOKING, SurveyState.ASSEMBLING)
#: The setting that says where this catalog comes from: FOUNDED, EMPTY, REBUILT or RESTORED.
ORIGIN = "catalog_origin"
FOUNDED, EMPTY, REBUILT, RESTORED = "founded", "empty", "rebuilt", "restored"


#: So many keys are asked for at once: SQLite bounds the places of a statement.
_KEYS = 500


@dataclass(frozen=True, slots=True)
class LookBrief:
    """A look without what it found, which may be long."""

    id: int
    survey_id: int
    medium_id: str
    purpose: str
    state: LookState


def begin(connection: Connection, kind: str, agent: str, at: datetime) -> int:
    """A new survey, LOOKING; returns its id."""
    row = {"kind": kind, "agent": agent, "begun_at": at, "cursor": {}, "report": {}}
    done = connection.execute(insert(survey).values(state=SurveyState.LOOKING, **row))
    key = done.inserted_primary_key
    return int(key[0]) if key else 0


def get(connection: Connection, survey_id: int) -> Survey:
    """Raises NotFound."""
    return one(connection, Survey, survey, survey_id)


def under_way(connection: Connection) -> Survey | None:
    """The survey that is not over; there is one at most."""
    found = in_states(connection, Survey, survey, UNDER_WAY)
    return found[0] if found else None


def last(connection: Connection, *kinds: str) -> Survey | None:
    """The newest survey of these kinds, of any when none is given."""
    query = select(survey).order_by(survey.c.id.desc()).limit(1)
    found = values(connection, Survey, query.where(survey.c.kind.in_(kinds)) if kinds else query)
    return found[0] if found else None


def advance_state(connection: Connection, survey_id: int, event: SurveyEvent, **changes: Any) -> None:
    """Raises NotFound, ForbiddenStep."""
    advance(connection, survey, states.SURVEY, survey_id, event, **changes)


def keep_place(connection: Connection, survey_id: int, cursor: dict[str, Any]) -> None:
    """How far assembling has come, committed with the rows that it made."""
    connection.execute(update(survey).where(survey.c.id == survey_id).values(cursor=cursor))


def note(connection: Connection, survey_id: int, differences: Sequence[Mapping[str, str]]) -> None:
    """Add to the report what does not fit."""
    if differences:
        report = dict(get(connection, survey_id).report)
        report["differences"] = [*report.get("differences", ()), *differences]
        connection.execute(update(survey).where(survey.c.id == survey_id).values(report=report))


def ask(connection: Connection, look: MediumLook) -> int:
    """Want a look; the id given is ignored, the new one returned."""
    row = {name: getattr(look, name) for name in MediumLook.__dataclass_fields__ if name != "id"}
    done = connection.execute(insert(medium_look).values(**row))
    key = done.inserted_primary_key
    return int(key[0]) if key else 0


def get_look(connection: Connection, look_id: int) -> MediumLook:
    """Raises NotFound."""
    return one(connection, MediumLook, medium_look, look_id)


def looks(connection: Connection, survey_id: int) -> list[MediumLook]:
    """Every look of a survey in order of asking."""
    query = select(medium_look).where(medium_look.c.survey_id == survey_id).order_by(medium_look.c.id)
    return values(connection, MediumLook, query)


def open_looks(connection: Connection, survey_id: int) -> list[MediumLook]:
    """Looks of a survey that have no end yet, in order of asking."""
    query = select(medium_look).where(
        medium_look.c.survey_id == survey_id,
        medium_look.c.state.in_((LookState.WANTED, LookState.LOOKING)),
    )
    return values(connection, MediumLook, query.order_by(medium_look.c.id))


def media_asked(connection: Connection, survey_id: int) -> set[str]:
    """Media that this survey asked what they are, whatever became of it."""
    query = select(medium_look.c.medium_id).where(
        medium_look.c.survey_id == survey_id, medium_look.c.purpose != RANGES
    )
    return set(connection.execute(query.distinct()).scalars())


def since(connection: Connection, at: datetime) -> list[LookBrief]:
    """Looks that ended since then, and those without an end, in the order in which they ended."""
    columns = [medium_look.c[name] for name in LookBrief.__dataclass_fields__]
    query = select(*columns).where(or_(medium_look.c.ended_at >= at, medium_look.c.ended_at.is_(None)))
    return [LookBrief(*row) for row in connection.execute(query.order_by(medium_look.c.ended_at))]


def looks_by_id(connection: Connection, ids: Sequence[int]) -> list[MediumLook]:
    """These looks, in order of asking."""
    found: list[MediumLook] = []
    for start in range(0, len(ids), _KEYS):
        query = select(medium_look).where(medium_look.c.id.in_(ids[start : start + _KEYS]))
        found += values(connection, MediumLook, query.order_by(medium_look.c.id))
    return found


def looks_in_state(connection: Connection, *wanted: LookState) -> list[MediumLook]:
    return in_states(connection, MediumLook, medium_look, wanted)


def latest_looks(connection: Connection) -> list[MediumLook]:
    """The last look at each medium that ended with a finding about what it is, and those at the images on it."""
    table = medium_look.c
    newest = (
        select(func.max(table.id).label("id"))
        .where(table.state == LookState.SEEN, table.purpose.in_((IDENTIFY, FULL)))
        .group_by(table.medium_id)
        .subquery()
    )
    last_of = medium_look.alias()
    with_it = (
        select(last_of.c.id)
        .join(newest, newest.c.id == last_of.c.id)
        .where(last_of.c.survey_id == table.survey_id, last_of.c.medium_id == table.medium_id)
    )
    of_image = table.purpose.in_((IMAGE, IMAGE_FULL)) & (table.state == LookState.SEEN) & with_it.exists()
    query = select(medium_look).where(table.id.in_(select(newest.c.id)) | of_image)
    return values(connection, MediumLook, query.order_by(table.medium_id, table.id))


def last_look(connection: Connection, medium_id: str) -> MediumLook | None:
    """The last look that found what this medium is as a whole."""
    query = (
        select(medium_look)
        .where(
            medium_look.c.medium_id == medium_id,
            medium_look.c.state == LookState.SEEN,
            medium_look.c.purpose.in_((IDENTIFY, FULL)),
        )
        .order_by(medium_look.c.id.desc())
        .limit(1)
    )
    return next(iter(values(connection, MediumLook, query)), None)


def tell_finding(connection: Connection, look_id: int, finding: Mapping[str, Any]) -> None:
    """What a look found means something else now that a person decided."""
    connection.execute(update(medium_look).where(medium_look.c.id == look_id).values(finding=dict(finding)))


def advance_look(connection: Connection, look_id: int, event: LookEvent, **changes: Any) -> None:
    """Raises NotFound, ForbiddenStep."""
    advance(connection, medium_look, states.LOOK, look_id, event, **changes)


def holds_anything(connection: Connection) -> bool:
    """Whether the catalog knows a package, an image or a set."""
    return any(
        connection.execute(select(func.count()).select_from(table)).scalar()
        for table in (package, image, protection_set)
    )
