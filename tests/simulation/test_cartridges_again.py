"""A released cartridge is written again from its beginning, and nothing but what two persons released is ever lost."""

from collections.abc import Callable

import pytest

from archived.catalog import media, readmissions
from archived.errors import Refused, WrongState
from archived.stages.media_life import readmitting
from archived.states import CopyEvent, CopyState, MediumEvent, MediumState
from tests.simulation.conftest import Tell
from tests.simulation.harness import Story
from tests.simulation.law import assert_law
from tests.simulation.tapes import all_discs_done, on_tape, tape_drives


def on_tape_and_discs(tell: Tell) -> tuple[Story, str]:
    """Two images on discs and on one cartridge, all verified; the cartridge is the only one that is not set aside."""
    story, _packages = tell.on(all_discs_done)
    tape_drives(story, up=True)
    story.settle()
    (cartridge,) = {copy.medium_id for copy in on_tape(story, CopyState.VERIFIED)}
    others = [m.id for m in story.media(MediumState.BLANK) if m.holds_many]
    story.set_aside(others)
    return story, cartridge


def retire(story: Story, cartridge: str) -> None:
    """What a migration and two persons do, in one step."""
    with story.catalog.write() as write:
        for copy in media.copies_on(write, cartridge):
            media.advance_copy(write, copy.id, CopyEvent.REPLACED)
        for event in (MediumEvent.RETIRED, MediumEvent.LET_GO):
            media.advance_state(write, cartridge, event, story.clock.now())


def readmit(story: Story, cartridge: str) -> None:
    with story.catalog.write() as write:
        readmitting.readmit(write, story.site, cartridge, agent="uid:7", reason="emptied")


def label_on_tape(story: Story, cartridge: str) -> str:
    with story.catalog.read() as read:
        return readmissions.label_of(read, cartridge)


def begun_again(story: Story, cartridge: str) -> str:
    """Released and admitted again; the UUID that it was labelled with before."""
    before = story.medium(cartridge).label_uuid
    assert before is not None
    retire(story, cartridge)
    readmit(story, cartridge)
    medium = story.medium(cartridge)
    assert (medium.state, medium.used_bytes, medium.label_uuid) == (MediumState.BLANK, 0, None)
    assert label_on_tape(story, cartridge) == before
    return before


def assert_written_again(story: Story, cartridge: str, before: str) -> None:
    """Two images lie on it where the first ones lay, behind a label of its new life."""
    medium = story.medium(cartridge)
    assert medium.label_uuid not in (None, before)
    assert label_on_tape(story, cartridge) == ""
    copies = on_tape(story, CopyState.VERIFIED)
    assert [copy.medium_id for copy in copies] == [cartridge] * 2
    assert next(copy.tape_file for copy in copies) == 2
    with story.catalog.read() as read:
        old = [c for c in media.copies_on(read, cartridge) if c.state is CopyState.LOST]
    assert [copy.tape_file for copy in old] == [None, None]
    assert story.all_archived()
    assert_law(story)


def test_it_is_labelled_anew_and_what_is_owed_lies_on_it_again(tell: Tell) -> None:
    story, cartridge = on_tape_and_discs(tell)
    before = begun_again(story, cartridge)
    story.settle()
    assert_written_again(story, cartridge, before)


@pytest.mark.parametrize(
    "where",
    [
        pytest.param(lambda step: step in ("before T1 0A", "before T2 0A"), id="before-the-new-label"),
        pytest.param(
            lambda step: step in ("after T1 10", "after T2 10"),
            id="behind-the-new-label",
            marks=pytest.mark.simulate,
        ),
    ],
)
def test_killed_at_its_label_it_is_written_again_all_the_same(
    tell: Tell, where: Callable[[str], bool]
) -> None:
    story, cartridge = on_tape_and_discs(tell)
    before = begun_again(story, cartridge)
    assert story.until_killed(1, where)
    story.crash()
    story.settle()
    assert_written_again(story, cartridge, before)


def test_only_the_label_that_was_released_is_written_over(tell: Tell) -> None:
    story, cartridge = on_tape_and_discs(tell)
    begun_again(story, cartridge)
    with story.catalog.write() as write:
        readmissions.put(write, cartridge, "00000000-0000-0000-0000-000000000000", story.clock.now(), "uid:7")
        media.update_columns(write, cartridge, label_uuid="00000000-0000-0000-0000-000000000000")
    with story.cartridge(cartridge) as there:
        objects = there.objects
    story.settle()
    assert story.medium(cartridge).state is MediumState.QUARANTINED
    with story.cartridge(cartridge) as there:
        assert there.objects == objects, "something was written"


def test_what_is_not_released_or_needed_stays(tell: Tell) -> None:
    story, cartridge = on_tape_and_discs(tell)
    with pytest.raises(WrongState, match="only a released cartridge"):
        readmit(story, cartridge)
    with pytest.raises(Refused, match="written once"):
        readmit(story, "SIM00001")
    retire(story, cartridge)
    with story.catalog.write() as write:
        for copy in media.copies_in_state(write, CopyState.VERIFIED):
            media.advance_copy(write, copy.id, CopyEvent.READ_DIFFERED)
    with pytest.raises(WrongState, match="nothing else holds verified"):
        readmit(story, cartridge)
    assert story.medium(cartridge).state is MediumState.RELEASED
