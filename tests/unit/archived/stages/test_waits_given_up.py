"""A daemon that stops gives up its wait for a cartridge: no drive, no medium is blamed, and it is taken up again."""

from pathlib import Path

import pytest

from archived.catalog import events, images, media, recalls, surveys
from archived.errors import Cancelled
from archived.model import Drive, Reading, Recall
from archived.stages import appending, copying, looking, recall_reading, surveying, verification
from archived.stages.work import Action, Broken
from archived.states import (
    CopyEvent,
    CopyState,
    LookEvent,
    LookState,
    MediumEvent,
    ReadingEvent,
    ReadingState,
    RecallState,
)
from archived.surveys import IDENTIFY, MediumLook
from tests.unit.archived.stages.tape_site import NOW, TapeSite

ID = "000001L8"
DRIVE = Drive("T1", "tl1", 256, "DRV1", up=True)
GIVEN_UP = Broken(Cancelled("the wait was given up"))


@pytest.fixture
def site(tmp_path: Path):
    found = TapeSite(tmp_path, copies='["tapes"]')
    found.cartridge(ID)
    found.turn(copying)
    with found.catalog.write() as write:
        for copy in media.copies_in_state(write, CopyState.PLANNED):
            media.advance_copy(write, copy.id, CopyEvent.BEGUN, write_drive="T1")
        media.advance_state(write, ID, MediumEvent.INTENT)
    yield found
    with found.catalog.read() as read:
        assert not events.attentions(read), "nobody is to blame"
        assert not events.latest(read, subject_id="T1")
    found.catalog.close()


def test_a_session_is_resumed_and_its_drive_not_counted_as_broken(site: TapeSite) -> None:
    copies = tuple(site.copies(CopyState.WRITING))
    with site.catalog.write() as write:
        there = tuple(images.get(write, copy.image_id) for copy in copies)
        item = appending.Loaded(media.get(write, ID), DRIVE, copies, there, stale=False)
        action = appending.claim(write, site.site, Action(appending.NAME, ID, (), item, resumed=True))
        assert action is not None
        assert appending.record(write, site.site, action, GIVEN_UP) > 0
    assert [copy.state for copy in site.copies()] == [CopyState.WRITING] * 2


def test_a_copy_is_read_back_later(site: TapeSite) -> None:
    copy = site.copies(CopyState.WRITING)[0]
    with site.catalog.write() as write:
        media.advance_copy(write, copy.id, CopyEvent.FLUSHED, written_at=NOW)
        media.advance_copy(write, copy.id, CopyEvent.READING, verify_drive="T1")
        expected = verification.Expected(copy.image_id, 2048, "", "", "", b"")
        check = verification.Check(copy.id, ID, "T1", expected, "tl1", 256, ID)
        action = Action(verification.NAME, "copy", (), check)
        assert verification.record(write, site.site, action, GIVEN_UP) > 0
        assert media.get_copy(write, copy.id).state is CopyState.WRITTEN


def test_a_look_is_made_later_and_the_drive_is_not_counted_as_tried(site: TapeSite) -> None:
    with site.catalog.write() as write:
        survey = surveying.request_check(write, site.site, full=False, agent="uid:1")
        surveys.ask(write, MediumLook(0, survey.id, ID, IDENTIFY, LookState.WANTED, NOW))
        look = next(item for item in surveys.looks(write, survey.id) if item.medium_id == ID)
        surveys.advance_look(write, look.id, LookEvent.BEGUN)
        task = looking.Task(look, media.get(write, ID), "T1", "tl1", 256, site.site.tools.paths.surveys)
        assert looking.record(write, site.site, Action(looking.NAME, "look", (), task), GIVEN_UP) > 0
        after = surveys.get_look(write, look.id)
    assert (after.state, tuple(after.tried_in)) == (LookState.WANTED, ())


def test_a_reading_of_a_recall_is_made_later_and_the_drive_is_not_counted_as_tried(site: TapeSite) -> None:
    copy = site.copies(CopyState.WRITING)[0]
    with site.catalog.write() as write:
        recall = Recall("R000001", RecallState.REQUESTED, None, copy.image_id, (), NOW, 0, 2048)
        recalls.create(write, recall)
        wanted = Reading(0, recall.id, copy.image_id, copy.id, ReadingState.PENDING, ((0, 2048),), "files")
        number = recalls.want(write, wanted)
        recalls.advance_reading(write, number, ReadingEvent.BEGUN)
        (reading,) = recalls.readings(write, recall.id)
        share = recall_reading.Share(reading, site.site.tools.paths.recalls, ())
        fetch = recall_reading.Fetch(copy.id, ID, copy.image_id, "T1", (share,), None)
        assert recall_reading.record(write, site.site, fetch, GIVEN_UP) > 0
        (after,) = recalls.readings(write, recall.id)
    assert (after.state, tuple(after.tried_in)) == (ReadingState.PENDING, ())
