"""A room without a robot: two drives that people load, a cabinet, and a list of tasks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archived.catalog import tasks
from archived.states import PackageState
from archived.tasks import TaskState
from tests.simulation.harness import Story
from tests.simulation.law import assert_law
from tests.simulation.person import Person


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    made = manual(tmp_path)
    yield made
    made.end()


def manual(folder: Path, *, n: int = 1, m: int = 1, seed: int = 0) -> Story:
    """A site whose one library is moved by people."""
    return Story(folder, n=n, m=m, seed=seed, kind="manual")


def test_a_set_is_written_verified_and_recalled_by_one_person_with_a_list(story: Story) -> None:
    person = Person(story)
    package = story.submit("0001")
    story.close_everything()
    person.settle(story.all_archived)
    assert story.package(package).state is PackageState.ARCHIVED
    with story.catalog.read() as read:
        done = tasks.listing(read, TaskState.DONE)
    assert {task.confirmed_how for task in done} == {"barcode"}
    assert any(task.from_words == "cabinet 1, drawer 1, slot 1" for task in done)
    story.forget_staging(package)
    recall = story.recall(package)
    person.settle(lambda: story.get_recall(recall).state.value == "ready")
    story.assert_given_back(package, recall)
    person.settle()
    assert_law(story)
