"""Packages are packed again by new rules: they stay what they are, and old sets go when the new ones were read back."""

from random import Random

import pytest

from archived.care import RunEvent, RunState
from archived.catalog.packages import image_ids
from archived.errors import Refused
from archived.policy.migrate.selecting import Terms
from archived.stages.migrate import releasing
from archived.stages.staging_release import why_kept
from archived.stages.still_needed import is_needed
from archived.states import CopyState, ImageState, MediumState, SetState
from tests.simulation.conftest import Tell
from tests.simulation.harness import Story
from tests.simulation.law import assert_law
from tests.simulation.migrations import (
    ONE,
    begin,
    get,
    identities,
    items,
    out_of_staging,
    preview,
    steer,
    watched_to_the_end,
)
from tests.simulation.test_tape_sets import VAULT


def two_short_sets(tell: Tell) -> tuple[Story, list[str]]:
    """Two sets of one small package each, long out of staging."""
    story = tell()
    found = []
    for volume in ("0001", "0002"):
        found.append(story.submit(volume, 150_000))
        story.close_everything()
    assert story.all_archived()
    assert [item.state for item in story.sets()] == [SetState.COMPLETE] * 2
    out_of_staging(story)
    return story, found


@pytest.fixture
def story(tell: Tell) -> Story:
    return tell.on(two_short_sets)[0]


MERGE = Terms(fill_below_percent=60.0)


def test_half_empty_sets_are_merged_and_nothing_has_less_than_before_at_any_step(story: Story) -> None:
    expected, before = preview(story, MERGE), identities(story)
    assert expected["at_most"]
    assert not expected["refused"]
    assert expected["blanks"] == {"bluray": 4}, "two packages in two sets, counted each for itself"
    run = begin(story, MERGE)
    watched_to_the_end(story, run.id)

    run = get(story, run.id)
    assert run.state is RunState.DONE, [item.note for item in items(story, run.id)]
    assert identities(story) == before
    states = sorted(item.state.value for item in story.sets())
    assert states == ["complete", "retired", "retired"]
    (whole,) = [item for item in story.sets() if item.state is SetState.COMPLETE]
    assert len(story.members(whole.id)) == 2, "both packages lie on one image, with one parity"
    assert len(story.media(MediumState.RETIRED)) == 4
    for name in ("media", "images", "packages", "bytes_read"):
        assert run.report[name] == expected[name], name
    assert run.report["blanks"] == {"bluray": 2}
    for name in ("bytes_written", "mounts"):
        assert run.report[name] <= expected[name], name
    assert story.happened("migration") == 2
    assert_law(story)
    out_of_staging(story)
    for package in story.packages():
        story.assert_given_back(package.id, served(story, package.id))


def served(story: Story, package_id: str) -> str:
    recall = story.recall(package_id)
    story.settle()
    return recall


def with_new_rules(story: Story, **settings: str) -> None:
    """Somebody changes archived.toml and starts the daemon again."""
    story.configure(settings)
    story.crash()


@pytest.mark.simulate
def test_sets_of_another_n_and_m_are_made_when_the_rule_of_the_pool_changes(story: Story) -> None:
    assert not preview(story, Terms(by_rule=True))["waves"], "all is as the settings say"
    before = identities(story)
    with_new_rules(story, m="2")
    run = begin(story, Terms(by_rule=True))
    watched_to_the_end(story, run.id)
    assert get(story, run.id).state is RunState.DONE
    assert identities(story) == before
    (whole,) = [item for item in story.sets() if item.state is SetState.COMPLETE]
    assert (whole.n, whole.m, len(story.members(whole.id))) == (2, 2, 3)
    assert not preview(story, Terms(by_rule=True))["waves"], "nothing is left to do"
    assert_law(story)


@pytest.mark.simulate
def test_a_repacking_that_is_killed_anywhere_goes_on(story: Story) -> None:
    chance, before = Random(11), identities(story)
    run = begin(story, MERGE)
    for _death in range(12):
        if not story.until_killed(chance.randrange(1, 130)):
            break
        story.crash(power_cut=chance.random() < 0.3)
    watched_to_the_end(story, run.id)
    assert get(story, run.id).state is RunState.DONE
    assert sorted(item.state.value for item in story.sets()) == ["complete", "retired", "retired"]
    assert identities(story) == before
    assert_law(story)


@pytest.mark.simulate
def test_a_repacking_that_is_cancelled_leaves_packages_where_they_were(story: Story) -> None:
    before = identities(story)
    run = begin(story, MERGE)
    story.until(lambda: all(item.cursor.get("step") for item in items(story, run.id)))
    steer(story, run.id, RunEvent.CANCELLED)
    story.settle()
    assert [item.state for item in story.sets()] == [SetState.COMPLETE] * 2
    assert not story.copies(CopyState.RETIRED)
    assert all(story.image_of(package.id).state is ImageState.KEPT for package in story.packages())
    assert identities(story) == before
    assert_law(story)


def test_packages_go_from_disc_to_tape_and_back_and_stay_what_they_are(tell: Tell) -> None:
    story, packages = tell.on(two_short_sets)
    before = identities(story)
    story.change_site(VAULT)
    to_tape = Terms(pools=frozenset({"bluray"}), to_pool="vault")
    refused = preview(story, to_tape)["refused"]
    assert any("does not name pool vault" in words for words in refused)
    with pytest.raises(Refused, match="does not name pool vault"):
        begin(story, to_tape)

    for pool, other in (("vault", "bluray"), ("bluray", "vault")):
        with_new_rules(story, pools=f'["{pool}"]')
        run = begin(story, Terms(by_rule=True))
        watched_to_the_end(story, run.id)
        assert get(story, run.id).state is RunState.DONE, [item.note for item in items(story, run.id)]
        with story.catalog.read() as read:
            assert all(set(image_ids(read, name)) == {pool} for name in packages)
        alive = {item.pool for item in story.sets() if item.state is SetState.COMPLETE}
        assert alive == {pool}
        assert {item.state for item in story.sets() if item.pool == other} == {SetState.RETIRED}
        assert identities(story) == before
    assert_law(story)


def test_what_lies_in_staging_is_kept_while_it_waits_to_be_packed_again(story: Story) -> None:
    run = begin(story, MERGE)
    story.until(lambda: any(item.cursor.get("step") for item in items(story, run.id)))
    unpacked = [package for package in story.packages() if package.staged]
    assert unpacked
    with story.catalog.read() as read:
        assert all(why_kept(read, story.site, package) for package in unpacked)


def test_old_media_stay_while_what_took_their_place_is_not_there(story: Story) -> None:
    run = begin(story, MERGE)
    watched_to_the_end(story, run.id)
    old = [medium.id for medium in story.media(MediumState.RETIRED)]
    for medium_id in {copy.medium_id for copy in story.copies(CopyState.VERIFIED)}:
        story.lose(medium_id)
    story.settle()
    story.clock.sleep(91 * 86_400)
    with pytest.raises(Refused), story.catalog.write() as write:
        releasing.ask(write, story.site, (), agent=ONE, reason="their time is over")
    with story.catalog.read() as read:
        gone = [copy for copy in story.copies(CopyState.RETIRED) if copy.medium_id in old]
        assert len(gone) == 4
        assert all(is_needed(read, copy) for copy in gone)


def test_what_was_packed_again_is_read_from_its_old_set_when_the_new_one_cannot_give_it(story: Story) -> None:
    run = begin(story, MERGE)
    watched_to_the_end(story, run.id)
    out_of_staging(story)
    for medium_id in {copy.medium_id for copy in story.copies(CopyState.VERIFIED)}:
        story.lose(medium_id)
    story.settle()
    for package in story.packages():
        recall_id = served(story, package.id)
        story.assert_given_back(package.id, recall_id)
        old = story.get_recall(recall_id).image_id
        assert old is not None
        assert story.image(old).state is ImageState.RETIRED
