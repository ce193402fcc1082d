"""Cases: opened by witnesses that disagree, what stands still meanwhile, and who ends them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from archived.cases import CaseState, WitnessKind
from archived.catalog import cases as catalog_cases
from archived.catalog import events, media
from archived.catalog.store import Catalog
from archived.config import load
from archived.errors import ForbiddenStep, NotFound, Refused
from archived.founding import Choices, make_site
from archived.stages import cases
from archived.stages.capacity import usable_blanks
from archived.stages.work import Site
from archived.wiring import paths_of, site_without_devices
from devices.clock import SimulatedClock

LIB = "main"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    clock = SimulatedClock()
    make_site(tmp_path / "site", Choices(4 << 20, keep_free_bytes=1), clock)
    config = load(tmp_path / "site")
    return site_without_devices(config, paths_of(tmp_path / "site", config), clock)


@pytest.fixture
def catalog(site: Site) -> Iterator[Catalog]:
    made = Catalog(site.tools.paths.catalog)
    with made.write() as write:
        media.update_columns(write, "SIM00001", rfid_uid="04aa")
        media.update_columns(write, "SIM00002", rfid_uid="04bb")
    yield made
    made.close()


def opened(write: Connection, site: Site) -> str:
    told = [
        cases.heard(write, site, WitnessKind.TAG, "04AA", "reader:r1"),
        cases.heard(write, site, WitnessKind.BARCODE, "SIM00002", f"robot:{LIB}"),
    ]
    found = cases.weigh(write, site, told, library=LIB, elements=[place(write)])
    assert found is not None
    return found


def place(read: Connection, medium_id: str = "SIM00002") -> int:
    element = media.get(read, medium_id).element
    assert element is not None
    return element


def test_witnesses_that_disagree_open_one_case_that_says_what_each_of_them_said(
    catalog: Catalog, site: Site
) -> None:
    with catalog.write() as write:
        assert opened(write, site) == "C00001"
        assert opened(write, site) == "C00001"  # the same again
        item = catalog_cases.get(write, "C00001")
        told = next(one for one in events.attentions(write) if one.id == "case:C00001")
    assert item.state is CaseState.OPEN
    assert item.media == ("SIM00001", "SIM00002")
    assert len(item.witnesses) == 2
    assert told.urgency == "working-hours"
    assert "tag 04AA: SIM00001 (reader:r1)" in told.what
    assert "barcode: SIM00002 (robot:main)" in told.what
    assert "archivectl cases close C00001" in told.next


def test_media_of_a_case_are_no_blanks_and_their_place_is_frozen(catalog: Catalog, site: Site) -> None:
    with catalog.write() as write:
        before = {medium.id for medium in usable_blanks(write, site, "bluray")}
        opened(write, site)
        after = {medium.id for medium in usable_blanks(write, site, "bluray")}
        frozen = cases.frozen_places(catalog_cases.under_way(write), LIB)
        assert before - after == {"SIM00001", "SIM00002"}
        assert frozen == {place(write): {"SIM00001", "SIM00002"}}


def test_of_a_case_in_a_drive_the_home_of_the_medium_is_frozen(catalog: Catalog, site: Site) -> None:
    with catalog.write() as write:
        drive = media.drives(write)[0].element
        home = media.get(write, "SIM00001").home_element
        media.saw(write, "SIM00001", drive, site.now())
        told = [
            cases.on_record(site, "SIM00001"),
            cases.heard(write, site, WitnessKind.VOLUME_ID, "somebody else's", "drive:B1"),
        ]
        cases.weigh(write, site, told, library=LIB, elements=[drive])
        assert set(cases.frozen_places(catalog_cases.under_way(write), LIB)) == {home}


def test_a_person_ends_a_case_with_a_reason_and_says_which_medium_it_is(catalog: Catalog, site: Site) -> None:
    with catalog.write() as write:
        case_id, element = opened(write, site), place(write)
        with pytest.raises(Refused, match="reason"):
            cases.close_case(write, site, case_id, agent="uid:7", reason=" ", medium_is="SIM00001")
        with pytest.raises(Refused, match="say which it is"):
            cases.close_case(write, site, case_id, agent="uid:7", reason="looked")
        with pytest.raises(NotFound):
            cases.close_case(write, site, case_id, agent="uid:7", reason="looked", medium_is="SIM99999")

        done = cases.close_case(write, site, case_id, agent="uid:7", reason="looked", medium_is="SIM00001")

        assert (done.state, done.closed_by, done.how) == (CaseState.CLOSED, "uid:7", "person")
        assert done.medium_is == "SIM00001"
        assert media.get(write, "SIM00001").element == element
        assert media.get(write, "SIM00001").seen_by == "uid:7"
        assert media.get(write, "SIM00002").element is None
        assert not [one for one in events.attentions(write) if one.id.startswith("case:")]
        assert not catalog_cases.frozen_media(write)
        with pytest.raises(ForbiddenStep):
            cases.close_case(write, site, case_id, agent="uid:7", reason="again", medium_is="SIM00001")


def test_a_case_ends_by_itself_when_all_that_disagreed_agree(catalog: Catalog, site: Site) -> None:
    with catalog.write() as write:
        case_id = opened(write, site)
        for medium_id, tag in (("SIM00001", "04aa"), ("SIM00002", "04bb")):
            assert catalog_cases.get(write, case_id).state is CaseState.OPEN
            told = [
                cases.heard(write, site, WitnessKind.TAG, tag, "reader:r1"),
                cases.heard(write, site, WitnessKind.BARCODE, medium_id, f"robot:{LIB}"),
            ]
            assert cases.weigh(write, site, told) is None
        done = catalog_cases.get(write, case_id)
    assert (done.state, done.how, done.closed_by) == (CaseState.CLOSED, "look", "archived")
