"""Symbolic links in archives: refused, all of them named, or recorded as what they say, as the class wants it."""

import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from archived.errors import NotCarried, Refused
from tests.unit.archived.archives.packing import SUFFIXES, TARS, member, tar_of_members
from tests.unit.archived.intake.conftest import Site
from tests.unit.archived.intake.test_hard_names import class_with, inner, unpacked

#: Inside, out of it, absolute, to nothing, and one that is no UTF-8.
LINKS = {
    "in": b"a.txt",
    "sub/up": b"../a.txt",
    "out": b"../../etc/passwd",
    "root": b"/etc/passwd",
    "raw": b"caf\xe9",
}


def packed(path: Path) -> Path:
    """A file and the links, in an archive of the kind that the name says."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("x/a.txt", b"first")
            for name, target in LINKS.items():
                link = zipfile.ZipInfo(f"x/{name}")
                link.create_system, link.external_attr = 3, 0o120777 << 16
                archive.writestr(link, target)
        return path
    members = [member("x/a.txt", b"first")]
    members += [
        member(f"x/{name}", type=tarfile.SYMTYPE, linkname=os.fsdecode(target))
        for name, target in LINKS.items()
    ]
    suffix = path.name.removeprefix("x")
    # GNU headers hold the bytes of a name as they are.
    path.write_bytes(tar_of_members(members, TARS[suffix], tarfile.GNU_FORMAT))
    return path


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_class_that_refuses_links_names_every_one_and_takes_nothing(site: Site, suffix: str) -> None:
    with pytest.raises(NotCarried) as refused:
        site.accept(packed(site.producer / f"x{suffix}"))
    for name in LINKS:
        assert f"{name}: it is a symbolic link" in str(refused.value.detail)
    assert site.states() in ([], ["abandoned"])
    assert site.left_in_staging() == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_class_that_records_links_keeps_what_they_say_and_follows_none(
    site: Site, suffix: str, tmp_path: Path
) -> None:
    class_with(site, symlinks="record")
    receipt = site.accept(packed(site.producer / f"x{suffix}"))

    assert receipt["travels"]["as"] == "tar"
    found = inner(site, receipt["package"])
    assert {name: item.target for name, item in found.items() if item.kind == "link"} == {
        f"data/{name}".encode(): "caf%E9" if name == "raw" else target.decode()
        for name, target in LINKS.items()
    }
    assert [name for name, item in found.items() if item.kind == "file" and name.startswith(b"data/")] == [
        b"data/a.txt"
    ]
    unpacked(site.staged(receipt["package"]) / "data/package.tar", tmp_path / "out")
    there = {name: os.readlink(os.fsencode(tmp_path / "out/data" / name)) for name in LINKS}
    assert there == LINKS


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_links_in_a_folder_and_an_archive_have_one_root_and_other_targets_another(
    site: Site, suffix: str
) -> None:
    class_with(site, symlinks="record")
    folder = site.producer / "folder"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_text("first")
    for name, target in LINKS.items():
        os.symlink(target, os.fsencode(folder / name))
    first = site.accept(folder)
    again = site.accept(packed(site.producer / f"x{suffix}"))
    assert (again["repeated"], again["package"]) == (True, first["package"])

    (folder / "in").unlink()
    (folder / "in").symlink_to("elsewhere")
    with pytest.raises(Refused, match="other content"):
        site.accept(folder)
