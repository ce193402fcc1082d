"""Readers in a library: what they read after a motion is one more witness, and a copied tag opens a case."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archived.cases import WitnessKind
from archived.catalog import cases, media
from archived.stages.work import Order
from archived.states import MediumState
from tests.simulation.harness import Story
from tests.simulation.law import assert_law

PORT = '[readers.gate]\nkind = "pn532"\nplace = "port"\nlibrary = "main"\n'
UID = "04a23fb2c15d80"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    made = Story(tmp_path / "story", more_settings=PORT)
    yield made
    made.end()


def to_port(story: Story, medium_id: str) -> None:
    """A person has the robot bring a medium to the import/export slot, and back."""
    home = story.medium(medium_id).element
    port = min(story.room.estate.plan.import_export_addresses)
    for place in (port, home):
        assert place is not None
        story.site.orders.add(Order(medium_id, place))
        story.until(lambda place=place: story.medium(medium_id).element == place)  # type: ignore[misc]


def two_blanks(story: Story) -> tuple[str, str]:
    story.settle(naps=1)
    one, other = [medium.id for medium in story.media(MediumState.BLANK)][:2]
    return one, other


def test_a_tag_that_agrees_changes_nothing_and_one_that_nobody_knows_is_offered(story: Story) -> None:
    one, other = two_blanks(story)
    for disc, uid in ((one, UID), (other, "04000000000001")):
        story.control("stick-tag", medium=disc, uid=uid)
    with story.catalog.write() as write:
        media.update_columns(write, one, rfid_uid=UID)
    for disc in (one, other):
        to_port(story, disc)
    with story.catalog.read() as read:
        assert not cases.listing(read)
    assert f"tag:{one}" not in story.raised
    assert f"archivectl media label {other} --rfid 04000000000001" in story.raised[f"tag:{other}"].next
    assert story.medium(other).rfid_uid is None
    assert_law(story)


def test_a_copied_tag_opens_a_case_as_soon_as_it_is_read_beside_another_label(story: Story) -> None:
    one, other = two_blanks(story)
    for disc in (one, other):
        story.control("stick-tag", medium=disc, uid=UID)
    with story.catalog.write() as write:
        media.update_columns(write, one, rfid_uid=UID)

    to_port(story, other)

    with story.catalog.read() as read:
        (case,) = cases.under_way(read)
    assert case.media == tuple(sorted((one, other)))
    assert {witness.kind for witness in case.witnesses} == {WitnessKind.TAG, WitnessKind.BARCODE}
    assert {witness.by for witness in case.witnesses} == {"reader:gate", "robot:main"}
    assert_law(story)


def test_a_reader_that_says_nothing_is_no_witness(story: Story) -> None:
    one, _other = two_blanks(story)
    to_port(story, one)
    with story.catalog.read() as read:
        assert not cases.listing(read)
    assert_law(story)
