"""Whatever is dropped, changed, taken away or killed in whatever order: nothing unready is taken, and nothing twice."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from archived.hot_items import HOT_ITEM, HotItem, HotItemEvent, HotItemState
from archived.policy.hot_folders import (
    Decision,
    Entry,
    Kind,
    LookUp,
    Reject,
    RemoveOriginal,
    Rules,
    SeeGone,
    Sighting,
    Take,
    View,
    Wait,
    WriteAccepted,
    WriteArchived,
    decide,
    drop_of,
    see,
)
from archived.states import PackageState, step

AT = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = ("a", "b")
REST = frozenset({HotItemState.REMOVED, HotItemState.REJECTED, HotItemState.ARCHIVED})
names = st.sampled_from(NAMES)


@dataclass
class Thing:
    """What lies under a name on the disk."""

    identity: int
    content: int
    since_s: float


class HotFolderLife(RuleBasedStateMachine):
    """Disk, catalog and process of one hot folder; the policy decides, this carries out."""

    def __init__(self) -> None:
        super().__init__()
        self.number = count(1)
        self.now_s = 0.0
        self.disk: dict[str, Thing] = {}
        self.markers: dict[str, int] = {}
        self.records: dict[int, HotItem] = {}
        #: Items whose intake was acknowledged: the write that counts.
        self.acknowledged: dict[int, PackageState] = {}
        self.acknowledgements: Counter[tuple[str, str]] = Counter()
        self.in_flight: dict[int, str] = {}
        self.sightings: dict[str, Sighting] = {}
        #: No original may go: discs are away, or the catalog was made again.
        self.unsafe = False

    @initialize(ready=st.sampled_from(["marker", "rename", "settle"]), remove=st.booleans())
    def choose(self, ready: str, remove: bool) -> None:
        self.rules_ = Rules(ready, 10.0 if ready == "settle" else 0.0, remove)
        self.drop("a")
        self.mark("a")

    @rule(name=names)
    def drop(self, name: str) -> None:
        self.disk[name] = Thing(next(self.number), next(self.number), self.now_s)

    @rule(name=names)
    def mark(self, name: str) -> None:
        self.markers[name] = next(self.number)

    @rule(name=names)
    def write_inside(self, name: str) -> None:
        if name in self.disk:
            self.disk[name] = replace(self.disk[name], content=next(self.number), since_s=self.now_s)

    @rule(name=names)
    def take_away(self, name: str) -> None:
        self.disk.pop(name, None)

    @rule(seconds=st.sampled_from([1.0, 6.0, 20.0]))
    def wait(self, seconds: float) -> None:
        self.now_s += seconds

    @rule()
    def kill(self) -> None:
        """Only the disk and the catalog remember."""
        self.in_flight.clear()
        self.sightings.clear()

    @rule(stop_after=st.integers(0, 4))
    def look(self, stop_after: int) -> None:
        entries = self._entries()
        self.sightings = dict(see(entries, self.sightings, now_s=self.now_s))
        decisions = self._decide(entries)
        paths = [d.path if isinstance(d, Wait) else self._path(d) for d in decisions]
        assert len(paths) == len(set(paths)), "one thing at a time for each name"
        for decision in [d for d in decisions if not isinstance(d, Wait)][:stop_after]:
            self._carry_out(decision)

    @precondition(lambda self: self.in_flight)
    @rule(outcome=st.sampled_from(["taken", "refused", "changed", "full"]), dies=st.booleans())
    def intake_ends(self, outcome: str, dies: bool) -> None:
        item_id, _path = self.in_flight.popitem()
        item = self.records[item_id]
        if outcome == "taken":
            self.acknowledged[item_id] = PackageState.ACCEPTED
            self.acknowledgements[item.path, item.drop] += 1
            if not dies:
                self._move(item, HotItemEvent.ACCEPTED, package_id=f"P{item_id}")
        elif dies:
            return
        elif outcome == "refused":
            self._move(item, HotItemEvent.REFUSED)
        else:
            spent = outcome == "changed" and self.rules_.ready != "settle"
            self._move(item, HotItemEvent.PUT_OFF, spent=spent)

    @rule()
    def discs_are_read_back(self) -> None:
        self.acknowledged = dict.fromkeys(self.acknowledged, PackageState.ARCHIVED)

    @rule(unsafe=st.booleans())
    def discs_go_and_come(self, unsafe: bool) -> None:
        self.unsafe = unsafe

    @invariant()
    def no_drop_is_acknowledged_twice(self) -> None:
        assert all(number == 1 for number in self.acknowledgements.values())

    def teardown(self) -> None:
        """Left in peace, everything that was acknowledged gets its receipts."""
        if not hasattr(self, "rules_"):
            return
        self.unsafe = False
        for round_ in range(16):
            self.look(stop_after=99)
            self.look(stop_after=99)
            while self.in_flight:
                self.intake_ends("taken", False)
                self.no_drop_is_acknowledged_twice()
            self.now_s += 20
            if round_ == 8:
                self.discs_are_read_back()
                self.kill()
        self.discs_are_read_back()
        self.look(stop_after=99)
        self.look(stop_after=99)
        for item_id in self.acknowledged:
            state = self.records[item_id].state
            assert state in REST or state in (HotItemState.KEPT, HotItemState.REMOVING), state

    def _entries(self) -> list[Entry]:
        return [
            Entry(name, Kind.FOLDER, str(thing.identity), str(self.markers.get(name, "")), str(thing.content))
            for name, thing in self.disk.items()
        ]

    def _decide(self, entries: list[Entry]) -> list[Decision]:
        newest = {item.path: item for item in self.records.values()}
        view = View(
            entries,
            newest,
            [item for item in self.records.values() if item.state not in REST or self.rules_.remove_archived],
            frozenset(f"P{i}" for i, state in self.acknowledged.items() if state is PackageState.ARCHIVED),
            frozenset(self.in_flight.values()),
            frozenset(),
            self.sightings,
            self.now_s,
            dict.fromkeys(self.records, "a disc is away") if self.unsafe else {},
        )
        return decide(view, self.rules_)

    def _carry_out(self, decision: Decision) -> None:
        match decision:
            case Take(entry, drop, again):
                self._assert_ready(entry, drop)
                if again is None:
                    item = HotItem(
                        next(self.number), "f", entry.path, HotItemState.TAKING, drop, entry.identity, AT
                    )
                    self.records[item.id] = item
                else:
                    item = self._move(
                        again, HotItemEvent.TRIED_AGAIN, drop=drop, identity=entry.identity, spent=True
                    )
                self.in_flight[item.id] = item.path
            case LookUp(item) if item.id in self.acknowledged:
                self._move(item, HotItemEvent.ACCEPTED, package_id=f"P{item.id}")
            case LookUp(item):
                self._move(item, HotItemEvent.PUT_OFF, spent=False)
            case WriteAccepted(item):
                self._honour(item)
                self._move(item, HotItemEvent.RECEIPT_WRITTEN)
            case WriteArchived(item):
                assert self.acknowledged[item.id] is PackageState.ARCHIVED
                self._move(item, HotItemEvent.ARCHIVED)
            case Reject(item):
                if (there := self.disk.get(item.path)) and str(there.identity) == item.identity:
                    del self.disk[item.path]
                self._honour(item)
                self._move(item, HotItemEvent.MOVED)
            case RemoveOriginal(item):
                assert self.rules_.remove_archived
                assert not self.unsafe
                assert self.acknowledged[item.id] is PackageState.ARCHIVED
                gone = item.path not in self.disk
                same = gone or str(self.disk[item.path].identity) == item.identity
                if same:
                    self.disk.pop(item.path, None)
                self._move(item, HotItemEvent.GONE if same else HotItemEvent.DIFFERS)
            case SeeGone(item):
                assert item.path not in self.disk
                self._move(item, HotItemEvent.GONE)

    def _assert_ready(self, entry: Entry, drop: str) -> None:
        assert drop == drop_of(entry, self.rules_)
        assert self.acknowledgements[entry.path, drop] == 0
        if self.rules_.ready == "marker":
            assert str(self.markers[entry.path]) == drop
        if self.rules_.ready == "settle":
            assert self.now_s - self.disk[entry.path].since_s >= self.rules_.settle_s

    def _honour(self, item: HotItem) -> None:
        if str(self.markers.get(item.path)) == item.drop:
            del self.markers[item.path]

    def _move(self, item: HotItem, event: HotItemEvent, **changes: object) -> HotItem:
        state = step(HOT_ITEM, item.state, event, thing="hot item")
        moved = replace(item, state=state, **changes)  # type: ignore[arg-type]
        self.records[item.id] = moved
        return moved

    @staticmethod
    def _path(decision: Decision) -> str:
        item = getattr(decision, "item", None)
        entry = getattr(decision, "entry", None)
        return entry.path if entry is not None else item.path  # type: ignore[union-attr]


TestHotFolderLife = HotFolderLife.TestCase
TestHotFolderLife.settings = settings(max_examples=120, stateful_step_count=40)
