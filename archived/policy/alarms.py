"""What became of the attention list since the last look: an alarm begins, gets worse, eases or ends. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from archived.alerts import Alarm, rank


class Waiting(Protocol):
    """An entry of the attention list."""

    @property
    def id(self) -> str: ...
    @property
    def urgency(self) -> str: ...
    @property
    def what(self) -> str: ...
    @property
    def safe(self) -> str: ...
    @property
    def next(self) -> str: ...
    @property
    def before(self) -> datetime | None: ...
    @property
    def level(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one alarm; `kind` is a word of history, or "" where only its words changed."""

    kind: str
    #: None for one that begins.
    alarm: Alarm | None
    #: None for one that ends.
    entry: Waiting | None


def urgency_at(entry: Waiting, now: datetime) -> str:
    """How urgent an entry is now: what had to be done before a time is urgent once that time has come."""
    overdue = entry.urgency == "before" and entry.before is not None and now >= entry.before
    return "now" if overdue else entry.urgency


def changes(
    entries: Sequence[Waiting], live: Sequence[Alarm], now: datetime, settle: timedelta
) -> list[Change]:
    """What is to be recorded so that alarms say what the list says.

    What comes back within `settle` of its end is the same alarm: who waits for its end is not told of it twice.
    """
    newest = {alarm.attention_id: alarm for alarm in live}
    found = [_change(entry, newest.get(entry.id), now, settle) for entry in entries]
    listed = {entry.id for entry in entries}
    gone = [
        Change("recovered", alarm, None)
        for alarm in live
        if alarm.recovered_at is None and alarm.attention_id not in listed
    ]
    return gone + [change for change in found if change is not None]


def _change(entry: Waiting, alarm: Alarm | None, now: datetime, settle: timedelta) -> Change | None:
    if alarm is None:
        return Change("raised", None, entry)
    if alarm.recovered_at is not None:
        same = now - alarm.recovered_at < settle
        return Change("came back", alarm, entry) if same else Change("raised", None, entry)
    before, after = (rank(alarm.urgency), alarm.level), (rank(urgency_at(entry, now)), entry.level)
    if after != before:
        return Change("worse" if after > before else "eased", alarm, entry)
    said = (alarm.what, alarm.safe, alarm.next, alarm.before)
    return None if said == (entry.what, entry.safe, entry.next, entry.before) else Change("", alarm, entry)
