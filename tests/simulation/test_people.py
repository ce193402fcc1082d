"""A room without a robot: two drives that people load, a cabinet, and a list of tasks."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archived.catalog import cases, recalls, tasks
from archived.stages import tasking
from archived.states import CopyState, PackageState, RecallEvent
from archived.tasks import Task, TaskKind, TaskState
from tests.simulation.harness import Killed, Story
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


def test_two_discs_that_were_mixed_up_are_told_apart_before_anything_counts(story: Story) -> None:
    person = Person(story)
    story.submit("0001")
    story.close_everything()
    person.settle(lambda: bool(both_to_be_read_back(story)))
    one, two = both_to_be_read_back(story)
    for task in (one, two):
        person.take(task)
    story.settle(naps=1)
    for task, other in ((one, two), (two, one)):
        story.control("take", medium=task.medium_id)
        story.control("put", medium=task.medium_id, place=other.to_element)
    for task in (one, two):
        assert person.say_done(task) == ""
    story.settle(naps=1)
    with story.catalog.read() as read:
        wrong = [tasks.get(read, task.id) for task in (one, two)]
    assert {task.state for task in wrong} == {TaskState.TAKEN}
    assert f"it is {two.medium_id}" in wrong[0].note
    assert not story.copies(CopyState.ABANDONED, CopyState.SUSPECT)
    person.mend(wrong)
    person.settle(story.all_archived)
    assert story.all_archived()
    person.settle()
    assert_law(story)


def both_to_be_read_back(story: Story) -> list[Task]:
    with story.catalog.read() as read:
        found = [task for task in tasks.listing(read, TaskState.OPEN) if task.reason.startswith("verify")]
    return found if len(found) == 2 else []


def test_what_cannot_be_brought_is_read_from_the_rest_of_the_set(story: Story) -> None:
    person = Person(story)
    package = archived(story, person)
    recall = story.recall(package)
    story.settle(naps=1)
    (task,) = person.open()
    with story.catalog.write() as write:
        tasking.refuse(write, story.site, task.id, "uid:1001", "the slot is empty")
    person.settle(lambda: story.get_recall(recall).state.value == "ready")
    story.assert_given_back(package, recall)
    assert f"refused:{task.medium_id}" in story.attentions()
    person.settle()
    asked = [one for one in person.all() if one.medium_id == task.medium_id and one.id > task.id]
    assert not asked, "nobody is asked again until somebody says so"
    with story.catalog.write() as write:
        tasking.ask_again(write, story.site, task.id, "uid:1001")
    assert_law(story)


def test_nobody_walks_for_what_nobody_wants_any_more(story: Story) -> None:
    person = Person(story)
    package = archived(story, person)
    first = story.recall(package)
    story.settle(naps=1)
    (task,) = person.open()
    cancel(story, first)
    story.settle(naps=1)
    assert [one.state for one in person.all() if one.id == task.id] == [TaskState.CANCELLED]
    second = story.recall(package)
    story.settle(naps=1)
    (task,) = person.open()
    person.take(task)
    story.settle(naps=1)
    story.control("take", medium=task.medium_id)
    cancel(story, second)
    story.settle(naps=1)
    (back,) = person.open()
    assert (back.kind, back.medium_id, back.to_element) == (
        TaskKind.PUT_BACK,
        task.medium_id,
        task.from_element,
    )
    person.settle()
    assert_law(story)


def test_a_task_that_nobody_does_becomes_louder(story: Story) -> None:
    person = Person(story)
    package = archived(story, person)
    story.recall(package)
    story.settle(naps=1)
    (task,) = person.open()
    person.take(task)
    for hours, urgency in ((4, "working-hours"), (4, "now")):
        story.clock.sleep(hours * 3600)
        story.settle(naps=1)
        told = story.attentions()[f"task:{task.id}"]
        assert told.urgency == urgency
        assert "uid:1001 took it" in told.what
    person.settle()
    assert f"task:{task.id}" not in story.attentions()


def cancel(story: Story, recall_id: str) -> None:
    with story.catalog.write() as write:
        recalls.advance_state(write, recall_id, RecallEvent.CANCELLED)


def archived(story: Story, person: Person) -> str:
    """A package on a set of two discs that lie in the cabinet, and nowhere else any more."""
    package = story.submit("0001")
    story.close_everything()
    person.settle(story.all_archived)
    person.settle()
    story.forget_staging(package)
    return package


def killed_at(folder: Path, nth: int, which: Callable[[str], bool]) -> bool:
    """One story with a death in it; False when the story ended before it."""
    story = manual(folder, seed=nth)
    person = Person(story)
    package = story.submit("0001")
    story.close_everything()
    story.fuse.arm(nth, which)
    died = False
    for _life in range(2):
        try:
            person.settle(story.all_archived)
            break
        except Killed:
            died = True
            story.crash()
    story.fuse.disarm()
    assert story.all_archived(), story.attentions()
    person.settle()
    assert story.package(package).state is PackageState.ARCHIVED
    assert not story.attentions()
    assert_law(story)
    story.end()
    return died


@pytest.mark.parametrize("nth", [27])
def test_a_daemon_that_ends_at_a_commit_goes_on_with_what_people_did(nth: int, tmp_path: Path) -> None:
    assert killed_at(tmp_path, nth, lambda step: "commit" in step)


@pytest.mark.parametrize("nth", [5])
def test_a_daemon_that_ends_at_a_tray_opens_or_shuts_it_once_more(nth: int, tmp_path: Path) -> None:
    assert killed_at(tmp_path, nth, lambda step: step.endswith(" 1B"))


@pytest.mark.simulate
def test_a_daemon_may_end_at_every_commit_and_every_tray(tmp_path: Path) -> None:
    for kind, which in (
        ("commit", lambda step: "commit" in step),
        ("tray", lambda step: step.endswith(" 1B")),
    ):
        nth = 1
        while killed_at(tmp_path / f"{kind}-{nth}", nth, which):
            nth += 3
        assert nth > 10


def test_another_medium_that_is_shown_twice_opens_a_case_about_both(story: Story) -> None:
    person = Person(story)
    package = archived(story, person)
    recall = story.recall(package)
    story.settle(naps=1)
    (task,) = person.open()
    other = next(
        copy.medium_id for copy in story.copies(CopyState.VERIFIED) if copy.medium_id != task.medium_id
    )
    for _time in range(2):
        assert f"this is medium {other}" in person.say_done(task, other)
    with story.catalog.read() as read:
        (case,) = cases.under_way(read)
    assert set(case.media) == {task.medium_id, other}
    assert {witness.by for witness in case.witnesses} == {"catalog", "uid:1001"}
    person.settle(lambda: story.get_recall(recall).state.value == "ready")
    story.assert_given_back(package, recall)
    assert_law(story)
