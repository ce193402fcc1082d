"""Labels that were exchanged on discs that carry something: what stands still, what is told, and what ends it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archived.cases import Case, CaseState, WitnessKind
from archived.catalog import cases, media
from archived.policy.reconciling import Outcome
from archived.sessions.volume_read import ABSENT
from archived.stages.case_of_content import told_by_drive
from archived.stages.cases import close_case
from archived.stages.drive_asks import DriveAsk
from archived.stages.floor import floors
from archived.stages.identifying import Identified, identify
from archived.states import CopyState, MediumState, RecallState
from simulator.world import World
from tests.simulation.harness import Story
from tests.simulation.law import assert_law
from tests.simulation.throwing_away import check, keep_blanks


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


def written(story: Story) -> tuple[str, str]:
    """Two discs that carry something, of different images."""
    one, other = (copy.medium_id for copy in story.copies(CopyState.VERIFIED)[:2])
    return one, other


def exchange(story: Story, one: str, other: str, field: str) -> None:
    """Somebody exchanges the places of two discs ("address"), or what their labels say ("barcode")."""
    names = (story.room.carrier(one), story.room.carrier(other))

    def exchanged(world: World) -> World:
        first, second = (world.carriers[name] for name in names)
        pair = {
            names[0]: replace(first, **{field: getattr(second, field)}),
            names[1]: replace(second, **{field: getattr(first, field)}),
        }
        return replace(world, carriers={**world.carriers, **pair})

    story.room.estate.change(exchanged)
    story.look()
    story.settle()


def all_cases(story: Story) -> list[Case]:
    with story.catalog.read() as read:
        return cases.listing(read)


def test_every_disc_that_was_written_has_its_volume_id_on_record(story: Story) -> None:
    with story.catalog.read() as read:
        assert not cases.listing(read)
    media = {medium.id: medium for medium in story.media()}
    ids = [media[copy.medium_id].volume_id for copy in story.copies(CopyState.VERIFIED)]
    assert len(set(ids)) == len(ids) == 3
    assert all(volume_id and " of 3 · any 2 rebuild" in volume_id for volume_id in ids)
    assert all(medium.volume_id is None for medium in media.values() if medium.state is MediumState.BLANK)


def test_discs_that_changed_places_are_a_case_until_both_were_read(story: Story) -> None:
    pair = written(story)
    exchange(story, *pair, "address")

    (case,) = all_cases(story)
    assert case.media == tuple(sorted(pair))
    assert case.state is CaseState.OPEN
    assert f"case:{case.id}" in story.attentions()
    with story.catalog.read() as read:
        assert set(floors(read, story.site)[0].frozen) == set(case.elements)

    check(story)

    (case,) = all_cases(story)
    assert (case.state, case.how, case.closed_by) == (CaseState.CLOSED, "look", "archived")
    assert f"case:{case.id}" not in story.attentions()
    assert_law(story)


def test_labels_that_were_exchanged_stay_a_case_until_a_person_ends_it(story: Story) -> None:
    pair = written(story)
    exchange(story, *pair, "barcode")
    check(story)

    (case,) = all_cases(story)
    assert case.state is CaseState.OPEN
    assert {witness.kind.value for witness in case.witnesses} == {"catalog", "barcode", "volume-id"}

    exchange(story, *pair, "barcode")  # put right by hand
    check(story)

    (case,) = all_cases(story)
    assert (case.state, case.how) == (CaseState.CLOSED, "look")
    assert_law(story)


def test_nothing_new_is_planned_on_blanks_of_a_case_and_recalls_prefer_everything_else(story: Story) -> None:
    package_id = next(iter(story.contents))
    story.forget_staging(package_id)
    disc = story.copy_of(story.image_of(package_id).id).medium_id
    other = next(medium_id for medium_id in written(story) if medium_id != disc)
    exchange(story, disc, other, "address")
    loads = story.medium(disc).seen_at

    recall = story.recall(package_id)
    story.settle()

    # Of 2 + 1 two are in doubt: the set alone cannot make it, so the disc itself is the last resort.
    story.assert_given_back(package_id, recall)
    assert loads is not None
    assert_law(story)


def test_a_person_ends_a_case_and_the_robot_goes_on(story: Story) -> None:
    pair = written(story)
    exchange(story, *pair, "address")
    (case,) = all_cases(story)
    with story.catalog.write() as write:
        close_case(write, story.site, case.id, agent="uid:7", reason="sorted by hand")
    story.settle()
    with story.catalog.read() as read:
        assert not floors(read, story.site)[0].frozen
    assert_law(story)


def asked_in_drive(story: Story, medium_id: str) -> Identified:
    """A person has a disc brought to a drive and read."""
    ask = story.site.asks.add(DriveAsk(story.clock.now(), medium_id=medium_id))
    story.until(lambda: ask.is_over)
    assert ask.answer is not None, ask.trouble
    with story.catalog.write() as write:
        drive = media.get_drive(write, ask.drive)
        told = told_by_drive(write, story.site, drive, ask.answer, medium_id)
        found = identify(write, story.site, told, by="uid:7", drive=drive)
    story.settle()
    return found


def test_a_drive_tells_who_lies_in_it_and_a_disc_with_the_label_of_another_opens_a_case(story: Story) -> None:
    one, other = written(story)
    found = asked_in_drive(story, one)
    assert (found.verdict.outcome, found.case_id) == (Outcome.AGREE, None)
    assert found.medium is not None
    assert found.medium.id == one

    names = {story.room.carrier(one): other, story.room.carrier(other): one}
    story.room.estate.change(
        lambda world: replace(
            world,
            carriers={
                name: replace(carrier, barcode=names.get(name, carrier.barcode))
                for name, carrier in world.carriers.items()
            },
        )
    )
    story.look()
    story.settle()
    found = asked_in_drive(story, one)

    assert found.verdict.outcome is Outcome.DISAGREE
    (case,) = all_cases(story)
    assert case.id == found.case_id
    assert {witness.kind for witness in case.witnesses} >= {WitnessKind.BARCODE, WitnessKind.VOLUME_ID}
    assert all(medium.element is not None for medium in story.media(MediumState.GOOD))


def test_a_blank_is_read_as_a_blank_and_an_empty_drive_as_empty(story: Story) -> None:
    blank = next(medium.id for medium in story.media(MediumState.BLANK) if medium.element is not None)
    found = asked_in_drive(story, blank)
    assert found.verdict.outcome is Outcome.AGREE
    with story.catalog.read() as read:
        drive = media.drives(read)[1]
    ask = story.site.asks.add(DriveAsk(story.clock.now(), drive=drive.name))
    story.until(lambda: ask.is_over)
    assert ask.answer is not None
    assert ask.answer.status == ABSENT


def test_a_disc_that_is_another_one_is_not_condemned_by_whoever_reads_it(story: Story) -> None:
    """Labels exchanged where no look could tell: a recall finds it by what stands on the disc, and goes on."""
    package_id = next(iter(story.contents))
    story.forget_staging(package_id)
    disc = story.copy_of(story.image_of(package_id).id).medium_id
    other = next(medium_id for medium_id in written(story) if medium_id != disc)
    exchange(story, disc, other, "barcode")
    (case,) = all_cases(story)
    with story.catalog.write() as write:
        close_case(write, story.site, case.id, agent="uid:7", reason="somebody sorted them, as he thought")

    recall = story.recall(package_id)
    story.settle()

    # Of 2 + 1 two discs are not what their labels say: nobody can make it, and nobody is condemned.
    assert story.get_recall(recall).state is RecallState.FAILED
    assert not story.copies(CopyState.SUSPECT)
    assert not story.media(MediumState.SUSPECT)
    again = [case for case in all_cases(story) if case.state is CaseState.OPEN]
    assert disc in {medium_id for case in again for medium_id in case.media}
    assert WitnessKind.VOLUME_ID in {witness.kind for case in again for witness in case.witnesses}

    exchange(story, disc, other, "barcode")  # put right by hand
    with story.catalog.write() as write:
        for case in cases.under_way(write):
            close_case(write, story.site, case.id, agent="uid:7", reason="labels put right", medium_is=None)
    recall = story.recall(package_id)
    story.settle()
    story.assert_given_back(package_id, recall)
    assert_law(story)
