"""Cartridges are left for others: every image on one is written again, nothing is added, and it is retired last."""

import pytest

from archived.care import RunState
from archived.policy.migrate.selecting import Terms
from archived.states import CopyState, MediumState
from tests.simulation.conftest import Tell
from tests.simulation.harness import Story
from tests.simulation.law import assert_law
from tests.simulation.migrations import begin, by_hand, get, out_of_staging, preview, watched_to_the_end
from tests.simulation.tapes import TAPES, on_tape


def copied(tell: Tell) -> tuple[Story, list[str]]:
    """Two packages on discs, each with a copy on one cartridge; long out of staging."""
    story = tell(settings={"copies": '["tapes"]'}, more_settings=TAPES)
    found = story.submit_set(2)
    story.close_everything()
    assert story.all_archived()
    out_of_staging(story)
    return story, found


def test_every_image_on_a_cartridge_goes_to_another_and_nothing_is_added_to_the_old(tell: Tell) -> None:
    story, _packages = tell.on(copied)
    (old,) = {copy.medium_id for copy in on_tape(story, CopyState.VERIFIED)}
    expected = preview(story, by_hand(old))
    assert (expected["media"], expected["images"], expected["blanks"]) == (1, 2, {"tapes": 1})
    run = begin(story, by_hand(old))
    watched_to_the_end(story, run.id)

    run = get(story, run.id)
    assert run.state is RunState.DONE
    assert [medium.id for medium in story.media(MediumState.RETIRED)] == [old]
    (new,) = {copy.medium_id for copy in on_tape(story, CopyState.VERIFIED)}
    assert new != old
    for name in ("media", "images", "bytes_read", "bytes_written", "blanks"):
        assert run.report[name] == expected[name], name
    assert expected["mounts_at_most"]
    assert run.report["mounts"] <= expected["mounts"]
    assert_law(story)


@pytest.mark.simulate
def test_copies_that_no_class_asks_for_any_more_are_let_go(tell: Tell) -> None:
    story, _packages = tell.on(copied)
    story.configure({"copies": "[]"})
    story.crash()
    expected = preview(story, Terms(by_rule=True))
    assert (expected["media"], expected["bytes_read"], expected["mounts"]) == (1, 0, 0)
    run = begin(story, Terms(by_rule=True))
    watched_to_the_end(story, run.id)
    assert get(story, run.id).state is RunState.DONE
    assert len(on_tape(story, CopyState.RETIRED)) == 2
    assert not on_tape(story, CopyState.VERIFIED)
    assert_law(story)
