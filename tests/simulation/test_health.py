"""What happens to media is on record where it happens, and becomes their state without anybody asking."""

from pathlib import Path
from random import Random

import pytest

from archived.care import ItemState, RunState
from archived.catalog import care, health
from archived.medium_health import LOAD, READ, READ_ERROR, SCAN_BIS, SCAN_LDC, TIMED_READ
from archived.stages.health import scan_orders
from archived.states import CopyState, MediumState
from backends.optical.drive import MmcDrive
from tests.simulation.harness import Story


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path)


def noted(story: Story, medium_id: str, what: str) -> list:
    with story.catalog.read() as read:
        return health.listing(read, medium_id, what=[what])


def test_loads_readings_and_every_change_of_state_are_on_record_with_drive_and_reader(story: Story) -> None:
    story.submit_set()
    story.close_everything()
    for copy in story.copies(CopyState.VERIFIED):
        loads = noted(story, copy.medium_id, LOAD)
        assert {copy.write_drive, copy.verify_drive} <= {entry.drive for entry in loads}
        assert all(entry.reader for entry in loads), "the serial number of the drive is not on record"
        (read,) = noted(story, copy.medium_id, READ)
        assert (read.drive, read.unit) == (copy.verify_drive, "bytes")
        with story.catalog.read() as reading:
            steps = health.history(reading, copy.medium_id)
        assert [step.after.value for step in steps] == ["blank", "reserved", "writing", "good"]
        assert all(step.at is not None for step in steps[1:])


def test_a_disc_that_a_recall_could_not_read_has_its_bad_places_on_record(story: Story) -> None:
    story.submit_set()
    story.close_everything()
    package = next(iter(story.contents))
    story.forget_staging(package)
    disc = story.copy_of(story.image_of(package).id, CopyState.VERIFIED).medium_id
    story.damage(disc, offset=100_000, bytes=1_200_000)
    recall = story.recall(package)
    story.settle()
    story.assert_given_back(package, recall)
    errors = noted(story, disc, READ_ERROR)
    assert errors
    assert all(entry.unit == "sectors" and entry.value and entry.drive for entry in errors)
    assert story.medium(disc).state is MediumState.SUSPECT
    with story.catalog.read() as read:
        last = health.history(read, disc)[-1]
    assert last.after is MediumState.SUSPECT
    assert last.why


def scanned(story: Story, *media_ids: str) -> str:
    with story.catalog.write() as write:
        order = scan_orders.plan(write, story.site, media_ids)
        run = scan_orders.begin(write, story.site, order, agent="uid:1", reason="a look")
    return run.id


def test_a_scan_says_what_the_drive_counts_and_its_preview_was_right(story: Story) -> None:
    story.submit_set()
    story.close_everything()
    discs = [copy.medium_id for copy in story.copies(CopyState.VERIFIED)]
    run_id = scanned(story, *discs)
    story.settle()
    with story.catalog.read() as read:
        run = care.get(read, run_id)
        items = care.items(read, run_id)
        loads = sum(len(health.listing(read, disc, what=[LOAD])) for disc in discs)
    assert run.state is RunState.DONE
    assert run.preview["media"] == run.report["scanned"] == len(discs)
    assert {item.medium_id for item in items} == set(run.preview["media_ids"])
    assert loads - 2 * len(discs) <= run.preview["mounts"], "more mounts than were announced"
    for disc in discs:
        (ldc,) = noted(story, disc, SCAN_LDC)
        (bis,) = noted(story, disc, SCAN_BIS)
        assert 2 < ldc.value < 13
        assert ldc.detail["dialect"] == "optiarc"
        assert ldc.detail["samples"] == bis.detail["samples"] > 0
        assert ldc.reader == bis.reader != ""
        assert story.medium(disc).state is MediumState.GOOD


def test_discs_that_age_are_watched_by_what_scans_say_long_before_they_are_unreadable(story: Story) -> None:
    story.submit_set()
    story.close_everything()
    disc = story.copies(CopyState.VERIFIED)[0].medium_id
    values = []
    for _step in range(8):
        scanned(story, disc)
        story.settle()
        story.runner.judge_health()
        values.append(noted(story, disc, SCAN_LDC)[-1].value)
        if story.medium(disc).state is not MediumState.GOOD:
            break
        story.control("age", years=6.0, media=[disc])
    assert values == sorted(values)
    assert story.medium(disc).state is MediumState.WATCH, values
    assert not noted(story, disc, READ_ERROR)
    with story.catalog.read() as read:
        step = health.history(read, disc)[-1]
    assert (step.agent, step.after) == ("archived", MediumState.WATCH)
    assert "bd-ldc-mean" in step.why or "bd-bis-max" in step.why


def test_a_drive_that_knows_no_scan_reads_all_of_the_disc_and_is_timed(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.submit_set()
    story.close_everything()
    disc = story.copies(CopyState.VERIFIED)[0].medium_id
    monkeypatch.setattr(MmcDrive, "scanner", lambda self: None)
    story.damage(disc, offset=500_000, bytes=100_000)
    run_id = scanned(story, disc)
    story.settle()
    with story.catalog.read() as read:
        (item,) = care.items(read, run_id)
    assert item.state is ItemState.DONE, item.note
    assert item.finding["dialect"] == "timed"
    assert item.finding["lost_places"] >= 1
    (read_at,) = noted(story, disc, TIMED_READ)
    assert read_at.value > 0
    assert noted(story, disc, READ_ERROR)
    story.runner.judge_health()
    assert story.medium(disc).state is MediumState.WATCH


def test_a_recall_takes_the_drive_from_a_scan_and_the_scan_goes_on(story: Story) -> None:
    story.submit_set()
    story.close_everything()
    package = next(iter(story.contents))
    story.forget_staging(package)
    story.set_drive("B2", up=False)
    wanted = story.copy_of(story.image_of(package).id, CopyState.VERIFIED).medium_id
    others = [copy.medium_id for copy in story.copies(CopyState.VERIFIED) if copy.medium_id != wanted]
    run_id = scanned(story, *others)
    recall = story.recall(package)
    story.settle()
    story.assert_given_back(package, recall)
    with story.catalog.read() as read:
        assert care.get(read, run_id).state is RunState.DONE
        assert all(item.state is ItemState.DONE for item in care.items(read, run_id))


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.simulate) for n in range(2, 12))])
def test_a_scan_that_is_killed_goes_on_and_counts_every_cluster_once(story: Story, seed: int) -> None:
    story.submit_set()
    story.close_everything()
    discs = [copy.medium_id for copy in story.copies(CopyState.VERIFIED)]
    run_id = scanned(story, *discs)
    chance, deaths = Random(seed), 0
    while deaths < 6 and story.until_killed(chance.randrange(3, 120)):
        story.crash()
        deaths += 1
    story.settle()
    assert deaths
    with story.catalog.read() as read:
        assert care.get(read, run_id).state is RunState.DONE
    for disc in discs:
        (ldc,) = noted(story, disc, SCAN_LDC)
        image = next(image for image in story.images() if story.copy_of(image.id).medium_id == disc)
        assert ldc.detail["samples"] == -(-(image.size_bytes or 0) // 65536)
