"""The shape that all stages have, and what passes between them and the loop.

A stage is a module with these functions:

    due(read, site) -> view                      load what is not at rest
    plan(view, context) -> [Action]              pure: what should happen now
    claim(write, site, action) -> Action | None  commit the in-progress state, or refuse; may fill in the task
    run(action, tools) -> outcome                touch devices and files, never SQL
    record(write, site, action, outcome) -> s    commit the next state; seconds to leave the thing alone

There is no recovery apart from this. A thing that is in progress in the catalog and not in flight in this
process was left there by an earlier life, or by an outcome that nobody could tell: the stage plans it again as
*resumed*, and `run` then looks before it does anything.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection

from archived.formats.signing import SigningKey
from archived.sessions.half_reads import HalfReads
from archived.sessions.tools import Tools
from archived.settings import Config
from archived.stages.drive_asks import DriveAsks

#: Lane of work that needs processors and disks only.
CPU = "cpu"


def robot_lane(library: str) -> str:
    """Lane of a library's robot: one motion at a time."""
    return f"robot:{library}"


def drive_lane(drive: str) -> str:
    """Lane of one drive: one session at a time."""
    return f"drive:{drive}"


def drives_in(lanes: Sequence[str]) -> tuple[str, ...]:
    """The drives whose lanes these are."""
    mark = drive_lane("")
    return tuple(lane.removeprefix(mark) for lane in lanes if lane.startswith(mark))


@dataclass(frozen=True, slots=True)
class Action:
    """Something to be done, by one stage, about one thing, holding one or more lanes."""

    stage: str
    #: The thing it is about, e.g. "copy 12"; at most one action for it is in flight.
    key: str
    lanes: tuple[str, ...]
    task: Any
    #: True when it was found in progress: look first.
    resumed: bool = False

    def having(self, task: Any) -> "Action":
        """The same action with its task filled in at claiming."""
        return replace(self, task=task)


@dataclass(frozen=True, slots=True)
class Broken:
    """An outcome that `run` could not tell: it raised. The stage decides what may be believed now."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Site:
    """What due, claim and record may know besides the catalog."""

    config: Config
    tools: Tools
    #: Version words that are frozen into recipes.
    software: str
    #: Signs receipts; its public half is on every disc.
    key: SigningKey
    orders: "Orders" = field(default_factory=lambda: Orders())
    asks: DriveAsks = field(default_factory=DriveAsks)
    #: How far media are read for the care of them, and who is to stop at his next chunk.
    half_reads: HalfReads = field(default_factory=HalfReads)

    def now(self) -> datetime:
        return self.tools.clock.now()


@dataclass(frozen=True, slots=True)
class Order:
    """A motion that a person ordered."""

    medium_id: str
    destination: int


class Orders:
    """Ordered motions, first come first served; for API threads and the control loop alike."""

    def __init__(self) -> None:
        self._orders: list[Order] = []
        self._lock = threading.Lock()

    def add(self, order: Order) -> None:
        with self._lock:
            self._orders.append(order)

    def drop(self, order: Order) -> None:
        """It was done, cannot be done, or nobody waits for it any more; harmless when it is gone."""
        with self._lock:
            if order in self._orders:
                self._orders.remove(order)

    def waiting(self) -> tuple[Order, ...]:
        with self._lock:
            return tuple(self._orders)


@dataclass(frozen=True, slots=True)
class Context:
    """What planners may know besides their view."""

    now: datetime
    busy_lanes: frozenset[str] = frozenset()
    #: Keys of actions in flight, and of things that are left alone until their backoff ends.
    busy_keys: frozenset[str] = frozenset()
    settings: Mapping[str, str] = field(default_factory=dict)
    #: Draining: what is under way may end, nothing new that moves or writes a medium begins.
    draining: bool = False

    @property
    def writes_paused(self) -> bool:
        """Whether no burn may begin: a person paused writing, or a hold is in force (`archived.stages.hold`)."""
        return bool(self.settings.get("writes_paused")) or self.held

    @property
    def held(self) -> bool:
        """Whether the catalog was made again and not everything was looked at."""
        return bool(self.settings.get("hold"))

    def free(self, action: Action) -> bool:
        """Whether this action's thing and lanes are free."""
        return action.key not in self.busy_keys and not self.busy_lanes.intersection(action.lanes)

    def taking(self, action: Action) -> "Context":
        """The context after this action was chosen too."""
        return replace(
            self, busy_lanes=self.busy_lanes | set(action.lanes), busy_keys=self.busy_keys | {action.key}
        )

    def choose(self, wanted: Sequence[Action]) -> list[Action]:
        """Those of `wanted` that can run together with what runs, first come first."""
        context, chosen = self, []
        for action in wanted:
            if context.free(action):
                chosen.append(action)
                context = context.taking(action)
        return chosen


class Stage(Protocol):
    """A stage module."""

    @property
    def __name__(self) -> str: ...

    def due(self, read: Connection, site: Site) -> Any: ...

    def plan(self, view: Any, context: Context) -> list[Action]: ...

    def claim(self, write: Connection, site: Site, action: Action) -> Action | None: ...

    def run(self, action: Action, tools: Tools) -> Any: ...

    def record(self, write: Connection, site: Site, action: Action, outcome: Any) -> float: ...
