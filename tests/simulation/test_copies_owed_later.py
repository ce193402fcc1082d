"""A class that comes to ask for copies on tape when some of its packages are archived already."""

from pathlib import Path

import pytest

from archived.catalog import events
from archived.stages.copies_lacking import lacking, owed_since
from archived.states import CopyState
from tests.simulation.harness import Story
from tests.simulation.tapes import TAPES, on_tape


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """Two packages that are archived on discs; one of them has left staging. Then the site gets tape."""
    story = Story(tmp_path)
    first, _second = story.submit_set(2)
    story.close_everything()
    assert story.all_archived()
    story.forget_staging(first)
    story.configure({"copies": '["tapes"]'})
    story.change_site(TAPES)
    return story


def test_what_is_still_staged_gets_its_copy_and_what_is_not_is_named(story: Story) -> None:
    story.settle()
    (copied,) = on_tape(story, CopyState.VERIFIED)
    first, second = story.packages()
    assert copied.image_id == story.image_of(second.id).id
    with story.catalog.read() as read:
        (lack,) = lacking(read, story.site)
        assert (lack.pool, lack.images, lack.packages) == ("tapes", 1, 1)
        (words,) = owed_since(read, story.site, first)
        assert not owed_since(read, story.site, second)
    assert story.image_of(first.id).id in words
    assert "pool tapes" in words

    story.runner.watch()
    with story.catalog.read() as read:
        (told,) = [item for item in events.attentions(read) if item.id == "owed:tapes"]
    assert told.what.startswith("1 image has no copy in pool tapes")
    story.end()
