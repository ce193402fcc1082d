"""Frozen values of a survey: every medium of the room is asked what it is, for a rebuild or for a check.

A disc is asked once. A cartridge is asked what lies on it, and then its images one after the other: each has a look of
its own, so that what was read of one is not read again when the next one is cut off.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from archived.states import LookState, SurveyState

#: What a look is for: what a medium says of itself; the same and all that is on it; stretches that make another image.
IDENTIFY, FULL, RANGES = "identify", "full", "ranges"
#: One image on a cartridge, whose own look listed it: what it says of itself; the same and all of it.
IMAGE, IMAGE_FULL = "image", "image-full"


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
    """One look at one medium, or at one image on a cartridge. What was read lies in files of the site's work area."""

    id: int
    survey_id: int
    medium_id: str
    #: IDENTIFY, FULL, RANGES, IMAGE or IMAGE_FULL.
    purpose: str
    state: LookState
    asked_at: datetime
    #: Byte ranges of the disc, for "ranges" alone.
    ranges: tuple[tuple[int, int], ...] = ()
    #: Drives that ended this look without an outcome, one for each failure.
    tried_in: tuple[str, ...] = ()
    #: The short of it: what the medium is, whom it names, what could not be read. Of an image on a cartridge its
    #: place is there from the beginning.
    finding: Mapping[str, Any] = field(default_factory=dict)
    ended_at: datetime | None = None
    note: str = ""

    @property
    def is_of_medium(self) -> bool:
        """Whether it says what a medium as a whole is."""
        return self.purpose in (IDENTIFY, FULL)

    @property
    def is_of_image(self) -> bool:
        """Whether it is about one of the images on a cartridge."""
        return self.purpose in (IMAGE, IMAGE_FULL)
