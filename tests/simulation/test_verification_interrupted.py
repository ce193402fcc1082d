"""What was read long ago is not taken for what is read now: a run that lay too long begins its item anew."""

from datetime import timedelta

import pytest

from archived.care import CareItem, CareRun, ItemState, RunEvent
from archived.catalog import events, media
from archived.fixity import BAD, CLEAN
from archived.policy.verify.half_read import LASTS
from archived.sessions import examine
from archived.states import CopyState, MediumEvent
from tests.simulation.conftest import Tell
from tests.simulation.examining import archived_set, begin, checks_of, items_of, steer
from tests.simulation.harness import Story

FIRST_CHUNK = 65536  # an image begins at sector 32


@pytest.fixture(autouse=True)
def a_chunk_a_visit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examine, "SLICE_S", -1.0)


def paused_after_a_chunk(tell: Tell) -> tuple[Story, CareRun, str]:
    """A run on a parity disc lies paused when the first of its chunks was read."""
    story, packages = tell.on(archived_set)
    for package in packages:
        story.forget_staging(package)
    parity = next(image for image in story.images() if image.kind == "parity")
    medium_id = story.copy_of(parity.id).medium_id
    run = begin(story, media=(medium_id,))
    story.until(lambda: the_item(story, run).cursor.get("done") == 1)
    steer(story, run, RunEvent.PAUSED)
    story.settle()
    assert the_item(story, run).state is ItemState.WANTED
    return story, run, medium_id


def the_item(story: Story, run: CareRun) -> CareItem:
    (item,) = items_of(story, run)
    return item


def go_on(story: Story, run: CareRun) -> CareItem:
    steer(story, run, RunEvent.RESUMED)
    story.settle()
    return the_item(story, run)


def test_a_chunk_that_goes_bad_while_its_run_lies_for_months_is_found_when_it_goes_on(tell: Tell) -> None:
    story, run, medium_id = paused_after_a_chunk(tell)
    story.clock.sleep(timedelta(days=300).total_seconds())
    story.damage(medium_id, offset=FIRST_CHUNK, bytes=65536, kind="unreadable")

    assert go_on(story, run).cursor["anew"] == 1
    assert checks_of(story, medium_id)[-1].outcome == BAD
    assert CopyState.VERIFIED not in {copy.state for copy in story.copies() if copy.medium_id == medium_id}


def test_within_days_it_goes_on_at_its_place_and_is_as_old_as_its_first_chunk(tell: Tell) -> None:
    story, run, medium_id = paused_after_a_chunk(tell)
    first = the_item(story, run).cursor["begun_at"]
    story.clock.sleep((LASTS - timedelta(days=2)).total_seconds())

    item = go_on(story, run)
    (check,) = checks_of(story, medium_id)
    assert (check.outcome, check.parts, item.cursor["anew"]) == (CLEAN, check.parts_total, 0)
    assert check.begun_at is not None
    assert check.begun_at.isoformat() == item.finding["first_read_at"] == first
    assert check.at.isoformat() == item.finding["last_read_at"]
    assert check.at - check.begun_at > timedelta(days=4)
    (copy,) = (copy for copy in story.copies() if copy.medium_id == medium_id)
    assert (copy.state, copy.verified_at) == (CopyState.VERIFIED, check.begun_at)


def test_what_changed_its_state_or_was_away_meanwhile_is_read_anew_at_once(tell: Tell) -> None:
    story, run, medium_id = paused_after_a_chunk(tell)
    with story.catalog.write() as write:
        now = story.site.now()
        media.advance_state(write, medium_id, MediumEvent.WATCHED, now, why="its values")
        media.advance_state(write, medium_id, MediumEvent.CLEARED, now, why="they were a drive's")
    assert go_on(story, run).cursor["anew"] == 1
    (check,) = checks_of(story, medium_id)
    assert check.parts == check.parts_total, "each chunk counts once"


def test_what_was_missed_meanwhile_stands_otherwise(tell: Tell) -> None:
    story, _packages = tell.on(archived_set)
    medium_id = story.media()[0].id
    with story.catalog.write() as write:
        before = media.standing(write, medium_id)
        assert media.standing(write, medium_id) == before
        events.append(write, story.site.now(), "medium missed", ("medium", medium_id))
        assert media.standing(write, medium_id) != before
