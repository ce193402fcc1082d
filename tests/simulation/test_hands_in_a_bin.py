"""A person and a robot at one bin: while he has his hands in it, the robot keeps out of it."""

from pathlib import Path

from tests.simulation.harness import Story
from tests.simulation.law import assert_law
from tests.simulation.person import Person
from tests.simulation.test_stackers import archived


def test_a_disc_that_a_person_lays_on_a_bin_is_not_taken_for_the_next_blank_before_he_says_so(
    tmp_path: Path,
) -> None:
    story = Story(tmp_path, kind="stacker", n=1, m=1)
    person = Person(story, "typed")
    package_id = story.submit("0001", 530_000)
    story.close_everything()
    assert archived(story)
    story.forget_staging(package_id)
    recall_id = story.recall(package_id)
    story.settle(naps=1)
    (task,) = person.open()
    person.take(task)
    story.settle(naps=1)
    assert person.carry(task)

    moves = _moves(story)
    story.submit("0002", 530_000)
    story.close_everything()
    story.settle(naps=2)
    assert _moves(story) == moves, "the robot reached into a bin with hands in it"

    person.say_done(task)
    story.settle()
    story.assert_given_back(package_id, recall_id)
    assert archived(story), story.attentions()
    assert_law(story)
    story.end()


def _moves(story: Story) -> int:
    """How many motions the robot made so far."""
    with story.catalog.read() as read:
        return int(read.exec_driver_sql("SELECT count(*) FROM move").scalar_one())
