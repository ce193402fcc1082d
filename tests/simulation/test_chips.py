"""The chip of a cartridge is a witness to which one it is, once it is on record: also of a blank one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archived.cases import WitnessKind
from archived.catalog import media
from archived.policy.reconciling import Outcome
from archived.stages.case_of_content import told_by_drive
from archived.stages.drive_asks import DriveAsk
from archived.stages.identifying import Identified, identify
from archived.stages.labelling import put_labels
from archived.states import MediumState
from tests.simulation.harness import Story
from tests.simulation.tapes import TAPES


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    made = Story(tmp_path / "story", more_settings=TAPES)
    made.settle(naps=1)
    yield made
    made.end()


def asked(story: Story, medium_id: str) -> Identified:
    """A person has a cartridge brought to a drive and read."""
    ask = story.site.asks.add(DriveAsk(story.clock.now(), medium_id=medium_id))
    story.until(lambda: ask.is_over)
    assert ask.answer is not None, ask.trouble
    with story.catalog.write() as write:
        drive = media.get_drive(write, ask.drive)
        told = told_by_drive(write, story.site, drive, ask.answer, medium_id)
        return identify(write, story.site, told, by="uid:7", drive=drive)


def chip(found: Identified) -> str:
    return next(one.read for one in found.witnesses if one.kind is WitnessKind.TAG)


def cartridges(story: Story) -> list[str]:
    return [one.id for one in story.media(MediumState.BLANK) if one.library == "tl1"][:2]


def exchange_labels(story: Story, one: str, other: str) -> None:
    room = story.rooms[1]
    names = room.carrier(one), room.carrier(other)
    room.estate.change(lambda world: world.with_labels_exchanged(*names))


def test_a_chip_speaks_for_its_cartridge_and_against_the_label_of_another(story: Story) -> None:
    one, other = cartridges(story)
    learnt = chip(asked(story, one))
    assert bytes.fromhex(learnt).isalnum()
    assert chip(asked(story, other)) != learnt
    with story.catalog.write() as write:
        put_labels(write, story.site, one, rfid=learnt, agent="uid:7")
    found = asked(story, one)
    assert (found.verdict.outcome, found.case_id) == (Outcome.AGREE, None)

    exchange_labels(story, one, other)
    found = asked(story, other)
    assert found.verdict.outcome is Outcome.DISAGREE
    assert found.case_id is not None
    assert chip(found) == learnt


def test_a_radio_tag_on_record_is_not_contradicted_by_a_chip_that_nobody_knows(story: Story) -> None:
    one, _other = cartridges(story)
    with story.catalog.write() as write:
        put_labels(write, story.site, one, rfid="04a1b2c3d4e5f6", agent="uid:7")
    found = asked(story, one)
    assert found.verdict.outcome is Outcome.AGREE
    assert WitnessKind.TAG not in {witness.kind for witness in found.witnesses}
