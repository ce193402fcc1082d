"""`catalog check`: catalog, media and library, compared; what differs is told, and a hold learns of every medium."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archived.catalog import media as media_rows
from archived.errors import WrongState
from archived.stages import set_aside
from archived.states import CopyState, MediumState, PackageState, SetState, SurveyState
from tests.simulation.harness import Story
from tests.simulation.throwing_away import (
    bring_back,
    check,
    keep_blanks,
    kinds,
    rebuild,
    recall_all,
    register_blanks,
    throw_away,
)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """One whole set on discs, its bytes still in staging, and some blanks."""
    story = Story(tmp_path_factory.mktemp("first") / "story")
    keep_blanks(story, 6)
    story.submit_set(2)
    story.close_everything()
    assert story.all_archived()
    story.end()
    return story


@pytest.fixture
def story(first: Story, tmp_path: Path) -> Iterator[Story]:
    twin = first.twin(tmp_path / "story")
    yield twin
    twin.end()


def loads(story: Story) -> int:
    return sum(event[1] == "move" for event in story.history())


def release(story: Story) -> None:
    set_aside.release_hold(story.catalog, story.site, agent="uid:1000", reason="looked at, and agreed")


def test_a_catalog_that_agrees_with_its_room_has_no_differences(story: Story) -> None:
    done = check(story)

    assert done.state is SurveyState.DONE
    assert kinds(done) == []
    assert done.report["counts"]["looked_at"] == 6


def test_a_blank_that_was_written_and_a_disc_that_went_away_are_told(story: Story) -> None:
    gone, other = (copy.medium_id for copy in story.copies()[:2])
    story.lose(gone)
    with story.catalog.write() as write:
        for copy in media_rows.copies_on(write, other):
            write.exec_driver_sql("DELETE FROM copy WHERE id = ?", (copy.id,))
        write.exec_driver_sql("UPDATE medium SET state = 'blank' WHERE id = ?", (other,))

    done = check(story)

    assert kinds(done) == ["carrier-unknown", "not-in-the-room", "set-incomplete"]


def test_after_a_rebuild_writes_wait_until_all_was_checked_and_a_person_released_them(story: Story) -> None:
    throw_away(story)
    rebuild(story)
    before = loads(story)
    with pytest.raises(WrongState, match="not looked at"):
        release(story)

    done = check(story)

    assert loads(story) == before, "looks that are newer than the hold are not made again"
    assert kinds(done) == ["set-not-proven"]
    release(story)
    register_blanks(story)
    package_id = story.submit_set(1, first=7)[0]
    story.close_everything()
    assert story.package(package_id).state is PackageState.ARCHIVED


def test_reading_everything_proves_a_set_that_a_rebuild_found(story: Story) -> None:
    ids = [package.id for package in story.packages()]
    throw_away(story)
    rebuild(story)

    done = check(story, full=True)

    assert kinds(done) == []
    assert {copy.state for copy in story.copies()} == {CopyState.VERIFIED}
    assert {item.state for item in story.sets()} == {SetState.COMPLETE}
    assert {story.package(package_id).state for package_id in ids} == {PackageState.ARCHIVED}
    assert all(story.package(package_id).archived_receipt for package_id in ids)
    assert all(image.sha256 for image in story.images() if image.set_id)


def test_reading_everything_finds_bytes_that_changed_in_silence(story: Story) -> None:
    hurt = story.copies()[0].medium_id
    story.damage(hurt, offset=900_000, bytes=4096, kind="silent")

    done = check(story, full=True)

    assert kinds(done) == ["set-incomplete"]
    assert story.medium(hurt).state is MediumState.SUSPECT


def test_a_disc_that_comes_back_after_a_rebuild_is_taken_in_by_a_check(story: Story) -> None:
    ids = [package.id for package in story.packages()]
    gone = story.copy_of(story.image_of(ids[0]).id).medium_id
    story.lose(gone)
    story.settle()
    throw_away(story)
    rebuild(story)
    bring_back(story, gone)

    check(story)

    assert story.medium(gone).state is MediumState.GOOD
    done = check(story, full=True)
    assert kinds(done) == []
    recall_all(story, ids[:1])
