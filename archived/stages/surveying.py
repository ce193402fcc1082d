"""Beginning and ending a survey: what a person asks for, and what must hold before."""

import shutil
from typing import Any

from sqlalchemy import Connection

from archived.catalog import events, surveys
from archived.errors import NotFound, WrongState
from archived.language import _
from archived.sessions.tools import SitePaths
from archived.stages import hold
from archived.stages.catalog_origin import is_known
from archived.stages.floor import stale_key
from archived.stages.work import Site
from archived.states import LookEvent, LookState, SurveyEvent
from archived.surveys import Survey

REBUILD, CHECK, FULL_CHECK = "rebuild", "check", "full-check"


def request_rebuild(write: Connection, site: Site, *, agent: str) -> Survey:
    """Begin to rebuild the catalog from the media of the room, or join the rebuild that is under way.

    Raises WrongState when the catalog holds packages, or another survey is under way.
    """
    going = surveys.under_way(write)
    if going is not None and going.kind == REBUILD:
        return going
    may_rebuild(write)
    if not hold.stands(write):
        libraries = list(site.config.libraries)
        note = _("made from what the media say of themselves")
        hold.place(write, libraries, cause="rebuild", note=note, agent=agent, at=site.now())
    return _begin(write, site, REBUILD, agent)


def may_rebuild(read: Connection) -> None:
    """Raises WrongState when the catalog is not one to be rebuilt."""
    if surveys.holds_anything(read):
        raise WrongState(
            _(
                "the catalog holds packages, images or sets; only an empty one is rebuilt; nothing was changed"
            ),
            advice="archivectl catalog check   (compares the catalog with what the media say)",
        )
    _must_be_alone(read)


def request_check(write: Connection, site: Site, *, full: bool, agent: str) -> Survey:
    """Begin to look at every medium and compare, or join the check that is under way.

    Raises WrongState while the catalog is empty or another survey is under way.
    """
    kind = FULL_CHECK if full else CHECK
    going = surveys.under_way(write)
    if going is not None and going.kind == kind:
        return going
    if not is_known(write):
        raise WrongState(
            _("the catalog is empty: there is nothing to compare; nothing was changed"),
            advice="archivectl catalog rebuild --from-media",
        )
    _must_be_alone(write)
    return _begin(write, site, kind, agent)


def give_up(write: Connection, site: Site, *, agent: str, reason: str) -> Survey:
    """End the survey that is under way without its report. Raises NotFound when there is none."""
    going = surveys.under_way(write)
    if going is None:
        raise NotFound(_("no rebuild and no check is under way"))
    for look in surveys.looks(write, going.id):
        if look.state is LookState.WANTED:
            surveys.advance_look(write, look.id, LookEvent.FAILED, note=reason, ended_at=site.now())
    surveys.advance_state(write, going.id, SurveyEvent.GIVEN_UP, ended_at=site.now())
    subject = ("survey", str(going.id))
    events.append(write, site.now(), f"{going.kind} given up", subject, agent=agent, reason=reason)
    return surveys.get(write, going.id)


def catalog_document(read: Connection, paths: SitePaths) -> dict[str, Any]:
    """How the catalog itself stands."""
    settings = events.settings(read)
    going, checked = surveys.under_way(read), surveys.last(read, CHECK, FULL_CHECK)
    rebuilt = surveys.last(read, REBUILD)
    return {
        "origin": settings.get(surveys.ORIGIN, surveys.FOUNDED),
        "size_bytes": paths.catalog.stat().st_size,
        "disk_free_bytes": shutil.disk_usage(paths.catalog.parent).free,
        "under_way": survey_document(read, going) if going is not None else None,
        "last_check": survey_document(read, checked) if checked is not None else None,
        "last_rebuild": survey_document(read, rebuilt) if rebuilt is not None else None,
    }


def survey_document(read: Connection, survey: Survey) -> dict[str, Any]:
    """A survey with its counts of looks."""
    looks = surveys.looks(read, survey.id)
    return {
        "id": survey.id,
        "kind": survey.kind,
        "state": survey.state.value,
        "agent": survey.agent,
        "begun_at": survey.begun_at.isoformat(),
        "ended_at": survey.ended_at.isoformat() if survey.ended_at else None,
        "looks": len(looks),
        "looks_open": sum(look.state in (LookState.WANTED, LookState.LOOKING) for look in looks),
        "looks_failed": sum(look.state is LookState.FAILED for look in looks),
        "report": dict(survey.report),
    }


def _must_be_alone(read: Connection) -> None:
    going = surveys.under_way(read)
    if going is not None:
        raise WrongState(
            _("a {kind} is under way since {at}; one at a time").format(
                kind=going.kind, at=going.begun_at.isoformat(timespec="minutes")
            ),
            advice="archivectl catalog",
        )


def _begin(write: Connection, site: Site, kind: str, agent: str) -> Survey:
    survey_id = surveys.begin(write, kind, agent, site.now())
    for library in site.config.libraries:
        events.set_setting(write, stale_key(library), "1")  # what is where, is seen first
    events.append(write, site.now(), f"{kind} begun", ("survey", str(survey_id)), agent=agent)
    return surveys.get(write, survey_id)
