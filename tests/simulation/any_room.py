"""Anything that can happen in a room, as rules in any order: people, robots, faults, crashes. The law holds after each.

What a rule chooses, Hypothesis chose; all else comes from the seed of the story, so that a failure can be told again.
"""

import shutil
import tempfile
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from archived.states import PackageState, RecallState
from simulator.faults import Occasion, kinds_in
from tests.simulation.harness import NAP_S, Killed, Story
from tests.simulation.law import assert_all_archived_or_named, assert_law
from tests.simulation.person import Person
from tests.simulation.room_law import assert_room_law, no_tray_was_struck

#: Faults that end the machine that tells stories, or that have rules of their own here.
_NOT_BY_CHANCE = {"wrong-disc", "line-lost"}
_SIZES = st.sampled_from((60_000, 300_000))


class AnyRoom(RuleBasedStateMachine):
    """One site; `kind` says which room it has."""

    kind = "library"

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="any-room-"))
        self.volumes = 0
        self.recalls: dict[str, str] = {}
        self.exchanged = False
        self.away: set[int] = set()

    @initialize(seed=st.integers(0, 9))
    def begin(self, seed: int) -> None:
        self.story = Story(self.folder, seed=seed, n=1, m=1, kind=self.kind)
        self.person = Person(self.story, "typed" if self.story.room.estate.plan.is_stacker else "barcode")

    # ---- people who hand in and fetch

    @rule(size=_SIZES)
    def submit(self, size: int) -> None:
        self.volumes += 1
        self.story.submit(f"{self.volumes:04d}", size)

    @rule()
    def close(self) -> None:
        self.story.close_images()
        self.work(20)
        self.story.close_sets()

    @precondition(lambda self: self._on_disc())
    @rule(number=st.integers(0, 9))
    def recall(self, number: int) -> None:
        there = self._on_disc()
        package = there[number % len(there)]
        if self.story.package(package).staged:
            self.story.forget_staging(package)
        self.recalls[package] = self.story.recall(package)

    # ---- the daemon, and how it ends

    @rule(steps=st.sampled_from((5, 30, 90)))
    def work(self, steps: int) -> None:
        """The daemon works, and a person does what he is asked."""
        for _ in range(steps):
            if not (self.story.step() or self.person.step()):
                self.story.clock.sleep(NAP_S)
            no_tray_was_struck(self.story)

    @rule(power_cut=st.booleans())
    def crash(self, power_cut: bool) -> None:
        self.story.crash(power_cut=power_cut)

    @rule(nth=st.integers(1, 120))
    def kill(self, nth: int) -> None:
        """The daemon dies at some step of its own."""
        self.story.fuse.arm(nth)
        try:
            self.work(40)
        except Killed:
            self.story.crash()
        self.story.fuse.disarm()

    # ---- what befalls the room

    @rule(number=st.integers(0, 99), after=st.integers(0, 5), seed=st.integers(0, 99))
    def fault(self, number: int, after: int, seed: int) -> None:
        plan = self.story.room.estate.plan
        lines = bool(self.story.room.lines)
        possible = sorted(
            name
            for name, kind in kinds_in(plan).items()
            if name not in _NOT_BY_CHANCE and (lines or kind.occasion not in (Occasion.LINE, Occasion.TAG))
        )
        self.story.fault(possible[number % len(possible)], after=after, seed=seed)

    @precondition(lambda self: not self.exchanged and self._at_rest())
    @rule(number=st.integers(0, 99))
    def exchange_labels(self, number: int) -> None:
        """Somebody mixes up two labels while nothing moves, and a look follows."""
        plan, world = self.story.room.estate.plan, self.story.room.estate.world
        there = sorted(c.barcode for c in world.carriers.values() if c.address in plan.storage_addresses)
        one, other = there[number % len(there)], there[(number * 7 + 1) % len(there)]
        if one == other:
            return
        self.exchanged = True
        self.story.harmed |= {one, other}
        self.story.relabelled |= {one: other, other: one}
        self.story.control("exchange-labels", medium=one, other=other)
        self.look()

    @precondition(lambda self: self.kind == "library")
    @rule(number=st.integers(1, 6))
    def magazine(self, number: int) -> None:
        """Somebody takes a magazine out, or puts it back."""
        if self.story.room.doors_locked:
            return
        self.story.control("magazine", number=number, present=number in self.away)
        self.away ^= {number}
        self.look()

    def look(self) -> None:
        self.story.look()
        self.story.settle(naps=1)

    # ---- what holds

    @invariant()
    def the_law_of_the_room(self) -> None:
        if hasattr(self, "story"):
            assert_room_law(self.story)

    def teardown(self) -> None:
        """Nothing more goes wrong, and people do what they are asked: everything comes to its end, or is named."""
        if hasattr(self, "story"):
            try:
                self._end_well()
            finally:
                self.story.end()
        shutil.rmtree(self.folder)

    def _end_well(self) -> None:
        story = self.story
        story.control("disarm")
        for number in sorted(self.away):
            story.control("magazine", number=number, present=True)
        self.look()
        for name in [name for name in story.attentions() if name.startswith("drive:")]:
            story.set_drive(name.removeprefix("drive:"), up=True)
        for _ in range(3):
            story.close_images()
            self.person.settle()
            story.close_sets()
            self.person.settle()
            if story.all_archived():
                break
        assert_law(story, mixed_up=self.exchanged)
        assert_all_archived_or_named(story)
        for package, recall in self.recalls.items():
            if story.get_recall(recall).state is RecallState.READY:
                story.assert_given_back(package, recall)

    def _on_disc(self) -> list[str]:
        archived = self.story.packages(PackageState.ARCHIVED) if hasattr(self, "story") else []
        return [package.id for package in archived if package.id not in self.recalls]

    def _at_rest(self) -> bool:
        return hasattr(self, "story") and not self.story.loop.in_flight
