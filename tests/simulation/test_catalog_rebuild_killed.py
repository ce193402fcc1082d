"""A rebuild that is killed again and again goes on where it was, and ends with the very same catalog."""

from pathlib import Path
from random import Random

import pytest

from archived.states import SurveyState
from tests.simulation.harness import Story
from tests.simulation.throwing_away import (
    ask_to_rebuild,
    check,
    holdings,
    keep_blanks,
    kinds,
    survey,
    throw_away,
)

KILLS_MIN = 8


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """Two images with one missing disc: looks, looks at ranges, sets, files and places all have their turn."""
    story = Story(tmp_path / "story")
    keep_blanks(story, 4)
    ids = story.submit_set(2)
    story.close_everything()
    for package_id in ids:
        story.forget_staging(package_id)
    gone = story.copy_of(story.image_of(ids[0]).id).medium_id
    story.lose(gone)
    story.settle()
    return story


def test_killed_anywhere_it_ends_with_the_same_catalog(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archived.sessions.disc_lists.STRETCH_ROWS", 3)
    throw_away(story)
    twin = story.twin(tmp_path / "undisturbed")
    undisturbed = ask_to_rebuild(twin)
    twin.settle()
    chance, kills = Random(5), []
    survey_id = ask_to_rebuild(story)
    while survey(story, survey_id).state is not SurveyState.DONE:
        killed = story.until_killed(chance.randrange(5, 160))
        if killed:
            kills.append(killed)
            story.crash(power_cut=chance.random() < 0.2)

    assert len(kills) >= KILLS_MIN, kills
    assert kinds(survey(story, survey_id)) == kinds(survey(twin, undisturbed)) == ["set-incomplete"]
    found, expected = (holdings(s.site.tools.paths.catalog) for s in (story, twin))
    for table in expected:
        assert sorted(found[table], key=repr) == sorted(expected[table], key=repr), table
    assert kinds(check(story)) == ["set-incomplete"]
    for each in (story, twin):
        each.end()
