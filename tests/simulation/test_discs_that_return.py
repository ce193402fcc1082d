"""Discs that were away when the catalog was rebuilt, and come back: a check takes in what they tell."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from archived.stages import surveying
from archived.states import CopyState, MediumState, PackageState, SetState, SurveyState
from tests.simulation.harness import Story
from tests.simulation.test_catalog_rebuild_damage import archived, disc_at
from tests.simulation.throwing_away import (
    bring_back,
    check,
    holdings,
    kinds,
    rebuild,
    recall_all,
    survey,
    throw_away,
)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """One whole set on discs, nothing in staging."""
    story = archived(Story(tmp_path_factory.mktemp("first") / "story"))
    story.end()
    return story


@pytest.fixture
def story(first: Story, tmp_path: Path) -> Iterator[Story]:
    twin = first.twin(tmp_path / "story")
    yield twin
    twin.end()


def rebuilt_without(story: Story, *positions: int) -> tuple[Path, list[str]]:
    """The catalog made from media while the discs at these positions were away; they lie in the room again."""
    away = [disc_at(story, position) for position in positions]
    for medium_id in away:
        story.lose(medium_id)
    story.settle()
    old = throw_away(story)
    rebuild(story)
    for medium_id in away:
        bring_back(story, medium_id)
    return old, away


def rows(path: Path, *left_out: str) -> dict[str, object]:
    found = holdings(path)
    return {
        name: sorted(({k: v for k, v in row.items() if k not in left_out} for row in found[name]), key=repr)
        for name in ("package_file", "extent", "chunk_table")
    }


def test_a_parity_disc_brings_the_descriptor_of_its_set(story: Story) -> None:
    ids = [package.id for package in story.packages()]
    old, (parity,) = rebuilt_without(story, 3)

    done = check(story)

    assert kinds(done) == ["set-not-proven"]
    assert rows(story.site.tools.paths.catalog) == rows(old)
    assert story.medium(parity).state is MediumState.GOOD
    assert len(story.members(story.sets()[0].id)) == 3
    assert kinds(check(story, full=True)) == []
    assert {copy.state for copy in story.copies()} == {CopyState.VERIFIED}
    assert {item.state for item in story.sets()} == {SetState.COMPLETE}
    # The set can be decoded again: what a spoiled disc held comes back.
    story.lose(disc_at(story, 1))
    story.settle()
    recall_all(story, ids)


@pytest.mark.simulate
def test_all_but_one_disc_come_back(story: Story) -> None:
    ids = [package.id for package in story.packages()]
    old, _away = rebuilt_without(story, 1, 3)

    done = check(story)

    assert kinds(done) == ["set-not-proven"]
    assert rows(story.site.tools.paths.catalog, "image_id") == rows(old, "image_id")
    assert {story.package(package_id).state for package_id in ids} == {PackageState.FOUND}
    recall_all(story, ids)


def test_a_descriptor_tells_through_the_set_of_a_disc_that_stays_away(story: Story) -> None:
    ids = [package.id for package in story.packages()]
    gone = disc_at(story, 1)
    old, _away = rebuilt_without(story, 1, 3)
    story.lose(gone)
    story.settle()

    done = check(story)

    assert kinds(done) == ["set-incomplete"]
    assert rows(story.site.tools.paths.catalog, "image_id") == rows(old, "image_id")
    recall_all(story, ids)


def test_a_set_that_nobody_had_heard_of_is_taken_in(story: Story) -> None:
    ids = [package.id for package in story.packages()]
    old, _away = rebuilt_without(story, 1, 2, 3)
    assert story.packages() == []

    done = check(story)

    assert kinds(done) == ["set-not-proven"]
    assert rows(story.site.tools.paths.catalog) == rows(old)
    assert kinds(check(story, full=True)) == []
    assert {story.package(package_id).state for package_id in ids} == {PackageState.ARCHIVED}


def test_a_descriptor_that_contradicts_what_is_known_is_told_and_not_taken(story: Story) -> None:
    rebuilt_without(story, 3)
    with story.catalog.write() as write:
        write.exec_driver_sql("UPDATE image SET size_bytes = size_bytes + 2048 WHERE position = 2")

    done = check(story)

    assert "descriptor" in kinds(done)
    assert len(story.members(story.sets()[0].id)) == 2
    assert story.sets()[0].protected_at is None


@pytest.mark.simulate
def test_a_check_that_is_killed_again_and_again_takes_in_the_same(story: Story) -> None:
    old, _away = rebuilt_without(story, 1, 3)
    with story.catalog.write() as write:
        survey_id = surveying.request_check(write, story.site, full=False, agent="uid:1000").id
    chance, kills = Random(7), 0
    while survey(story, survey_id).state is not SurveyState.DONE:
        if story.until_killed(chance.randrange(4, 12), lambda step: step.endswith("commit")):
            kills += 1
            story.crash()

    assert kills > 3
    assert kinds(survey(story, survey_id)) == ["set-not-proven"]
    assert rows(story.site.tools.paths.catalog, "image_id") == rows(old, "image_id")
