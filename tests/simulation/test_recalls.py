"""The way back: from staging, from the disc, through the set; and what cannot come back says why."""

import pytest

from archived.errors import Unrecoverable
from archived.states import CopyState, MediumState, RecallState
from tests.simulation.conftest import Tell
from tests.simulation.harness import MIB, Story
from tests.simulation.law import assert_law


def kept(tell: Tell, *, n: int = 2, m: int = 2, seed: int = 3) -> tuple[Story, str]:
    """A complete set, and the id of a package whose bytes are on discs only."""
    return tell.on(archived, n=n, m=m, seed=seed)


def archived(tell: Tell, *, n: int, m: int, seed: int) -> tuple[Story, str]:
    story = tell(n=n, m=m, seed=seed)
    package_id = story.submit_set(n)[0]
    story.close_everything()
    assert story.all_archived(), story.attentions()
    story.forget_staging(package_id)
    return story, package_id


def discs(story: Story, package_id: str) -> list[str]:
    """The discs of the package's set: its own first, then the others in order of position."""
    own = story.image_of(package_id)
    members = sorted(story.members(str(own.set_id)), key=lambda image: (image.id != own.id, image.position))
    return [story.copy_of(member.id).medium_id for member in members]


def test_recall_before_anything_was_written_comes_from_staging(tell: Tell) -> None:
    story = tell()
    package_id = story.submit("0001")

    recall_id = story.recall(package_id)
    story.settle()

    assert not story.readings(recall_id)
    story.assert_given_back(package_id, recall_id)
    assert_law(story)


def test_recall_after_staging_was_released_reads_the_disc_and_nothing_else(tell: Tell) -> None:
    story, package_id = kept(tell)

    recall_id = story.recall(package_id, ["文 件.txt"])
    story.settle()

    readings = story.readings(recall_id)
    assert [reading.image_id for reading in readings] == [story.image_of(package_id).id]
    assert sum(length for _, length in readings[0].ranges) == 2048
    found = story.recalled(recall_id)
    assert found == {"data/文 件.txt": story.contents[package_id]["data/文 件.txt"]}
    assert_law(story)


def test_staged_bytes_that_rotted_are_read_from_the_disc_instead(tell: Tell) -> None:
    story = tell()
    package_id = story.submit_set(2)[0]
    story.close_everything()
    path = story.site.tools.paths.staging / f"packages/{package_id}/data/scans/0001.tif"
    path.write_bytes(b"rot" + path.read_bytes()[3:])

    recall_id = story.recall(package_id)
    story.settle()

    assert not story.get_recall(recall_id).from_staging
    story.assert_given_back(package_id, recall_id)
    assert any("not what was accepted" in event[5] for event in story.history())


@pytest.mark.parametrize("lost", [1, 2])
def test_recall_with_discs_lost_comes_through_the_set(tell: Tell, lost: int) -> None:
    story, package_id = kept(tell)
    gone = discs(story, package_id)[:lost]
    for medium_id in gone:
        story.lose(medium_id)
    story.settle()

    recall_id = story.recall(package_id)
    story.settle()

    story.assert_given_back(package_id, recall_id)
    for medium_id in gone:
        missing = story.attentions()[f"missing:{medium_id}"]
        assert medium_id in missing.what
        assert "through other copies or the set" in missing.safe
    assert_law(story)


def test_disc_lost_while_its_recall_waits_is_given_up_for_the_set(tell: Tell) -> None:
    story, package_id = kept(tell)
    recall_id = story.recall(package_id)
    story.lose(discs(story, package_id)[0])

    story.settle()

    story.assert_given_back(package_id, recall_id)
    assert_law(story)


def test_silent_damage_on_the_disc_and_on_another_member_is_found_and_repaired_around(tell: Tell) -> None:
    story, package_id = kept(tell)
    own, other = discs(story, package_id)[:2]
    size = story.image_of(package_id).size_bytes
    for medium_id in (own, other):
        story.damage(medium_id, kind="silent", offset=int(size) - 300_000, bytes=150_000)

    recall_id = story.recall(package_id)
    story.settle()

    story.assert_given_back(package_id, recall_id)
    for medium_id in (own, other):
        assert story.medium(medium_id).state is MediumState.SUSPECT
        raised = story.attentions()[f"suspect:{medium_id}"]
        assert medium_id in raised.what
        assert "recalls go on through set" in raised.safe
    assert len(story.copies(CopyState.SUSPECT)) == 2
    assert_law(story)


def test_unreadable_clusters_cost_only_the_chunks_of_the_file_they_are_in(tell: Tell) -> None:
    story, package_id = kept(tell, m=1)
    own = discs(story, package_id)[0]
    story.damage(own, offset=1_200_000, bytes=65_536)

    recall_id = story.recall(package_id)
    story.settle()

    story.assert_given_back(package_id, recall_id)
    through_set = [r for r in story.readings(recall_id) if r.purpose == "set"]
    assert through_set
    image = story.image_of(package_id)
    assert all(sum(length for _, length in r.ranges) <= (image.size_bytes or 0) for r in through_set)
    assert story.medium(own).state is MediumState.SUSPECT
    assert_law(story)


def test_with_one_parity_damage_in_another_chunk_of_every_disc_still_gives_everything_back(
    tell: Tell,
) -> None:
    story = tell(m=1, disc_mib=4, seed=4)
    package_id = story.submit("0001", int(1.75 * MIB))
    story.submit("0002", int(1.75 * MIB))
    story.close_everything()
    story.forget_staging(package_id)
    for number, medium_id in enumerate(discs(story, package_id)):
        story.damage(medium_id, offset=number * MIB + 950_000 // (number + 1), bytes=65_536)

    recall_id = story.recall(package_id)
    story.settle()

    story.assert_given_back(package_id, recall_id)
    assert_law(story)


def test_bytes_behind_the_end_of_a_shorter_member_come_back_from_parity_alone(tell: Tell) -> None:
    story = tell(m=1, disc_mib=4, seed=4)
    long, short = story.submit("0001", int(1.75 * MIB)), story.submit("0002", 100_000)
    story.close_everything()
    assert story.image_of(long).set_id == story.image_of(short).set_id
    story.forget_staging(long)
    story.lose(story.copy_of(story.image_of(long).id).medium_id)
    story.settle()

    recall_id = story.recall(long)
    story.settle()

    story.assert_given_back(long, recall_id)
    assert_law(story)


def test_recall_from_a_short_set_knows_the_absent_member_as_zeros(tell: Tell) -> None:
    story = tell(n=3, m=1)
    package_id = story.submit_set(2)[0]
    story.close_everything()
    assert story.sets()[0].absent == (3,)
    story.forget_staging(package_id)
    story.lose(discs(story, package_id)[0])
    story.settle()

    recall_id = story.recall(package_id)
    story.settle()

    story.assert_given_back(package_id, recall_id)
    assert_law(story)


def test_recall_with_three_discs_lost_is_refused_in_words_before_anything_moves(tell: Tell) -> None:
    story, package_id = kept(tell)
    for medium_id in discs(story, package_id)[:3]:
        story.lose(medium_id)
    story.settle()

    with pytest.raises(Unrecoverable) as refused:
        story.recall(package_id)

    assert package_id in str(refused.value)
    assert "2 members of the set are needed and 1 can be read" in str(refused.value)
    assert "archivectl library inventory" in refused.value.advice


def test_recall_that_finds_three_discs_wrong_fails_and_says_how_many_are_left(tell: Tell) -> None:
    story, package_id = kept(tell)
    for medium_id in discs(story, package_id)[:3]:
        story.damage(medium_id, percent=100.0)

    recall_id = story.recall(package_id)
    story.settle(naps=4)

    recall = story.get_recall(recall_id)
    assert recall.state is RecallState.FAILED
    assert story.image_of(package_id).id in recall.note
    assert any(event[1] == "recall failed" and recall.note in event[5] for event in story.history())
    assert len(story.media(MediumState.SUSPECT)) == 3


def test_drive_that_hangs_during_a_recall_is_named_and_the_recall_goes_on(tell: Tell) -> None:
    story, package_id = kept(tell, m=1)
    recall_id = story.recall(package_id)
    story.until(lambda: any(medium.element in drive_elements(story) for medium in story.media()))
    drive = next(
        d.name for d in story.room.estate.plan.drives if any(m.element == d.address for m in story.media())
    )

    story.fault("drive-hang", drive=drive)
    story.settle()

    assert (
        any(name in story.raised for name in (f"trouble:{drive}", f"drive:{drive}")) or not story.attentions()
    )
    story.assert_given_back(package_id, recall_id)
    assert f"trouble:{drive}" not in story.attentions()
    assert_law(story)


def drive_elements(story: Story) -> set[int]:
    return {drive.address for drive in story.room.estate.plan.drives}
