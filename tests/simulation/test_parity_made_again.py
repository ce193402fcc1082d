"""A parity disc that is lost, or whose wrapper is bad, is made again: the same parity.bin, a newer descriptor."""

import pytest

from archived.care import ItemState
from archived.catalog import events, images, media, packages, recalls
from archived.model import Allowance
from archived.states import CopyEvent, CopyState, MediumEvent, MediumState, RecallState
from tests.simulation.harness import Story
from tests.simulation.killing import Killed
from tests.simulation.test_repairs import (
    archive,
    assert_whole_again,
    by_position,
    items,
    lost,
    runs,
    settle_long,
    story,
)

__all__ = ["archive", "story"]


def assert_not_staged(story: Story) -> None:
    assert not list((story.site.tools.paths.staging / "parity").glob("*"))


def parity_of(story: Story, image_id: str, medium_id: str) -> bytes:
    image = story.image(image_id)
    data = story.room.disc_bytes(medium_id)
    return bytes(data[image.payload_offset : image.payload_offset + (image.payload_bytes or 0)])


def test_of_a_lost_parity_disc_the_same_parity_is_written_with_a_newer_descriptor(story: Story) -> None:
    assert_not_staged(story)
    image = by_position(story)[3]
    before = parity_of(story, image.id, story.copy_of(image.id).medium_id)
    lost(story, image.id)
    settle_long(story)
    (item,) = items(story)
    assert item.state is ItemState.DONE, item.note
    new = story.copy_of(image.id)
    assert parity_of(story, image.id, new.medium_id) == before
    after = story.image(image.id)
    assert (after.revision, after.payload_bytes) == (2, image.payload_bytes)
    assert after.sha256 != image.sha256
    assert item.finding["bytes_read"] == item.finding["bytes_needed"] > 0
    assert_whole_again(story)


def test_of_a_bad_wrapper_what_is_bad_is_found_and_the_image_is_made_anew(story: Story) -> None:
    assert_not_staged(story)
    image = by_position(story)[4]
    old = str(story.copy_of(image.id).medium_id)
    before = parity_of(story, image.id, old)
    story.damage(old, offset=600_000, bytes=65_536, kind="unreadable")
    with story.catalog.write() as write:
        media.advance_copy(write, story.copy_of(image.id).id, CopyEvent.READ_DIFFERED, note="a scrub said so")
        media.advance_state(write, old, MediumEvent.SPOILED, note="a scrub said so")
    settle_long(story)
    (item,) = items(story)
    assert item.state is ItemState.DONE, item.note
    assert parity_of(story, image.id, story.copy_of(image.id).medium_id) == before
    assert story.copy_of(image.id, CopyState.RETIRED).medium_id == old
    assert story.medium(old).state is MediumState.RETIRED
    assert len(runs(story)) == 1
    assert_whole_again(story)


def spoil_three(story: Story, image_id: str) -> str:
    """The wrapper of a parity disc goes bad, and three discs with a new one are spoilt; the old disc."""
    old = str(story.copy_of(image_id).medium_id)
    story.damage(old, offset=600_000, bytes=65_536, kind="unreadable")
    with story.catalog.write() as write:
        media.advance_copy(write, story.copy_of(image_id).id, CopyEvent.READ_DIFFERED, note="a scrub said so")
        media.advance_state(write, old, MediumEvent.SPOILED, note="a scrub said so")
    story.fault("close-error", times=3)
    settle_long(story)
    with story.catalog.read() as read:
        states = [copy.state for copy in media.copies_of(read, image_id)]
    assert states == [CopyState.SUSPECT, *[CopyState.ABANDONED] * 3]
    assert story.image(image_id).revision == 2
    return old


@pytest.mark.parametrize("moved_bytes", [0, 4096])
def test_until_a_new_wrapper_is_read_back_the_old_disc_still_gives_its_parity(
    story: Story, moved_bytes: int
) -> None:
    image = by_position(story)[4]
    old = spoil_three(story, image.id)
    assert story.medium(old).state is MediumState.SUSPECT
    with story.catalog.write() as write:  # a wrapper with longer texts before parity.bin
        now = story.image(image.id).payload_offset
        images.update_columns(write, image.id, payload_offset=now + moved_bytes)
    wanted = by_position(story)[0]
    for member in (wanted, by_position(story)[3]):
        story.lose(story.copy_of(member.id).medium_id)
    with story.catalog.read() as read:
        package = packages.of_image(read, wanted.id)[0]
    recall = story.recall(package.id)
    story.until(lambda: story.get_recall(recall).state is RecallState.READY)
    story.assert_given_back(package.id, recall)
    with story.catalog.read() as read:
        assert old in {media.get_copy(read, r.copy_id).medium_id for r in recalls.readings(read, recall)}
    assert story.copy_of(image.id, CopyState.SUSPECT).medium_id == old


def test_the_old_disc_is_retired_when_a_fourth_one_is_read_back(story: Story) -> None:
    image = by_position(story)[4]
    old = spoil_three(story, image.id)
    with story.catalog.write() as write:
        events.allow(write, Allowance("exception", image.id, "a new burner", "uid:1000", story.site.now()))
    settle_long(story)
    (item,) = items(story)
    assert item.state is ItemState.DONE, item.note
    assert story.copy_of(image.id, CopyState.RETIRED).medium_id == old
    assert story.medium(old).state is MediumState.RETIRED
    assert_whole_again(story)


def test_of_a_parity_image_that_a_rebuild_knows_from_a_descriptor_only_it_is_made_too(story: Story) -> None:
    assert_not_staged(story)
    image = by_position(story)[3]
    before = parity_of(story, image.id, story.copy_of(image.id).medium_id)
    with story.catalog.write() as write:
        unknown = {"size_bytes": None, "sha256": None, "blake3": None, "xxh3": None, "payload_offset": 0}
        images.update_columns(write, image.id, **unknown)
    lost(story, image.id)
    settle_long(story)
    (item,) = items(story)
    assert item.state is ItemState.DONE, item.note
    assert parity_of(story, image.id, story.copy_of(image.id).medium_id) == before
    assert runs(story)[0].preview["bytes_to_read"] == item.finding["bytes_read"]
    assert_whole_again(story)


@pytest.mark.parametrize(
    "nth", [40, *(pytest.param(n, marks=pytest.mark.simulate) for n in (11, 75, 99, 130))]
)
def test_killed_anywhere_it_is_made_once(story: Story, nth: int) -> None:
    assert_not_staged(story)
    image = by_position(story)[3]
    lost(story, image.id)
    story.fuse.arm(nth)
    try:
        settle_long(story)
    except Killed:
        story.crash()
    settle_long(story)
    (item,) = items(story)
    assert item.state is ItemState.DONE, item.note
    assert story.image(image.id).revision == 2
    assert_whole_again(story)
