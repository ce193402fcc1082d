"""A rebuild and a full check over discs and cartridges that are killed again and again end as if nobody had."""

from pathlib import Path
from random import Random

import pytest

from archived.catalog import surveys
from archived.stages import surveying
from archived.states import CopyState, LookState, SurveyState
from tests.simulation.conftest import Tell
from tests.simulation.harness import Story
from tests.simulation.tapes import on_disc
from tests.simulation.test_rebuild_with_tapes import archive
from tests.simulation.throwing_away import ask_to_rebuild, holdings, kinds, survey, throw_away


def looks_at_images(story: Story, survey_id: int) -> list[str]:
    """Folders of what was read of images on cartridges; a look that is done is not done again."""
    with story.catalog.read() as read:
        return [
            f"{look.id} {look.finding['place']['file']}"
            for look in surveys.looks(read, survey_id)
            if look.is_of_image and look.state is LookState.SEEN
        ]


def ask_for_a_full_check(story: Story) -> int:
    with story.catalog.write() as write:
        return surveying.request_check(write, story.site, full=True, agent="uid:1000").id


def go_on_through_kills(story: Story, survey_id: int, chance: Random, steps: tuple[int, int]) -> list[str]:
    """Until the survey is done; returns where the daemon was killed. Nothing that was seen is ever lost."""
    kills, seen = [], set[str]()
    while survey(story, survey_id).state is not SurveyState.DONE:
        killed = story.until_killed(chance.randrange(*steps))
        now = set(looks_at_images(story, survey_id))
        assert seen <= now
        seen = now
        if killed:
            kills.append(killed)
            story.crash(power_cut=chance.random() < 0.3)
    return kills


@pytest.mark.parametrize(
    ("seed", "steps", "kills_min"),
    [(1, (200, 900), 2), *(pytest.param(n, (40, 300), 8, marks=pytest.mark.simulate) for n in (2, 3))],
)
def test_killed_anywhere_they_end_with_the_same_catalog(
    tell: Tell,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    steps: tuple[int, int],
    kills_min: int,
) -> None:
    monkeypatch.setattr("archived.sessions.disc_lists.STRETCH_ROWS", 3)
    story, _ids = tell.on(archive)
    story.lose(on_disc(story)[0].medium_id)
    story.settle()
    throw_away(story)
    twin = story.twin(tmp_path / "undisturbed")
    undisturbed = ask_to_rebuild(twin)
    twin.settle()
    chance = Random(seed)
    survey_id = ask_to_rebuild(story)

    kills = go_on_through_kills(story, survey_id, chance, steps)

    assert kinds(survey(story, survey_id)) == kinds(survey(twin, undisturbed)) == ["set-incomplete"]
    found, expected = (holdings(each.site.tools.paths.catalog) for each in (story, twin))
    for table in expected:
        assert sorted(found[table], key=repr) == sorted(expected[table], key=repr), table
    twin.end()
    full = ask_for_a_full_check(story)
    kills += go_on_through_kills(story, full, chance, steps)
    assert len(kills) >= kills_min, kills
    assert kinds(survey(story, full)) == ["set-incomplete"]
    assert {copy.state for copy in story.copies()} == {CopyState.VERIFIED}
