"""Words of the stories with cartridges: a library of tape, and what lies on which kind of medium."""

from collections.abc import Callable

from archived.model import Copy
from archived.states import CopyState
from tests.simulation.conftest import Tell
from tests.simulation.harness import Story

TAPES = """
[libraries.tl1]
kind = "tape"
drives = ["T1", "T2"]
site = "cellar"

[pools.tapes]
library = "tl1"
media_kind = "lto-8"
role = "off-site"
tape_block_bytes = 65536
"""
VERIFIED = (CopyState.VERIFIED,)


def on_tape(story: Story, *states: CopyState) -> list[Copy]:
    return [copy for copy in story.copies(*states) if story.medium(copy.medium_id).holds_many]


def on_disc(story: Story, *states: CopyState) -> list[Copy]:
    return [copy for copy in story.copies(*states) if not story.medium(copy.medium_id).holds_many]


def tape_drives(story: Story, *, up: bool) -> None:
    for name in ("T1", "T2"):
        story.set_drive(name, up=up)


def all_discs_done(tell: Tell) -> tuple[Story, list[str]]:
    """Two packages whose set is complete on discs; their copies on tape are planned, and no tape drive is up."""
    story = tell(settings={"copies": '["tapes"]'}, more_settings=TAPES)
    found = story.submit_set(2)
    tape_drives(story, up=False)
    story.close_everything()
    return story, found


def blocks_written(count: int) -> Callable[[str], bool]:
    """Behind so many blocks of tape, whichever drive wrote them."""
    seen = [0]

    def enough(step: str) -> bool:
        seen[0] += step in ("after T1 0A", "after T2 0A")
        return seen[0] >= count

    return enough
