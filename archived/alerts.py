"""Alarms: how long something waited for a person, and what was told to whom about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, unique
from typing import Any, Final

#: How soon a person is needed, the least first.
URGENCIES: Final = ("working-hours", "before", "now")


def rank(urgency: str) -> int:
    """Larger is more urgent; what nobody knows counts as urgent."""
    return URGENCIES.index(urgency) if urgency in URGENCIES else len(URGENCIES) - 1


@unique
class AlertState(Enum):
    WAITING = "waiting"  # on record; it was not taken by anybody yet, or is tried again
    SENT = "sent"  # the other side said that it has it
    GIVEN_UP = "given-up"  # it was tried for long, and nobody took it


@unique
class AlertEvent(Enum):
    TAKEN = "taken"
    FAILED = "failed"
    GIVEN_UP = "given_up"


_S, _E = AlertState, AlertEvent
ALERT: dict[AlertState, dict[AlertEvent, AlertState]] = {
    _S.WAITING: {_E.TAKEN: _S.SENT, _E.FAILED: _S.WAITING, _E.GIVEN_UP: _S.GIVEN_UP},
    _S.SENT: {},
    _S.GIVEN_UP: {},
}


@dataclass(frozen=True, slots=True)
class Alarm:
    """One time that something waited for a person, from when it was seen until its cause was gone."""

    id: int
    #: The id on the attention list; the same trouble may come again as another alarm.
    attention_id: str
    urgency: str
    what: str
    safe: str
    next: str
    raised_at: datetime
    before: datetime | None = None
    #: How bad it is within its urgency; larger is worse.
    level: int = 0
    #: When it last got worse.
    worse_at: datetime | None = None
    #: When its cause was gone.
    recovered_at: datetime | None = None
    acked_at: datetime | None = None
    acked_by: str = ""
    ack_reason: str = ""
    #: Recovered, and nobody is to be told of it any more.
    settled: bool = False

    @property
    def quieted(self) -> bool:
        """Whether somebody took note of it as bad as it is now."""
        return self.acked_at is not None and (self.worse_at is None or self.acked_at >= self.worse_at)


@dataclass(frozen=True, slots=True)
class AlarmNote:
    """One line of the history of an alarm."""

    id: int
    alarm_id: int
    attention_id: str
    at: datetime
    #: "raised", "worse", "eased", "acknowledged", "came back" or "recovered"
    kind: str
    urgency: str
    what: str
    agent: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """One message to one hook."""

    id: int
    hook: str
    state: AlertState
    made_at: datetime
    #: What is sent, as data.
    document: Mapping[str, Any] = field(default_factory=dict)
    attempts: int = 0
    #: Not tried before this.
    next_at: datetime | None = None
    ended_at: datetime | None = None
    #: What the other side said last.
    note: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What a hook was last told of an alarm."""

    #: "new", "worse", "again" or "recovered"
    event: str
    urgency: str
    at: datetime
