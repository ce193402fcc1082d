"""Submit, submit again, correct, try dry, withdraw, refuse: what a producer meets. Nothing is burnt here."""

import hashlib
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.running import Site

MakeVolume = Callable[..., Path]


@pytest.fixture(scope="module")
def site(make_site: Any) -> Site:
    made: Site = make_site()
    made.start()
    made.ask("writes", "pause", "--reason", "these tests burn nothing")
    return made


def test_the_accepted_receipt_says_what_was_taken_and_that_it_is_simulated(
    site: Site, volume: MakeVolume
) -> None:
    receipt = site.submit(volume(1), "0001", "--title", "第一卷").document

    assert next(iter(receipt)) == "notice"
    assert receipt["notice"] == "SIMULATED – NOT PRESERVED"
    assert receipt["reference"] == {"fonds": "F1", "series": "S1", "volume": "0001"}
    assert (receipt["files"], receipt["version"], receipt["title"]) == (3, 1, "第一卷")
    assert receipt["digests"]["algorithms"] == ["sha256", "blake3", "xxh3-128"]
    assert receipt["exposure"]["staging_disks"] == 1


def test_the_same_content_again_gets_the_first_receipt(site: Site, volume: MakeVolume) -> None:
    first = site.submit(volume(2), "0002").document
    again = site.submit(volume(3).parent / "volume-2", "0002")

    assert again.status == 0
    assert again.document == {**first, "repeated": True}


def test_other_content_is_refused_with_the_files_that_differ_and_taken_as_a_new_version(
    site: Site, volume: MakeVolume
) -> None:
    path = volume(4)
    site.submit(path, "0004")
    (path / "scan.bin").write_bytes(b"changed")
    (path / ".hidden").unlink()
    (path / "new.txt").write_text("new")

    refused = site.submit(path, "0004")
    words = str(refused.document["detail"])
    no_reason = site.submit(path, "0004", "--new-version")
    corrected = site.submit(path, "0004", "--new-version", "--reason", "page 2 scanned again").document

    assert refused.status == 2
    assert refused.document["code"] == "content-differs"
    assert all(name in words for name in ("scan.bin", ".hidden", "new.txt"))
    assert no_reason.status == 2
    assert (corrected["version"], corrected["reason"]) == (2, "page 2 scanned again")


def test_a_correction_goes_onto_another_image(site: Site, volume: MakeVolume) -> None:
    path = volume(5)
    site.submit(path, "0005", series="S5")
    site.ask("images", "close", "--all")
    site.wait(lambda: site.ask("packages", "F1/S5/0005")["images"], "version 1 to be packed")
    (path / "scan.bin").write_bytes(b"changed")
    site.submit(path, "0005", "--new-version", "--reason", "again", series="S5")
    site.ask("images", "close", "--all")
    site.wait(lambda: site.ask("packages", "F1/S5/0005@2")["images"], "version 2 to be packed")

    one = site.ask("packages", "F1/S5/0005@1")["images"]
    two = site.ask("packages", "F1/S5/0005@2")["images"]
    assert one["bluray"] != two["bluray"]


def test_a_dry_run_takes_nothing_and_lists_every_reason(site: Site, volume: MakeVolume) -> None:
    path = volume(6)
    before = len(site.items("packages"))

    good = site.submit(path, "0006", "--dry-run")
    bad = site.ctl("submit", path, "--fonds", " F", "--series", "S", "--volume", "6", "--dry-run")

    assert (good.status, good.document["outcome"]) == (0, "accept")
    assert (bad.status, bad.document["outcome"]) == (2, "refuse")
    words = " ".join(reason["message"] for reason in bad.document["reasons"])
    assert all(what in words for what in ("' F'", "retention", "confidentiality"))
    assert len(site.items("packages")) == before


def test_names_that_no_disc_holds_travel_in_a_tar_and_come_back_as_they_were(
    site: Site, volume: MakeVolume, tmp_path: Path
) -> None:
    path = volume(7)
    (path / ("长" * 40 + "x" * 90)).write_text("too long")
    (path / "line\nbreak").write_text("control character")
    (path / "con.txt").write_text("a device")

    receipt = site.submit(path, "0007").document

    assert (receipt["travels"]["as"], receipt["travels"]["names"]) == ("tar", 3)
    site.ask("recall", "F1/S1/0007", "--to", tmp_path / "back")
    there = {file.relative_to(path): file.read_bytes() for file in path.rglob("*") if file.is_file()}
    back = tmp_path / "back" / "data"
    assert {file.relative_to(back): file.read_bytes() for file in back.rglob("*") if file.is_file()} == there


def test_a_volume_larger_than_a_disc_is_refused_with_the_sizes(site: Site, volume: MakeVolume) -> None:
    refused = site.submit(volume(8, size_bytes=9 << 20), "0008")

    assert refused.status == 2
    assert refused.document["code"] == "too-large"
    assert "larger media" in refused.err


def test_a_bag_stays_as_it_is_and_a_broken_one_is_refused_with_what_is_wrong(
    site: Site, volume: MakeVolume
) -> None:
    bag = volume(9).parent / "bag"
    (bag / "data").mkdir(parents=True)
    (bag / "data/one.txt").write_text("one\n")
    (bag / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    md5 = "5bbf5a52328e7439ae6e719dfe712200  data/one.txt\n"
    (bag / "manifest-md5.txt").write_text(md5)

    taken = site.submit(bag, "0009").document
    (bag / "data/one.txt").write_text("two\n")
    broken = site.submit(bag, "0010")

    assert not taken["bag"]["made_here"]
    assert taken["digests"]["declared_and_equal"] == ["md5"]
    assert broken.status == 2
    assert "data/one.txt" in broken.err


def test_an_archive_is_taken_as_the_folder_that_it_holds(site: Site, volume: MakeVolume) -> None:
    folder = volume(11)
    packed = Path(shutil.make_archive(str(folder.parent / "eleven"), "zip", folder.parent, folder.name))

    taken = site.submit(packed, "0011").document
    as_folder = site.submit(folder, "0011").document
    (folder.parent / "cut.zip").write_bytes(packed.read_bytes()[:-30])
    refused = site.submit(folder.parent / "cut.zip", "0012")

    assert taken["original"]["sha256"] == hashlib.sha256(packed.read_bytes()).hexdigest()
    assert taken["original"]["name"] == "eleven.zip"
    assert as_folder["repeated"]
    assert refused.status == 2
    assert "is cut off" in refused.err


def test_withdrawing_from_a_closed_image_voids_it_and_the_others_close_again(
    site: Site, volume: MakeVolume
) -> None:
    site.submit(volume(11), "0011", series="S11")
    site.submit(volume(12), "0012", series="S11")
    site.ask("images", "close", "--all")
    image = site.wait(lambda: site.ask("packages", "F1/S11/0012")["images"].get("bluray"), "the image")
    site.wait(
        lambda: site.look("select 1 from image where id = ? and state = 'closed'", image), "it to close"
    )

    withdrawn = site.ask("withdraw", "F1/S11/0011", "--reason", "handed in by mistake")
    site.wait(
        lambda: site.ask("packages", "F1/S11/0012")["images"].get("bluray") not in (None, image),
        "the other one to be packed again",
    )

    assert image in withdrawn["voided_images"]
    assert site.look("select state from image where id = ?", image) == [("void",)]
    assert site.ctl("packages", "F1/S11/0011").status == 2


def test_a_busy_catalog_is_said_so_and_nothing_is_kept(site: Site, volume: MakeVolume) -> None:
    holder = sqlite3.connect(site.folder / "catalog.sqlite", isolation_level=None)
    holder.execute("begin exclusive")
    try:
        refused = site.submit(volume(13), "0013")
    finally:
        holder.execute("rollback")
        holder.close()
    after = site.submit(volume(14).parent / "volume-13", "0013")

    assert (refused.status, refused.document["code"]) == (3, "catalog-busy")
    assert (after.status, after.document["repeated"]) == (0, False)


def test_a_second_daemon_is_refused_and_the_first_one_goes_on(site: Site) -> None:
    second = site.run("archived", "serve", "--site", site.folder)

    assert second.status == 3
    assert "another daemon serves" in second.err
    assert site.ask("status")["room"] == "simulated"


def test_a_full_staging_disk_refuses_and_keeps_nothing(make_site: Any, volume: MakeVolume) -> None:
    full: Site = make_site(keep_free="4000000GB")
    full.start()

    refused = full.submit(volume(15), "0015")

    assert (refused.status, refused.document["code"]) == (3, "staging-full")
    assert list((full.folder / "staging" / "packages").iterdir()) == []
