"""A robot, and a vault with cabinets: what lies there is fetched by people, read by the robot, and taken home."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archived.catalog import events, recalls, tasks
from archived.stages import sending, tasking
from archived.tasks import TaskKind, TaskState
from tests.simulation.harness import Killed, Story
from tests.simulation.law import assert_law
from tests.simulation.person import Person
from tests.simulation.stackers import BOTH_WAYS, PLAIN, StackerStory

VAULT = """
[libraries.vault]
robot = "person"
drives = []
[libraries.vault.cabinets."cabinet 1"]
drawers = 1
slots = 4
[libraries.vault.cabinets."cabinet 2"]
drawers = 4
slots = 5
"""


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    made = Story(tmp_path, n=1, m=1, more_settings=VAULT)
    yield made
    made.end()


def test_a_set_in_a_vault_is_recalled_as_over_the_robot_and_goes_home(story: Story) -> None:
    person = Person(story)
    package = story.submit("0001")
    story.close_everything()
    story.settle()
    discs = sorted(copy.medium_id for copy in story.copies())
    for medium_id in discs:
        send(story, medium_id)
    person.settle()
    homes = {
        medium_id: (story.medium(medium_id).library, story.medium(medium_id).element) for medium_id in discs
    }
    assert set(homes.values()) == {("vault", 1024), ("vault", 1028)}
    story.forget_staging(package)

    recall = story.recall(package)
    story.settle(naps=1)
    (task,) = person.open()
    place = {1024: "cabinet 1, drawer 1, slot 1", 1028: "cabinet 2, drawer 1, slot 1"}[
        homes[task.medium_id][1]
    ]
    assert (task.kind, task.from_words) == (TaskKind.BRING, place)
    assert task.to_words == "import/export slot 16 of library main"
    person.settle(lambda: story.get_recall(recall).state.value == "ready")
    story.assert_given_back(package, recall)
    person.settle()
    assert {m: (story.medium(m).library, story.medium(m).element) for m in discs} == homes
    assert not story.attentions()


def test_what_is_not_in_its_slot_is_asked_for_once_more_and_refused_for_another_way(story: Story) -> None:
    person = Person(story)
    package = story.submit("0001")
    story.close_everything()
    story.settle()
    for copy in story.copies():
        send(story, copy.medium_id)
    person.settle()
    story.forget_staging(package)
    recall = story.recall(package)
    story.settle(naps=1)
    (task,) = person.open()
    person.take(task)
    story.settle(naps=1)
    assert person.say_done(task) == ""
    story.settle(naps=1)
    with story.catalog.read() as read:
        again = tasks.get(read, task.id)
    assert again.state is TaskState.TAKEN
    assert "does not see" in again.note
    with story.catalog.write() as write:
        tasking.refuse(write, story.site, task.id, "uid:1001", "the drawer is locked")
    person.settle(lambda: story.get_recall(recall).state.value == "ready")
    story.assert_given_back(package, recall)


def test_what_a_stacker_laid_out_of_its_reach_is_laid_into_its_input_bin_for_a_recall(tmp_path: Path) -> None:
    story = StackerStory(tmp_path, drives=2, bins=(BOTH_WAYS, *PLAIN[1:]))
    story.load_blanks(1, 1, 1, 1, 1, 1)
    package = story.submit("0001")
    story.close_everything()
    story.settle()
    assert story.all_archived(), story.attentions()
    story.forget_staging(package)
    person = Person(story, how="typed")  # no disc of a stacker has a barcode on record
    recall = story.recall(package)
    story.settle(naps=1)
    (task,) = person.open()
    assert task.from_words == "the accept bin of library main"
    assert task.to_words == "the input bin of library main, on top"
    person.settle(lambda: story.get_recall(recall).state.value == "ready")
    story.assert_given_back(package, recall)
    person.settle()
    assert not person.open()
    assert not story.attentions()
    assert_law(story)
    story.end()


@pytest.mark.simulate
def test_a_daemon_may_end_at_any_commit_of_a_journey_to_a_vault_and_back(tmp_path: Path) -> None:
    nth = 1
    while journey(tmp_path / str(nth), nth):
        nth += 5
    assert nth > 30


def journey(folder: Path, nth: int) -> bool:
    """A set goes to the vault, is recalled from there and goes home again, with a death on the way if it is long."""
    story = Story(folder, n=1, m=1, more_settings=VAULT)
    person = Person(story)
    package = story.submit("0001")
    story.close_everything()
    story.settle()
    story.forget_staging(package)
    for copy in story.copies():
        send(story, copy.medium_id)
    story.fuse.arm(nth, lambda step: "commit" in step)
    died, asked = False, [""]

    def is_served() -> bool:
        return story.get_recall(asked[0]).state.value == "ready"

    for _life in range(2):
        try:
            person.settle()
            asked[0] = asked[0] or story.recall(package)
            person.settle(is_served)
            person.settle()
            break
        except Killed:
            died = True
            story.crash()
            with story.catalog.read() as read:
                asked[0] = next((one.id for one in recalls.listing(read)), "")
    story.fuse.disarm()
    person.settle()
    story.assert_given_back(package, asked[0])
    for copy in story.copies():
        medium = story.medium(copy.medium_id)
        assert person.whereabouts(medium.id) == (medium.library, medium.element)
        assert medium.library == "vault"
    assert not story.attentions(), story.attentions()
    story.end()
    return died


def send(story: Story, medium_id: str) -> None:
    with story.catalog.write() as write:
        sending.send(
            write, story.site, medium_id, "vault", "cabinet 2/1/1" if not sent(story) else "", "uid:1000", "x"
        )


def sent(story: Story) -> int:
    with story.catalog.read() as read:
        return sum(event.type == "medium sent" for event in events.latest(read, limit=200))
