"""While a hold is in force nothing is written, withdrawn or let go; looking at everything and a person end it."""

import pytest

from archived.catalog import events, holds, media
from archived.errors import Refused, WrongState
from archived.routines.watches import WATCHES
from archived.stages import hold, intake
from archived.stages.set_aside import put_burns_aside, release_hold
from archived.stages.staging_release import why_kept
from archived.states import CopyState, MediumState, PackageState
from tests.simulation.conftest import Tell
from tests.simulation.harness import Story

PERSON = "uid:1000"


def place(story: Story) -> None:
    with story.catalog.write() as write:
        libraries = list(story.config.libraries)
        hold.place(write, libraries, cause="restore", note="an export", agent=PERSON, at=story.clock.now())


def look_at_everything(story: Story) -> None:
    """What `catalog check` does, by what the catalog says."""
    with story.catalog.write() as write:
        now = hold.standing(write, story.site)
        assert now is not None
        states = {medium.id: medium.state for medium in media.listing(write)}
        for name in now.to_look_at:
            found = hold.BLANK if states[name] in (MediumState.BLANK, MediumState.RESERVED) else hold.OURS
            hold.looked(write, story.site, name, found)


def release(story: Story, reason: str = "everything was looked at") -> list[str]:
    done = release_hold(story.catalog, story.site, agent=PERSON, reason=reason)
    return [path.name for path in done.set_aside]


def test_a_hold_stops_every_burn_and_goes_on_after_a_look_at_everything(tell: Tell) -> None:
    story = tell()
    place(story)
    held = story.submit_set()
    story.close_everything()
    assert story.burns == []
    assert not story.copies()
    assert {story.package(name).state for name in held} == {PackageState.ACCEPTED}

    with pytest.raises(WrongState, match="not looked at"):
        release(story)
    look_at_everything(story)
    release(story)
    story.settle()
    assert {story.package(name).state for name in held} == {PackageState.ARCHIVED}
    with story.catalog.read() as read:
        past = holds.listing(read)[0]
        assert (past.released_by, past.reason) == (PERSON, "everything was looked at")
        assert hold.ATTENTION not in {item.id for item in events.attentions(read)}


def test_copies_that_were_planned_before_the_hold_are_not_written_under_it(tell: Tell) -> None:
    story = tell()
    story.submit_set()
    story.close_images()
    story.close_sets()
    story.until(lambda: story.copies(CopyState.PLANNED))
    place(story)
    story.settle()
    assert story.burns == []


def test_a_blank_that_turns_out_to_be_written_is_set_aside_at_once_and_never_burnt(tell: Tell) -> None:
    story = tell()
    story.submit_set()
    story.close_images()
    story.close_sets()
    story.until(lambda: story.copies(CopyState.PLANNED))
    promised = story.copies(CopyState.PLANNED)[0].medium_id
    place(story)
    story.settle()
    with story.catalog.write() as write:
        hold.looked(write, story.site, promised, hold.NEWER, "carries 7K3F, position 2")
        assert media.get(write, promised).state is MediumState.QUARANTINED
    look_at_everything(story)
    release(story)
    story.settle()
    carriers = story.room.estate.world.carriers
    assert promised not in {carriers[carrier].barcode for _, carrier in story.burns}
    assert len(story.burns) == 3
    assert len(story.packages(PackageState.ARCHIVED)) == 2


def test_blanks_that_were_away_when_everything_was_looked_at_are_set_aside_at_the_release(tell: Tell) -> None:
    story = tell()
    away = story.media(MediumState.BLANK)[3].id
    story.control("lose", medium=away)
    place(story)
    story.settle()
    look_at_everything(story)
    release(story)
    with story.catalog.read() as read:
        assert media.get(read, away).state is MediumState.QUARANTINED


def test_a_medium_that_was_taken_out_after_it_was_seen_must_come_back_to_be_looked_at(tell: Tell) -> None:
    story = tell()
    place(story)
    story.settle()
    name = story.media(MediumState.BLANK)[0].id
    story.lose(name)
    story.settle()
    with story.catalog.write() as write:
        now = hold.standing(write, story.site)
        assert now is not None
        for item in now.to_look_at:
            if item != name:
                hold.looked(write, story.site, item, hold.BLANK)
    with pytest.raises(WrongState, match=name):
        release(story)


def test_a_hold_is_not_released_before_the_library_was_looked_into_or_without_a_reason(tell: Tell) -> None:
    story = tell()
    place(story)
    with pytest.raises(WrongState, match="was not looked into"):
        release(story)
    story.settle()
    look_at_everything(story)
    with pytest.raises(Refused, match="a reason is needed"):
        release(story, " ")
    release(story)
    with pytest.raises(WrongState, match="no hold is in force"):
        release(story)


def test_nothing_that_the_catalog_does_not_know_is_removed_but_put_aside(tell: Tell) -> None:
    story = tell()
    staging = story.site.tools.paths.staging
    strangers = [
        staging / "packages/P000999",
        staging / "recipes/I000999.recipe",
        staging / "parity/ZZZZ-3.bin",
    ]
    place(story)
    for path in strangers:
        path.parent.mkdir(exist_ok=True)
        path.mkdir() if path.name.startswith("P") else path.write_bytes(b"newer")
    story.crash()
    story.settle()
    assert all(path.exists() for path in strangers)
    look_at_everything(story)
    assert sorted(release(story)) == sorted(path.name for path in strangers)
    story.crash()
    story.settle()
    aside = {path.name for path in (staging / "set-aside").rglob("*")}
    assert aside >= {path.name for path in strangers}


def test_archived_packages_stay_in_staging_while_a_hold_is_in_force(tell: Tell) -> None:
    story = tell()
    name = story.submit_set()[0]
    story.close_everything()
    assert story.package(name).state is PackageState.ARCHIVED
    place(story)
    with story.catalog.read() as read:
        assert "made again" in why_kept(read, story.site, story.package(name))[0]
    story.settle()
    look_at_everything(story)
    release(story)
    with story.catalog.read() as read:
        assert why_kept(read, story.site, story.package(name)) == ()


def test_no_package_is_withdrawn_by_a_catalog_that_may_be_older_than_its_disc(tell: Tell) -> None:
    story = tell()
    name = story.submit("0001")
    place(story)
    with pytest.raises(WrongState, match="cannot be withdrawn"):
        story.withdraw(name)


def test_an_intake_that_the_catalog_calls_unfinished_ends_without_its_folder_going(tell: Tell) -> None:
    story = tell()
    name = story.submit("0001")
    with story.catalog.write() as write:
        write.exec_driver_sql("UPDATE package SET state = 'staging' WHERE id = ?", (name,))
    place(story)
    removed = intake.recover(
        catalog=story.catalog, config=story.config, site=story.site_folder, clock=story.clock
    )
    assert removed == [name]
    assert story.package(name).state is PackageState.ABANDONED
    assert (story.site.tools.paths.staging / "packages" / name / "bagit.txt").is_file()


def test_a_hold_waits_for_a_person_and_says_how_far_it_is(tell: Tell) -> None:
    story = tell()
    place(story)
    with story.catalog.read() as read:
        (item,) = WATCHES[hold.ATTENTION](read, story.site)
    assert "library main was not looked into since" in item.what
    assert "0 are left" not in item.what
    story.settle()
    with story.catalog.read() as read:
        (item,) = WATCHES[hold.ATTENTION](read, story.site)
    assert "0 media were looked at, 48 are left" in item.what
    assert item.next == "archivectl catalog check"


def test_burns_of_an_earlier_catalog_are_put_aside_under_names_of_their_own(tell: Tell) -> None:
    paths = tell().site.tools.paths
    assert put_burns_aside(paths, "burns") is None
    for _ in range(2):
        (paths.burns / "copy-1").mkdir()
        assert put_burns_aside(paths, "burns") is not None
    assert {path.name for path in (paths.site / "set-aside").iterdir()} == {"burns", "burns~2"}
    assert list(paths.burns.iterdir()) == []
