"""Packages whose date is over are forgotten by two persons; nobody is given them, and all others stay whole."""

from pathlib import Path

import pytest

from archived.approvals import ApprovalState
from archived.catalog import approvals, events, packages
from archived.errors import NotPermitted, WrongState
from archived.stages import approving, recall_request
from archived.stages.approved import EFFECTS
from archived.stages.recall_order import WantedPackage
from archived.stages.retention import ruling
from archived.states import PackageState, RecallState, SetState
from tests.simulation.harness import NAP_S, Story
from tests.simulation.two_persons import ANNA, BO, agree, ask_to_forget, closed_long_ago, forgotten


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """Two packages on two images of one set, archived."""
    story = Story(tmp_path)
    story.submit_set(2)
    story.close_everything()
    assert story.all_archived()
    return story


def test_what_is_forgotten_is_given_to_nobody_and_its_neighbours_stay_as_they_are(story: Story) -> None:
    gone, kept = (package.id for package in story.packages())
    with pytest.raises(WrongState, match="ends on 2057-01-01"):
        ask_to_forget(story, gone)
    closed_long_ago(story, gone)
    asked = ask_to_forget(story, gone)
    with story.catalog.write() as write, pytest.raises(NotPermitted):
        approving.give(write, story.site, asked.id, agent=ANNA, reason="both", effects=EFFECTS)
    assert state_of(story, gone) is PackageState.ARCHIVED
    agree(story, asked)
    assert state_of(story, gone) is PackageState.FORGOTTEN
    story.clock.sleep(NAP_S)
    story.runner.turn()
    story.runner.close()  # what it removes is gone then
    with story.catalog.read() as read:
        package = packages.get(read, gone)
        last = events.latest(read, subject_id=gone)[-1]
    assert (last.type, last.agent, last.detail["asked_by"]) == ("deaccession", BO, ANNA)
    assert not (story.site.tools.paths.staging / package.staging_name).exists()
    for wanted in ((gone,), (kept, gone)):
        found = [WantedPackage(story.package(name)) for name in wanted]
        with pytest.raises(WrongState, match="forgotten: two persons wanted it"):
            recall_request.request_order(story.catalog, story.site, found, owner=1000)
    with pytest.raises(WrongState, match="nobody is given any more"):
        recall_request.request_image(story.catalog, story.site, story.image_of(gone).id, owner=1000)
    assert [item.state for item in story.sets()] == [SetState.COMPLETE]
    story.forget_staging(kept)
    asked_for = story.recall(kept)
    story.until(lambda: story.get_recall(asked_for).state is RecallState.READY)
    story.assert_given_back(kept, asked_for)
    story.end()


def test_a_hold_that_comes_between_asking_and_agreeing_stops_it(story: Story) -> None:
    gone, other = (package.id for package in story.packages())
    closed_long_ago(story, gone, other)
    asked = ask_to_forget(story, gone, other)
    with story.catalog.write() as write:
        placed = ruling.place_hold(write, story.site, "fonds", "F1", agent=BO, reason="court case")
    with pytest.raises(WrongState, match="legal hold 1 on fonds F1: court case"):
        agree(story, asked)
    assert {state_of(story, name) for name in (gone, other)} == {PackageState.ARCHIVED}
    with story.catalog.read() as read:
        assert approvals.get(read, asked.id).state is ApprovalState.ASKED
    with story.catalog.write() as write:
        ruling.release_hold(write, story.site, placed.id, agent=ANNA, reason="closed")
    agree(story, asked)
    assert {state_of(story, name) for name in (gone, other)} == {PackageState.FORGOTTEN}
    story.end()


def test_what_keeps_longer_one_person_says_alone(story: Story) -> None:
    first = story.packages()[0].id
    with story.catalog.write() as write:
        said = {"retention": "永久", "confidentiality": "机密"}
        assert ruling.rule(write, story.site, "package", first, said, agent=ANNA, reason="appraised") is None
        found = ruling.standing_of(write, story.site, packages.get(write, first))
        assert (found.retention, found.confidentiality, found.ends_on) == ("永久", "机密", None)
        back = {"retention": "10"}
        assert ruling.rule(write, story.site, "volume", "F1/S1/0001", back, agent=ANNA, reason="x") is None
        assert ruling.rule(write, story.site, "package", first, back, agent=ANNA, reason="x") is not None
        assert ruling.standing_of(write, story.site, packages.get(write, first)).retention == "永久"
    story.end()


def test_a_volume_that_was_forgotten_can_be_handed_in_anew(story: Story) -> None:
    gone = story.packages()[0].id
    forgotten(story, gone)
    again = story.submit("0001", 530_000)
    assert again != gone
    assert (state_of(story, again), story.package(again).version) == (PackageState.ACCEPTED, 2)
    story.end()


def state_of(story: Story, package_id: str) -> PackageState:
    with story.catalog.read() as read:
        return packages.get(read, package_id).state
