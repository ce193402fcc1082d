"""Every state and every exit of everything that is not at rest. Nothing else may move a thing.

One enum of states, one of events and one table for each kind; `step` raises on any move that is not in
the table. The drawings in docs/states.md are printed from these tables.
"""

from collections.abc import Mapping
from enum import Enum, unique
from typing import Any, TypeVar

from archived.cages import CAGE
from archived.cases import CASE
from archived.cleanings import CLEANING
from archived.errors import ForbiddenStep
from archived.hot_items import HOT_ITEM
from archived.item_states import ITEM
from archived.look_states import LOOK as LOOK
from archived.look_states import SURVEY as SURVEY
from archived.look_states import LookEvent as LookEvent
from archived.look_states import LookState as LookState
from archived.look_states import SurveyEvent as SurveyEvent
from archived.look_states import SurveyState as SurveyState
from archived.tasks import TASK


@unique
class PackageState(Enum):
    STAGING = "staging"  # bytes are being copied and digested; nothing is acknowledged yet
    ACCEPTED = "accepted"  # synced, digested, acknowledged: the accepted receipt is out
    ARCHIVED = "archived"  # every copy that its class asks for was read back after a reload
    WITHDRAWN = "withdrawn"  # taken back before the first write intent of its set
    ABANDONED = "abandoned"  # an intake that failed or was interrupted; never acknowledged
    FOUND = "found"  # a rebuild found it on media; it cannot tell that all of its set was ever read back


@unique
class PackageEvent(Enum):
    SYNCED = "synced"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    SUFFICIENT = "sufficient"


@unique
class ImageState(Enum):
    OPEN = "open"  # packages of its group gather; its contents are decided at closing
    CLOSING = "closing"  # members, set and position are fixed; the recipe is being frozen
    CLOSED = "closed"  # recipe frozen; waits for its set
    PROTECTED = "protected"  # digests and chunk table known, parity of its set on disk
    KEPT = "kept"  # its copies are verified and so are those of its whole set
    VOID = "void"  # given up before anything physical happened; its packages close again
    FOUND = "found"  # known from media only, in a set that is not known to be complete


@unique
class ImageEvent(Enum):
    CLOSE = "close"
    FROZEN = "frozen"
    PROTECTED = "protected"
    COMPLETED = "completed"
    VOIDED = "voided"


@unique
class SetState(Enum):
    FORMING = "forming"  # closed images gather
    PROTECTING = "protecting"  # one pass over the staged files computes digests and parity
    PROTECTED = "protected"  # parity on disk; copies may be placed
    COMPLETE = "complete"  # every member was read back after a reload and matched
    VOID = "void"  # given up before the first write intent of any member
    FOUND = "found"  # known from media only; not every member was seen, or not every one was ever read back


@unique
class SetEvent(Enum):
    CLOSE = "close"
    ENCODED = "encoded"
    FAILED = "failed"
    COMPLETED = "completed"
    VOIDED = "voided"


@unique
class CopyState(Enum):
    PLANNED = "planned"  # a medium is chosen, nothing physical has happened
    WRITING = "writing"  # the intent is on record; from here the medium may be touched
    WRITTEN = "written"  # accepted by the drive, flushed, closed
    VERIFYING = "verifying"  # the re-loaded medium is being read
    VERIFIED = "verified"  # read back after a reload and matched; the only state that counts
    SUSPECT = "suspect"  # a later read disagreed; repair decides
    ABANDONED = "abandoned"  # an attempt that failed or was interrupted; its medium is suspect
    CANCELLED = "cancelled"  # withdrawn before anything that counts lay on a medium
    LOST = "lost"  # never readable again, kept for the record
    FOUND = "found"  # its medium says that it is this image; not read in full since the catalog was rebuilt


@unique
class CopyEvent(Enum):
    BEGUN = "begun"
    WITHDRAWN = "withdrawn"
    FLUSHED = "flushed"
    FOUND_BLANK = "found_blank"
    NOT_BEGUN = "not_begun"  # the tape session ended before it; nothing of it counts on the tape
    NO_ROOM = "no_room"  # the tape ended sooner than it should: what was written of the image does not count
    READING = "reading"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    READ_MATCHED = "read_matched"
    READ_DIFFERED = "read_differed"
    GIVEN_UP = "given_up"


@unique
class MediumState(Enum):
    BLANK = "blank"  # in the scratch pool, never written
    RESERVED = "reserved"  # promised to a copy that is planned
    WRITING = "writing"  # a write intent is on record: spent unless it is found blank
    APPENDABLE = "appendable"  # a cartridge with written copies on it and room for more
    GOOD = "good"  # carries a written copy, and nothing is added to it
    SUSPECT = "suspect"  # spent by a failed or interrupted burn, wrong, or read badly; never written again
    QUARANTINED = "quarantined"  # set aside by a person or because it is not what it should be
    LOST = "lost"  # gone for good
    UNKNOWN = "unknown"  # seen in the library; nobody has looked yet what it is and what it carries


@unique
class MediumEvent(Enum):
    RESERVED = "reserved"
    RELEASED = "released"
    INTENT = "intent"
    FOUND_BLANK = "found_blank"
    WRITTEN = "written"
    APPENDED = "appended"
    SPOILED = "spoiled"
    READ_MATCHED = "read_matched"
    SET_ASIDE = "set_aside"
    ADMITTED = "admitted"
    GONE = "gone"
    IDENTIFIED = "identified"
    IDENTIFIED_OPEN = (
        "identified_open"  # a cartridge whose own texts say what is on it, and that more can be added
    )


@unique
class MoveState(Enum):
    MOVING = "moving"  # on record before the robot is told
    DONE = "done"  # seen at its destination
    REFUSED = "refused"  # seen where it was
    LOST_SIGHT = "lost_sight"  # seen at neither end; the medium is where the inventory says, or unknown


@unique
class MoveEvent(Enum):
    ARRIVED = "arrived"
    STAYED = "stayed"
    VANISHED = "vanished"


@unique
class RecallState(Enum):
    WAITING = "waiting"  # on record; the recall area has no room for it yet
    REQUESTED = "requested"  # sources are being chosen and read
    READY = "ready"  # every byte lies checked in the recall area
    DELIVERED = "delivered"  # handed over
    FAILED = "failed"  # no way left to make the bytes; the reasons are recorded
    CANCELLED = "cancelled"


@unique
class RecallEvent(Enum):
    ADMITTED = "admitted"
    GATHERED = "gathered"
    HANDED_OVER = "handed_over"
    EXHAUSTED = "exhausted"
    CANCELLED = "cancelled"


@unique
class ReadingState(Enum):
    PENDING = "pending"  # these ranges of this copy are wanted
    READING = "reading"  # its medium is being read
    READ = "read"  # what could be read lies in the recall area, bad ranges are named
    FAILED = "failed"  # nothing of it could be read


@unique
class ReadingEvent(Enum):
    BEGUN = "begun"
    INTERRUPTED = "interrupted"
    FINISHED = "finished"
    FAILED = "failed"


_P, _PE, _I, _IE = PackageState, PackageEvent, ImageState, ImageEvent
_S, _SE, _C, _CE = SetState, SetEvent, CopyState, CopyEvent
_M, _ME, _V, _VE = MediumState, MediumEvent, MoveState, MoveEvent
_R, _RE, _D, _DE = RecallState, RecallEvent, ReadingState, ReadingEvent

PACKAGE: dict[PackageState, dict[PackageEvent, PackageState]] = {
    _P.STAGING: {_PE.SYNCED: _P.ACCEPTED, _PE.FAILED: _P.ABANDONED},
    _P.ACCEPTED: {_PE.WITHDRAWN: _P.WITHDRAWN, _PE.SUFFICIENT: _P.ARCHIVED},
    _P.ARCHIVED: {},
    _P.WITHDRAWN: {},
    _P.ABANDONED: {},
    _P.FOUND: {_PE.SUFFICIENT: _P.ARCHIVED},
}
IMAGE: dict[ImageState, dict[ImageEvent, ImageState]] = {
    _I.OPEN: {_IE.CLOSE: _I.CLOSING, _IE.VOIDED: _I.VOID},
    _I.CLOSING: {_IE.FROZEN: _I.CLOSED, _IE.VOIDED: _I.VOID},
    _I.CLOSED: {_IE.PROTECTED: _I.PROTECTED, _IE.VOIDED: _I.VOID},
    _I.PROTECTED: {_IE.COMPLETED: _I.KEPT, _IE.VOIDED: _I.VOID},
    _I.KEPT: {},
    _I.VOID: {},
    _I.FOUND: {_IE.COMPLETED: _I.KEPT},
}
SET: dict[SetState, dict[SetEvent, SetState]] = {
    _S.FORMING: {_SE.CLOSE: _S.PROTECTING, _SE.VOIDED: _S.VOID},
    _S.PROTECTING: {_SE.ENCODED: _S.PROTECTED, _SE.FAILED: _S.FORMING, _SE.VOIDED: _S.VOID},
    _S.PROTECTED: {_SE.COMPLETED: _S.COMPLETE, _SE.VOIDED: _S.VOID},
    _S.COMPLETE: {},
    _S.VOID: {},
    _S.FOUND: {_SE.COMPLETED: _S.COMPLETE},
}
COPY: dict[CopyState, dict[CopyEvent, CopyState]] = {
    _C.PLANNED: {_CE.BEGUN: _C.WRITING, _CE.WITHDRAWN: _C.CANCELLED},
    _C.WRITING: {
        _CE.FLUSHED: _C.WRITTEN,
        _CE.FOUND_BLANK: _C.PLANNED,
        _CE.NOT_BEGUN: _C.PLANNED,
        _CE.NO_ROOM: _C.CANCELLED,
        _CE.FAILED: _C.ABANDONED,
        _CE.INTERRUPTED: _C.ABANDONED,
    },
    _C.WRITTEN: {_CE.READING: _C.VERIFYING, _CE.GIVEN_UP: _C.LOST},
    _C.VERIFYING: {
        _CE.READ_MATCHED: _C.VERIFIED,
        _CE.READ_DIFFERED: _C.ABANDONED,
        _CE.INTERRUPTED: _C.WRITTEN,
    },
    _C.VERIFIED: {
        _CE.READ_MATCHED: _C.VERIFIED,
        _CE.READ_DIFFERED: _C.SUSPECT,
        _CE.GIVEN_UP: _C.LOST,
    },
    _C.SUSPECT: {_CE.READ_MATCHED: _C.VERIFIED, _CE.READ_DIFFERED: _C.SUSPECT, _CE.GIVEN_UP: _C.LOST},
    _C.ABANDONED: {},
    _C.CANCELLED: {},
    _C.LOST: {},
    _C.FOUND: {_CE.READ_MATCHED: _C.VERIFIED, _CE.READ_DIFFERED: _C.SUSPECT, _CE.GIVEN_UP: _C.LOST},
}
MEDIUM: dict[MediumState, dict[MediumEvent, MediumState]] = {
    _M.BLANK: {_ME.RESERVED: _M.RESERVED, _ME.SET_ASIDE: _M.QUARANTINED, _ME.GONE: _M.LOST},
    _M.RESERVED: {
        _ME.RELEASED: _M.BLANK,
        _ME.INTENT: _M.WRITING,
        _ME.SET_ASIDE: _M.QUARANTINED,
        _ME.GONE: _M.LOST,
    },
    _M.WRITING: {
        _ME.FOUND_BLANK: _M.RESERVED,
        _ME.APPENDED: _M.APPENDABLE,
        _ME.WRITTEN: _M.GOOD,
        _ME.SPOILED: _M.SUSPECT,
    },
    _M.APPENDABLE: {
        _ME.INTENT: _M.WRITING,
        _ME.READ_MATCHED: _M.APPENDABLE,
        _ME.WRITTEN: _M.GOOD,
        _ME.SPOILED: _M.SUSPECT,
        _ME.SET_ASIDE: _M.QUARANTINED,
        _ME.GONE: _M.LOST,
    },
    _M.GOOD: {
        _ME.READ_MATCHED: _M.GOOD,
        _ME.SPOILED: _M.SUSPECT,
        _ME.SET_ASIDE: _M.QUARANTINED,
        _ME.GONE: _M.LOST,
    },
    _M.SUSPECT: {
        _ME.READ_MATCHED: _M.GOOD,
        _ME.SPOILED: _M.SUSPECT,
        _ME.SET_ASIDE: _M.QUARANTINED,
        _ME.GONE: _M.LOST,
    },
    _M.QUARANTINED: {
        _ME.ADMITTED: _M.BLANK,
        _ME.IDENTIFIED: _M.GOOD,
        _ME.IDENTIFIED_OPEN: _M.APPENDABLE,
        _ME.GONE: _M.LOST,
    },
    _M.LOST: {},
    _M.UNKNOWN: {
        _ME.IDENTIFIED: _M.GOOD,
        _ME.IDENTIFIED_OPEN: _M.APPENDABLE,
        _ME.SPOILED: _M.SUSPECT,
        _ME.SET_ASIDE: _M.QUARANTINED,
        _ME.GONE: _M.LOST,
    },
}
MOVE: dict[MoveState, dict[MoveEvent, MoveState]] = {
    _V.MOVING: {_VE.ARRIVED: _V.DONE, _VE.STAYED: _V.REFUSED, _VE.VANISHED: _V.LOST_SIGHT},
    _V.DONE: {},
    _V.REFUSED: {},
    _V.LOST_SIGHT: {},
}
RECALL: dict[RecallState, dict[RecallEvent, RecallState]] = {
    _R.WAITING: {_RE.ADMITTED: _R.REQUESTED, _RE.CANCELLED: _R.CANCELLED},
    _R.REQUESTED: {
        _RE.GATHERED: _R.READY,
        _RE.EXHAUSTED: _R.FAILED,
        _RE.CANCELLED: _R.CANCELLED,
    },
    _R.READY: {_RE.HANDED_OVER: _R.DELIVERED, _RE.CANCELLED: _R.CANCELLED},
    _R.DELIVERED: {},
    _R.FAILED: {},
    _R.CANCELLED: {},
}
READING: dict[ReadingState, dict[ReadingEvent, ReadingState]] = {
    _D.PENDING: {_DE.BEGUN: _D.READING, _DE.FAILED: _D.FAILED},
    _D.READING: {_DE.FINISHED: _D.READ, _DE.FAILED: _D.FAILED, _DE.INTERRUPTED: _D.PENDING},
    _D.READ: {},
    _D.FAILED: {},
}
#: Every table by the name of its kind, first state first; docs and tests walk this.
TABLES: dict[str, Mapping[Any, Mapping[Any, Any]]] = {
    "package": PACKAGE,
    "image": IMAGE,
    "set": SET,
    "copy": COPY,
    "medium": MEDIUM,
    "move": MOVE,
    "recall": RECALL,
    "reading": READING,
    "batch item": ITEM,
    "hot item": HOT_ITEM,
    "look": LOOK,
    "survey": SURVEY,
    "cleaning": CLEANING,
    "task": TASK,
    "case": CASE,
    "cage": CAGE,
}

#: Where things begin that a catalog learns of from media: only a rebuild (a look, for media) makes them.
FOUND: dict[str, Any] = {
    "package": _P.FOUND,
    "image": _I.FOUND,
    "set": _S.FOUND,
    "copy": _C.FOUND,
    "medium": _M.UNKNOWN,
}

S = TypeVar("S", bound=Enum)
V = TypeVar("V", bound=Enum)


def step(table: Mapping[S, Mapping[V, S]], state: S, event: V, *, thing: str) -> S:
    """The state after `event`.

    Raises:
        ForbiddenStep: the table has no such exit; names the thing, the state and the event.
    """
    try:
        return table[state][event]
    except KeyError:
        raise ForbiddenStep(thing=thing, state=state.value, event=event.value) from None
