"""What is taken in is what the submitter may read himself, and exactly what was looked at."""

import os
import stat
from pathlib import Path
from typing import Any

import bagit
import pytest

from archived.errors import Unacceptable
from archived.policy.reading_rights import READ, SEARCH, Reader, may
from archived.stages import source_look
from archived.stages.intake_descent import DEPTH_MAX
from archived.stages.intake_survey import survey
from tests.unit.archived.intake.conftest import Site

STRANGER = Reader(4_000_000, frozenset({4_000_000}))


@pytest.fixture
def open_way(volume: Path) -> Path:
    """The volume, with every folder on the way to it open to all."""
    for folder in (volume, *volume.parents):
        if folder.stat().st_uid == os.getuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o011)
        if folder.name == "producer":
            folder.chmod(0o755)
    return volume


@pytest.mark.parametrize(
    ("mode", "uid", "gid", "granted"),
    [
        (0o400, 7, 0, True),
        (0o077, 7, 0, False),  # the owner's own bits decide, not those of the others
        (0o040, 0, 8, True),
        (0o704, 0, 8, False),
        (0o004, 0, 0, True),
        (0o770, 0, 0, False),
    ],
)
def test_the_first_class_that_applies_decides(mode: int, uid: int, gid: int, granted: bool) -> None:
    assert may(Reader(7, frozenset({7, 8})), READ, mode=mode, uid=uid, gid=gid) is granted
    assert may(None, READ, mode=0, uid=uid, gid=gid)


def test_a_folder_must_be_both_read_and_searched() -> None:
    assert not may(STRANGER, READ | SEARCH, mode=0o704, uid=0, gid=0)
    assert may(STRANGER, READ | SEARCH, mode=0o705, uid=0, gid=0)


def test_what_the_submitter_may_not_read_is_listed_and_nothing_is_taken(site: Site, open_way: Path) -> None:
    (open_way / "a.txt").chmod(0o600)
    (open_way / "with space").chmod(0o711)
    with pytest.raises(Unacceptable) as refused:
        site.accept(open_way, reader=STRANGER)
    listed = {item["path"]: item["why"] for item in refused.value.detail["unreadable"]}
    assert set(listed) == {"a.txt", "with space"}
    assert "uid 4000000" in listed["a.txt"]
    assert site.states() == []


def test_what_the_submitter_may_read_is_taken(site: Site, open_way: Path) -> None:
    assert site.accept(open_way, reader=STRANGER)["version"] == 1


def test_nothing_is_told_of_what_lies_behind_a_closed_folder(site: Site, open_way: Path) -> None:
    open_way.chmod(0o700)
    for inside in ("with space", "nowhere"):
        with pytest.raises(Unacceptable, match="uid 4000000 may not go to"):
            site.accept(open_way / inside, reader=STRANGER)


def test_a_link_on_the_way_is_not_followed(site: Site, volume: Path, tmp_path: Path) -> None:
    (tmp_path / "way").symlink_to(volume)
    for path in (tmp_path / "way", tmp_path / "way" / "with space"):
        with pytest.raises(Unacceptable, match=r"'way' in .* is a link"):
            site.accept(path)


def test_a_folder_turned_into_a_link_meanwhile_is_noticed(site: Site, volume: Path, tmp_path: Path) -> None:
    """The case that O_NOFOLLOW on the last part of a path alone lets through: same inode, size and time."""
    (volume / "0").write_text("first of all")
    other = tmp_path / "other"

    def swap(_done: int, _total: int) -> None:
        if not other.exists():
            (volume / "with space").rename(other)
            (volume / "with space").symlink_to(other)

    with pytest.raises(Unacceptable, match=r"with space/第一页\.txt changed while it was read"):
        site.accept(volume, progress=swap)
    assert site.left_in_staging() == []


def test_a_file_of_the_same_number_on_another_device_is_another_file(volume: Path) -> None:
    file = survey(volume).files[0]
    fields = list(os.stat(volume / file.path))
    with_ns: dict[str, Any] = {"st_mtime_ns": file.mtime_ns}
    assert file.is_still(os.stat_result(fields, with_ns))
    fields[stat.ST_DEV] += 1
    assert not file.is_still(os.stat_result(fields, with_ns))


def test_folders_without_end_are_refused_before_they_use_up_descriptors(site: Site, volume: Path) -> None:
    at = os.open(volume, os.O_RDONLY)
    for _ in range(DEPTH_MAX + 2):
        os.mkdir("d", dir_fd=at)
        inner = os.open("d", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = inner
    os.close(at)
    with pytest.raises(Unacceptable, match=f"more than {DEPTH_MAX} folders"):
        site.accept(volume)


def test_a_tag_file_that_is_a_link_is_refused_unread(site: Site, volume: Path) -> None:
    bagit.make_bag(str(volume))
    (volume / "bag-info.txt").rename(volume / "data/info")
    (volume / "bag-info.txt").symlink_to("data/info")
    with pytest.raises(Unacceptable, match=r"bag-info\.txt: it is a symbolic link"):
        site.accept(volume)


def test_a_tag_file_that_becomes_a_link_after_the_survey_is_not_followed(
    site: Site, volume: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bagit.make_bag(str(volume))
    seen = survey(volume)
    (volume / "bagit.txt").rename(tmp_path / "elsewhere")
    (volume / "bagit.txt").symlink_to(tmp_path / "elsewhere")
    monkeypatch.setattr(source_look, "survey", lambda _root, _reader: seen)
    with pytest.raises(Unacceptable, match=r"tag file bagit\.txt cannot be read"):
        site.accept(volume)


def test_tag_files_beyond_reason_are_refused_before_they_fill_the_memory(site: Site, volume: Path) -> None:
    bagit.make_bag(str(volume))
    os.truncate(volume / "bag-info.txt", 257 << 20)
    with pytest.raises(Unacceptable, match=r"bag-info\.txt .* more than 256 MiB"):
        site.accept(volume)
