"""A Nimbie and an Auto Publisher over their own words: what goes wrong costs no disc, or one that is named."""

from pathlib import Path

import pytest

from archived.catalog import events
from archived.model import Allowance
from archived.states import PackageState
from tests.simulation.harness import Story
from tests.simulation.law import assert_law

LINES = ["line-late", "line-silent", "line-deaf", "line-garbage", "line-double", "line-lost"]


def told(folder: Path, kind: str, fault: str, after: int) -> Story:
    """A set is written and read back while something goes wrong; somebody takes a robot of one drive upon himself."""
    story = Story(folder, n=1, m=1, kind=kind)
    story.fault(fault, after=after, seed=1)
    story.submit_set(1)
    story.close_everything()
    with story.catalog.write() as write:
        for (name,) in write.exec_driver_sql("SELECT id FROM protection_set").fetchall():
            events.allow(write, Allowance("diversity", name, "one drive", "uid:1000", story.clock.now()))
    story.settle(naps=40)
    assert story.room.estate.world.strikes == 0
    assert_law(story)
    return story


def costs_no_disc(story: Story) -> None:
    waits = {name: item.what for name, item in story.attentions().items()}
    assert all(medium.element is not None for medium in story.media()), waits
    assert all(package.state is PackageState.ARCHIVED for package in story.packages()), waits


@pytest.mark.parametrize(("kind", "fault"), [("nimbie", "line-silent"), ("aleratec", "line-deaf")])
def test_a_motion_of_which_nobody_heard_costs_no_disc(tmp_path: Path, kind: str, fault: str) -> None:
    costs_no_disc(told(tmp_path, kind, fault, after=1))


@pytest.mark.simulate
@pytest.mark.parametrize("after", [0, 1, 2, 5])
@pytest.mark.parametrize("fault", LINES)
@pytest.mark.parametrize("kind", ["nimbie", "aleratec"])
def test_trouble_of_any_line_costs_no_disc(tmp_path: Path, kind: str, fault: str, after: int) -> None:
    costs_no_disc(told(tmp_path, kind, fault, after))


@pytest.mark.simulate
@pytest.mark.parametrize("after", range(6))
@pytest.mark.parametrize("fault", ["arm-jam", "disc-dropped"])
def test_what_an_auto_publisher_drops_or_jams_with_is_one_disc_and_named(
    tmp_path: Path, fault: str, after: int
) -> None:
    story = told(tmp_path, "aleratec", fault, after)
    missing = [medium.id for medium in story.media() if medium.element is None]
    assert len(missing) <= 1
    assert {f"missing:{name}" for name in missing} <= set(story.attentions())
