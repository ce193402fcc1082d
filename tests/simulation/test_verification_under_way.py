"""Runs go on: after a crash at any point, after a recall took the drive, after a person paused them."""

from typing import Any

import pytest

from archived.care import CareItem, CareRun, ItemState, RunEvent, RunState
from archived.fixity import FAILED
from archived.sessions import examine
from archived.sessions.examine import Examination
from archived.sessions.tools import Tools
from archived.stages.verify import verifying
from archived.states import CopyState, RecallState
from devices.failures import OutcomeUnknown
from tests.simulation.conftest import Tell
from tests.simulation.examining import archived_set, begin, checks_of, items_of, run_of, steer
from tests.simulation.harness import Killed, Story
from tests.simulation.law import assert_law


@pytest.fixture(autouse=True)
def a_chunk_a_visit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examine, "SLICE_S", 0.0)


def is_half_read(item: CareItem, but: str = "") -> bool:
    """Some of its chunks are on record, and not all; not on the medium `but`."""
    is_open = item.state in (ItemState.WANTED, ItemState.WORKING)
    return is_open and item.medium_id != but and bool(item.cursor.get("done"))


def half_read(story: Story, run: CareRun, but: str = "") -> bool:
    return any(is_half_read(item, but) for item in items_of(story, run))


def assert_done_as_announced(story: Story, run: CareRun) -> None:
    done = run_of(story, run)
    assert done.state is RunState.DONE, story.attentions()
    assert done.report["chunks"] == done.preview["chunks"]
    assert done.report["clean"] == done.preview["images"]
    assert {copy.state for copy in story.copies()} == {CopyState.VERIFIED}


def test_a_recall_gets_the_drive_at_once_and_the_run_goes_on_at_the_next_chunk(tell: Tell) -> None:
    story, (package, _other) = tell.on(archived_set)
    story.set_drive("B2", up=False)
    story.forget_staging(package)
    wanted = story.copy_of(story.image_of(package).id).medium_id
    run = begin(story)
    story.until(lambda: half_read(story, run, but=wanted))
    reading = next(item for item in items_of(story, run) if is_half_read(item, but=wanted))

    recall = story.recall(package)
    story.until(lambda: story.get_recall(recall).state is RecallState.READY)
    at_recall = {item.id: item for item in items_of(story, run)}[reading.id]
    assert at_recall.state is ItemState.WANTED, "it waits for the drive"
    assert 0 < at_recall.cursor["done"] < run.preview["chunks"]
    story.assert_given_back(package, recall)
    story.settle()

    assert_done_as_announced(story, run)
    assert_law(story)


def test_in_the_middle_of_a_visit_whoever_waits_is_heard_at_the_next_chunk(
    tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examine, "SLICE_S", 3600.0)
    story, (package, other) = tell.on(archived_set)
    story.set_drive("B2", up=False)
    wanted = {story.copy_of(story.image_of(name).id).medium_id: name for name in (package, other)}
    for name in (package, other):
        story.forget_staging(name)
    run = begin(story, media=tuple(wanted))
    recalled: list[str] = []

    def heard(step: str) -> bool:
        """At its first chunk somebody recalls what lies on the other disc, and the loop looks what is due."""
        if step.startswith("report verify item") and not recalled:
            reading = next(item for item in items_of(story, run) if item.state is ItemState.WORKING)
            recalled.append(
                story.recall(next(name for medium, name in wanted.items() if medium != reading.medium_id))
            )
            with story.catalog.read() as read:
                verifying.due(read, story.site)
        return False

    story.fuse.arm(1, heard)
    story.until(lambda: recalled and story.get_recall(recalled[0]).state is RecallState.READY)
    interrupted = next(item for item in items_of(story, run) if item.cursor.get("done"))
    assert (interrupted.state, interrupted.cursor["done"]) == (ItemState.WANTED, 1)
    assert interrupted.note == "somebody waits for the drive"
    story.fuse.disarm()
    story.settle()
    done = run_of(story, run)
    assert (done.state, done.report["clean"], done.report["gave_way"]) == (RunState.DONE, 2, 1)
    assert done.report["chunks"] == done.preview["chunks"]
    checks = [check for medium in wanted for check in checks_of(story, medium)]
    assert {check.by for check in checks} == {"sha256, blake3, xxh3-128"}, "one process read all of both"


@pytest.mark.parametrize("nth", [17, 40])
def test_killed_anywhere_it_goes_on_and_counts_every_chunk_once(tell: Tell, nth: int) -> None:
    story, _packages = tell.on(archived_set)
    run = begin(story)
    for offset in range(3):
        if story.until_killed(nth + offset):
            story.crash(power_cut=bool(offset % 2))
    story.settle()
    assert_done_as_announced(story, run)
    assert_law(story)


@pytest.mark.simulate
@pytest.mark.parametrize("nth", range(1, 120, 7))
def test_killed_at_any_step_it_goes_on(tell: Tell, nth: int) -> None:
    story, _packages = tell.on(archived_set)
    run = begin(story)
    while story.until_killed(nth):
        story.crash()
        nth += 11
    story.settle()
    assert_done_as_announced(story, run)
    assert_law(story)


def test_a_paused_run_moves_nothing_and_a_resumed_one_goes_on_from_its_place(tell: Tell) -> None:
    story, _packages = tell.on(archived_set)
    run = begin(story)
    story.until(lambda: half_read(story, run))
    assert steer(story, run, RunEvent.PAUSED).state is RunState.PAUSED
    story.settle()
    place = {item.id: dict(item.cursor) for item in items_of(story, run)}
    assert not any(item.state is ItemState.WORKING for item in items_of(story, run))
    moves = story.happened("move")
    story.settle()
    assert (story.happened("move"), {i.id: dict(i.cursor) for i in items_of(story, run)}) == (moves, place)

    steer(story, run, RunEvent.RESUMED)
    story.settle()
    assert_done_as_announced(story, run)


def test_a_cancelled_run_keeps_what_it_found_and_sends_the_media_home(tell: Tell) -> None:
    story, _packages = tell.on(archived_set)
    run = begin(story)
    story.until(lambda: any(item.state is ItemState.DONE for item in items_of(story, run)))
    found = run_of(story, run).report["chunks"]
    steer(story, run, RunEvent.CANCELLED)
    story.settle()
    ended = run_of(story, run)
    assert ended.state is RunState.CANCELLED
    assert ended.report["chunks"] >= found
    assert {item.state for item in items_of(story, run)} <= {ItemState.DONE, ItemState.SKIPPED}
    drives = {256, 257}
    assert not drives & {medium.element for medium in story.media()}


def test_killed_with_a_cancelled_run_under_way_its_item_is_closed_by_the_next_life(tell: Tell) -> None:
    story, _packages = tell.on(archived_set)
    run = begin(story)
    story.fuse.arm(1, lambda step: step.startswith("report verify item"))
    with pytest.raises(Killed):
        story.settle()
    story.crash()
    steer(story, run, RunEvent.CANCELLED)
    story.settle()
    assert {item.state for item in items_of(story, run)} == {ItemState.SKIPPED}


def test_an_item_that_drives_end_without_an_outcome_is_named_left_and_tried_again_in_a_week(
    tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    story, _packages = tell.on(archived_set)
    copy = story.copies()[0]
    whole = verifying.examine

    def silent(task: Examination, tools: Tools) -> Any:
        if task.medium_id == copy.medium_id:
            raise OutcomeUnknown("the drive says nothing")
        return whole(task, tools)

    monkeypatch.setattr(verifying, "examine", silent)
    run = begin(story)
    story.settle(naps=30)

    done = run_of(story, run)
    assert (done.state, done.report["failed"], done.report["clean"]) == (RunState.DONE, 1, 2)
    (item,) = (item for item in items_of(story, run) if item.state is ItemState.FAILED)
    assert sorted(item.tried_in) == ["B1", "B2"], "another drive had its try"
    assert f"verify-unread:{copy.medium_id}" in story.attentions()
    assert story.copy_of(copy.image_id).id == copy.id, "nothing is concluded of it"
    (check,) = checks_of(story, copy.medium_id)
    assert check.outcome == FAILED

    monkeypatch.setattr(verifying, "examine", whole)
    begin(story, media=(copy.medium_id,))
    story.settle()
    assert f"verify-unread:{copy.medium_id}" not in story.attentions()
