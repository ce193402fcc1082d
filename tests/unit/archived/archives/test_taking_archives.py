"""An archive is taken as the folder or bag that it holds."""

import hashlib
import os
import re
import tarfile
import zipfile

import pytest

from archived.errors import StagingFull, Unacceptable
from archived.formats import file_metadata
from archived.policy.reading_rights import Reader
from tests.unit.archived.archives.packing import MTIME_S, SUFFIXES, TREE, member, pack, tar_of_members, zip_of
from tests.unit.archived.formats.bag_building import make, of_payload, said
from tests.unit.archived.intake.conftest import Site


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_single_folder_at_the_top_is_the_package_itself(site: Site, suffix: str) -> None:
    path = pack(site.producer / f"0007{suffix}")
    receipt = site.accept(path)
    staged = site.staged(receipt["package"])
    there = {p.relative_to(staged).as_posix(): p.read_bytes() for p in staged.rglob("*") if p.is_file()}
    assert {name: data for name, data in there.items() if name.startswith("data/")} == {
        name.replace("0007/", "data/"): data for name, data in TREE.items()
    }
    assert {
        row.mtime_s for name, row in site.rows(receipt["package"]).items() if name.startswith("data/")
    } == {MTIME_S}
    assert receipt["warnings"] == []
    assert receipt["original"] == {
        "name": path.name,
        "format": suffix[1:],
        "bytes": path.stat().st_size,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "names": "",
    }


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_content_as_folder_and_archive_has_one_root(site: Site, suffix: str) -> None:
    folder = site.producer / "folder"
    for name, data in TREE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    first = site.accept(folder / "0007")
    again = site.accept(pack(site.producer / f"0007{suffix}"))
    assert again["repeated"]
    assert again["package"] == first["package"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_several_things_at_the_top_make_the_root_the_package(site: Site, suffix: str) -> None:
    tree = {"a.txt": b"x", "folder/b.txt": b"y"}
    receipt = site.accept(pack(site.producer / f"many{suffix}", tree))
    assert {"data/a.txt", "data/folder/b.txt"} <= set(site.rows(receipt["package"]))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_bag_in_an_archive_is_a_bag(site: Site, suffix: str) -> None:
    bag = of_payload({"data/a.txt": b"x", "data/s/b.txt": b"y"}, algorithms=("sha512",))
    path = pack(site.producer / f"bag{suffix}", {f"mybag/{name}": data for name, data in bag.items()})
    receipt = site.accept(path)
    assert not receipt["bag"]["made_here"]
    assert receipt["digests"]["declared_and_equal"] == ["sha512"]
    staged = site.staged(receipt["package"])
    assert {p.relative_to(staged).as_posix(): p.read_bytes() for p in staged.rglob("*") if p.is_file()} == bag


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_broken_bag_in_an_archive_is_refused_as_any(site: Site, suffix: str) -> None:
    bag = of_payload({"data/a.txt": b"x"}) | {"data/a.txt": b"y", "data/more.txt": b""}
    assert said(bag)
    with pytest.raises(Unacceptable, match=r"data/more\.txt is not listed"):
        site.accept(
            pack(site.producer / f"bag{suffix}", {f"mybag/{name}": data for name, data in bag.items()})
        )
    bag.pop("data/more.txt")
    with pytest.raises(Unacceptable, match=r"data/a\.txt: its sha256 is"):
        site.accept(
            pack(site.producer / f"bag{suffix}", {f"mybag/{name}": data for name, data in bag.items()})
        )
    assert site.left_in_staging() == []


def test_a_bag_beside_other_things_is_refused_but_for_what_macos_adds(site: Site) -> None:
    bag = {f"mybag/{name}": data for name, data in make().items()}
    with pytest.raises(Exception, match="a bag stands alone in its archive; beside it are notes"):
        site.accept(pack(site.producer / "a.zip", {**bag, "notes/x.txt": b""}))
    receipt = site.accept(pack(site.producer / "b.zip", {**bag, "__MACOSX/mybag/._bagit.txt": b"x"}))
    assert not receipt["bag"]["made_here"]
    assert "__MACOSX/ beside the bag is no part of it and was not taken (1 files)" in receipt["warnings"]


def test_modes_times_empty_folders_and_hard_links_of_a_tar_are_kept(site: Site) -> None:
    path = site.producer / "x.tar.gz"
    path.write_bytes(
        tar_of_members(
            [
                member("x", type=tarfile.DIRTYPE, mode=0o750),
                member("x/empty/", type=tarfile.DIRTYPE, mode=0o700, mtime=MTIME_S - 5),
                member("x/a.sh", b"#!/bin/sh", mode=0o755, pax_headers={"mtime": f"{MTIME_S}.25"}),
                member("x/again", type=tarfile.LNKTYPE, linkname="x/a.sh"),
                member("x/third", type=tarfile.LNKTYPE, linkname="x/a.sh"),
            ],
            "w:gz",
        )
    )
    receipt = site.accept(path)
    staged = site.staged(receipt["package"])
    for name in ("a.sh", "again", "third"):
        assert (staged / "data" / name).read_bytes() == b"#!/bin/sh"
    assert (staged / "data" / "empty").is_dir()
    rows = (staged / file_metadata.NAME).read_text()
    assert re.search(r"data/a\.sh,.*755", rows)
    assert "data/again" in rows


def test_links_are_refused_or_recorded_as_the_class_says(site: Site) -> None:
    tar = tar_of_members(
        [member("x/a", b"1"), member("x/l", type=tarfile.SYMTYPE, linkname="../../etc/passwd")]
    )
    (site.producer / "x.tar").write_bytes(tar)
    with pytest.raises(Exception, match="l: it is a symbolic link"):
        site.accept(site.producer / "x.tar")
    link = zipfile.ZipInfo("x/l")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    out = site.producer / "x.zip"
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("x/a", b"1")
        archive.writestr(link, b"a")
    with pytest.raises(Exception, match="l: it is a symbolic link"):
        site.accept(out)


def test_what_a_class_leaves_out_of_folders_it_leaves_out_of_archives(site: Site) -> None:
    tree = {"x/a.txt": b"x", "x/Thumbs.db": b"rubbish", "x/sub/~$a.doc": b"rubbish"}
    receipt = site.accept(pack(site.producer / "x.zip", tree))
    assert sorted(receipt["left_out"]) == ["Thumbs.db", "sub/~$a.doc"]
    assert "data/Thumbs.db" not in site.rows(receipt["package"])


def test_a_dry_run_reads_all_and_takes_nothing(site: Site) -> None:
    path = pack(site.producer / "0007.tar.xz")
    trial = site.would_accept(path)
    assert trial["outcome"] == "accept"
    assert trial["original"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert site.states() == []


def test_a_file_that_is_no_archive_is_refused_with_what_is_taken(site: Site) -> None:
    for name in ("letter.docx", "photo.jpg"):
        (site.producer / name).write_bytes(zip_of({"a": b"x"}))
        with pytest.raises(Unacceptable, match=r"is a file; put it into a folder, or hand in one of \.tar"):
            site.accept(site.producer / name)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_archive_that_is_not_what_its_name_says_is_refused(site: Site, suffix: str) -> None:
    for other in SUFFIXES:
        if other != suffix:
            source = pack(site.producer / f"source{other}")
            source.rename(site.producer / f"x{suffix}")
            with pytest.raises(Unacceptable, match=r"as its name says|a header in it is none"):
                site.accept(site.producer / f"x{suffix}")
    (site.producer / f"x{suffix}").write_bytes(b"")
    with pytest.raises(Unacceptable, match="as its name says"):
        site.accept(site.producer / f"x{suffix}")


def test_an_archive_is_reached_without_links_and_with_the_rights_of_whoever_hands_it_in(site: Site) -> None:
    path = pack(site.producer / "0007.zip")
    (site.producer / "link.zip").symlink_to(path)
    with pytest.raises(Unacceptable, match="is a link"):
        site.accept(site.producer / "link.zip")
    path.chmod(0o600)
    stranger = Reader(uid=12345, gids=frozenset({12345}))
    with pytest.raises(Unacceptable, match="uid 12345"):
        site.accept(path, reader=stranger)


def test_too_little_room_is_said_before_anything_is_unpacked(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = pack(site.producer / "big.zip", {"x/zeros": bytes(4 << 20)})
    assert path.stat().st_size < 100_000
    monkeypatch.setattr("shutil.disk_usage", lambda _path: type("Usage", (), {"free": 1 << 20})())
    with pytest.raises(StagingFull, match="staging needs"):
        site.accept(path)
    assert site.states() == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_archive_that_changes_while_it_is_read_ends_the_intake(site: Site, suffix: str) -> None:
    path = pack(site.producer / f"x{suffix}", {f"x/{n}": os.urandom(1000) for n in range(5)})
    told = []

    def touch(done: int, total: int) -> None:
        told.append((done, total))
        if done:
            os.utime(path)

    with pytest.raises(Unacceptable, match=f"x{suffix} changed while it was read"):
        site.accept(path, progress=touch)
    assert told
    assert site.left_in_staging() == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_bag_at_the_root_of_an_archive_is_taken(site: Site, suffix: str) -> None:
    receipt = site.accept(pack(site.producer / f"bag{suffix}", make()))
    assert not receipt["bag"]["made_here"]
