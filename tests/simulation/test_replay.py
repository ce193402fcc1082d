"""A seed is a story: the same events at the same times, and the same bytes on the same discs."""

from tests.simulation.conftest import Tell
from tests.simulation.harness import Story
from tests.simulation.law import assert_law


def play(tell: Tell, seed: int) -> Story:
    story = tell(seed=seed)
    story.submit_set(2)
    story.fault("write-error", after=3)
    story.fault("robot-timeout", after=4, seed=seed)
    story.close_everything()
    return story


def test_the_same_seed_replays_every_event_and_every_byte_exactly(tell: Tell) -> None:
    one, other = play(tell, 5), play(tell, 5)

    assert one.history() == other.history()
    assert one.clock.now() == other.clock.now()
    assert [image.sha256 for image in one.images()] == [image.sha256 for image in other.images()]
    assert one.burns == other.burns
    assert_law(one)


def test_another_seed_tells_another_story_with_the_same_end(tell: Tell) -> None:
    one, other = play(tell, 5), play(tell, 6)

    assert one.history() != other.history()
    assert one.all_archived()
    assert other.all_archived()
