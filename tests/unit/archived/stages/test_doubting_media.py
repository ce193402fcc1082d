"""A reading is on record whatever state its medium has come into: set aside, let go, lost, or being written."""

from pathlib import Path

import pytest
from sqlalchemy import update

from archived.catalog import events, media, tables
from archived.model import Copy, Recall
from archived.sessions.read import Comparison
from archived.stages import copying, recall_sources, verification
from archived.stages.doubting_media import doubt
from archived.stages.work import Action
from archived.states import MEDIUM, CopyEvent, CopyState, MediumEvent, MediumState, RecallState
from tests.unit.archived.stages.tape_site import NOW, TapeSite

ID = "000001L8"
WORDS = "one chunk cannot be read"
EVERY_STATE = sorted(MediumState, key=lambda state: state.value)


@pytest.fixture
def site(tmp_path: Path):
    found = TapeSite(tmp_path, copies='["tapes"]')
    found.cartridge(ID)
    found.turn(copying)
    found.verify(*found.copies(CopyState.PLANNED))
    assert [copy.state for copy in found.copies()] == [CopyState.VERIFIED] * 2
    yield found
    found.catalog.close()


def after_doubt(state: MediumState) -> MediumState:
    return MEDIUM[state].get(MediumEvent.SPOILED, state)


def found_bad(site: TapeSite, copy: Copy) -> None:
    """What a recall puts on record of a copy that gave wrong bytes."""
    with site.catalog.write() as write:
        recall = Recall("R000001", RecallState.REQUESTED, None, copy.image_id, (), NOW, 0, 2048)
        recall_sources.record_liars(write, site.site, recall, (copy.id,))


def test_doubt_takes_a_medium_along_its_table_or_leaves_it_as_it_is(site: TapeSite) -> None:
    with site.catalog.write() as write:
        for copy in media.copies_on(write, ID):
            media.advance_copy(write, copy.id, CopyEvent.READ_DIFFERED)
        for state in MediumState:
            media.update_columns(write, ID, state=state)
            doubt(write, site.site, ID, WORDS)
            assert media.get(write, ID).state is after_doubt(state)


@pytest.mark.parametrize("state", EVERY_STATE, ids=lambda state: state.value)
def test_what_a_recall_found_bad_is_on_record_whatever_state_the_medium_is_in(
    site: TapeSite, state: MediumState
) -> None:
    first, second = site.copies()
    with site.catalog.write() as write:
        media.update_columns(write, ID, state=state)
    found_bad(site, first)
    closed = MediumState.GOOD if state is MediumState.APPENDABLE else state
    assert site.medium(ID).state is closed, "the other image on the cartridge counts on"
    assert [copy.state for copy in site.copies()] == [CopyState.SUSPECT, CopyState.VERIFIED]
    with site.catalog.read() as read:
        assert f"suspect:{ID}" in {item.id for item in events.attentions(read)}
        assert events.latest(read, subject_id=ID)[0].outcome == "failure"
    found_bad(site, second)
    assert site.medium(ID).state is after_doubt(closed), "nothing on it is beyond doubt any more"


@pytest.mark.parametrize("words", ["", WORDS], ids=["well", "badly"])
def test_a_copy_that_was_read_back_is_judged_whatever_became_of_its_medium_meanwhile(
    site: TapeSite, words: str
) -> None:
    copy = site.copies()[0]
    expected = verification.Expected(copy.image_id, 2048, "", "", "", b"")
    check = verification.Check(copy.id, ID, "T1", expected, "tl1", 256, ID)
    action = Action(verification.NAME, "copy", (), check)
    being_read = update(tables.copy).where(tables.copy.c.id == copy.id).values(state=CopyState.VERIFYING)
    with site.catalog.write() as write:
        for state in MediumState:
            media.update_columns(write, ID, state=state)
            write.execute(being_read)
            verification.record(write, site.site, action, Comparison(words, ()))
            after = media.get_copy(write, copy.id).state
            assert after is (CopyState.ABANDONED if words else CopyState.VERIFIED), state
