"""States and exits of what looks at media: a survey of all of them, and the look at each. See `archived.states`."""

from enum import Enum, unique


@unique
class LookState(Enum):
    WANTED = "wanted"  # what a medium says of itself is to be read
    LOOKING = "looking"  # it lies in a drive and is being read
    SEEN = "seen"  # what it said is on record
    FAILED = "failed"  # no drive could tell anything, or it is not to be had any more


@unique
class LookEvent(Enum):
    BEGUN = "begun"
    INTERRUPTED = "interrupted"
    FINISHED = "finished"
    FAILED = "failed"


@unique
class SurveyState(Enum):
    LOOKING = "looking"  # every medium of the room is asked what it is
    ASSEMBLING = "assembling"  # what they said becomes rows, or is compared with the rows that there are
    DONE = "done"  # its report stands
    GIVEN_UP = "given_up"  # a person ended it


@unique
class SurveyEvent(Enum):
    ALL_SEEN = "all_seen"
    MORE_WANTED = "more_wanted"
    FINISHED = "finished"
    GIVEN_UP = "given_up"


_L, _LE, _Y, _YE = LookState, LookEvent, SurveyState, SurveyEvent

LOOK: dict[LookState, dict[LookEvent, LookState]] = {
    _L.WANTED: {_LE.BEGUN: _L.LOOKING, _LE.FAILED: _L.FAILED},
    _L.LOOKING: {_LE.FINISHED: _L.SEEN, _LE.FAILED: _L.FAILED, _LE.INTERRUPTED: _L.WANTED},
    _L.SEEN: {},
    _L.FAILED: {},
}
SURVEY: dict[SurveyState, dict[SurveyEvent, SurveyState]] = {
    _Y.LOOKING: {_YE.ALL_SEEN: _Y.ASSEMBLING, _YE.GIVEN_UP: _Y.GIVEN_UP},
    _Y.ASSEMBLING: {_YE.MORE_WANTED: _Y.LOOKING, _YE.FINISHED: _Y.DONE, _YE.GIVEN_UP: _Y.GIVEN_UP},
    _Y.DONE: {},
    _Y.GIVEN_UP: {},
}
