"""Anything at any time: submissions, orders, faults, losses and crashes by chance, and the law at the end."""

from random import Random

import pytest

from archived.states import MediumState, PackageState
from tests.simulation.conftest import Tell
from tests.simulation.harness import Killed, Story
from tests.simulation.law import assert_all_archived_or_named, assert_law

FAULTS = (
    "robot-timeout-moved",
    "robot-timeout-unmoved",
    "robot-timeout-in-hand",
    "robot-refuses-move",
    "write-error",
    "close-error",
    "bad-read-back",
    "read-error",
    "disc-not-recognised",
    "drive-hang",
    "tray-stuck",
    "room-lost",
)


class Chance:
    """One life of chance: every choice comes from the seed."""

    def __init__(self, story: Story, seed: int) -> None:
        self.story, self.random, self.volumes = story, Random(seed), 0
        #: What happened, for whoever has to understand a failure.
        self.diary: list[str] = []

    def act(self) -> None:
        """One thing that a person, the room or bad luck does."""
        choices = (
            self.submit,
            self.submit,
            self.close,
            self.fault,
            self.crash,
            self.kill,
            self.correct,
            self.withdraw,
        )
        action = self.random.choice(choices)
        self.diary.append(action.__name__)
        action()

    def submit(self) -> None:
        self.volumes += 1
        series = self.random.choice(("S1", "S1", "S2"))
        self.story.submit(
            f"{self.volumes:04d}", self.random.choice((60_000, 300_000, 530_000)), series=series
        )

    def correct(self) -> None:
        known = [
            p for p in self.story.packages() if p.state in (PackageState.ACCEPTED, PackageState.ARCHIVED)
        ]
        if known:
            package = self.random.choice(known)
            words = f"correction {len(self.diary)}"
            self.story.submit(package.volume, 60_000, series=package.series, correction=words)

    def withdraw(self) -> None:
        waiting = self.story.waiting()
        if waiting:
            self.story.withdraw(self.random.choice(waiting))

    def close(self) -> None:
        self.story.close_images() if self.random.random() < 0.6 else self.story.close_sets()

    def fault(self) -> None:
        name = self.random.choice(FAULTS)
        self.diary[-1] += f" {name}"
        self.story.fault(name, after=self.random.randrange(6), seed=self.random.randrange(99))

    def crash(self) -> None:
        self.story.crash(power_cut=self.random.random() < 0.3)

    def kill(self) -> None:
        self.story.fuse.arm(self.random.randrange(1, 120))
        try:
            self.run(40)
        except Killed as killed:
            self.diary[-1] += f" {killed}"
            self.story.crash()
        self.story.fuse.disarm()

    def run(self, steps: int) -> None:
        for _ in range(self.random.randrange(1, steps)):
            if not self.story.step():
                self.story.clock.sleep(61)


def live(tell: Tell, seed: int, *, acts: int) -> Story:
    """Chance for a while; then nothing more goes wrong, and people do what they are asked to do."""
    story = tell(seed=seed, m=2)
    chance = Chance(story, seed)
    chance.submit()
    for _ in range(acts):
        chance.act()
        chance.run(30)
        assert_law(story) if not story.loop.in_flight else None
    story.control("disarm")
    story.close_everything()
    for name in [name for name in story.attentions() if name.startswith("drive:")]:
        story.set_drive(name.removeprefix("drive:"), up=True)
    story.close_everything()
    story.close_everything()
    assert_law(story)
    assert_all_archived_or_named(story)
    left = [p.id for p in story.packages(PackageState.ACCEPTED)]
    assert not left or any(n.startswith("place:") for n in story.attentions()), (
        chance.diary,
        story.attentions(),
    )
    assert not story.media(MediumState.WRITING)
    return story


@pytest.mark.parametrize("seed", range(1, 4))
def test_whatever_happens_everything_is_archived_or_waits_for_a_person_by_name(tell: Tell, seed: int) -> None:
    live(tell, seed, acts=8)


@pytest.mark.simulate
@pytest.mark.parametrize("seed", [0, 4, *range(100, 200)])
def test_whatever_happens_for_longer_everything_is_archived_or_named(tell: Tell, seed: int) -> None:
    live(tell, seed, acts=30)
