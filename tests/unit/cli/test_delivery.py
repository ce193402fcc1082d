"""Recalled files: right or not there, inside one folder, over nothing unless told."""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archived.errors import DaemonAbsent, Failed, Refused
from cli.delivered import DeliveredFile, DeliveredFolder
from cli.delivery import check_folder, deliver

GOOD = b"the bytes that were promised"


def announced(path: str, data: bytes = GOOD, mtime_ns: int | None = None) -> DeliveredFile:
    return DeliveredFile(path, len(data), hashlib.sha256(data).hexdigest(), mtime_ns)


def fetch(file: DeliveredFile) -> Iterator[bytes]:
    yield GOOD[:5]
    yield GOOD[5:]


def left_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_files_and_empty_folders_are_made_with_time_and_umask(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        deliver(
            [announced("data/页 1.txt", mtime_ns=10**15)],
            [DeliveredFolder("data/空"), DeliveredFolder(".x")],
            tmp_path / "a/b",
            fetch,
            overwrite=False,
        )
    finally:
        os.umask(old)
    made = tmp_path / "a/b/data/页 1.txt"
    assert made.read_bytes() == GOOD
    assert stat.S_IMODE(made.stat().st_mode) == 0o640
    assert made.stat().st_mtime == 1_000_000
    assert left_in(tmp_path / "a/b") == [".x", "data", "data/空", "data/页 1.txt"]


@pytest.mark.parametrize("arrived", [b"", GOOD[:-1], GOOD + b"!", GOOD[:-1] + b"X"])
def test_bytes_that_differ_leave_no_file_and_keep_the_earlier_ones(arrived: bytes, tmp_path: Path) -> None:
    def half(file: DeliveredFile) -> Iterator[bytes]:
        yield GOOD if file.path == "one" else arrived

    with pytest.raises(Failed, match=r"two: .* arrived.*1 of 2 files were written and are right") as caught:
        deliver([announced("one"), announced("two")], [], tmp_path, half, overwrite=False)
    assert caught.value.exit_status == 4
    assert left_in(tmp_path) == ["one"]


@pytest.mark.parametrize("error", [DaemonAbsent("gone"), KeyboardInterrupt(), OSError("full")])
def test_whatever_breaks_off_a_file_leaves_nothing_of_it(error: BaseException, tmp_path: Path) -> None:
    def broken(file: DeliveredFile) -> Iterator[bytes]:
        yield GOOD[:5]
        raise error

    with pytest.raises(type(error)):
        deliver([announced("one")], [], tmp_path, broken, overwrite=False)
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", "a//b", "", ".", "a/.", "a\0b", ".."])
@pytest.mark.parametrize("as_folder", [False, True])
def test_a_path_that_leads_out_is_refused_before_anything_is_written(
    path: str, as_folder: bool, tmp_path: Path
) -> None:
    files = [announced("good")] + ([] if as_folder else [announced(path)])
    with pytest.raises(Refused, match="nothing was written"):
        deliver(files, [DeliveredFolder(path)] if as_folder else [], tmp_path / "to", fetch, overwrite=True)
    assert left_in(tmp_path) == []


@given(st.lists(st.sampled_from(["..", ".", "", "a", "b", "~", "\\", "C:"]), max_size=5).map("/".join))
def test_no_path_is_ever_written_outside_the_folder(path: str) -> None:
    from cli.delivery import _inside

    folder = Path("/somewhere/inside")
    try:
        place = _inside(folder, path)
    except Refused:
        return
    assert Path(os.path.normpath(place)) == place
    assert folder in place.parents


def test_a_symbolic_link_in_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "to").mkdir()
    (tmp_path / "to/data").symlink_to(tmp_path / "outside")
    with pytest.raises(Refused, match="symbolic link"):
        deliver([announced("data/x")], [], tmp_path / "to", fetch, overwrite=True)
    assert left_in(tmp_path / "outside") == []


def test_overwriting_a_link_replaces_the_link_and_not_what_it_points_to(tmp_path: Path) -> None:
    (tmp_path / "precious").write_bytes(b"mine")
    (tmp_path / "to").mkdir()
    (tmp_path / "to/x").symlink_to(tmp_path / "precious")
    deliver([announced("x")], [], tmp_path / "to", fetch, overwrite=True)
    assert (tmp_path / "precious").read_bytes() == b"mine"
    assert (tmp_path / "to/x").read_bytes() == GOOD


def test_a_name_that_is_taken_is_not_replaced_unless_told(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"mine")
    with pytest.raises(Refused, match="not touched"):
        deliver([announced("x")], [], tmp_path, fetch, overwrite=False)
    assert (tmp_path / "x").read_bytes() == b"mine"
    assert left_in(tmp_path) == ["x"]
    deliver([announced("x")], [], tmp_path, fetch, overwrite=True)
    assert (tmp_path / "x").read_bytes() == GOOD


def test_only_new_and_empty_folders_are_good_unless_told(tmp_path: Path) -> None:
    check_folder(tmp_path / "new", overwrite=False)
    check_folder(tmp_path, overwrite=False)
    (tmp_path / ".hidden").touch()
    with pytest.raises(Refused, match="is not empty"):
        check_folder(tmp_path, overwrite=False)
    check_folder(tmp_path, overwrite=True)
    with pytest.raises(Refused, match="is not a folder"):
        check_folder(tmp_path / ".hidden", overwrite=True)
