"""What happens to media is on record where it happens, and becomes their state without anybody asking."""

from pathlib import Path

import pytest

from archived.catalog import health
from archived.medium_health import LOAD, READ, READ_ERROR
from archived.states import CopyState, MediumState
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
        assert [step.after.value for step in steps] == ["reserved", "writing", "good"]
        assert all(step.at is not None for step in steps)


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
