"""A parity disc that is lost, or whose wrapper is bad, is made again: the same parity.bin, a newer descriptor."""

import pytest

from archived.care import ItemState
from archived.catalog import images, media
from archived.states import CopyEvent, CopyState, MediumEvent, MediumState
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
    assert story.copy_of(image.id, CopyState.LOST).medium_id == old
    assert story.medium(old).state is MediumState.RETIRED
    assert len(runs(story)) == 1
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
