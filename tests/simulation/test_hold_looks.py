"""`catalog check` under a hold: what really lies on the discs decides what is released, adopted, or set aside."""

import pytest

from archived.catalog import counters, images, media
from archived.errors import WrongState
from archived.stages import hold, surveying
from archived.stages.hold_looks import take_note
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


def check(story: Story) -> None:
    """archivectl catalog check, until every disc was looked at."""
    with story.catalog.write() as write:
        surveying.request_check(write, story.site, full=False, agent=PERSON)
    story.until(lambda: all_looked_at(story))


def all_looked_at(story: Story) -> bool:
    with story.catalog.read() as read:
        now = hold.standing(read, story.site)
    assert now is not None
    return bool(now.media) and not now.stale and not now.to_look_at


def with_few_blanks(tell: Tell) -> Story:
    """Most blanks are taken out of the room: a look at each costs time."""
    story = tell()
    # Of every magazine and batch some, as sets are spread over them.
    blanks = story.media(MediumState.BLANK)
    kept = {medium.id for medium in blanks[::9]}
    for medium in blanks:
        if medium.id not in kept:
            story.lose(medium.id)
    story.settle()
    return story


def test_discs_that_were_burnt_after_the_export_are_adopted_read_back_and_not_burnt_again(tell: Tell) -> None:
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
    assert {story.package(name).state for name in mine} == {PackageState.ARCHIVED}
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
    check(story)
    with story.catalog.read() as read:
        now = hold.standing(read, story.site)
        unknown = unknown_in_staging(read, story.site, present(story.site.tools.paths))
        assert counters.values(read)["set"] >= images.set_number(set_id)
    assert now is not None
    assert sorted(item.note for item in now.newer) == [f"set {set_id}, position {n}" for n in (1, 2, 3)]
    assert [item.package for item in unknown] == newer
    assert unknown[0].info["Volume"] == "0001"
    release(story)
    assert len(story.media(MediumState.QUARANTINED)) >= 3
    assert_no_written_disc_is_taken_for_blank(story)


def test_a_disc_that_no_drive_can_tell_anything_about_does_not_hold_everything_up_for_ever(
    tell: Tell,
) -> None:
    story = with_few_blanks(tell)
    file = export(story)
    lose_catalog(story)
    put_back(story, file)
    story.settle()
    name = story.media(MediumState.BLANK)[0].id
    with story.catalog.write() as write:
        take_note(write, story.site, name, None, "no seek complete")
        assert media.get(write, name).state is MediumState.QUARANTINED
    check(story)
    release(story)


def test_a_disc_that_a_person_gave_up_needs_no_look(tell: Tell) -> None:
    story = with_few_blanks(tell)
    file = export(story)
    lose_catalog(story)
    put_back(story, file)
    story.settle()
    name = story.media(MediumState.BLANK)[0].id
    story.lose(name)
    story.settle()
    with pytest.raises(WrongState):
        release(story)
    with story.catalog.write() as write:
        give_up(write, story.site, name, agent=PERSON, reason="burnt in the stove")
    check(story)
    release(story)


@pytest.mark.parametrize(
    ("finding", "found"),
    [
        ({"status": "blank"}, hold.BLANK),
        ({"status": "appendable"}, hold.UNREADABLE),
        ({"status": "complete", "member": {}, "label": "HOLIDAY"}, hold.FOREIGN),
    ],
)
def test_what_is_no_disc_of_ours_is_named_as_what_it_is(
    tell: Tell, finding: dict[str, object], found: str
) -> None:
    story = tell()
    with story.catalog.write() as write:
        hold.place(write, ["main"], cause="restore", note="", agent=PERSON, at=story.clock.now())
        name = media.listing(write)[0].id
        take_note(write, story.site, name, finding)
        now = hold.standing(write, story.site)
    assert now is not None
    assert [item.found for item in now.media] == [found]
