"""A check of the catalog asks every cartridge what it holds, and no cleaning cartridge anything."""

from dataclasses import replace
from pathlib import Path

from archived.catalog import events, media, surveys
from archived.policy.cartridge_labels import CLEANING
from archived.routines.watches import few_blanks
from archived.stages import looking, surveying
from archived.stages.floor import stale_key
from archived.states import LookState, MediumState
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
