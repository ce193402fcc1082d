"""A class that comes to ask for copies on tape when some of its packages are archived already."""

from pathlib import Path

import pytest

from archived.care import RunState
from archived.catalog import care, events, packages
from archived.stages import withdrawal
from archived.stages.copies_lacking import lacking, owed_since
from archived.states import CopyState, ImageState
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
    story.configure({"copies": '["tapes"]', "auto": "false"})
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


#: Another pool of discs.
SECOND = """
[pools.second]
library = "main"
media_kind = "bd-r"
n = 2
m = 1
set_scope = "pool"
role = "access"
"""


def disc_of(story: Story, image_id: str) -> str:
    return next(
        copy.medium_id for copy in story.copies() if copy.image_id == image_id and not copy.first_block
    )


def test_what_has_left_staging_comes_back_from_its_disc_and_gets_its_copy_too(story: Story) -> None:
    story.configure({"auto": "true"})
    story.crash()
    for _ in range(3):
        story.settle()
    first, second = (story.image_of(package.id).id for package in story.packages())
    assert {copy.image_id for copy in on_tape(story, CopyState.VERIFIED)} == {first, second}
    with story.catalog.read() as read:
        assert lacking(read, story.site) == []
        (run,) = care.listing(read, "repair")
    assert run.state is RunState.DONE
    image = story.image(first)
    assert run.report["bytes_read"] == run.report["bytes_needed"] == image.size_bytes
    assert run.report["media_read"] == [disc_of(story, first)]
    assert "owed:tapes" not in story.attentions()
    story.end()


def test_a_disc_pool_that_a_class_came_to_name_is_told(story: Story) -> None:
    story.configure({"pools": '["bluray", "second"]'})
    story.change_site(SECOND)
    story.runner.watch()
    told = story.attentions()["unreached:second"]
    assert told.what.startswith("2 archived packages are not in pool second")
    story.end()


def test_what_a_class_came_to_ask_of_another_disc_pool_is_packed_for_it(story: Story) -> None:
    story.configure({"pools": '["bluray", "second"]', "auto": "true"})
    story.change_site(SECOND)
    for _ in range(3):
        story.settle()
    assert not [package for package in story.packages() if not package.staged]
    with story.catalog.write() as write:
        withdrawal.ask_images_to_close(write, story.site, None, agent="uid:1000")
    story.settle()
    story.close_sets()
    for _ in range(4):
        story.settle()
    for package in story.packages():
        with story.catalog.read() as read:
            carriers = packages.image_ids(read, package.id)
        assert story.image(carriers["bluray"] or "").state is ImageState.KEPT
        assert story.image(carriers["second"] or "").state is ImageState.KEPT
    with story.catalog.read() as read:
        states = {run.state for run in care.listing(read, "repair")}
    assert states == {RunState.DONE}
    assert "unreached:second" not in story.attentions()
    story.end()
