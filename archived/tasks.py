"""Tasks, which are motions of media by people: values, states and their exits.

What nobody settled yet (`settled_at` is None) is in progress: asked, in somebody's hands, or told and not looked at.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, unique
from typing import Final


@unique
class TaskState(Enum):
    OPEN = "open"  # on the list; nobody has begun
    TAKEN = "taken"  # somebody is at it: the medium may be in his hands
    DONE = "done"  # somebody says that it is done; what drives and sensors say of it decides
    REFUSED = "refused"  # it cannot be done; not asked again until somebody says so
    CANCELLED = "cancelled"  # nothing needs it any more


@unique
class TaskEvent(Enum):
    TAKEN = "taken"
    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"  # a drive or a sensor says otherwise: it is to be done once more
    REFUSED = "refused"
    ASKED_AGAIN = "asked_again"
    CANCELLED = "cancelled"


@unique
class TaskKind(Enum):
    CARRY = "carry"  # between the drives and the cabinets of one library
    ORDER = "order"  # the same, as a person ordered it
    BRING = "bring"  # from where nothing reaches the medium to where it is reached
    HOME = "home"  # back from there
    PUT_BACK = "put_back"  # what was taken for a task that nothing needs any more


_S, _E = TaskState, TaskEvent
TASK: dict[TaskState, dict[TaskEvent, TaskState]] = {
    _S.OPEN: {
        _E.TAKEN: _S.TAKEN,
        _E.CONFIRMED: _S.DONE,
        _E.REFUSED: _S.REFUSED,
        _E.CANCELLED: _S.CANCELLED,
    },
    _S.TAKEN: {
        _E.TAKEN: _S.TAKEN,
        _E.CONFIRMED: _S.DONE,
        _E.REFUSED: _S.REFUSED,
        _E.CANCELLED: _S.CANCELLED,
    },
    _S.DONE: {_E.CONTRADICTED: _S.TAKEN},
    _S.REFUSED: {_E.ASKED_AGAIN: _S.CANCELLED},
    _S.CANCELLED: {},
}
#: How a person shows that he has the medium that is meant.
RFID: Final = "rfid"
HOW = (RFID, "barcode", "typed")


@dataclass(frozen=True, slots=True)
class Task:
    """One motion of one medium that a person is asked for."""

    id: str
    kind: TaskKind
    state: TaskState
    medium_id: str
    #: Places as libraries and elements, and in the words of people.
    from_library: str
    from_element: int | None
    from_words: str
    to_library: str
    to_element: int | None
    to_words: str
    #: Why, in words.
    reason: str
    #: A lower number goes first: `archived.policy.due_times`.
    priority: int
    opened_at: datetime
    due_at: datetime
    taken_by: str = ""
    taken_at: datetime | None = None
    #: Trays are open and lamps lit for it.
    ready_at: datetime | None = None
    #: Who ended it, and when: done, refused or cancelled.
    ended_by: str = ""
    ended_at: datetime | None = None
    confirmed_how: str = ""
    confirmed_value: str = ""
    #: Why it was refused or cancelled, or what contradicts that it is done.
    note: str = ""
    #: How often it was said to be done and was not, or another medium was shown.
    contradictions: int = 0
    #: How often people were told that it is overdue.
    level: int = 0
    #: Its motion, on record as any other one; None where no drive is at either end.
    move_id: int | None = None
    #: Nothing is to be looked at or done for it any more.
    settled_at: datetime | None = None
