"""Members of sets that were lost or went bad are made again, on new media, and the old ones are retired."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from archived.care import ItemState, RunEvent, RunState
from archived.catalog import care, media, recalls
from archived.stages import care_orders
from archived.stages.registration import give_up
from archived.stages.repair import orders
from archived.stages.repair.planning import Selection, plan_repair
from archived.states import CopyState, MediumState, ReadingState, RecallEvent, RecallState, SetState
from simulator.answers import Answer
from tests.simulation.harness import Story
from tests.simulation.killing import READ, Killed
from tests.simulation.law import assert_law

MIB = 1 << 20


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Three packages on 3 + 2 discs; nothing of them lies in staging any more."""
    story = Story(tmp_path_factory.mktemp("archive"), n=3, m=2)
    story.submit_set(3)
    story.close_everything()
    assert story.all_archived()
    for package in story.packages():
        story.forget_staging(package.id)
    story.runner.remove_leftovers()
    story.runner.close()
    return story


@pytest.fixture
def story(archive: Story, tmp_path: Path) -> Story:
    return archive.twin(tmp_path / "twin")


def lost(story: Story, image_id: str) -> str:
    """The disc of an image falls behind the shelf, and a person says so."""
    medium_id = str(story.copy_of(image_id).medium_id)
    story.lose(medium_id)
    story.settle()
    with story.catalog.write() as write:
        give_up(write, story.site, medium_id, agent="uid:1000", reason="fell behind the shelf")
    return medium_id


def runs(story: Story) -> list[Any]:
    with story.catalog.read() as read:
        return care.listing(read, "repair")


def items(story: Story) -> list[Any]:
    with story.catalog.read() as read:
        return [item for run in care.listing(read, "repair") for item in care.items(read, run.id)]


def by_position(story: Story) -> list[Any]:
    return sorted((i for i in story.images() if i.set_id), key=lambda image: image.position or 0)


def settle_long(story: Story) -> None:
    for _ in range(4):
        story.settle()
        story.runner.turn()
    story.settle()


def steer(story: Story, event: RunEvent) -> None:
    with story.catalog.write() as write:
        care_orders.steer(
            write, story.site, "repair", "repair-1", event, agent="uid:1000", reason="drives are needed"
        )


def count_reads(story: Story) -> list[int]:
    """Bytes of every READ that comes from now on."""
    found: list[int] = []
    execute = story.room.execute

    def counting(device: str, cdb: bytes, *, data_in: int = 0, data_out: bytes = b"") -> Answer:
        if cdb[0] == READ:
            found.append(data_in)
        return execute(device, cdb, data_in=data_in, data_out=data_out)

    story.room.execute = counting  # type: ignore[method-assign]
    return found


def reading(story: Story) -> bool:
    """Whether something of a repair is in a drive."""
    with story.catalog.read() as read:
        return bool(recalls.readings_in_state(read, ReadingState.READING))


def by_hand(story: Story) -> None:
    """From now on nothing is begun by itself."""
    story.configure({"auto": "false"})
    story.crash()


def begin(story: Story) -> None:
    """archivectl repair run."""
    with story.catalog.write() as write:
        planned = plan_repair(write, story.site)
        said = {"agent": "uid:1000", "reason": "before the discs travel"}
        orders.begin(write, story.site, planned, selection=Selection(), **said)


def assert_whole_again(story: Story) -> None:
    for image in by_position(story):
        assert story.medium(story.copy_of(image.id).medium_id).state is MediumState.GOOD
    assert Counter(medium for _image, medium in story.burns).most_common(1)[0][1] == 1
    assert_law(story)


def test_of_a_lost_disc_a_new_one_is_made_and_the_set_is_whole_again(story: Story) -> None:
    image = by_position(story)[0]
    old = lost(story, image.id)
    settle_long(story)
    (run,) = runs(story)
    (item,) = items(story)
    assert (run.state, item.state) == (RunState.DONE, ItemState.DONE)
    new = story.copy_of(image.id)
    assert new.medium_id == item.finding["medium"] != old
    assert story.copy_of(image.id, CopyState.LOST).medium_id == old
    assert (run.agent, run.report["media_written"]) == ("archived", [new.medium_id])
    # Three members of three make it, each read as far as the image goes.
    assert run.report["bytes_read"] == run.report["bytes_needed"] == run.preview["bytes_to_read"]
    assert len(run.report["media_read"]) == run.preview["mounts"] == 3
    assert_whole_again(story)
    assert not [key for key in story.attentions() if key.startswith(("reduced", "repair"))]
    assert story.sets()[0].state is SetState.COMPLETE


def test_of_a_bad_spot_only_its_chunk_is_read_of_the_others_and_the_old_disc_is_retired(story: Story) -> None:
    image = by_position(story)[1]
    old = story.copy_of(image.id).medium_id
    story.damage(old, offset=1_200_000, bytes=2048, kind="unreadable")
    package_id = story.packages()[1].id
    recall = story.recall(package_id)
    story.until(lambda: story.get_recall(recall).state is RecallState.READY)
    story.assert_given_back(package_id, recall)
    with story.catalog.write() as write:  # what lies in the recall area need not be read again
        recalls.advance_state(write, recall, RecallEvent.HANDED_OVER)
    commanded = count_reads(story)
    settle_long(story)
    (run,) = runs(story)
    assert run.state is RunState.DONE
    # What drives were really asked for: this, the new disc once, and what discs call themselves.
    asked = sum(commanded) - run.report["bytes_read"] - image.size_bytes
    assert 0 <= asked <= MIB
    size = image.size_bytes
    assert size < run.report["bytes_read"] <= size + 3 * MIB
    assert run.report["bytes_read"] - run.report["bytes_needed"] <= MIB
    assert story.copy_of(image.id, CopyState.RETIRED).medium_id == old
    assert story.medium(old).state is MediumState.RETIRED
    assert run.report["media_retired"] == [old]
    assert_whole_again(story)


def test_nothing_is_to_be_made_of_what_only_lies_elsewhere(story: Story) -> None:
    story.lose(story.copy_of(by_position(story)[0].id).medium_id)
    settle_long(story)
    assert runs(story) == []
    with story.catalog.read() as read:
        assert plan_repair(read, story.site).wanted == ()


@pytest.mark.parametrize(
    "nth", [61, *(pytest.param(nth, marks=pytest.mark.simulate) for nth in (5, 23, 118, 190))]
)
def test_killed_anywhere_a_repair_goes_on_and_writes_no_disc_twice(story: Story, nth: int) -> None:
    image = by_position(story)[2]
    lost(story, image.id)
    story.fuse.arm(nth)
    try:
        settle_long(story)
    except Killed:
        story.crash()
    settle_long(story)
    (item,) = items(story)
    assert item.state is ItemState.DONE
    assert_whole_again(story)


def test_a_paused_run_takes_back_what_is_planned_and_goes_on_when_it_is_resumed(story: Story) -> None:
    image = by_position(story)[0]
    lost(story, image.id)
    story.hold_writes(True)
    begin(story)
    story.until(lambda: story.copies(CopyState.PLANNED))
    steer(story, RunEvent.PAUSED)
    story.settle()
    assert story.copies(CopyState.PLANNED) == []
    assert not story.media(MediumState.RESERVED)
    steer(story, RunEvent.RESUMED)
    story.hold_writes(False)
    settle_long(story)
    assert_whole_again(story)


@pytest.mark.simulate
def test_a_cancelled_run_leaves_everything_as_it_was(story: Story) -> None:
    by_hand(story)
    lost(story, by_position(story)[0].id)
    story.hold_writes(True)
    begin(story)
    story.until(lambda: story.copies(CopyState.PLANNED))
    steer(story, RunEvent.CANCELLED)
    settle_long(story)
    assert [item.state for item in items(story)] == [ItemState.SKIPPED]
    assert story.copies(CopyState.PLANNED) == []
    story.runner.remove_leftovers()
    story.runner.close()
    assert not list((story.site.tools.paths.staging / "regained").iterdir())
    assert len(story.burns) == 5


def test_what_no_source_gives_is_told_and_tried_again_when_a_disc_comes_back(story: Story) -> None:
    members = by_position(story)
    lost(story, members[0].id)
    with story.catalog.write() as write:
        for member in members[2:4]:
            media.saw(write, story.copy_of(member.id).medium_id, None, story.clock.now())
    settle_long(story)
    (item,) = items(story)
    assert (item.state, item.image_id) == (ItemState.FAILED, members[0].id)
    assert "3 members of the set are needed and 2 can be read" in item.note
    assert story.attentions()[f"repair-failed:{members[0].id}"].urgency == "now"
    story.look()
    settle_long(story)
    assert [item.state for item in items(story)] == [ItemState.FAILED, ItemState.DONE]
    assert f"repair-failed:{members[0].id}" not in story.attentions()
    assert_whole_again(story)


@pytest.mark.simulate
def test_somebody_who_waits_for_the_drives_is_served_before_a_repair_goes_on(story: Story) -> None:
    image, other = by_position(story)[0], story.packages()[1]
    lost(story, image.id)
    begin(story)
    story.until(lambda: reading(story))
    recall = story.recall(other.id)
    story.until(lambda: story.get_recall(recall).state is RecallState.READY)
    assert runs(story)[0].state is RunState.RUNNING
    settle_long(story)
    assert_whole_again(story)


@pytest.mark.simulate
def test_the_set_with_nothing_to_spare_goes_first(tmp_path: Path) -> None:
    story = Story(tmp_path, n=2, m=2, settings={"at_once": "1", "auto": "false"})
    story.submit_set(4)
    story.close_everything()
    first, second = ([i for i in by_position(story) if i.set_id == item.id] for item in story.sets())
    story.burns.clear()
    for image in (first[0], second[0], second[3]):
        lost(story, image.id)
    with story.catalog.read() as read:
        planned = plan_repair(read, story.site).wanted
    assert [(item.image_id, item.spare) for item in planned] == [
        (second[0].id, 0),
        (second[3].id, 0),
        (first[0].id, 1),
    ]
    begin(story)
    settle_long(story)
    assert [image_id for image_id, _medium in story.burns][-1] == first[0].id
    assert_whole_again(story)
    story.end()
