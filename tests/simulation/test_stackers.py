"""Packages are archived on a stacker: the blanks come out in their order, and every tray is where it should be."""

from dataclasses import replace
from pathlib import Path

import pytest

from archived.catalog import events
from archived.errors import Refused
from archived.model import Allowance
from archived.stages import halting, stacking
from archived.states import CopyState, MediumState, PackageState
from robotics.model import Bin, BinOrder
from tests.simulation.law import assert_law
from tests.simulation.stackers import ACCEPT, BOTH_WAYS, LIBRARY, PLAIN, REJECT, StackerStory


def waive(story: StackerStory) -> None:
    """archivectl allow diversity, for every set that there is."""
    with story.catalog.write() as write:
        for (name,) in write.exec_driver_sql("SELECT id FROM protection_set").fetchall():
            events.allow(write, Allowance("diversity", name, "one drive", "uid:1000", story.clock.now()))


def begun(story: StackerStory) -> StackerStory:
    story.load_blanks(1, 1, 1, 1, 1, 1)
    story.submit_set(1)
    story.close_everything()
    return story


def archived(story: StackerStory) -> bool:
    return all(package.state is PackageState.ARCHIVED for package in story.packages())


def drives_of(story: StackerStory) -> set[tuple[str | None, str | None]]:
    return {(copy.write_drive, copy.verify_drive) for copy in story.copies(CopyState.VERIFIED)}


def assert_told_true(story: StackerStory) -> None:
    assert_law(story)
    assert story.room.estate.world.strikes == 0


def test_one_drive_waits_for_a_person_to_take_it_upon_himself_and_then_reads_in_place(tmp_path: Path) -> None:
    story = begun(StackerStory(tmp_path))
    waits = [item.what for name, item in story.attentions().items() if name.startswith("judge:")]
    assert ["archivectl allow diversity" in words for words in waits] == [True]
    assert [
        item.next.split()[1] for name, item in story.attentions().items() if name.startswith("judge:")
    ] == ["allow"]
    assert_told_true(story)
    waive(story)
    story.settle()
    assert archived(story), story.attentions()
    assert drives_of(story) == {("B1", "B1")}
    assert {medium.element for medium in story.media(MediumState.GOOD)} == {ACCEPT.first, ACCEPT.first + 1}
    assert_told_true(story)


@pytest.mark.parametrize(
    ("bins", "again"), [((BOTH_WAYS, *PLAIN[1:]), False), (PLAIN, True)], ids=["by-bin", "by-hand"]
)
def test_another_drive_reads_back_where_the_arm_can_bring_the_disc_there(
    tmp_path: Path, bins: tuple[Bin, ...], again: bool
) -> None:
    story = begun(StackerStory(tmp_path, bins=bins, drives=2, puts_in_again=again))
    assert archived(story), story.attentions()
    assert all(written != verified for written, verified in drives_of(story))
    assert_told_true(story)


def test_two_drives_between_which_nothing_is_carried_read_back_in_place(tmp_path: Path) -> None:
    story = begun(StackerStory(tmp_path, drives=2))
    assert archived(story), story.attentions()
    assert drives_of(story) == {("B1", "B1"), ("B2", "B2")}
    assert_told_true(story)


def test_a_blind_hand_is_no_hindrance(tmp_path: Path) -> None:
    story = begun(StackerStory(tmp_path, drives=2, tells_hand=False))
    assert archived(story), story.attentions()
    assert_told_true(story)


def test_a_bin_that_gives_out_early_names_what_is_missing_and_the_rest_goes_on(tmp_path: Path) -> None:
    """Six blanks are on record, and one lies there: whoever counted them was wrong."""
    queue = replace(PLAIN[0], order=BinOrder.FIFO)
    story = begun(StackerStory(tmp_path, bins=(queue, *PLAIN[1:]), drives=2, blanks=1))
    missing = [item.what for name, item in story.attentions().items() if name == "bin-empty:main:input"]
    assert ["5 media are on record in it: main-00002" in words for words in missing] == [True]
    assert not archived(story)
    assert not story.media(MediumState.RESERVED)
    with story.catalog.write() as write:
        stacking.take_from_bin(write, story.site, LIBRARY, "input", agent="uid:1000")
    assert all(medium.element is None for medium in story.media(MediumState.BLANK))
    assert_told_true(story)


def test_a_jammed_arm_stands_until_somebody_looked_and_nobody_else_is_missed(tmp_path: Path) -> None:
    story = StackerStory(tmp_path, drives=2)
    story.load_blanks(1, 1, 1, 1, 1, 1)
    story.fault("arm-jam", after=1)
    story.submit_set(1)
    story.close_everything()
    told = story.attentions()[f"halted:{LIBRARY}"]
    assert "main-00006" in told.what
    assert f"library resume {LIBRARY}" in told.next
    assert [medium.id for medium in story.media() if medium.element is None] == ["main-00006"]
    moves = [item for item in story.history() if item[1] in ("move", "robot halted")]
    assert len(moves) == 1, "a robot that stands is not moved"
    story.somebody_looks()
    story.settle()
    assert archived(story), story.attentions()
    assert_told_true(story)


def test_a_disc_that_never_left_its_queue_keeps_its_name_and_nothing_goes_on_before_somebody_says_so(
    tmp_path: Path,
) -> None:
    queue = replace(PLAIN[0], order=BinOrder.FIFO)
    story = StackerStory(tmp_path, bins=(queue, *PLAIN[1:]), drives=2)
    story.load_blanks(1, 1, 1, 1, 1, 1)
    story.fault("arm-jam")
    story.submit_set(1)
    story.close_everything()
    assert f"halted:{LIBRARY}" in story.attentions()
    with pytest.raises(Refused, match="where is main-00001"), story.catalog.write() as write:
        halting.resume(write, story.site, LIBRARY, agent="uid:1000", reason="it was looked at")
    story.somebody_looks()
    story.settle()
    waive(story)
    story.settle()
    assert archived(story), story.attentions()
    assert all(medium.element is not None for medium in story.media())
    assert_told_true(story)


def test_a_disc_that_fell_is_missed_and_no_other_takes_its_name(tmp_path: Path) -> None:
    story = StackerStory(tmp_path, drives=2, settings={"rest_s": "30.0"})
    story.load_blanks(1, 1, 1, 1, 1, 1)
    story.fault("disc-dropped", medium="main-00006")
    story.submit_set(1)
    story.close_everything()
    assert f"halted:{LIBRARY}" in story.attentions()
    story.somebody_looks()
    story.settle()
    assert archived(story), story.attentions()
    assert "missing:main-00006" in story.attentions()
    assert_law(story)


def test_a_disc_that_does_not_read_back_goes_to_the_reject_bin_and_another_is_taken(tmp_path: Path) -> None:
    story = StackerStory(tmp_path, drives=2)
    story.fault("bad-read-back", times=1)
    waive(begun(story))
    story.settle()
    assert archived(story), story.attentions()
    assert [medium.element for medium in story.media(MediumState.SUSPECT)] == [REJECT.first]
    assert_told_true(story)
