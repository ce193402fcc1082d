"""Every state and every exit of everything that is not at rest. Nothing else may move a thing.

One enum of states, one of events and one table for each kind; `step` raises on any move that is not in
the table. The drawings in docs/states.md are printed from these tables.
"""

from collections.abc import Mapping
from enum import Enum, unique
from typing import Any, TypeVar

from archived.alerts import ALERT
from archived.approvals import APPROVAL
from archived.cages import CAGE
from archived.care import ITEM as CARE_ITEM
from archived.care import RUN as CARE_RUN
from archived.cases import CASE
from archived.cleanings import CLEANING
from archived.copy_states import COPY as COPY
from archived.copy_states import CopyEvent as CopyEvent
from archived.copy_states import CopyState as CopyState
from archived.destructions import DESTRUCTION
from archived.errors import ForbiddenStep
from archived.hot_items import HOT_ITEM
from archived.item_states import ITEM
from archived.look_states import LOOK as LOOK
from archived.look_states import SURVEY as SURVEY
from archived.look_states import LookEvent as LookEvent
from archived.look_states import LookState as LookState
from archived.look_states import SurveyEvent as SurveyEvent
from archived.look_states import SurveyState as SurveyState
from archived.medium_states import MEDIUM as MEDIUM
from archived.medium_states import MediumEvent as MediumEvent
from archived.medium_states import MediumState as MediumState
from archived.tasks import TASK
from archived.transports import TRAVEL


@unique
class PackageState(Enum):
    STAGING = "staging"  # bytes are being copied and digested; nothing is acknowledged yet
    ACCEPTED = "accepted"  # synced, digested, acknowledged: the accepted receipt is out
    ARCHIVED = "archived"  # every copy that its class asks for was read back after a reload
    WITHDRAWN = "withdrawn"  # taken back before the first write intent of its set
    ABANDONED = "abandoned"  # an intake that failed or was interrupted; never acknowledged
    FORGOTTEN = "forgotten"  # after its date nobody is given it any more; its bytes are still on media
    DESTROYED = "destroyed"  # every copy of it and all that could rebuild one is destroyed
    FOUND = "found"  # a rebuild found it on media; it cannot tell that all of its set was ever read back


@unique
class PackageEvent(Enum):
    SYNCED = "synced"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    SUFFICIENT = "sufficient"
    FORGOTTEN = "forgotten"
    DESTROYED = "destroyed"


@unique
class ImageState(Enum):
    OPEN = "open"  # packages of its group gather; its contents are decided at closing
    CLOSING = "closing"  # members, set and position are fixed; the recipe is being frozen
    CLOSED = "closed"  # recipe frozen; waits for its set
    PROTECTED = "protected"  # digests and chunk table known, parity of its set on disk
    KEPT = "kept"  # its copies are verified and so are those of its whole set
    RETIRED = "retired"  # all that it carries is kept by other images, or is not kept any more
    VOID = "void"  # given up before anything physical happened; its packages close again
    FOUND = "found"  # known from media only, in a set that is not known to be complete


@unique
class ImageEvent(Enum):
    CLOSE = "close"
    FROZEN = "frozen"
    PROTECTED = "protected"
    COMPLETED = "completed"
    RETIRED = "retired"
    VOIDED = "voided"


@unique
class SetState(Enum):
    FORMING = "forming"  # closed images gather
    PROTECTING = "protecting"  # one pass over the staged files computes digests and parity
    PROTECTED = "protected"  # parity on disk; copies may be placed
    COMPLETE = "complete"  # every member was read back after a reload and matched
    RETIRED = "retired"  # nothing rests on it any more: its images are kept by other sets, or not kept
    VOID = "void"  # given up before the first write intent of any member
    FOUND = "found"  # known from media only; not every member was seen, or not every one was ever read back


@unique
class SetEvent(Enum):
    CLOSE = "close"
    ENCODED = "encoded"
    FAILED = "failed"
    COMPLETED = "completed"
    RETIRED = "retired"
    VOIDED = "voided"


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
_S, _SE, _V, _VE = SetState, SetEvent, MoveState, MoveEvent
_R, _RE, _D, _DE = RecallState, RecallEvent, ReadingState, ReadingEvent

PACKAGE: dict[PackageState, dict[PackageEvent, PackageState]] = {
    _P.STAGING: {_PE.SYNCED: _P.ACCEPTED, _PE.FAILED: _P.ABANDONED},
    _P.ACCEPTED: {_PE.WITHDRAWN: _P.WITHDRAWN, _PE.SUFFICIENT: _P.ARCHIVED},
    _P.ARCHIVED: {_PE.FORGOTTEN: _P.FORGOTTEN},
    _P.FORGOTTEN: {_PE.DESTROYED: _P.DESTROYED},
    _P.DESTROYED: {},
    _P.WITHDRAWN: {},
    _P.ABANDONED: {},
    _P.FOUND: {_PE.SUFFICIENT: _P.ARCHIVED, _PE.FORGOTTEN: _P.FORGOTTEN},
}
IMAGE: dict[ImageState, dict[ImageEvent, ImageState]] = {
    _I.OPEN: {_IE.CLOSE: _I.CLOSING, _IE.VOIDED: _I.VOID},
    _I.CLOSING: {_IE.FROZEN: _I.CLOSED, _IE.VOIDED: _I.VOID},
    _I.CLOSED: {_IE.PROTECTED: _I.PROTECTED, _IE.VOIDED: _I.VOID},
    _I.PROTECTED: {_IE.COMPLETED: _I.KEPT, _IE.VOIDED: _I.VOID},
    _I.KEPT: {_IE.RETIRED: _I.RETIRED},
    _I.RETIRED: {},
    _I.VOID: {},
    _I.FOUND: {_IE.COMPLETED: _I.KEPT, _IE.RETIRED: _I.RETIRED},
}
SET: dict[SetState, dict[SetEvent, SetState]] = {
    _S.FORMING: {_SE.CLOSE: _S.PROTECTING, _SE.VOIDED: _S.VOID},
    _S.PROTECTING: {_SE.ENCODED: _S.PROTECTED, _SE.FAILED: _S.FORMING, _SE.VOIDED: _S.VOID},
    _S.PROTECTED: {_SE.COMPLETED: _S.COMPLETE, _SE.VOIDED: _S.VOID},
    _S.COMPLETE: {_SE.RETIRED: _S.RETIRED},
    _S.RETIRED: {},
    _S.VOID: {},
    _S.FOUND: {_SE.COMPLETED: _S.COMPLETE, _SE.RETIRED: _S.RETIRED},
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
    "care run": CARE_RUN,
    "care item": CARE_ITEM,
    "approval": APPROVAL,
    "alert": ALERT,
    "destruction": DESTRUCTION,
    "travel": TRAVEL,
}

#: Where things begin that a catalog learns of from media: only a rebuild (a look, for media) makes them.
FOUND: dict[str, Any] = {
    "package": _P.FOUND,
    "image": _I.FOUND,
    "set": _S.FOUND,
    "copy": CopyState.FOUND,
    "medium": MediumState.UNKNOWN,
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
