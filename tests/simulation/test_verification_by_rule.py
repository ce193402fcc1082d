"""Media are examined by themselves when their time has come; what nobody examines is told; batches are watched."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from archived.care import ItemState, RunState
from archived.catalog import events, media
from archived.fixity import FULL, subject_of
from archived.policy.verify.due import Due
from archived.stages.exporting import export_catalog
from archived.stages.verify import routine
from archived.states import CopyState, MediumState
from tests.simulation.conftest import Tell
from tests.simulation.examining import archived_set, begin, checks_of, items_of, run_of, runs
from tests.simulation.harness import Story
from tests.simulation.law import assert_law
from tests.simulation.main_job import MainJob
from tests.simulation.person import Person
from tests.simulation.tapes import TAPES, on_tape
from tests.simulation.test_vault import VAULT, send

DAY_S = 86_400.0


def due(story: Story) -> dict[tuple[str, str], Due]:
    with story.catalog.read() as read:
        found, _things = routine.everything(read, story.site)
    return {(one.rule, one.known.subject): one for one in found}


def an_hour(story: Story) -> None:
    """Long enough for rules to be looked up once more."""
    story.clock.sleep(3700)
    story.settle()


def test_after_two_years_everything_was_read_again_by_itself_and_with_no_drives_somebody_is_told(
    tell: Tell,
) -> None:
    story, _packages = tell.on(archived_set)
    for name in ("B1", "B2"):
        story.set_drive(name, up=False)
    story.clock.sleep(800 * DAY_S)
    story.settle()
    overdue = story.attentions()["verify-overdue:full"]
    assert overdue.what.startswith("3 things are overdue for examination by rule full; SIM")
    assert overdue.next == "archivectl verify plan --overdue --rule full"
    assert {run.terms["rule"] for run in runs(story)} == {"full", "staged"}
    assert {run.agent for run in runs(story)} == {"archived"}

    for name in ("B1", "B2"):
        story.set_drive(name, up=True)
    story.settle()
    an_hour(story)
    an_hour(story)
    assert not [name for name in story.attentions() if name.startswith("verify-")]
    assert {run.state for run in runs(story)} == {RunState.DONE}
    now = story.clock.now()
    for copy in story.copies():
        assert now - copy.verified_at < timedelta(days=2)
        assert [check.how for check in checks_of(story, copy.medium_id)] == [FULL]
    assert all(one.at > now for one in due(story).values())
    assert_law(story)


def test_between_two_full_readings_a_sample_with_a_seed_of_its_day_is_read(tell: Tell) -> None:
    story, _packages = tell.on(archived_set)
    story.clock.sleep(183 * DAY_S)
    story.settle()
    sampled = next(run for run in runs(story) if run.terms["rule"] == "sampled")
    assert sampled.terms["seed"].startswith("sampled/20")
    assert run_of(story, sampled).report["clean"] == 3
    assert not {check.how for copy in story.copies() for check in checks_of(story, copy.medium_id)} - {
        "sampled"
    }
    before = {copy.id: copy.verified_at for copy in story.copies()}
    assert max(before.values()) < story.clock.now() - timedelta(days=182), "a sample verifies nothing anew"


def test_when_one_medium_fails_those_bought_with_it_are_due_in_two_weeks(tell: Tell) -> None:
    story, _packages = tell.on(archived_set)
    first, mate, stranger = story.copies()
    with story.catalog.write() as write:
        for copy, batch in ((first, "LOT-7"), (mate, "LOT-7"), (stranger, "LOT-8")):
            media.update_columns(write, copy.medium_id, batch=batch)
    before = due(story)
    story.damage(first.medium_id, offset=300_000, bytes=70_000)
    begin(story, media=(first.medium_id,))
    story.settle()
    failed_at = checks_of(story, first.medium_id)[-1].at
    now = due(story)
    for rule in ("full", "sampled"):
        assert now[rule, subject_of(mate.id)].at == failed_at + timedelta(days=14)
        assert now[rule, subject_of(stranger.id)].at == before[rule, subject_of(stranger.id)].at
    assert story.copy_of(first.image_id, CopyState.SUSPECT).id == first.id

    story.clock.sleep(15 * DAY_S)
    story.settle()
    assert [check.how for check in checks_of(story, mate.medium_id)] == [FULL]
    assert not checks_of(story, stranger.medium_id)
    (check,) = checks_of(story, mate.medium_id)
    assert check.begun_at is not None
    assert due(story)["full", subject_of(mate.id)].at == check.begun_at + timedelta(days=91), "and again"


def test_staged_packages_are_compared_and_a_damaged_one_is_told_at_once(tell: Tell) -> None:
    story, (package, other) = tell.on(archived_set)
    folder = story.site.tools.paths.staging / story.package(package).staging_name / "data"
    with next(folder.rglob("*.tif")).open("r+b") as file:
        file.write(b"something else")
    run = begin(story, disk=True)
    story.settle()
    report = run_of(story, run).report
    assert (report["examined"], report["clean"], report["bad_items"], report["files_bad"]) == (2, 1, 1, 1)
    assert report["bad"][0]["package"] == package
    told = story.attentions()[f"verify-package:{package}"]
    assert (told.urgency, told.next) == ("now", f"archivectl staging mend {package} ORIGINAL")
    assert other not in str(report["bad"])
    assert len(items_of(story, run)) == 2


def test_an_export_of_the_catalog_is_held_to_its_statement_and_a_damaged_one_is_told(
    tell: Tell, tmp_path: Path
) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    story = tell(settings={"export_directory": f'"{folder}"'})
    made = export_catalog(story.catalog, story.site, folder, lambda done, total: None)
    run = begin(story, disk=True)
    story.settle()
    assert (run_of(story, run).report["clean"], run_of(story, run).report["bytes"]) == (1, made.size_bytes)
    with (folder / made.file).open("r+b") as file:
        file.seek(made.size_bytes // 2)
        file.write(b"something else")
    run = begin(story, disk=True)
    story.settle()
    assert run_of(story, run).report["bad"][0]["export"] == made.file
    told = story.attentions()[f"verify-export:{made.file}"]
    assert told.next == "archivectl catalog export"
    (folder / made.file).unlink()
    an_hour(story)
    assert f"verify-export:{made.file}" not in story.attentions(), "it is not kept any more"


def test_a_run_keeps_to_its_hours_and_begins_no_sooner_than_it_was_told(tell: Tell) -> None:
    story, _packages = tell.on(archived_set)
    now = story.clock.now()
    hours = f"{now + timedelta(hours=3):%H:%M}-{now + timedelta(hours=5):%H:%M}"
    tomorrow = (now + timedelta(days=1)).isoformat()
    run, later = begin(story, hours=hours), begin(story, not_before=tomorrow)
    moves = story.happened("move")
    story.settle()
    assert story.happened("move") == moves
    story.clock.sleep(4 * 3600)
    story.settle()
    assert run_of(story, run).state is RunState.DONE
    assert {item.state for item in items_of(story, later)} == {ItemState.WANTED}
    story.clock.sleep(DAY_S)
    story.settle()
    assert run_of(story, later).state is RunState.DONE


def test_images_on_a_cartridge_are_read_along_its_tape_and_damage_is_located(tell: Tell) -> None:
    story = tell(settings={"copies": '["tapes"]'}, more_settings=TAPES)
    story.submit_set(2)
    story.close_everything()
    story.settle()
    one, two = sorted(on_tape(story, CopyState.VERIFIED), key=lambda copy: copy.tape_file or 0)
    story.damage(two.medium_id, block=(two.first_block or 0) + 3, blocks=2)

    run = begin(story, media=(one.medium_id,))
    assert run.preview["mounts"] == 1
    story.settle()

    done = run_of(story, run)
    assert (done.report["clean"], done.report["bad_items"]) == (1, 1)
    assert done.report["chunks"] == run.preview["chunks"]
    first, second = checks_of(story, one.medium_id)
    assert (first.copy_id, first.outcome, second.copy_id, second.bad) == (one.id, "clean", two.id, (0,))
    assert story.copy_of(two.image_id, CopyState.SUSPECT).id == two.id
    assert story.medium(one.medium_id).state is MediumState.WATCH, "the first image counts on"


@pytest.fixture
def shelf(tell: Tell) -> tuple[Story, Any]:
    story = tell(n=1, m=1, more_settings=VAULT)
    story.submit("0001")
    story.close_everything()
    story.settle()
    return story, Person(story)


def test_what_lies_in_a_vault_is_asked_for_examined_and_taken_home(shelf: tuple[Story, Any]) -> None:
    story, person = shelf
    discs = sorted(copy.medium_id for copy in story.copies())
    for medium_id in discs:
        send(story, medium_id)
    person.settle()
    homes = {medium_id: story.medium(medium_id).element for medium_id in discs}

    run = begin(story)
    assert run.preview["by_people"] == discs
    story.settle(naps=1)
    assert {task.reason for task in person.open()} == {"its time has come to be examined"}
    person.settle(lambda: run_of(story, run).state is RunState.DONE)
    person.settle()
    assert run_of(story, run).report["clean"] == 2
    assert {medium_id: story.medium(medium_id).element for medium_id in discs} == homes
    with story.catalog.read() as read:
        assert not events.attentions(read)


@pytest.mark.simulate
@pytest.mark.parametrize("kind", ["manual", "stacker"])
def test_a_set_is_read_again_where_people_load_the_drives_and_by_a_stacker(tmp_path: Path, kind: str) -> None:
    job = MainJob(tmp_path, kind, n=1, m=1)
    job.archive()
    story, person = job.story, job.person
    run = begin(story)
    person.settle(lambda: run_of(story, run).state is RunState.DONE)
    assert run_of(story, run).report["clean"] == 2, story.attentions()
    assert run.preview["by_people"] == (
        sorted(c.medium_id for c in story.copies()) if kind == "stacker" else []
    )
    story.end()
