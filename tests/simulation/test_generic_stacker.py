"""A stacker that tells nothing of its hand, over its own words: what goes wrong costs a disc at most, and is named."""

from pathlib import Path

import pytest

from archived.sessions.tools import SitePaths
from archived.stages.work import Site
from archived.states import PackageState
from robotics.arms.generic_profiles import AMTREN
from tests.simulation.harness import Story
from tests.simulation.law import assert_law
from tests.simulation.person import Person
from tests.simulation.stackers import LIBRARY, StackerStory


class GenericStory(StackerStory):
    """Two drives under an Amtren, driven by letters."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, bins=AMTREN.bins, drives=2)

    def wired(self, paths: SitePaths) -> Site:
        return Story.wired(self, paths)


def told(story: GenericStory) -> None:
    story.load_blanks(1, 1, 1, 1, 1, 1)
    story.submit_set(1)
    story.close_everything()
    story.settle(naps=40)
    for _trouble in range(3):
        if f"halted:{LIBRARY}" in story.attentions():
            story.somebody_looks()
            story.settle(naps=40)
    Person(story, "typed").settle()


def missing(story: GenericStory) -> list[str]:
    return [medium.id for medium in story.media() if medium.element is None]


def goes_wrong(folder: Path, fault: str, after: int) -> GenericStory:
    """Nothing is struck, and catalog and room agree, or somebody was told; what lies out of reach, people bring."""
    story = GenericStory(folder)
    story.fault(fault, after=after, seed=1)
    told(story)
    assert story.room.estate.world.strikes == 0
    assert_law(story)
    return story


def costs_no_disc(story: GenericStory) -> None:
    waits = {name: item.what for name, item in story.attentions().items()}
    assert missing(story) == [], waits
    assert all(package.state is PackageState.ARCHIVED for package in story.packages()), waits


@pytest.mark.parametrize(("fault", "after"), [("arm-jam", 0), ("arm-jam", 5)])
def test_trouble_of_a_motion_costs_no_disc(tmp_path: Path, fault: str, after: int) -> None:
    costs_no_disc(goes_wrong(tmp_path, fault, after))


def test_dropped_disc_is_the_only_one_that_is_missing(tmp_path: Path) -> None:
    """The robot laid hold of it, and misses it when it is to lay it down: it is not where it came from either."""
    assert len(missing(goes_wrong(tmp_path, "disc-dropped", 1))) == 1


@pytest.mark.simulate
@pytest.mark.parametrize("after", range(8))
@pytest.mark.parametrize(
    "fault", ["arm-jam", "line-late", "line-silent", "line-deaf", "line-garbage", "line-double", "line-lost"]
)
def test_trouble_of_any_motion_costs_no_disc(tmp_path: Path, fault: str, after: int) -> None:
    costs_no_disc(goes_wrong(tmp_path, fault, after))


@pytest.mark.simulate
@pytest.mark.parametrize("after", range(6))
def test_dropped_disc_is_the_only_one_that_is_missing_whenever_it_falls(tmp_path: Path, after: int) -> None:
    assert len(missing(goes_wrong(tmp_path, "disc-dropped", after))) == 1
