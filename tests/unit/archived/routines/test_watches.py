"""What is put on the attention list by looking comes down when its cause goes."""

from datetime import timedelta
from pathlib import Path

import pytest

from archived.catalog import events, media, recalls
from archived.routines.watches import SLOW_RECALL, WATCHES
from archived.states import MediumEvent, MediumState, RecallState
from tests.simulation.harness import Story


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path)


def listed(story: Story) -> set[str]:
    story.runner.watch()
    with story.catalog.read() as read:
        return {item.id for item in events.attentions(read)}


def test_what_a_person_stopped_is_on_the_list_until_it_is_started_again(story: Story) -> None:
    assert listed(story) == set()
    story.set_drive("B1", up=False)
    story.hold_writes(True)
    story.submit("0001")
    story.step()
    story.hold("I000001")
    assert listed(story) == {"stopped:B1", "stopped:writes", "stopped:I000001"}
    story.set_drive("B1", up=True)
    story.hold_writes(False)
    story.release("I000001")
    assert listed(story) == set()


def test_a_pool_that_could_not_write_its_next_set_asks_for_blanks(story: Story) -> None:
    with story.catalog.write() as write:
        for medium in media.listing(write, MediumState.BLANK)[2:]:
            media.advance_state(write, medium.id, MediumEvent.SET_ASIDE)
    assert "scratch:bluray" in listed(story)


def test_a_blank_that_is_away_is_no_blank_at_hand(story: Story) -> None:
    with story.catalog.write() as write:
        for medium in media.listing(write, MediumState.BLANK)[2:]:
            media.saw(write, medium.id, None, story.clock.now())
    assert "scratch:bluray" in listed(story)


def test_a_package_that_waits_longer_than_promised_is_an_alarm(story: Story) -> None:
    package = story.submit("0001")
    story.hold_writes(True)
    assert f"exposure-{package}" not in listed(story)
    story.clock.sleep(timedelta(hours=337).total_seconds())
    assert f"exposure-{package}" in listed(story)


def test_a_recall_that_is_not_served_is_named_and_one_that_nobody_fetches_ends(story: Story) -> None:
    story.submit_set()
    story.close_everything()
    package = next(iter(story.contents))
    story.forget_staging(package)
    for name in ("B1", "B2"):
        story.set_drive(name, up=False)
    recall = story.recall(package)
    story.clock.sleep(SLOW_RECALL.total_seconds() + 1)
    assert f"recall:{recall}" in listed(story)
    story.clock.sleep(timedelta(hours=73).total_seconds())
    story.runner.expire_recalls()
    with story.catalog.read() as read:
        assert recalls.get(read, recall).state is RecallState.CANCELLED
    assert f"recall:{recall}" not in listed(story)


def test_every_watch_owns_its_prefix() -> None:
    prefixes = list(WATCHES)
    assert not any(a != b and a.startswith(b) for a in prefixes for b in prefixes)
