"""Names that a disc cannot hold: taken, kept byte for byte, in one tar that anybody can unpack."""

import csv
import hashlib
import io
import os
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import bagit
import pytest

from archived.catalog import inner_files
from archived.errors import ContentDiffers, Unacceptable
from archived.formats import name_map
from archived.formats.root_digest import RootDigest
from archived.inner_files import InnerFile
from archived.names import raw, unescaped
from archived.stages.intake_descent import DEPTH_MAX
from tests.unit.archived.intake.conftest import Site

#: One name of each kind that plain files on a disc do not bear, with words of the reason.
HARD = {
    b"\xff\xfe": "no UTF-8",
    b"line\nbreak": "U+000A",
    b"back\\slash": "U+005C",
    b"x" * 130: "UTF-16 units",
    b"A.TXT": "only in case",
    "e\u0301".encode(): "normalization",
    b"dot.": "ends with a space or a dot",
    b"space ": "ends with a space or a dot",
    b"NUL.txt": "device",
    b"con": "device",
}


def put(folder: Path, name: bytes, data: bytes) -> None:
    with open(os.fsencode(folder) + b"/" + name, "wb") as file:
        file.write(data)


@pytest.fixture
def hard(volume: Path) -> Path:
    """The volume with every hard name in it, each file with its own content."""
    put(volume, "\u00e9".encode(), b"composed")
    for name in HARD:
        put(volume, name, b"content of " + name)
    return volume


def inner(site: Site, package_id: str) -> dict[bytes, InnerFile]:
    with site.catalog.read() as read:
        return {raw(unescaped(item.path)): item for item in inner_files.of_package(read, package_id)}


def contents(folder: Path) -> dict[bytes, bytes]:
    """Path → bytes of every regular file, by the very bytes of its path."""
    found = {}
    for top, _folders, files in os.walk(os.fsencode(folder)):
        for name in files:
            path = os.path.join(top, name)
            if not os.path.islink(path):
                with open(path, "rb") as file:
                    found[os.path.relpath(path, os.fsencode(folder))] = file.read()
    return found


def unpacked(tar: Path, into: Path) -> dict[bytes, bytes]:
    """What `tar -xf` makes of it."""
    into.mkdir()
    done = subprocess.run(["tar", "-xf", str(tar), "-C", str(into)], check=True, capture_output=True)
    assert done.stderr == b""
    return contents(into)


def class_with(site: Site, **changes: Any) -> None:
    kind = replace(site.config.classes["permanent"], **changes)
    site.config = replace(site.config, classes={"permanent": kind})


@pytest.mark.parametrize("name", [name for name in HARD if name not in (b"A.TXT", "e\u0301".encode())])
def test_one_hard_name_is_enough_and_the_receipt_says_so(site: Site, volume: Path, name: bytes) -> None:
    put(volume, name, b"hard")
    receipt = site.accept(volume)
    travels = receipt["travels"]
    assert (travels["as"], travels["names"]) == ("tar", 1)
    assert raw(unescaped(travels["why"][0]["path"])) == b"data/" + name
    assert HARD[name] in travels["why"][0]["why"]
    assert (receipt["files"], receipt["bytes"]) == (5, 4 + len("first") + len("dot") + 6)


def test_a_package_of_plain_names_travels_as_files(site: Site, volume: Path) -> None:
    receipt = site.accept(volume)
    assert receipt["travels"] == {"as": "files"}
    assert inner(site, receipt["package"]) == {}


def test_what_lies_in_staging_is_a_valid_bag_of_one_tar(site: Site, hard: Path) -> None:
    receipt = site.accept(hard)
    staged = site.staged(receipt["package"])
    assert sorted(path.relative_to(staged).as_posix() for path in staged.rglob("*") if path.is_file()) == [
        "bag-info.txt",
        "bagit.txt",
        "data/package.tar",
        "manifest-sha256.txt",
        "name-map.csv",
        "tagmanifest-sha256.txt",
    ]
    bagit.Bag(str(staged)).validate()
    assert "name-map.csv" in (staged / "tagmanifest-sha256.txt").read_text()
    assert "Payload-Form: data/package.tar" in (staged / "bag-info.txt").read_text()
    rows = site.rows(receipt["package"])
    for path, row in rows.items():
        data = (staged / path).read_bytes()
        assert (row.sha256, row.size_bytes) == (hashlib.sha256(data).hexdigest(), len(data))


def test_tar_alone_gives_every_byte_back_under_its_name(site: Site, hard: Path, tmp_path: Path) -> None:
    receipt = site.accept(hard)
    tar = site.staged(receipt["package"]) / "data/package.tar"
    found = unpacked(tar, tmp_path / "unpacked")
    assert found == {b"data/" + path: data for path, data in contents(hard).items()}
    assert (tmp_path / "unpacked/data/空").is_dir()
    with tarfile.open(tar) as archive:
        names = {raw(member.name) for member in archive.getmembers() if member.isfile()}
    assert names == set(found)


def test_the_name_map_says_where_every_file_lies(site: Site, hard: Path) -> None:
    package_id = site.accept(hard)["package"]
    staged = site.staged(package_id)
    tar = (staged / "data/package.tar").read_bytes()
    text = (staged / "name-map.csv").read_text(encoding="utf-8")
    rows = list(name_map.read(io.StringIO(text), package_id))
    files = {raw(unescaped(row.path)): row for row in rows if row.kind == "file"}
    for path, data in contents(hard).items():
        row = files[b"data/" + path]
        assert tar[row.offset : row.offset + row.size_bytes] == data
        assert row.sha256 == hashlib.sha256(data).hexdigest()
        assert row.mtime_ns == os.stat(os.fsencode(hard) + b"/" + path).st_mtime_ns
    assert {raw(unescaped(row.path)): row for row in rows} == inner(site, package_id)
    reasons = {row["path"]: row["reason"] for row in csv.DictReader(io.StringIO(text))}
    assert "no UTF-8" in reasons["data/%FF%FE"]
    assert reasons["data/.hidden"] == ""


def test_the_root_digest_is_that_of_what_was_handed_in(site: Site, hard: Path) -> None:
    receipt = site.accept(hard)
    by_hand = RootDigest()
    payload = {os.fsdecode(b"data/" + path): data for path, data in contents(hard).items()}
    for path in sorted(payload, key=raw):
        by_hand.add_file(path, hashlib.sha256(payload[path]).hexdigest())
    by_hand.add_empty_folder("data/空")
    assert receipt["root_digest"]["value"] == by_hand.hexdigest()


def test_the_same_again_gets_the_first_receipt_and_other_content_is_named(site: Site, hard: Path) -> None:
    first = site.accept(hard)
    assert site.accept(hard) == {**first, "repeated": True}
    put(hard, b"\xff\xfe", b"changed")
    (hard / "a.txt").unlink()
    with pytest.raises(ContentDiffers) as refused:
        site.accept(hard)
    detail = refused.value.detail
    assert (detail["changed"], detail["removed"], detail["added"]) == (["%FF%FE"], ["a.txt"], [])


def test_the_same_folder_gives_the_same_tar(site: Site, hard: Path) -> None:
    tars = [
        (site.staged(site.accept(hard, volume=name)["package"]) / "data/package.tar").read_bytes()
        for name in ("1", "2")
    ]
    assert tars[0] == tars[1]


def test_a_bag_with_hard_names_goes_in_whole_and_untouched(site: Site, volume: Path, tmp_path: Path) -> None:
    put(volume, b"a\\b", b"backslash")
    put(volume, b"NUL.txt", b"device")
    bagit.make_bag(str(volume), {"Contact-Name": "张三"}, checksums=["md5", "sha512"])
    receipt = site.accept(volume)
    tar = site.staged(receipt["package"]) / "data/package.tar"
    assert unpacked(tar, tmp_path / "unpacked") == contents(volume)
    assert receipt["digests"]["declared_and_equal"] == ["md5", "sha512"]
    assert not receipt["bag"]["made_here"]
    assert "tagmanifest-md5.txt" in receipt["bag"]["manifests"]
    bagit.Bag(str(tmp_path / "unpacked")).validate()


def test_a_bag_copied_from_a_disc_is_not_taken_for_one_of_ours(
    site: Site, hard: Path, tmp_path: Path
) -> None:
    copied = site.staged(site.accept(hard)["package"]).rename(tmp_path / "copied")
    receipt = site.accept(copied, volume="13")
    assert [item["path"] for item in receipt["travels"]["why"]] == ["name-map.csv"]
    found = inner(site, receipt["package"])
    assert {b"name-map.csv", b"data/package.tar"} < set(found)


def test_a_bag_with_hard_names_and_a_wrong_byte_is_refused(site: Site, volume: Path) -> None:
    put(volume, b"NUL.txt", b"device")
    bagit.make_bag(str(volume))
    put(volume, b"data/NUL.txt", b"DEVICE")
    with pytest.raises(Unacceptable, match=r"data/NUL\.txt"):
        site.accept(volume)
    assert site.left_in_staging() == []
    assert inner(site, "P000001") == {}


def test_paths_longer_and_deeper_than_a_disc_holds_come_along(
    site: Site, volume: Path, tmp_path: Path
) -> None:
    at = os.open(volume, os.O_RDONLY)
    for _ in range(DEPTH_MAX - 1):
        os.mkdir("d", dir_fd=at)
        inner_at = os.open("d", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = inner_at
    os.close(os.open("bottom", os.O_WRONLY | os.O_CREAT, dir_fd=at))
    os.close(at)
    long = volume.joinpath(*["卷" * 60] * 9)
    long.mkdir(parents=True)
    (long / "file").write_text("deep")
    receipt = site.accept(volume)
    assert "bytes in UDF" in receipt["travels"]["why"][0]["why"]
    names = inner(site, receipt["package"])
    assert b"data/" + b"d/" * (DEPTH_MAX - 1) + b"bottom" in names
    assert names["/".join(["data", *["卷" * 60] * 9, "file"]).encode()].size_bytes == 4
    found = subprocess.run(
        ["tar", "-tf", str(site.staged(receipt["package"]) / "data/package.tar")],
        check=True,
        capture_output=True,
    )
    assert found.stdout.count(b"\n") == len(names)


def test_a_dry_run_says_how_it_would_travel(site: Site, hard: Path) -> None:
    answer: Mapping[str, Any] = site.would_accept(hard)
    assert (answer["outcome"], answer["travels"]["as"]) == ("accept", "tar")
    assert site.states() == []


def test_links_are_refused_unless_the_class_records_them(site: Site, volume: Path, tmp_path: Path) -> None:
    (volume / "link").symlink_to("../away")
    os.symlink(b"\xff", os.fsencode(volume) + b"/raw")
    (volume / "absolute").symlink_to("/etc/passwd")
    assert site.would_accept(volume)["outcome"] == "refuse"
    class_with(site, symlinks="record")
    receipt = site.accept(volume)
    found = inner(site, receipt["package"])
    assert {name: item.target for name, item in found.items() if item.kind == "link"} == {
        b"data/link": "../away",
        b"data/raw": "%FF",
        b"data/absolute": "/etc/passwd",
    }
    unpacked(site.staged(receipt["package"]) / "data/package.tar", tmp_path / "unpacked")
    assert os.readlink(tmp_path / "unpacked/data/absolute") == "/etc/passwd"
    (volume / "link").unlink()
    (volume / "link").symlink_to("elsewhere")
    with pytest.raises(ContentDiffers):
        site.accept(volume)


def test_a_file_that_says_what_a_link_says_is_other_content(site: Site, volume: Path) -> None:
    class_with(site, symlinks="record")
    (volume / "x").symlink_to("first")
    first = site.accept(volume)["root_digest"]["value"]
    (volume / "x").unlink()
    (volume / "x").write_text("first")
    assert site.accept(volume, volume="13")["root_digest"]["value"] != first
