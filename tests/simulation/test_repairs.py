"""Members of sets that were lost or went bad are made again, on new media, and the old ones are retired."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from archived.care import ItemState, RunState
from archived.catalog import care
from archived.stages.registration import give_up
from archived.stages.repair.planning import plan_repair
from archived.states import CopyState, MediumState, SetState
from tests.simulation.harness import Story
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
    recall = story.recall(story.packages()[1].id)
    story.settle()
    story.assert_given_back(story.packages()[1].id, recall)
    settle_long(story)
    (run,) = runs(story)
    assert run.state is RunState.DONE
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
