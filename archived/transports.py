"""Media that leave their library and come back: transport lists. Values, states and their exits.

A list is opened by a person, with where it goes; `to_library` is a library of ours whose media people move, or empty
for any other place. Each medium of it goes its own way.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, unique


@unique
class TravelState(Enum):
    WANTED = "wanted"  # to be laid into an import/export slot, or to be taken from its shelf
    OUT = "out"  # somebody took it: in no library of ours, and not missed
    ARRIVED = "arrived"  # somebody says that it is where it was to go
    COMING = "coming"  # asked back
    BACK = "back"  # in a library of ours again: where it was to go, or where somebody saw it
    CANCELLED = "cancelled"  # struck from the list before it left
    ENDED = "ended"  # lost or destroyed while it was away


@unique
class TravelEvent(Enum):
    TAKEN = "taken"
    RECEIVED = "received"
    ASKED_BACK = "asked_back"
    SEEN_AGAIN = "seen_again"
    CANCELLED = "cancelled"
    GONE = "gone"


_S, _E = TravelState, TravelEvent
TRAVEL: dict[TravelState, dict[TravelEvent, TravelState]] = {
    _S.WANTED: {_E.TAKEN: _S.OUT, _E.CANCELLED: _S.CANCELLED, _E.GONE: _S.ENDED},
    _S.OUT: {
        _E.RECEIVED: _S.ARRIVED,
        _E.ASKED_BACK: _S.COMING,
        _E.SEEN_AGAIN: _S.BACK,
        _E.GONE: _S.ENDED,
    },
    _S.ARRIVED: {_E.ASKED_BACK: _S.COMING, _E.SEEN_AGAIN: _S.BACK, _E.GONE: _S.ENDED},
    _S.COMING: {_E.SEEN_AGAIN: _S.BACK, _E.GONE: _S.ENDED},
    _S.BACK: {},
    _S.CANCELLED: {},
    _S.ENDED: {},
}
#: In no library of ours, as everybody knows.
AWAY = (TravelState.OUT, TravelState.ARRIVED, TravelState.COMING)
OPEN = (TravelState.WANTED, *AWAY)


@dataclass(frozen=True, slots=True)
class Transport:
    """One list."""

    id: str
    #: A library of ours; "" for any other place.
    to_library: str
    #: Where it goes, in words; "" for media that only leave their robot.
    to_words: str
    reason: str
    opened_by: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Travel:
    """One medium of a list."""

    id: int
    transport_id: str
    medium_id: str
    state: TravelState
    #: Where it was when the list was opened.
    from_library: str
    from_element: int | None
    from_words: str
    taken_at: datetime | None = None
    taken_by: str = ""
    arrived_at: datetime | None = None
    arrived_by: str = ""
    ended_at: datetime | None = None
    note: str = ""
