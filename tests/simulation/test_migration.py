"""Media are left for new ones in waves: never with less than before at any step, as the preview said, whatever dies."""

from random import Random

import pytest

from archived.care import ItemState, RunEvent, RunState
from archived.catalog import media
from archived.errors import NotPermitted, WrongState
from archived.stages import approving
from archived.stages.approved import EFFECTS
from archived.stages.migrate import migration_orders, releasing
from archived.states import CopyEvent, CopyState, MediumState
from tests.simulation.conftest import Tell
from tests.simulation.harness import Story
from tests.simulation.law import assert_law
from tests.simulation.migrations import (
    ONE,
    TWO,
    begin,
    by_hand,
    get,
    identities,
    items,
    media_of,
    out_of_staging,
    preview,
    steer,
    watched_to_the_end,
)


def archived(tell: Tell) -> tuple[Story, list[str]]:
    """Two packages on a set of three discs, long out of staging."""
    story = tell(more_settings="")
    found = story.submit_set(2)
    story.close_everything()
    assert story.all_archived()
    out_of_staging(story)
    return story, found


@pytest.fixture
def story(tell: Tell) -> Story:
    return tell.on(archived)[0]


def test_a_batch_is_refreshed_in_waves_and_nothing_has_less_than_before_at_any_step(story: Story) -> None:
    old = sorted(media_of(story, CopyState.VERIFIED))
    terms = by_hand(*old, media_per_wave=2)
    expected, before = preview(story, terms), identities(story)
    assert [wave["media"] for wave in expected["waves"]] == [2, 1]
    assert not expected["refused"]
    assert not expected["short"]

    run = begin(story, terms)
    watched_to_the_end(story, run.id)

    run = get(story, run.id)
    assert run.state is RunState.DONE
    assert {copy.medium_id for copy in story.copies(CopyState.RETIRED)} == set(old)
    assert {medium.id for medium in story.media(MediumState.RETIRED)} == set(old)
    assert not media_of(story, CopyState.VERIFIED) & set(old)
    assert identities(story) == before
    for name in ("media", "images", "packages", "bytes_read", "bytes_written", "mounts", "blanks"):
        assert run.report[name] == expected[name], name
    assert run.report["waves_done"] == 2
    done = max(item.ended_at for item in items(story, run.id) if item.wave == 1 and item.ended_at)
    begun = [item.cursor["begun_at"] for item in items(story, run.id) if item.wave == 2]
    assert all(at >= done.isoformat() for at in begun), "a wave begins when the one before it is done"
    assert_law(story)


@pytest.mark.simulate
def test_a_paused_migration_begins_nothing_and_goes_on_from_there(story: Story) -> None:
    old = sorted(media_of(story, CopyState.VERIFIED))
    run = begin(story, by_hand(*old))
    story.until(lambda: story.copies(CopyState.PLANNED))
    steer(story, run.id, RunEvent.PAUSED)
    story.settle()
    burnt = len(story.burns)
    assert not story.copies(CopyState.PLANNED), "what no drive is at was taken back"
    assert not story.copies(CopyState.RETIRED)
    story.runner.watch()
    assert f"migrate:{run.id}" in story.attentions()

    story.settle()
    assert len(story.burns) == burnt
    steer(story, run.id, RunEvent.RESUMED)
    watched_to_the_end(story, run.id)
    assert get(story, run.id).report["media"] == 3
    story.runner.watch()
    assert f"migrate:{run.id}" not in story.attentions()


@pytest.mark.simulate
def test_a_cancelled_migration_keeps_what_it_made_and_lets_go_of_the_rest(story: Story) -> None:
    old = sorted(media_of(story, CopyState.VERIFIED))
    run = begin(story, by_hand(*old, media_per_wave=1))
    story.until(lambda: story.copies(CopyState.RETIRED))
    story.until(lambda: story.copies(CopyState.PLANNED))
    steer(story, run.id, RunEvent.CANCELLED)
    story.settle()

    states = [item.state for item in items(story, run.id)]
    assert states.count(ItemState.DONE) == 1
    assert ItemState.WANTED not in states
    assert ItemState.WORKING not in states
    assert not story.copies(CopyState.PLANNED)
    assert len(story.copies(CopyState.RETIRED)) == 1
    assert_law(story)


def test_a_migration_that_is_killed_anywhere_goes_on(tell: Tell) -> None:
    chance = Random(7)
    story = tell.on(archived)[0]
    before = identities(story)
    run = begin(story, by_hand(*sorted(media_of(story, CopyState.VERIFIED))))
    for _death in range(12):
        if not story.until_killed(chance.randrange(1, 160)):
            break
        story.crash(power_cut=chance.random() < 0.3)
    watched_to_the_end(story, run.id)
    assert get(story, run.id).state is RunState.DONE
    assert len(story.copies(CopyState.VERIFIED)) == 3, "no image was written twice"
    assert len(story.copies(CopyState.RETIRED)) == 3
    left = {CopyState.VERIFIED, CopyState.RETIRED, CopyState.CANCELLED, CopyState.ABANDONED}
    assert {copy.state for copy in story.copies()} <= left
    assert identities(story) == before
    assert_law(story)


def test_media_are_released_after_their_time_by_another_person_and_never_by_root(story: Story) -> None:
    old = sorted(media_of(story, CopyState.VERIFIED))
    run = begin(story, by_hand(*old))
    watched_to_the_end(story, run.id)
    with pytest.raises(WrongState, match="kept until"), story.catalog.write() as write:
        releasing.ask(write, story.site, old, agent=ONE, reason="they are on new discs")
    story.clock.sleep(91 * 86_400)
    with pytest.raises(NotPermitted), story.catalog.write() as write:
        releasing.ask(write, story.site, old, agent="uid:0", reason="they are on new discs")
    with story.catalog.write() as write:
        asked = releasing.ask(write, story.site, (), agent=ONE, reason="they are on new discs")
    assert [item["medium"] for item in asked.terms["media"]] == old
    for agent in (ONE, "uid:0"):
        with pytest.raises(NotPermitted):
            give(story, asked.id, agent)
    assert not story.media(MediumState.RELEASED)
    give(story, asked.id, TWO)
    assert [medium.id for medium in story.media(MediumState.RELEASED)] == old
    assert story.happened("deaccession") == 3


@pytest.mark.simulate
def test_what_is_not_safe_elsewhere_any_more_is_not_released(story: Story) -> None:
    old = sorted(media_of(story, CopyState.VERIFIED))
    run = begin(story, by_hand(*old))
    watched_to_the_end(story, run.id)
    story.clock.sleep(91 * 86_400)
    with story.catalog.write() as write:
        asked = releasing.ask(write, story.site, old[:1], agent=ONE, reason="they are on new discs")
    carried = next(copy.image_id for copy in story.copies(CopyState.RETIRED) if copy.medium_id == old[0])
    story.lose(story.copy_of(carried).medium_id)
    story.settle()
    with pytest.raises(WrongState, match="good copies"):
        give(story, asked.id, TWO)
    assert not story.media(MediumState.RELEASED)


def give(story: Story, approval_id: str, agent: str) -> None:
    with story.catalog.write() as write:
        approving.give(write, story.site, approval_id, agent=agent, reason="I looked", effects=EFFECTS)


def test_a_wave_in_which_something_failed_is_the_last_before_a_person_looked(story: Story) -> None:
    old = sorted(media_of(story, CopyState.VERIFIED))
    run = begin(story, by_hand(*old, media_per_wave=1))
    for medium_id in old[:2]:
        story.lose(medium_id)
    for wave in (1, 2):
        story.settle()
        paused = get(story, run.id)
        assert paused.state is RunState.PAUSED
        assert f"1 images of wave {wave} could not be migrated" in paused.note
        assert not story.copies(CopyState.RETIRED)
        steer(story, run.id, RunEvent.RESUMED)
    story.settle()
    done = get(story, run.id)
    assert (done.state, done.report["not_migrated"], done.report["media"]) == (RunState.DONE, 2, 1)
    failed = [item for item in items(story, run.id) if item.state is ItemState.FAILED]
    assert all(item.note for item in failed)


def test_what_changed_since_it_was_planned_is_not_begun(story: Story) -> None:
    terms = by_hand(*sorted(media_of(story, CopyState.VERIFIED)))
    with story.catalog.read() as read:
        plan = migration_orders.plan_by(read, story.site, terms)
    with story.catalog.write() as write:
        media.advance_copy(write, int(plan.items[0].copy_id or 0), CopyEvent.GIVEN_UP, note="it is gone")
    with pytest.raises(WrongState, match="not as it was"), story.catalog.write() as write:
        migration_orders.begin(write, story.site, terms, agent=ONE, reason="they are old", plan=plan)


@pytest.mark.simulate
def test_a_disc_that_is_spoiled_is_followed_by_another_and_no_more_begins_than_the_settings_say(
    story: Story,
) -> None:
    image_bytes = max(image.size_bytes or 0 for image in story.images())
    story.configure({"bytes_per_day": str(image_bytes + 1), "images_at_once": "1"})
    story.crash()
    old = sorted(media_of(story, CopyState.VERIFIED))
    story.fault("write-error", after=5)
    run = begin(story, by_hand(*old))
    story.settle()
    assert sum(item.state is not ItemState.WANTED for item in items(story, run.id)) == 1, "one a day"
    for _day in range(3):
        story.clock.sleep(86_400)
        story.settle()
    done = get(story, run.id)
    assert (done.state, done.report["media"]) == (RunState.DONE, 3)
    assert done.report["spoiled"] == len(story.copies(CopyState.ABANDONED)) == 1
    assert_law(story)
