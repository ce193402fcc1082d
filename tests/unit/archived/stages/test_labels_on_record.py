"""The UUID in the label of a cartridge: where it gets on record, and what another one means."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from archived.catalog import images, media
from archived.model import Copy, Drive, Medium
from archived.policy.rebuilding import Sorted
from archived.policy.tape_looks import BLANK, LABELLED, TapeFound, contradictions, tape_found
from archived.sessions.tape_write import TapeEnd, TapeTask
from archived.stages import appending, copying
from archived.stages.appending_end import settle_session
from archived.stages.cartridges_found import sort_cartridge, takes_more
from archived.stages.checking_tape import compare_cartridge, compare_label
from archived.stages.registration import register_blanks
from archived.stages.tape_place import place_of
from archived.states import CopyEvent, CopyState, LookState, MediumEvent, MediumState
from archived.surveys import IDENTIFY, MediumLook
from tests.unit.archived.stages.tape_site import NOW, TapeSite

OURS, OTHER = "6f9619ff-8b86-4011-b42d-00c04fc964ff", "11111111-4c7e-4d0b-9a39-6a1e7d0f5b11"
ID = "000001L8"


@pytest.fixture
def site(tmp_path: Path):
    found = TapeSite(tmp_path, copies='["tapes"]')
    found.cartridge(ID)
    yield found
    found.catalog.close()


def found_by(site: TapeSite, status: str = LABELLED, **changes: object) -> TapeFound:
    config = site.site.config
    found = TapeFound(
        status, ID, config.site.name, "tapes", "lto-8", label_uuid=OURS, simulated=config.simulated
    )
    return replace(found, **changes)


def look(found: TapeFound) -> MediumLook:
    finding = {"status": found.status, "tape": found.as_document()}
    return MediumLook(1, 1, ID, IDENTIFY, LookState.SEEN, NOW, finding=finding)


def known(site: TapeSite, **changes: object) -> Medium:
    with site.catalog.write() as write:
        media.update_columns(write, ID, **changes)
    return site.medium(ID)


def begun(site: TapeSite) -> list[Copy]:
    """Copies of which a session's intent is on record."""
    site.turn(copying)
    copies = site.copies(CopyState.PLANNED)
    with site.catalog.write() as write:
        media.advance_state(write, ID, MediumEvent.INTENT)
        for copy in copies:
            media.advance_copy(write, copy.id, CopyEvent.BEGUN, write_drive="T1")
    return copies


def session_on(site: TapeSite, write: Connection, copies: list[Copy]) -> TapeTask:
    """What the stage tells a session on the cartridge in T1."""
    drive = Drive("T1", "tl1", 256, "DRV1", up=True)
    there = tuple(images.get(write, copy.image_id) for copy in copies)
    item = appending.Loaded(media.get(write, ID), drive, tuple(copies), there, stale=False)
    appended = appending.claim(write, site.site, appending.Action(appending.NAME, ID, (), item, resumed=True))
    assert appended is not None
    return appended.task.task  # type: ignore[no-any-return]


def test_the_commit_of_a_session_puts_the_label_on_record_and_the_next_one_demands_it(site: TapeSite) -> None:
    copies = begun(site)
    with site.catalog.write() as write:
        first = session_on(site, write, copies)
        settle_session(write, site.site, first, copies, TapeEnd("done", label_uuid=OURS))
        second = session_on(site, write, copies)
    assert (first.label_uuid, second.label_uuid) == (None, OURS)
    assert site.medium(ID).state in (MediumState.RESERVED, MediumState.BLANK)


@pytest.mark.parametrize("counts", [True, False], ids=["verified", "abandoned"])
def test_a_session_is_told_up_to_which_block_the_catalog_counts_on_the_tape(
    site: TapeSite, counts: bool
) -> None:
    site.turn(copying)
    first, second = site.copies(CopyState.PLANNED)
    site.verify(first)
    with site.catalog.write() as write:
        if not counts:
            write.exec_driver_sql(f"UPDATE copy SET state = 'abandoned' WHERE id = {first.id}")
        task = session_on(site, write, [second])
        place = place_of(media.get_copy(write, first.id), images.get(write, first.image_id))
    assert task.known_until_block == (place.end_block - 1 if counts else 0)
    assert place.end_block > 1
    assert task.known_files == {place.file}


@pytest.mark.parametrize("kind", ["wrong", "waits", "unfit"])
def test_a_session_that_was_not_begun_puts_no_label_on_record(site: TapeSite, kind: str) -> None:
    copies = begun(site)
    with site.catalog.write() as write:
        settle_session(write, site.site, session_on(site, write, copies), copies, TapeEnd(kind))
    assert site.medium(ID).label_uuid is None
    assert (site.medium(ID).state is MediumState.QUARANTINED) is (kind != "waits")


@pytest.mark.parametrize(
    ("changes", "learnt"),
    [
        ({}, OURS),
        ({"institution": "Another archive"}, None),
        ({"simulated": False}, None),
        ({"barcode": "000002L8"}, None),
        ({"label_uuid": ""}, None),
    ],
    ids=["ours", "institution", "room", "barcode", "none"],
)
@pytest.mark.parametrize("how", ["rebuild", "check", "check of a blank"])
def test_a_look_puts_a_label_of_ours_on_record(
    site: TapeSite, how: str, changes: dict[str, object], learnt: str | None
) -> None:
    tape = found_by(site, LABELLED if how == "check" else BLANK, **changes)
    state = MediumState.UNKNOWN if how == "rebuild" else MediumState.APPENDABLE
    medium = known(site, state=state)
    with site.catalog.write() as write:
        if how == "rebuild":
            sort_cartridge(write, site.site, medium, look(tape), (), Sorted(()))
        elif how == "check":
            compare_cartridge(write, site.site, look(tape), (), {}, ())
        else:
            compare_label(write, site.site, look(tape))
    assert site.medium(ID).label_uuid == learnt


def test_another_label_is_told_takes_no_more_and_is_never_taken_for_the_one_on_record(site: TapeSite) -> None:
    medium, tape = known(site, state=MediumState.APPENDABLE, label_uuid=OTHER), found_by(site)
    (said,) = contradictions(medium, tape, (), NOW)
    assert said.kind == "other-label"
    assert OURS in said.what
    assert OTHER in said.what
    with site.catalog.write() as write:
        assert not takes_more(write, site.site, medium, tape)
        assert takes_more(write, site.site, replace(medium, label_uuid=OURS), tape)
        assert [item.kind for item in compare_label(write, site.site, look(tape))] == ["other-label"]
        assert compare_cartridge(write, site.site, look(tape), (), {}, ()).newer
    assert site.medium(ID).label_uuid == OTHER


def test_a_cartridge_that_comes_back_with_another_label_stays_set_aside(site: TapeSite) -> None:
    site.turn(copying)
    site.verify(site.copies(CopyState.PLANNED)[0])
    medium = known(site, state=MediumState.QUARANTINED, label_uuid=OTHER)
    with site.catalog.write() as write:
        told = sort_cartridge(write, site.site, medium, look(found_by(site)), (), Sorted(()))
    assert [item.kind for item in told] == ["other-label"]
    assert site.medium(ID).state is MediumState.QUARANTINED


def test_who_registers_a_blank_says_that_nothing_of_it_is_known(site: TapeSite) -> None:
    known(site, state=MediumState.QUARANTINED, label_uuid=OTHER)
    with site.catalog.write() as write:
        register_blanks(
            write, site.site, [ID], pool="tapes", batch="x", media_id="", capacity_bytes=None, agent="uid:1"
        )
    assert site.medium(ID).label_uuid is None


def test_a_finding_from_before_labels_were_kept_is_read_as_it_was(site: TapeSite) -> None:
    document = found_by(site, label_uuid="", simulated=False).as_document()
    old = {name: value for name, value in document.items() if name not in ("label_uuid", "simulated")}
    finding = {"tape": old}
    found = tape_found(MediumLook(1, 1, ID, IDENTIFY, LookState.SEEN, NOW, finding=finding))
    assert found == found_by(site, label_uuid="", simulated=False)
