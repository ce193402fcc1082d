"""After a destruction no rebuild and no check brings back what was given up, even from discs that nobody destroyed yet."""

import pytest

from archived.catalog import images
from archived.destructions import DestructionState
from archived.states import CopyState, ImageState, MediumState, PackageState, SetState
from tests.simulation.conftest import Tell
from tests.simulation.harness import Story
from tests.simulation.test_destroying import all_of, begun
from tests.simulation.throwing_away import check, keep_blanks, kinds, rebuild, recall_all, throw_away
from tests.simulation.two_persons import forgotten


@pytest.fixture
def story(tell: Tell) -> Story:
    """Two images in one set; the media of the first are given up, and lie in the room still."""
    story = tell()
    first, second = story.submit_set(2)
    story.close_everything()
    story.forget_staging(second)
    forgotten(story, first)
    begun(story, first)
    story.until(lambda: all_of(story)[0].state is DestructionState.DESTROYING)
    story.settle()
    keep_blanks(story, 1)
    return story


def test_a_rebuild_takes_the_newest_descriptor_and_nothing_that_it_leaves_behind(story: Story) -> None:
    gone, kept = (package.id for package in story.packages())
    survivor, given_up = story.image_of(kept), set(all_of(story)[0].media)
    (new,) = [item for item in story.sets() if item.replaces]
    throw_away(story)

    done = rebuild(story)

    assert kinds(done) == ["kept-no-more", "kept-no-more", "set-not-proven"]
    assert [item.id for item in story.sets()] == [new.id]
    assert [package.id for package in story.packages()] == [kept]
    found = story.image(survivor.id)
    assert (found.set_id, found.position, found.name) == (new.id, 1, survivor.name)
    assert {medium.id for medium in story.media(MediumState.QUARANTINED)} >= given_up
    recall_all(story, [kept])
    assert set(kinds(check(story, full=True))) == {"newer"}, "of what was given up the new catalog knows nothing"
    assert [item.state for item in story.sets()] == [SetState.COMPLETE]
    assert [(package.id, package.state) for package in story.packages()] == [(kept, PackageState.ARCHIVED)]
    assert gone not in {package.id for package in story.packages()}
    story.end()


def test_a_check_finds_nothing_wrong_and_takes_nothing_in(story: Story) -> None:
    gone = story.packages()[0].id
    doomed = story.image_of(gone)
    assert kinds(check(story)) == []
    with story.catalog.read() as read:
        assert images.get(read, doomed.id).state is ImageState.RETIRED
    assert story.package(gone).state is PackageState.FORGOTTEN
    assert {copy.state for copy in story.copies() if copy.image_id == doomed.id} == {CopyState.RETIRED}
    story.end()
