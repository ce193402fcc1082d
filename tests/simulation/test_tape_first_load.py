"""The first load of an LTO-9 cartridge takes the drive long, and a daemon that is to stop does not wait for it."""

from archived.catalog import media
from archived.states import CopyState, MoveState
from tests.simulation.conftest import Tell
from tests.simulation.harness import Story
from tests.simulation.law import assert_law
from tests.simulation.tapes import TAPES, on_tape, tape_drives


def new_generation(tell: Tell) -> tuple[Story, list[str]]:
    """One package whose set is complete on discs; its copy is planned on a cartridge that no drive has ever loaded."""
    settings = TAPES.replace("lto-8", "lto-9")
    story = tell(n=1, settings={"copies": '["tapes"]'}, more_settings=settings)
    found = story.submit_set(1)
    tape_drives(story, up=False)
    story.close_everything()
    return story, found


def moving(story: Story) -> int:
    with story.catalog.read() as read:
        return len(media.moves_in_state(read, MoveState.MOVING))


def test_a_first_load_is_waited_for_with_words_and_taken_up_after_a_stop(tell: Tell) -> None:
    story, _packages = tell.on(new_generation)
    tape_drives(story, up=True)
    story.site.tools.progress.hurry()  # as the daemon does when it is told to stop
    began_s = story.clock.monotonic()
    assert story.until_killed(1, lambda step: step.startswith("before tl1 B8") and waits(story, began_s))
    assert moving(story) == 1, "nobody knows yet how the load ended"
    assert story.clock.monotonic() - began_s < 600, "the stop waited for the drive"
    story.crash()
    story.settle()

    assert story.all_archived()
    assert len(on_tape(story, CopyState.VERIFIED)) == 1
    assert not [name for name in story.raised if name.startswith(("drive:", "move:", "trouble:"))]
    assert_law(story)


def waits(story: Story, began_s: float) -> bool:
    """Whether the drive has been waited for, and the motion was taken up again."""
    return moving(story) == 1 and story.clock.monotonic() - began_s > 150
