"""A check of the catalog asks every cartridge what it holds, and no cleaning cartridge anything."""

from dataclasses import replace
from pathlib import Path

import pytest

from archived.catalog import events, media, surveys
from archived.policy.cartridge_labels import CLEANING
from archived.policy.tape_looks import LABELLED, TapeFound, place_seen
from archived.routines.watches import few_blanks
from archived.stages import hold, looking, surveying
from archived.stages.floor import stale_key
from archived.stages.looking_tape import ask_for_images
from archived.states import LookEvent, LookState, MediumState
from archived.surveys import IDENTIFY, IMAGE, MediumLook
from backends.tape.image_on_tape import ImageIdentity, ImageOnTape
from tests.unit.archived.stages.tape_site import TapeSite


def test_a_cartridge_is_asked_like_a_disc_and_a_cleaning_one_is_let_be(tmp_path: Path) -> None:
    site = TapeSite(tmp_path)
    site.cartridge("000001L8")
    cleaning = replace(
        site.medium("000001L8"),
        id="CLNU01L1",
        barcode="CLNU01L1",
        kind=CLEANING,
        state=MediumState.QUARANTINED,
    )
    with site.catalog.write() as write:
        media.register(write, cleaning)
        survey = surveying.request_check(write, site.site, full=False, agent="uid:1")
        for library in site.site.config.libraries:
            events.set_setting(write, stale_key(library), "")
    site.turn(looking)
    with site.catalog.read() as read:
        looks = {look.medium_id: look for look in surveys.looks(read, survey.id)}
    assert looks["000001L8"].state is LookState.WANTED
    assert "CLNU01L1" not in looks
    assert looks["SIM00001"].state is LookState.WANTED
    site.catalog.close()


PLACE = ImageOnTape(ImageIdentity("I000009", 2048, {"sha256": "ab" * 32}, "7K3F", 1), 2, 4, 65536)


def begin(site: TapeSite) -> int:
    """Ask for a check; every library was just looked into."""
    with site.catalog.write() as write:
        survey = surveying.request_check(write, site.site, full=False, agent="uid:1")
        for library in site.site.config.libraries:
            events.set_setting(write, stale_key(library), "")
    site.turn(looking)
    return survey.id


def end_look(site: TapeSite, look: MediumLook, **finding: object) -> None:
    """As the stage does when a look told something."""
    with site.catalog.write() as write:
        surveys.advance_look(write, look.id, LookEvent.BEGUN)
        finding = {**look.finding, **finding}
        surveys.advance_look(write, look.id, LookEvent.FINISHED, finding=finding, ended_at=site.site.now())
        if look.is_of_medium:
            survey = surveys.get(write, look.survey_id)
            ask_for_images(write, site.site, survey, surveys.get_look(write, look.id))


def looks_at(site: TapeSite, survey_id: int, medium_id: str = "000001L8") -> list[MediumLook]:
    with site.catalog.read() as read:
        return [look for look in surveys.looks(read, survey_id) if look.medium_id == medium_id]


@pytest.mark.parametrize("all_asked", [True, False])
def test_under_a_hold_a_cartridge_is_listed_anew_unless_all_its_images_were_asked(
    tmp_path: Path, all_asked: bool
) -> None:
    site = TapeSite(tmp_path)
    site.cartridge("000001L8")
    with site.catalog.write() as write:
        hold.place(write, [], cause="restore", note="", agent="uid:1", at=site.site.now())
    first = begin(site)
    (listed,) = looks_at(site, first)
    found = TapeFound(LABELLED, "000001L8", images=(PLACE,))
    end_look(site, listed, status=LABELLED, tape=found.as_document())
    _listed, of_image = looks_at(site, first)
    assert (of_image.purpose, place_seen(of_image)) == (IMAGE, PLACE)
    if all_asked:
        end_look(site, of_image, status="complete")
    with site.catalog.write() as write:
        surveying.give_up(write, site.site, agent="uid:1", reason="not now")

    second = begin(site)

    assert [look.purpose for look in looks_at(site, second)] == ([] if all_asked else [IDENTIFY])
    with site.catalog.read() as read:
        usable = looking.usable_looks(read, surveys.get(read, second))
    mine = [look.id for look in usable if look.medium_id == "000001L8"]
    assert mine == ([listed.id, of_image.id] if all_asked else [looks_at(site, second)[0].id])
    site.catalog.close()


def test_a_tape_pool_without_room_for_the_next_image_asks_for_cartridges(tmp_path: Path) -> None:
    site = TapeSite(tmp_path, copies='["tapes"]')

    def waiting() -> list[str]:
        with site.catalog.read() as read:
            return [item.id for item in few_blanks(read, site.site)]

    assert waiting() == ["scratch:tapes"]
    site.cartridge("000001L8", capacity_mib=4)
    assert waiting() == ["scratch:tapes"]
    site.cartridge("000002L8")
    assert waiting() == []
    site.catalog.close()
