"""`catalog check` of a restored catalog: what really lies on the discs is called its own again, named, or set aside."""

import pytest

from archived.catalog import counters, images
from archived.errors import WrongState
from archived.stages import hold
from archived.stages.registration import give_up
from archived.stages.set_aside import unknown_in_staging
from archived.stages.staging_release import present
from archived.states import CopyState, MediumState, PackageState
from tests.simulation.conftest import Tell
from tests.simulation.harness import Story
from tests.simulation.restores import (
    PERSON,
    assert_no_written_disc_is_taken_for_blank,
    export,
    lose_catalog,
    put_back,
    release,
)
from tests.simulation.throwing_away import check, keep_blanks, kinds

BLANKS = 5


def with_few_blanks(tell: Tell) -> Story:
    return tell.on(few_blanks)[0]


def few_blanks(tell: Tell) -> tuple[Story, None]:
    story = tell()
    keep_blanks(story, BLANKS)
    return story, None


def test_discs_that_were_burnt_after_the_export_are_called_its_own_and_not_burnt_again(tell: Tell) -> None:
    story = with_few_blanks(tell)
    mine = story.submit_set()
    story.close_images()
    story.close_sets()
    story.until(lambda: story.copies(CopyState.PLANNED))
    file = export(story)
    story.close_everything()
    assert {story.package(name).state for name in mine} == {PackageState.ARCHIVED}
    burnt = len(story.burns)
    lose_catalog(story)
    put_back(story, file)
    check(story)
    story.settle()
    assert {story.package(name).state for name in mine} == {PackageState.ARCHIVED}, "read back under the hold"
    release(story)
    story.settle()
    assert len(story.burns) == burnt
    assert {copy.state for copy in story.copies()} == {CopyState.CANCELLED, CopyState.VERIFIED}
    assert_no_written_disc_is_taken_for_blank(story)


def test_discs_of_sets_that_the_catalog_does_not_know_are_named_and_their_ids_never_given_again(
    tell: Tell,
) -> None:
    story = with_few_blanks(tell)
    file = export(story)
    newer = story.submit_set()
    story.close_everything()
    with story.catalog.read() as read:
        set_id = images.set_listing(read)[0].id
    lose_catalog(story)
    put_back(story, file)
    done = check(story)
    assert kinds(done).count("newer") == 3
    with story.catalog.read() as read:
        now = hold.standing(read, story.site)
        unknown = unknown_in_staging(read, story.site, present(story.site.tools.paths))
        assert counters.values(read)["set"] >= images.set_number(set_id)
    assert now is not None
    assert len(now.newer) == 3
    assert all(set_id in item.note for item in now.newer)
    assert [item.package for item in unknown] == newer
    assert unknown[0].info["Volume"] == "0001"
    release(story)
    assert len(story.media(MediumState.QUARANTINED)) >= 3
    assert_no_written_disc_is_taken_for_blank(story)


def test_a_disc_that_was_spoiled_after_the_export_is_set_aside(tell: Tell) -> None:
    story = with_few_blanks(tell)
    story.submit_set()
    story.close_images()
    story.close_sets()
    story.until(lambda: story.copies(CopyState.PLANNED))
    file = export(story)
    story.fault("write-error", drive="B1", after=2)
    story.close_everything()
    assert story.media(MediumState.SUSPECT), "nothing was spoiled"
    lose_catalog(story)
    put_back(story, file)
    check(story)
    release(story)
    assert_no_written_disc_is_taken_for_blank(story)


def test_a_disc_that_a_person_gave_up_needs_no_look(tell: Tell) -> None:
    story = with_few_blanks(tell)
    file = export(story)
    lose_catalog(story)
    put_back(story, file)
    story.settle()
    name = next(medium.id for medium in story.media(MediumState.BLANK) if medium.element is not None)
    story.lose(name)
    check(story)
    with pytest.raises(WrongState, match=name):
        release(story)
    with story.catalog.write() as write:
        give_up(write, story.site, name, agent=PERSON, reason="burnt in the stove")
    release(story)
