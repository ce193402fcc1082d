"""Frozen values of a survey: every medium of the room is asked what it is, for a rebuild or for a check."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from archived.states import LookState, SurveyState


@dataclass(frozen=True, slots=True)
class Survey:
    """One pass over all media."""

    id: int
    #: "rebuild" | "check" | "full-check"
    kind: str
    state: SurveyState
    #: Who asked for it: "uid:1000".
    agent: str
    begun_at: datetime
    ended_at: datetime | None = None
    #: How far assembling has come; what it holds belongs to the stage.
    cursor: Mapping[str, Any] = field(default_factory=dict)
    #: What came out, for people and programs.
    report: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MediumLook:
    """One look at one medium. What was read lies in files of the site's work area."""

    id: int
    survey_id: int
    medium_id: str
    #: "identify": what it says of itself; "full": all of it; "ranges": stretches that make another image.
    purpose: str
    state: LookState
    asked_at: datetime
    #: Byte ranges of the disc, for "ranges" alone.
    ranges: tuple[tuple[int, int], ...] = ()
    #: Drives that ended this look without an outcome, one for each failure.
    tried_in: tuple[str, ...] = ()
    #: The short of it: what the disc is, whom it names, what could not be read.
    finding: Mapping[str, Any] = field(default_factory=dict)
    ended_at: datetime | None = None
    note: str = ""
