"""The daemon of a stacker dies at every write and every motion, and the next life goes on from what it sees."""

from pathlib import Path
from typing import Any

import pytest

from archived.states import PackageState
from tests.simulation.law import assert_law
from tests.simulation.stackers import BOTH_WAYS, LIBRARY, PLAIN, StackerStory

#: What a motion consists of, and the commits around it.
ARM = ("before arm take", "after arm take", "before arm lay", "after arm lay", "before arm lift", "after arm lift",
       "before arm put", "after arm put")  # fmt: skip
WAYS: dict[str, dict[str, Any]] = {
    "feeling-hand": {"bins": (BOTH_WAYS, *PLAIN[1:]), "drives": 2},
    "blind-hand": {"drives": 2, "tells_hand": False},
    "laying-hand": {"drives": 2, "puts_in_again": True},
}


def told(folder: Path, way: str) -> StackerStory:
    story = StackerStory(folder, **WAYS[way])
    story.load_blanks(1, 1, 1, 1, 1, 1)
    story.submit_set(1)
    story.close_images()
    return story


def assert_archived_after(story: StackerStory, died_at: str) -> None:
    story.crash()
    story.settle(naps=20)
    story.close_sets()
    story.settle(naps=20)
    if f"halted:{LIBRARY}" in story.attentions():
        story.somebody_looks()
        story.settle(naps=20)
    waits = {name: item.what for name, item in story.attentions().items()}
    archived = all(package.state is PackageState.ARCHIVED for package in story.packages())
    assert archived or waits, f"dead {died_at}: neither archived nor told"
    assert story.room.estate.world.strikes == 0
    assert_law(story)


def shown(way: str, step: str) -> Any:
    """The most telling ones are run each time, the others by `make simulate`."""
    often = step == "after arm take" or (way == "feeling-hand" and step == "after arm lift")
    return pytest.param(way, step, id=f"{way}-{step}", marks=[] if often else pytest.mark.simulate)


@pytest.mark.parametrize(("way", "step"), [shown(way, step) for way in WAYS for step in ARM])
def test_a_daemon_that_dies_at_a_motion_finds_every_disc_again(tmp_path: Path, way: str, step: str) -> None:
    story = told(tmp_path, way)
    died = story.until_killed(1, lambda name: name == step)
    story.close_sets()
    died = died or story.until_killed(1, lambda name: name == step)
    assert died == step
    assert_archived_after(story, died)
    assert all(package.state is PackageState.ARCHIVED for package in story.packages()), story.attentions()


@pytest.mark.simulate
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("part", range(12))
def test_a_daemon_that_dies_anywhere_leaves_what_the_next_one_understands(
    tmp_path: Path, way: str, part: int
) -> None:
    whole = told(tmp_path / "whole", way)
    before = whole.fuse.steps
    whole.close_sets()
    whole.settle(naps=20)
    steps = whole.fuse.steps - before
    whole.end()
    story = told(tmp_path / "killed", way)
    story.close_sets()
    died = story.until_killed(1 + (2 * part + 1) * steps // 24)
    assert died
    assert_archived_after(story, died)
