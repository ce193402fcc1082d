"""The cleaning of a tape drive: values, states and their exits. One row is one attempt with one cleaning cartridge."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, unique


@unique
class CleaningState(Enum):
    ASKED = "asked"  # the drive asks for it, and a person decides
    WANTED = "wanted"  # a cleaning cartridge is to come as soon as one can be had
    CLEANING = "cleaning"  # a cartridge is chosen: on its way, or at work in the drive
    DONE = "done"  # the drive gave the cartridge out, and asks for nothing any more
    FAILED = "failed"  # the one attempt did not end well: a person looks
    UNFIT = "unfit"  # the cartridge is used up, or none for this drive: it cleans no more, and the drive is as it was
    WITHDRAWN = "withdrawn"  # the drive asks no more, or a person says that it is clean


@unique
class CleaningEvent(Enum):
    ORDERED = "ordered"
    CHOSEN = "chosen"
    PUT_BACK = "put_back"  # the cartridge cannot be had any more, and nothing was cleaned
    CLEANED = "cleaned"
    FAILED = "failed"
    FOUND_UNFIT = "found_unfit"
    WITHDRAWN = "withdrawn"


_S, _E = CleaningState, CleaningEvent
CLEANING: dict[CleaningState, dict[CleaningEvent, CleaningState]] = {
    _S.ASKED: {_E.ORDERED: _S.WANTED, _E.WITHDRAWN: _S.WITHDRAWN},
    _S.WANTED: {_E.CHOSEN: _S.CLEANING, _E.WITHDRAWN: _S.WITHDRAWN},
    _S.CLEANING: {
        _E.CLEANED: _S.DONE,
        _E.FAILED: _S.FAILED,
        _E.FOUND_UNFIT: _S.UNFIT,
        _E.PUT_BACK: _S.WANTED,
    },
    _S.DONE: {},
    _S.FAILED: {_E.WITHDRAWN: _S.WITHDRAWN},
    _S.UNFIT: {},
    _S.WITHDRAWN: {},
}


@dataclass(frozen=True, slots=True)
class Cleaning:
    """One attempt to clean one drive."""

    id: int
    drive: str
    state: CleaningState
    #: The drive must not write before it is clean (TapeAlert 20); False where it is only due, or a person asked.
    urgent: bool
    #: Who asked: "archived" for the drive itself, or "uid:1000".
    agent: str
    asked_at: datetime
    #: The cleaning cartridge, from the moment at which one is chosen.
    medium_id: str | None = None
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    #: How often the cartridge was loaded, where its chip told.
    loads: int | None = None
    note: str = ""
