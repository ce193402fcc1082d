"""Care runs, by which an archive stays alive: verification, repair, migration. Values, states and their exits.

A run is what somebody asked for, or a routine; its items are the media, copies or images that it is about, each with
how far it has come, so that a run goes on after a restart or after it gave a drive away.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, unique
from typing import Any, Final

#: Kinds of runs, which are also what the command line calls them.
VERIFY: Final = "verify"
REPAIR: Final = "repair"
MIGRATE: Final = "migrate"
SCAN: Final = "scan"
KINDS = (VERIFY, REPAIR, MIGRATE, SCAN)


@unique
class RunState(Enum):
    RUNNING = "running"  # its items are worked on as drives are free
    PAUSED = "paused"  # a person stopped it; what was under way ended at its next chunk
    DONE = "done"  # no item is left; the report is whole
    CANCELLED = "cancelled"  # a person ended it; what it found until then is kept


@unique
class RunEvent(Enum):
    PAUSED = "paused"
    RESUMED = "resumed"
    FINISHED = "finished"
    CANCELLED = "cancelled"


@unique
class ItemState(Enum):
    WANTED = "wanted"  # nothing of it is under way
    WORKING = "working"  # something of it is under way
    DONE = "done"  # its finding says what came of it
    FAILED = "failed"  # it could not be done; its note says why
    SKIPPED = "skipped"  # the run was cancelled, or nothing asks for it any more


@unique
class ItemEvent(Enum):
    BEGUN = "begun"
    INTERRUPTED = "interrupted"
    FINISHED = "finished"
    FAILED = "failed"
    SKIPPED = "skipped"


_R, _RE, _I, _IE = RunState, RunEvent, ItemState, ItemEvent
RUN: dict[RunState, dict[RunEvent, RunState]] = {
    _R.RUNNING: {_RE.PAUSED: _R.PAUSED, _RE.FINISHED: _R.DONE, _RE.CANCELLED: _R.CANCELLED},
    _R.PAUSED: {_RE.RESUMED: _R.RUNNING, _RE.FINISHED: _R.DONE, _RE.CANCELLED: _R.CANCELLED},
    _R.DONE: {},
    _R.CANCELLED: {},
}
ITEM: dict[ItemState, dict[ItemEvent, ItemState]] = {
    _I.WANTED: {
        _IE.BEGUN: _I.WORKING,
        _IE.FINISHED: _I.DONE,
        _IE.FAILED: _I.FAILED,
        _IE.SKIPPED: _I.SKIPPED,
    },
    _I.WORKING: {
        _IE.INTERRUPTED: _I.WANTED,
        _IE.FINISHED: _I.DONE,
        _IE.FAILED: _I.FAILED,
        _IE.SKIPPED: _I.SKIPPED,
    },
    _I.DONE: {},
    _I.FAILED: {},
    _I.SKIPPED: {},
}
OPEN_RUNS = (RunState.RUNNING, RunState.PAUSED)
OPEN_ITEMS = (ItemState.WANTED, ItemState.WORKING)


@dataclass(frozen=True, slots=True)
class CareRun:
    """One run. What `terms`, `preview` and `report` hold belongs to its kind; all three can be shown to an auditor."""

    #: Kind and number: "verify-12".
    id: str
    kind: str
    state: RunState
    #: "uid:1000" for a person, "archived" for a routine.
    agent: str
    reason: str
    begun_at: datetime
    ended_at: datetime | None = None
    #: A lower number goes first.
    priority: int = 0
    #: What was asked for: policy, selection, seed.
    terms: Mapping[str, Any] = field(default_factory=dict)
    #: What was expected of it when it began.
    preview: Mapping[str, Any] = field(default_factory=dict)
    #: What came of it.
    report: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class CareItem:
    """One thing that a run is about."""

    id: int
    run_id: str
    #: What is done with it, a word of its kind of run.
    what: str
    state: ItemState
    medium_id: str | None
    image_id: str | None
    copy_id: int | None
    asked_at: datetime
    #: Waves are done one after the other, 1 first.
    wave: int = 1
    #: A lower number goes first.
    priority: int = 0
    #: How far it has come; what it holds belongs to the kind of run.
    cursor: Mapping[str, Any] = field(default_factory=dict)
    #: Drives that ended it without an outcome, one for each failure.
    tried_in: tuple[str, ...] = ()
    #: What came of it.
    finding: Mapping[str, Any] = field(default_factory=dict)
    ended_at: datetime | None = None
    note: str = ""
