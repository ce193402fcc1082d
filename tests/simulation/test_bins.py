"""What people put into bins and take out of them, and what the catalog makes of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from archived.errors import NotFound, Refused, WrongState
from archived.stages import orders, stacking
from archived.states import MediumState
from tests.simulation.stackers import ACCEPT, INPUT, LIBRARY, PLAIN, StackerStory


@pytest.fixture
def story(tmp_path: Path) -> StackerStory:
    return StackerStory(tmp_path)


def put(story: StackerStory, *ids: str, bin: str = "input") -> list[str]:
    with story.catalog.write() as write:
        return stacking.put_in_bin(write, story.site, LIBRARY, bin, ids, agent="uid:1000")


def places(story: StackerStory) -> dict[str, int | None]:
    return {medium.id: medium.element for medium in story.media()}


def test_blanks_get_ids_in_their_order_and_the_same_load_again_is_the_same(story: StackerStory) -> None:
    assert story.load_blanks(2, 1) == ["main-00001", "main-00002", "main-00003"]
    assert {medium.batch for medium in story.media(MediumState.BLANK)} == {"batch-1", "batch-2"}
    assert [medium.printed_label for medium in story.media()] == ["main-00001", "main-00002", "main-00003"]
    assert story.load_blanks(1, key="k") == story.load_blanks(1, key="k") == ["main-00004"]
    assert places(story)["main-00004"] == INPUT.first + 3


def test_what_is_put_in_twice_lies_there_once_and_a_bin_has_only_so_many_places(story: StackerStory) -> None:
    ids = story.load_blanks(2)
    assert put(story, *ids) == ids
    assert places(story) == {ids[0]: INPUT.first, ids[1]: INPUT.first + 1}
    assert put(story, ids[0]) == [ids[0]]
    assert places(story) == {ids[0]: INPUT.first + 2, ids[1]: INPUT.first + 1}
    story.load_blanks(47)
    with pytest.raises(WrongState, match="has room for 0 more"):
        story.load_blanks(1)
    with pytest.raises(NotFound, match="its bins are input, accept, reject"):
        put(story, ids[0], bin="output")


def test_blanks_need_a_batch_a_pool_of_the_library_and_labels_that_are_new(story: StackerStory) -> None:
    story.load_blanks(1)
    with pytest.raises(Refused, match="purchase batch"):
        story.load_blanks(1, batch=" ")
    with pytest.raises(NotFound, match="no pool"):
        story.load_blanks(1, pool="other")
    with pytest.raises(Refused, match="2 labels are named for 1"):
        story.load_blanks(1, labels=["A", "B"])
    with pytest.raises(Refused, match="on another medium"):
        story.load_blanks(1, labels=["main-00001"])


def test_blanks_on_top_of_reserved_ones_are_taken_first(story: StackerStory) -> None:
    story.load_blanks(1, 1)
    story.hold_writes(True)
    story.submit_set(1)
    story.close_everything()
    assert [medium.id for medium in story.media(MediumState.RESERVED)] == ["main-00001", "main-00002"]
    story.load_blanks(1, 1)
    story.settle()
    assert [medium.id for medium in story.media(MediumState.RESERVED)] == ["main-00003", "main-00004"]


def test_a_full_bin_is_told_and_whoever_empties_it_says_so(tmp_path: Path) -> None:
    story = StackerStory(tmp_path, bins=(PLAIN[0], replace(ACCEPT, count=1), PLAIN[2]), drives=2)
    story.load_blanks(1, 1, 1, 1, 1, 1)
    story.submit_set(1)
    story.close_everything()
    assert "library empty main --bin accept" in story.attentions()["bin-full:main:accept"].next
    room = story.room.estate.world
    with story.catalog.write() as write:
        taken = stacking.take_from_bin(write, story.site, LIBRARY, "accept", agent="uid:1000", to="shelf 3")
    assert [places(story)[id] for id in taken] == [None]
    assert "bin-full:main:accept" not in story.attentions()
    story.control("lose", medium=taken[0])
    story.settle()
    assert room.strikes == 0
    assert len([medium for medium in story.media(MediumState.GOOD) if medium.element == ACCEPT.first]) == 1


def test_only_the_disc_that_comes_next_is_moved_by_hand(story: StackerStory) -> None:
    story.load_blanks(2)
    story.settle()
    with story.catalog.read() as read:
        assert orders.check_move(read, story.site, "main-00002", 256) == 0
        for medium, destination in (("main-00001", 256), ("main-00002", ACCEPT.first + 1)):
            with pytest.raises(WrongState, match="nothing was moved"):
                orders.check_move(read, story.site, medium, destination)
