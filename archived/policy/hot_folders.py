"""What becomes of what lies in a hot folder, from its listing and from what is on record. Pure.

A *drop* is one readiness of one name: the marker that was put, or the thing that came. What is on record under
the same drop is never taken again; what cannot be told from a listing (an interrupted intake, a lost folder)
is looked up before anything is concluded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, unique

from archived.hot_items import HotItem, HotItemState
from archived.policy.archive_names import is_archive
from archived.policy.hot_names import is_utf8


@unique
class Kind(Enum):
    FOLDER = "folder"
    FILE = "file"
    LINK = "link"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that may be a package, as it was when the folder was listed."""

    path: str
    kind: Kind
    #: Summary of the thing itself: it differs when another one has come, or came again, under its name.
    identity: str
    #: Summary of NAME.ready beside it; empty when there is none.
    marker: str = ""
    #: Summary of everything in it, only where the settle time needs it.
    content: str = ""


@unique
class Why(Enum):
    """Why something waits."""

    NO_MARKER = "no marker"
    UNSETTLED = "unsettled"
    PUT_OFF = "put off"
    RESTS = "rests"
    UNDER_WAY = "under way"
    NEITHER = "neither folder nor archive"
    UNSAFE = "its package is not safe on its media"


class Decision:
    """What happens with one thing now."""


@dataclass(frozen=True, slots=True)
class Take(Decision):
    """Hand it in. `item` is the record of an earlier attempt."""

    entry: Entry
    drop: str
    item: HotItem | None = None


@dataclass(frozen=True, slots=True)
class Refuse(Decision):
    """It can be refused without reading it."""

    entry: Entry
    drop: str
    item: HotItem | None = None


@dataclass(frozen=True, slots=True)
class LookUp(Decision):
    """It was being taken when the daemon ended: ask the catalog how far that came."""

    item: HotItem


@dataclass(frozen=True, slots=True)
class WriteAccepted(Decision):
    item: HotItem


@dataclass(frozen=True, slots=True)
class WriteArchived(Decision):
    item: HotItem


@dataclass(frozen=True, slots=True)
class Reject(Decision):
    """Move it to rejected/ and say why."""

    item: HotItem


@dataclass(frozen=True, slots=True)
class RemoveOriginal(Decision):
    """Remove it if it equals its package; `item` may be in the middle of that."""

    item: HotItem


@dataclass(frozen=True, slots=True)
class SeeGone(Decision):
    """A person took away what we did not dare to."""

    item: HotItem


@dataclass(frozen=True, slots=True)
class Wait(Decision):
    """Nothing happens with it, and why."""

    path: str
    why: Why
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings that decide."""

    #: "marker", "rename" or "settle"
    ready: str
    settle_s: float = 0.0
    remove_archived: bool = False


@dataclass(frozen=True, slots=True)
class Sighting:
    """Since when everything in a thing has been as it is, by the monotonic clock."""

    content: str
    since_s: float


@dataclass(frozen=True, slots=True)
class View:
    """Everything that the decision is made from."""

    entries: Sequence[Entry]
    #: The last drop of every name that has one, by path.
    newest: Mapping[str, HotItem]
    #: Every drop with which something may have to be done.
    open_items: Sequence[HotItem]
    #: Packages that are archived.
    archived: frozenset[str] = frozenset()
    #: Paths at which a thread of this process is at work.
    busy: frozenset[str] = frozenset()
    #: Paths that are left alone for a while.
    resting: frozenset[str] = frozenset()
    sightings: Mapping[str, Sighting] = field(default_factory=dict)
    now_s: float = 0.0
    #: Why the original of a drop must stay although its package is archived, by the drop's id.
    unsafe: Mapping[int, str] = field(default_factory=dict)


#: Under the same drop these were dealt with, and stay so.
_DEALT_WITH = frozenset(HotItemState) - {
    HotItemState.TAKING,
    HotItemState.REMOVED,
    HotItemState.REFUSED,
    HotItemState.REJECTED,
}


def see(entries: Sequence[Entry], before: Mapping[str, Sighting], *, now_s: float) -> Mapping[str, Sighting]:
    """Since when each thing has been as it is; what changed begins anew, what is gone is forgotten."""
    seen = {}
    for entry in entries:
        known = before.get(entry.path)
        same = known is not None and known.content == entry.content
        seen[entry.path] = known if same and known is not None else Sighting(entry.content, now_s)
    return seen


def decide(view: View, rules: Rules) -> list[Decision]:
    """What is to be done now, at most one thing for each name."""
    decisions: list[Decision] = []
    staying: dict[str, Wait] = {}
    there = {entry.path for entry in view.entries}
    taken_up: set[str] = set()
    for item in view.open_items:
        if item.path in view.busy or item.path in taken_up:
            continue
        step = _go_on(item, view, rules, is_there=item.path in there)
        if isinstance(step, Wait):
            # What came under its name since is not kept waiting by it.
            staying[item.path] = step
        elif step is not None:
            decisions.append(step)
            taken_up.add(item.path)
    for entry in view.entries:
        if entry.path in view.busy:
            decisions.append(Wait(entry.path, Why.UNDER_WAY))
        elif entry.path not in taken_up:
            step = _begin(entry, view, rules)
            if step is not None:
                decisions.append(step)
                staying.pop(entry.path, None)
    decisions.extend(wait for path, wait in staying.items() if path not in taken_up)
    return decisions


def drop_of(entry: Entry, rules: Rules) -> str:
    """The readiness of a thing; empty when a marker is asked for and not there."""
    return entry.marker if rules.ready == "marker" else entry.identity


def _go_on(item: HotItem, view: View, rules: Rules, *, is_there: bool) -> Decision | None:
    """The next step of a drop that is on record and not at rest."""
    state = item.state
    if state is HotItemState.TAKING:
        return LookUp(item)
    goes = state is HotItemState.REMOVING or (state is HotItemState.ARCHIVED and rules.remove_archived)
    if goes and (why := view.unsafe.get(item.id)):
        return Wait(item.path, Why.UNSAFE, why)
    if item.path in view.resting:
        return None
    if state is HotItemState.TAKEN:
        return WriteAccepted(item)
    if state is HotItemState.RECEIPTED:
        return WriteArchived(item) if item.package_id in view.archived else None
    if state is HotItemState.REFUSED:
        return Reject(item)
    if goes:
        return RemoveOriginal(item)
    if state is HotItemState.KEPT and not is_there:
        return SeeGone(item)
    return None


def _begin(entry: Entry, view: View, rules: Rules) -> Decision | None:
    """What a thing that lies there calls for; None when it was dealt with."""
    item = view.newest.get(entry.path)
    drop = drop_of(entry, rules)
    if item is not None and item.state in _DEALT_WITH and item.drop == drop and item.spent:
        return Wait(entry.path, Why.PUT_OFF, item.note) if item.state is HotItemState.DEFERRED else None
    if not drop:
        if item is not None and item.state is HotItemState.DEFERRED:
            return Wait(entry.path, Why.PUT_OFF, item.note)
        # A kept original without a new marker is at rest, whatever becomes of it.
        return None if item is not None and item.state in _DEALT_WITH else Wait(entry.path, Why.NO_MARKER)
    again = item if item is not None and item.state is HotItemState.DEFERRED else None
    if entry.path in view.resting:
        return Wait(entry.path, Why.RESTS, again.note if again else "")
    if rules.ready == "settle" and not _has_settled(entry, view, rules):
        return Wait(entry.path, Why.UNSETTLED)
    if entry.kind is Kind.FOLDER or (entry.kind is Kind.FILE and is_archive(entry.path)):
        return Take(entry, drop, again) if is_utf8(entry.path) else Refuse(entry, drop, again)
    if entry.kind is Kind.LINK or entry.marker:
        return Refuse(entry, drop, again)
    return Wait(entry.path, Why.NEITHER)


def _has_settled(entry: Entry, view: View, rules: Rules) -> bool:
    seen = view.sightings.get(entry.path)
    return seen is not None and seen.content == entry.content and view.now_s - seen.since_s >= rules.settle_s
