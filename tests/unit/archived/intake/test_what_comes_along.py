"""What is kept of files beside their bytes, and what of a folder is not taken."""

import csv
import hashlib
import os
from dataclasses import replace
from pathlib import Path

import bagit
import pytest

from archived.errors import Unacceptable
from tests.unit.archived.intake.conftest import Site


def metadata(staged: Path) -> dict[str, dict[str, str]]:
    with (staged / "file-metadata.csv").open(encoding="utf-8", newline="") as file:
        return {row["path"]: row for row in csv.DictReader(file)}


def test_times_to_the_nanosecond_and_modes_are_kept_in_the_bag(site: Site, volume: Path) -> None:
    (volume / "a.txt").chmod(0o4750)
    os.utime(volume / "a.txt", ns=(0, 1_234_567_890_123_456_789))
    (volume / "空").chmod(0o700)
    os.utime(volume / "空", ns=(0, -1_500_000_000))
    staged = site.staged(site.accept(volume)["package"])
    rows = metadata(staged)
    assert (rows["data/a.txt"]["mtime_ns"], rows["data/a.txt"]["mode"]) == ("1234567890123456789", "4750")
    assert (rows["data/空"]["kind"], rows["data/空"]["mtime_ns"]) == ("folder", "-1500000000")
    assert set(rows) == {
        "data",
        "data/空",
        "data/with space",
        "data/with space/第一页.txt",
        *("data/a.txt", "data/.hidden", "data/empty.bin"),
    }
    assert "file-metadata.csv" in (staged / "tagmanifest-sha256.txt").read_text()
    bagit.Bag(str(staged)).validate()


def test_hard_links_are_whole_files_and_what_they_share_is_on_record(site: Site, volume: Path) -> None:
    os.link(volume / "a.txt", volume / "z.txt")
    os.link(volume / "a.txt", volume / "with space/b%.txt")
    staged = site.staged(site.accept(volume)["package"])
    assert (staged / "data/z.txt").read_text() == (staged / "data/with space/b%.txt").read_text() == "first"
    assert (staged / "data/z.txt").stat().st_nlink == 1
    rows = metadata(staged)
    assert (
        rows["data/z.txt"]["same_file_as"] == rows["data/with space/b%25.txt"]["same_file_as"] == "data/a.txt"
    )
    assert rows["data/a.txt"]["same_file_as"] == ""


def test_a_sparse_file_is_its_logical_bytes(site: Site, volume: Path) -> None:
    with (volume / "sparse").open("wb") as file:
        file.seek(5_000_000)
        file.write(b"end")
    row = site.rows(site.accept(volume)["package"])["data/sparse"]
    assert row.size_bytes == 5_000_003
    assert row.sha256 == hashlib.sha256(bytes(5_000_000) + b"end").hexdigest()


def litter(volume: Path) -> None:
    for path in ("Thumbs.db", "with space/.DS_Store", "~$letter.docx", "空/THUMBS.DB"):
        (volume / path).write_text("litter")


def test_litter_of_systems_is_left_out_of_a_folder_and_named(site: Site, volume: Path) -> None:
    clean = site.accept(volume)
    litter(volume)
    named = ["Thumbs.db", "with space/.DS_Store", "~$letter.docx", "空/THUMBS.DB"]
    assert site.would_accept(volume)["left_out"] == named
    receipt = site.accept(volume, volume="13")
    assert receipt["left_out"] == named
    assert receipt["root_digest"]["value"] == clean["root_digest"]["value"]
    assert receipt["files"] == clean["files"]
    assert (site.staged(receipt["package"]) / "data/空").is_dir()
    assert site.accept(volume)["package"] == clean["package"]


def test_a_class_says_what_is_left_out(site: Site, volume: Path) -> None:
    litter(volume)
    kind = replace(site.config.classes["permanent"], leave_out=("*.txt",))
    site.config = replace(site.config, classes={"permanent": kind})
    assert site.accept(volume)["left_out"] == ["a.txt", "with space/第一页.txt"]


def test_a_bag_is_never_altered(site: Site, volume: Path) -> None:
    litter(volume)
    bagit.make_bag(str(volume))
    receipt = site.accept(volume)
    assert receipt["left_out"] == []
    assert (site.staged(receipt["package"]) / "data/Thumbs.db").read_text() == "litter"
    assert not (site.staged(receipt["package"]) / "file-metadata.csv").exists()


def test_a_folder_of_nothing_but_litter_is_refused(site: Site) -> None:
    (site.producer / ".DS_Store").write_text("litter")
    with pytest.raises(Unacceptable, match="no file at all"):
        site.accept()
    assert site.left_in_staging() == []
