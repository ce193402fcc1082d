"""Copies that a class asks for: planned, counted before anything is archived, and taken back when their tape fails."""

from pathlib import Path

import pytest

from archived.catalog import events, images, media, packages
from archived.errors import NotFound, Refused, WrongState
from archived.stages import commitment, copying, hold, placement, settling, staging_release, withdrawal
from archived.stages.catching_up import World, catch_up
from archived.stages.floor import stale_key
from archived.stages.registration import give_up, register_blanks
from archived.states import CopyState, ImageState, MediumEvent, MediumState, PackageState
from tests.unit.archived.stages.tape_site import NOW, TapeSite

COPIES = {"copies": '["tapes"]'}
PARITY = {"parity_pool": '"tapes"'}


@pytest.fixture
def copied(tmp_path: Path):
    site = TapeSite(tmp_path, **COPIES)
    site.cartridge("000001L8")
    yield site
    site.catalog.close()


def attentions(site: TapeSite) -> dict[str, str]:
    with site.catalog.read() as read:
        return {item.id: item.what for item in events.attentions(read)}


def test_each_data_image_is_owed_one_more_copy_and_both_share_a_cartridge(copied: TapeSite) -> None:
    copied.turn(copying)
    planned = copied.copies(CopyState.PLANNED)
    assert [(c.image_id, c.medium_id, c.pool, c.role, c.site) for c in planned] == [
        (image, "000001L8", "tapes", "off-site", "cellar") for image in ("I000001", "I000002")
    ]
    assert copied.medium("000001L8").state is MediumState.RESERVED
    assert copied.turn(copying) == 0


def test_a_set_is_complete_by_its_discs_alone_and_packages_wait_for_their_copies(copied: TapeSite) -> None:
    copied.turn(placement)
    copied.turn(copying)
    at_home = [copy for copy in copied.copies() if copy.pool == "bluray"]
    beside = [copy for copy in copied.copies() if copy.pool == "tapes"]
    assert (len(at_home), len(beside)) == (3, 2)

    copied.verify(*at_home)
    copied.turn(commitment)
    assert copied.image_state("I000001") is ImageState.KEPT
    assert copied.package("P000001").state is PackageState.ACCEPTED
    with copied.catalog.read() as read:
        why = staging_release.why_kept(read, copied.site, packages.get(read, "P000001"))
    assert "pool tapes: image I000001 has no copy there that was read back" in why

    copied.verify(beside[0])
    copied.turn(commitment)
    assert copied.package("P000001").state is PackageState.ARCHIVED
    assert copied.package("P000002").state is PackageState.ACCEPTED
    copied.verify(beside[1])
    copied.turn(commitment)
    assert copied.package("P000002").state is PackageState.ARCHIVED
    assert copied.medium("000001L8").state is MediumState.APPENDABLE
    receipt = copied.package("P000001").archived_receipt
    assert receipt is not None
    on_tape = [row for row in receipt["media"] if "tape_file" in row]
    assert [(row["medium"], row["tape_file"], row["first_block"]) for row in on_tape] == [("000001L8", 2, 0)]


def test_copies_on_tape_never_stand_in_for_discs_that_were_not_written(copied: TapeSite) -> None:
    copied.turn(copying)
    copied.verify(*copied.copies(CopyState.PLANNED))
    with copied.catalog.read() as read:
        item = images.get_set(read, copied.set_id)
        assert commitment.missing_positions(read, item) == (1, 2, 3)
        assert commitment.missing_positions(read, item, {CopyState.VERIFIED, CopyState.FOUND}) == (3,)
    copied.turn(placement)
    assert len([copy for copy in copied.copies() if copy.pool == "bluray"]) == 3


def test_no_room_on_tape_is_told_with_sizes_until_there_is_some(tmp_path: Path) -> None:
    site = TapeSite(tmp_path, **COPIES)
    site.cartridge("000001L8", capacity_mib=1)
    site.turn(copying)
    assert site.copies() == []
    assert "2 copies in pool tapes cannot be planned" in attentions(site)["copies:tapes"]
    assert "takes 10485760 bytes on tape" in attentions(site)["copies:tapes"]
    assert "set aside" not in attentions(site)["copies:tapes"]
    with site.catalog.write() as write:
        media.advance_state(write, "000001L8", MediumEvent.SET_ASIDE)
    site.turn(copying)
    assert "0 of 0 cartridges" in attentions(site)["copies:tapes"]
    assert "1 more cartridge lies there set aside" in attentions(site)["copies:tapes"]
    site.cartridge("000002L8")
    site.turn(copying)
    assert len(site.copies(CopyState.PLANNED)) == 2
    assert "copies:tapes" not in attentions(site)
    site.catalog.close()


def test_a_plan_on_a_cartridge_that_became_full_moves_to_another(copied: TapeSite) -> None:
    copied.turn(copying)
    first, second = copied.copies(CopyState.PLANNED)
    copied.verify(first)
    with copied.catalog.write() as write:
        media.advance_state(write, "000001L8", MediumEvent.WRITTEN)
    copied.cartridge("000002L8")
    copied.turn(copying)
    copied.turn(copying)
    assert [(c.image_id, c.medium_id) for c in copied.copies(CopyState.PLANNED)] == [
        (second.image_id, "000002L8")
    ]


def test_what_is_planned_for_a_cartridge_that_vanished_is_taken_back(copied: TapeSite) -> None:
    copied.turn(copying)
    with copied.catalog.write() as write:
        settling.settle(write, copied.site, "tl1", {})
    assert copied.copies(CopyState.PLANNED) == []
    assert copied.medium("000001L8").state is MediumState.BLANK
    assert "missing:000001L8" in attentions(copied)


def test_three_spoiled_cartridges_ask_for_a_person(copied: TapeSite) -> None:
    for number in range(2, 5):
        copied.turn(copying)
        with copied.catalog.write() as write:
            for copy in media.copies_in_state(write, CopyState.PLANNED):
                write.exec_driver_sql(f"UPDATE copy SET state = 'abandoned' WHERE id = {copy.id}")
        copied.cartridge(f"00000{number}L8")
    copied.turn(copying)
    assert copied.copies(CopyState.PLANNED) == []
    assert "spoiled 3 media already" in attentions(copied)["copies:tapes"]


def test_a_withdrawn_package_takes_its_plans_with_it_and_frees_the_cartridge(copied: TapeSite) -> None:
    copied.turn(placement)
    copied.turn(copying)
    with copied.catalog.write() as write:
        package = packages.get(write, "P000001")
        withdrawal.withdraw(write, copied.site, package, agent="uid:1", reason="wrong volume")
    assert copied.copies(CopyState.PLANNED) == []
    assert copied.medium("000001L8").state is MediumState.BLANK


def test_an_intent_on_tape_is_an_intent_like_every_other(copied: TapeSite) -> None:
    copied.turn(copying)
    copied.verify(copied.copies(CopyState.PLANNED)[0])
    package = copied.package("P000002")
    with pytest.raises(WrongState, match="writing of set"), copied.catalog.write() as write:
        withdrawal.withdraw(write, copied.site, package, agent="uid:1", reason="wrong volume")


def test_to_a_cartridge_of_a_restored_catalog_nothing_is_added_until_it_was_looked_at(
    copied: TapeSite,
) -> None:
    copied.turn(copying)
    first, second = copied.copies(CopyState.PLANNED)
    copied.verify(first)
    with copied.catalog.write() as write:
        done = catch_up(write, copied.site, World(frozenset(), ()), made_at=NOW, agent="uid:1", note="test")
    assert "000001L8" in done.doubted_media
    assert copied.medium("000001L8").state is MediumState.APPENDABLE
    assert [copy.id for copy in copied.copies(CopyState.VERIFIED)] == [first.id]
    assert [copy.id for copy in copied.copies(CopyState.CANCELLED)] == [second.id]
    copied.turn(copying)
    assert not copied.copies(CopyState.PLANNED), "a hold is in force"


@pytest.mark.parametrize(
    ("found", "state"),
    [(hold.OURS, MediumState.APPENDABLE), (hold.NEWER, MediumState.GOOD), (None, MediumState.GOOD)],
    ids=["agrees", "newer", "away"],
)
def test_a_cartridge_takes_more_after_a_restore_only_when_a_look_agreed(
    copied: TapeSite, found: str | None, state: MediumState
) -> None:
    copied.turn(copying)
    copied.verify(copied.copies(CopyState.PLANNED)[0])
    with copied.catalog.write() as write:
        catch_up(write, copied.site, World(frozenset(), ()), made_at=NOW, agent="uid:1", note="test")
        if found is not None:
            hold.looked(write, copied.site, "000001L8", found)
        for library in copied.site.config.libraries:
            events.set_setting(write, stale_key(library), "")
        hold.release(write, copied.site, agent="uid:1", reason="all was looked at")
    assert copied.medium("000001L8").state is state


def test_parity_goes_to_tape_and_data_to_discs_in_one_commit(tmp_path: Path) -> None:
    site = TapeSite(tmp_path, **PARITY)
    site.cartridge("000001L8")
    site.turn(placement)
    by_pool = {copy.image_id: copy.pool for copy in site.copies(CopyState.PLANNED)}
    assert by_pool == {"I000001": "bluray", "I000002": "bluray", f"I-{site.set_id}-3": "tapes"}
    site.verify(*site.copies(CopyState.PLANNED))
    site.turn(commitment)
    assert site.package("P000001").state is PackageState.ARCHIVED
    site.catalog.close()


def test_without_room_for_parity_no_disc_is_promised_either(tmp_path: Path) -> None:
    site = TapeSite(tmp_path, **PARITY)
    site.turn(placement)
    assert site.copies() == []
    words = attentions(site)[f"place:{site.set_id}"]
    assert (
        f"set {site.set_id}: image I-{site.set_id}-3 takes 10485760 bytes on tape; 0 of 0 cartridges" in words
    )
    site.catalog.close()


def test_a_lost_cartridge_takes_all_its_copies_with_it(copied: TapeSite) -> None:
    copied.turn(copying)
    first, second = copied.copies(CopyState.PLANNED)
    copied.verify(first)
    with copied.catalog.write() as write:
        media.saw(write, "000001L8", None, NOW)
        assert give_up(write, copied.site, "000001L8", agent="uid:1", reason="burnt") == [first.id]
    assert copied.medium("000001L8").state is MediumState.LOST
    assert [copy.id for copy in copied.copies(CopyState.CANCELLED)] == [second.id]


@pytest.mark.parametrize(
    ("barcode", "words"),
    [
        ("CLNU01L1", "cleaning cartridge: it never holds data"),
        ("WRM001LY", "write-once by its label, and pool tapes takes rewritable ones"),
        ("000009L7", "is lto-7 by its label; pool tapes takes lto-8"),
    ],
)
def test_cartridges_that_are_nothing_for_the_pool_are_refused_by_their_label(
    copied: TapeSite, barcode: str, words: str
) -> None:
    with copied.catalog.write() as write:
        settling.settle(write, copied.site, "tl1", {7: "000001L8", 8: barcode})
    with pytest.raises(Refused, match=words), copied.catalog.write() as write:
        register(copied, write, barcode)


def register(site: TapeSite, write: object, *barcodes: str, pool: str = "tapes") -> None:
    register_blanks(
        write, site.site, barcodes, pool=pool, batch="x", media_id="", capacity_bytes=None, agent="uid:1"
    )  # type: ignore[arg-type]


def test_a_cartridge_that_a_look_found_is_known_by_its_label_and_registered(copied: TapeSite) -> None:
    with copied.catalog.write() as write:
        settling.settle(write, copied.site, "tl1", {7: "000001L8", 8: "000009L8", 9: "CLNU01L1"})
        register(copied, write, "000009L8")
    found = copied.medium("000009L8")
    assert (found.state, found.kind, found.batch) == (MediumState.BLANK, "lto-8", "x")
    assert found.capacity_bytes == copied.medium("000001L8").capacity_bytes
    assert copied.medium("CLNU01L1").state is MediumState.QUARANTINED
    assert "stranger:CLNU01L1" not in attentions(copied)


def test_of_cartridges_of_which_one_is_unknown_none_is_registered_and_that_is_said(copied: TapeSite) -> None:
    with copied.catalog.write() as write:
        settling.settle(write, copied.site, "tl1", {7: "000001L8", 8: "000009L8"})
    words = "no look has seen medium 000010L8; nothing was registered"
    with pytest.raises(NotFound, match=words), copied.catalog.write() as write:
        register(copied, write, "000009L8", "000010L8")
    assert copied.medium("000009L8").state is MediumState.QUARANTINED


def test_a_cartridge_is_never_registered_as_a_disc(copied: TapeSite) -> None:
    with copied.catalog.write() as write:
        settling.settle(write, copied.site, "tl1", {7: "000001L8", 8: "000009L8"})
    with pytest.raises(WrongState, match="holds no media of kind bd-r"), copied.catalog.write() as write:
        register(copied, write, "000009L8", pool="bluray")
