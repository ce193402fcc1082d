"""Images on cartridges: copies that a class asks for, parity on tape, and what cuts off an append."""

import pytest

from archived.catalog import events, media
from archived.states import CopyState, ImageState, MediumState, PackageState
from tests.simulation.conftest import Tell
from tests.simulation.harness import MIB
from tests.simulation.law import assert_law
from tests.simulation.tapes import (
    TAPES,
    VERIFIED,
    all_discs_done,
    blocks_written,
    on_disc,
    on_tape,
    tape_drives,
)


def test_a_package_is_archived_when_its_tape_was_read_back_and_comes_from_it_when_all_discs_are_gone(
    tell: Tell,
) -> None:
    story, (first, second) = tell.on(all_discs_done)
    assert {image.state for image in story.images() if image.set_id} == {ImageState.KEPT}
    assert {item.state for item in story.packages()} == {PackageState.ACCEPTED}, "nothing is on tape yet"

    tape_drives(story, up=True)
    story.until(lambda: len(on_tape(story, CopyState.WRITTEN)) == 2)
    assert {item.state for item in story.packages()} == {PackageState.ACCEPTED}, "nobody read the tape back"
    story.settle()
    assert story.all_archived()
    copies = on_tape(story, *VERIFIED)
    assert [copy.medium_id for copy in copies] == [copies[0].medium_id] * 2
    assert all(copy.write_drive != copy.verify_drive for copy in copies)
    assert [copy.tape_file for copy in copies] == [2, 5]
    with story.catalog.read() as read:
        arrived = media.last_arrivals(read)[copies[0].medium_id]
        told = {event.type: event for event in events.latest(read, subject_id=copies[0].medium_id)}
    assert told["tape session"].detail["images"] == 2
    assert told["drive health"].detail["cartridge_written_life_bytes"] > 0
    assert all(copy.written_at is not None and arrived > copy.written_at for copy in copies)
    assert story.medium(copies[0].medium_id).state is MediumState.APPENDABLE
    assert_law(story)

    for copy in on_disc(story):
        story.lose(copy.medium_id)
    story.settle()
    story.forget_staging(first)
    story.forget_staging(second)
    since = len(story.history())
    recalls = {package: story.recall(package) for package in (second, first)}
    story.settle()
    fetched = [
        event for event in story.history()[since:] if event[1] == "move" and "'why': 'read in" in event[5]
    ]
    assert [event[3] for event in fetched] == [copies[0].medium_id], "one mount serves both"
    for package, recall in recalls.items():
        story.assert_given_back(package, recall)
        assert {reading.copy_id for reading in story.readings(recall)} <= {copy.id for copy in copies}


@pytest.mark.parametrize("power_cut", [False, True], ids=["daemon", "power"])
def test_killed_in_the_middle_of_an_append_it_goes_on_behind_the_last_whole_image(
    tell: Tell, power_cut: bool
) -> None:
    story, _packages = tell.on(all_discs_done)
    tape_drives(story, up=True)
    # Label, header, image and trailer of the first image are fewer blocks, those of both are more.
    assert story.until_killed(1, blocks_written(40))
    writing = on_tape(story, CopyState.WRITING)
    assert len(writing) == 2
    medium_id = writing[0].medium_id
    assert story.medium(medium_id).state is MediumState.WRITING
    story.crash(power_cut=power_cut)
    story.settle()

    assert story.all_archived()
    one, two = on_tape(story, *VERIFIED)
    assert [(copy.id, copy.medium_id) for copy in (one, two)] == [(copy.id, medium_id) for copy in writing]
    assert (one.tape_file, two.tape_file) == (2, 5), "the second one is not behind the trailer of the first"
    outcomes = [event[4] for event in story.history() if event[1] == "write failed"]
    assert outcomes == ["not begun"], "only the torn image was written again"
    assert_law(story)


def test_a_tape_that_ends_too_soon_is_full_and_its_image_goes_to_another_one(tell: Tell) -> None:
    story, _packages = tell.on(all_discs_done)
    planned = on_tape(story)
    with story.cartridge(planned[0].medium_id) as cartridge:
        cartridge.change_chip(capacity_bytes=5 * MIB // 2)
    tape_drives(story, up=True)
    story.settle()

    assert story.all_archived()
    one, two = on_tape(story, *VERIFIED)
    (cancelled,) = on_tape(story, CopyState.CANCELLED)
    assert one.medium_id == cancelled.medium_id == planned[0].medium_id != two.medium_id
    assert cancelled.image_id == two.image_id
    assert story.medium(one.medium_id).state is MediumState.GOOD
    assert_law(story)


def test_a_cartridge_that_is_smaller_than_was_said_is_no_bad_tape_and_is_planned_as_small_from_then(
    tell: Tell,
) -> None:
    story, _packages = tell.on(all_discs_done)
    planned = on_tape(story)
    with story.cartridge(planned[0].medium_id) as cartridge:
        cartridge.change_chip(capacity_bytes=MIB)
    tape_drives(story, up=True)
    story.settle()

    assert story.all_archived()
    small = story.medium(planned[0].medium_id)
    assert (small.state, small.capacity_bytes, small.used_bytes) == (MediumState.BLANK, MIB, 0)
    assert not on_tape(story, CopyState.ABANDONED)
    assert {copy.medium_id for copy in on_tape(story, CopyState.CANCELLED)} == {small.id}
    assert {copy.medium_id for copy in on_tape(story, *VERIFIED)} != {small.id}
    assert story.happened("capacity learned") == 1
    assert not story.attentions()
    assert_law(story)


def test_with_parity_on_tape_any_m_members_over_both_kinds_may_be_lost(tell: Tell) -> None:
    story = tell(n=2, m=2, settings={"parity_pool": '"tapes"'}, more_settings=TAPES)
    first, _second = story.submit_set(2)
    story.close_everything()
    assert story.all_archived()
    parity = on_tape(story, *VERIFIED)
    assert len(parity) == len(on_disc(story, *VERIFIED)) == 2
    assert_law(story)

    story.lose(story.copy_of(story.image_of(first).id).medium_id)
    story.damage(parity[0].medium_id, kind="unreadable", block=parity[0].first_block, blocks=12)
    story.settle()
    story.forget_staging(first)
    recall = story.recall(first)
    story.settle()
    story.assert_given_back(first, recall)
    assert {reading.copy_id for reading in story.readings(recall)} & {copy.id for copy in parity}
