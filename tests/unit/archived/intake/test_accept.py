"""A folder or a bag becomes a package, once, and the receipt says what was taken."""

import hashlib
import json
import os
from pathlib import Path

import bagit
import pytest

from archived.catalog import events, packages
from archived.errors import ContentDiffers
from archived.formats.bag import read_bag
from archived.formats.key_files import public_keys
from archived.formats.signing import verify
from archived.sessions.tools import KEYS_FOLDER
from archived.states import PackageState
from tests.unit.archived.intake.conftest import Site


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_a_folder_becomes_a_valid_bag_with_every_file_and_empty_folder(site: Site, volume: Path) -> None:
    receipt = site.accept(volume)
    staged = site.staged(receipt["package"])
    handed_in = contents(volume)
    assert {p: d for p, d in contents(staged).items() if p.startswith("data/")} == {
        f"data/{path}": data for path, data in handed_in.items()
    }
    assert (staged / "data/空").is_dir()
    bagit.Bag(str(staged)).validate()


def test_rows_cover_the_whole_bag_with_digests_of_the_staged_bytes(site: Site, volume: Path) -> None:
    receipt = site.accept(volume)
    rows = site.rows(receipt["package"])
    staged = contents(site.staged(receipt["package"]))
    assert {path for path, row in rows.items() if not row.is_directory} == set(staged)
    assert rows["data/空"].is_directory
    for path, data in staged.items():
        assert rows[path].sha256 == hashlib.sha256(data).hexdigest()
        assert rows[path].size_bytes == len(data)


def test_the_receipt_says_what_was_taken_and_that_the_room_is_simulated(site: Site, volume: Path) -> None:
    receipt = json.loads(json.dumps(site.accept(volume)))
    assert next(iter(receipt.items())) == ("notice", "SIMULATED – NOT PRESERVED")
    assert receipt["reference"] == {"fonds": "J001", "series": "A", "volume": "12"}
    assert (receipt["files"], receipt["bytes"]) == (4, len("first") + len("dot") + len("中文".encode()))
    assert receipt["version"] == 1
    assert receipt["title"] == "账簿"
    assert receipt["exposure"]["staging_disks"] == 1
    assert "keep your original" in receipt["exposure"]["advice"]
    assert receipt["owner"] == 1000
    assert not receipt["repeated"]
    manifest = site.staged(receipt["package"]) / "manifest-sha256.txt"
    assert (
        receipt["bag"]["manifests"]["manifest-sha256.txt"]
        == hashlib.sha256(manifest.read_bytes()).hexdigest()
    )


def test_the_root_digest_can_be_made_by_hand_as_the_receipt_says(site: Site, volume: Path) -> None:
    receipt = site.accept(volume)
    payload = {f"data/{path}": data for path, data in contents(volume).items()}
    lines = [
        f"{hashlib.sha256(payload[path]).hexdigest()}  {path}\n"
        for path in sorted(payload, key=lambda path: path.encode())
    ]
    text = "".join(lines) + "-  data/空/\n"
    assert receipt["root_digest"]["value"] == hashlib.sha256(text.encode()).hexdigest()


def test_acceptance_is_one_state_change_with_memberships_and_a_premis_event(site: Site, volume: Path) -> None:
    receipt = site.accept(volume)
    with site.catalog.read() as connection:
        package = packages.get(connection, receipt["package"])
        waiting = packages.waiting(connection, "bluray")
        happened = events.latest(connection, subject_id=package.id)
    assert package.state is PackageState.ACCEPTED
    assert package.accepted_receipt == receipt
    assert (package.file_count, package.root_digest) == (4, receipt["root_digest"]["value"])
    assert package.cost_bytes > package.size_bytes
    assert [item.id for item in waiting] == [package.id]
    assert [(event.type, event.agent, event.outcome) for event in happened] == [
        ("ingestion", "uid:1000", "success")
    ]


def test_a_bag_is_kept_byte_for_byte(site: Site, volume: Path) -> None:
    bagit.make_bag(str(volume), {"Contact-Name": "张三"}, checksums=["md5", "sha512"])
    receipt = site.accept(volume)
    assert contents(site.staged(receipt["package"])) == contents(volume)
    assert receipt["bag"]["version"] == "0.97"
    assert receipt["digests"]["declared_and_equal"] == ["md5", "sha512"]
    assert receipt["files"] == 4


def test_what_we_make_is_a_bag_that_we_accept(site: Site, volume: Path) -> None:
    staged = site.staged(site.accept(volume)["package"])
    files = {path: len(data) for path, data in contents(staged).items()}
    bag = read_bag(lambda path: (staged / path).read_bytes(), files, has_payload_folder=True)
    assert bag.problems == ()
    tags = dict(bag.info)
    assert (tags["Fonds"], tags["Series"], tags["Volume"]) == ("J001", "A", "12")
    assert (tags["Title"], tags["Retention"], tags["Confidentiality"]) == ("账簿", "permanent", "open")
    assert tags["Bagging-Date"] == "2026-01-01"
    assert tags["Payload-Oxum"] == f"{sum(s for p, s in files.items() if p.startswith('data/'))}.4"


def test_the_same_content_again_gets_the_first_receipt(site: Site, volume: Path) -> None:
    first = site.accept(volume)
    site.clock.sleep(3600)
    again = site.accept(volume)
    assert again == {**first, "repeated": True}
    keys = public_keys(site.folder / KEYS_FOLDER).values()
    assert verify(first, keys) == verify(again, keys)
    assert site.left_in_staging() == [first["package"]]


def test_a_bag_of_the_same_payload_is_the_same_content(site: Site, volume: Path) -> None:
    first = site.accept(volume)
    (volume / "空").rmdir()
    again = site.accept(volume, volume="13")
    bagit.make_bag(str(volume))
    assert site.accept(volume, volume="13")["package"] == again["package"] != first["package"]


def test_other_content_under_a_reference_is_refused_with_every_difference(site: Site, volume: Path) -> None:
    first = site.accept(volume)
    (volume / "a.txt").write_text("changed")
    (volume / ".hidden").unlink()
    (volume / "new.txt").write_text("new")
    with pytest.raises(ContentDiffers) as refused:
        site.accept(volume)
    detail = refused.value.detail
    assert (detail["added"], detail["removed"], detail["changed"]) == (["new.txt"], [".hidden"], ["a.txt"])
    assert detail["package"] == first["package"]
    assert site.states() == ["accepted"]


def test_a_new_version_with_a_reason_is_another_package(site: Site, volume: Path) -> None:
    first = site.accept(volume)
    (volume / "a.txt").write_text("corrected")
    second = site.accept(volume, new_version=True, reason="page 3 scanned again")
    assert (second["version"], second["reason"]) == (2, "page 3 scanned again")
    assert second["package"] != first["package"]


def test_a_new_version_without_any_change_is_the_newest_one_again(site: Site, volume: Path) -> None:
    first = site.accept(volume)
    again = site.accept(volume, new_version=True, reason="none really")
    assert (again["package"], again["repeated"]) == (first["package"], True)
    assert site.left_in_staging() == [first["package"]]
    assert site.states() == ["accepted", "abandoned"]


def test_older_content_is_known_again_but_may_come_back_as_a_new_version(site: Site, volume: Path) -> None:
    first = site.accept(volume)
    (volume / "a.txt").write_text("corrected")
    site.accept(volume, new_version=True, reason="correction")
    (volume / "a.txt").write_text("first")
    assert site.accept(volume)["package"] == first["package"]
    assert site.accept(volume, new_version=True, reason="it was right")["version"] == 3


def test_hard_links_are_files_of_their_own(site: Site, volume: Path) -> None:
    os.link(volume / "a.txt", volume / "b.txt")
    staged = site.staged(site.accept(volume)["package"])
    assert (staged / "data/b.txt").read_text() == "first"
    assert (staged / "data/b.txt").stat().st_nlink == 1


def test_times_of_files_travel_with_them(site: Site, volume: Path) -> None:
    os.utime(volume / "a.txt", (1_000_000_000, 1_000_000_000))
    receipt = site.accept(volume)
    assert site.rows(receipt["package"])["data/a.txt"].mtime_s == 1_000_000_000
    assert (site.staged(receipt["package"]) / "data/a.txt").stat().st_mtime == 1_000_000_000


def test_a_file_larger_than_one_block_is_digested_whole(site: Site, volume: Path) -> None:
    data = os.urandom(3 * 1024 * 1024 + 17)
    (volume / "big.bin").write_bytes(data)
    seen: list[tuple[int, int]] = []
    receipt = site.accept(volume, progress=lambda done, total: seen.append((done, total)))
    row = site.rows(receipt["package"])["data/big.bin"]
    assert row.sha256 == hashlib.sha256(data).hexdigest()
    assert (site.staged(receipt["package"]) / "data/big.bin").read_bytes() == data
    assert seen[-1][0] == seen[-1][1] == receipt["bytes"]
