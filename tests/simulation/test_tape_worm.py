"""Write-once cartridges: a torn append stays on them for ever, and the next image goes behind it."""

import pytest

from archived.states import CopyState, MediumState
from tests.simulation.conftest import Tell
from tests.simulation.harness import Story
from tests.simulation.law import assert_law
from tests.simulation.tapes import TAPES, VERIFIED, blocks_written, on_tape, tape_drives


def discs_done(tell: Tell) -> tuple[Story, list[str]]:
    """Two packages whose set is complete on discs; their copies are owed on write-once cartridges."""
    story = tell(settings={"copies": '["tapes"]'}, more_settings=f"{TAPES}worm = true\n")
    found = story.submit_set(2)
    tape_drives(story, up=False)
    story.close_everything()
    return story, found


@pytest.mark.parametrize(
    "power_cut", [False, pytest.param(True, marks=pytest.mark.simulate)], ids=["daemon", "power"]
)
def test_a_torn_append_stays_on_the_tape_and_the_next_session_goes_on_behind_it(
    tell: Tell, power_cut: bool
) -> None:
    story, (first, _second) = tell.on(discs_done)
    tape_drives(story, up=True)
    assert story.until_killed(1, blocks_written(36))
    medium_id = on_tape(story, CopyState.WRITING)[0].medium_id
    story.crash(power_cut=power_cut)
    with story.cartridge(medium_id) as cartridge:
        torn_at = cartridge.objects
        assert cartridge.chip.worm
    story.settle()

    assert story.all_archived()
    one, two = on_tape(story, *VERIFIED)
    assert one.medium_id == two.medium_id == medium_id
    assert story.medium(medium_id).state is MediumState.APPENDABLE
    assert max(one.first_block, two.first_block) > torn_at, "something was overwritten"
    assert_law(story)

    for copy in story.copies(*VERIFIED):
        if copy.medium_id != medium_id:
            story.lose(copy.medium_id)
    story.settle()
    story.forget_staging(first)
    recall = story.recall(first)
    story.settle()
    story.assert_given_back(first, recall)


@pytest.mark.simulate
def test_a_rewritable_cartridge_under_a_write_once_label_is_set_aside(tell: Tell) -> None:
    story, _packages = tell.on(discs_done)
    medium_id = on_tape(story)[0].medium_id
    with story.cartridge(medium_id) as cartridge:
        cartridge.change_chip(worm=False)
    tape_drives(story, up=True)
    story.settle()

    assert story.all_archived()
    assert story.medium(medium_id).state is MediumState.QUARANTINED
    assert "is not write-once" in story.attentions()[f"cartridge:{medium_id}"].what
    with story.cartridge(medium_id) as cartridge:
        assert not cartridge.objects
    assert_law(story)
