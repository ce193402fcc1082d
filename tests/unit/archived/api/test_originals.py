"""What a producer may delete: only what still is, bit for bit, what the package holds."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from archived.catalog import packages
from archived.errors import Cancelled
from archived.policy.reading_rights import Reader
from archived.policy.submission import SubmissionRequest
from archived.stages.admission import admit
from archived.stages.originals import difference
from tests.unit.archived.api.conftest import Daemon

MD5 = "8b04d5e3775d298e78455efc5ca404d5  data/a.txt\n"


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    folder = tmp_path / "volume"
    (folder / "empty").mkdir(parents=True)
    (folder / "a.txt").write_text("first")
    return folder


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    folder = tmp_path / "bag"
    (folder / "data").mkdir(parents=True)
    (folder / "data/a.txt").write_text("first")
    (folder / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    (folder / "manifest-md5.txt").write_text(MD5)
    (folder / "notes.txt").write_text("by hand")
    return folder


@pytest.fixture
def compare(daemon: Daemon) -> Callable[..., str]:
    """Hands the folder in, lets a person do something to it, and compares."""

    def compared(
        path: Path, change: Callable[[], object] = lambda: None, reader: Reader | None = None
    ) -> str:
        catalog, site = daemon.services.catalog, daemon.services.site
        asked = SubmissionRequest(path, "F", "S", "V", retention="Y10", confidentiality="open")
        receipt = admit(asked, catalog=catalog, site=site, owner=0)
        change()
        with catalog.read() as read:
            package = packages.get(read, receipt["package"])
        return difference(package, path, catalog=catalog, site=site, reader=reader)

    return compared


def test_an_original_that_nobody_touched_is_equal(
    compare: Callable[..., str], volume: Path, bag: Path
) -> None:
    assert compare(volume) == ""


def test_times_and_modes_are_no_bytes(compare: Callable[..., str], volume: Path) -> None:
    assert compare(volume, lambda: ((volume / "a.txt").touch(), (volume / "a.txt").chmod(0o600))) == ""


def test_a_bag_is_equal_with_all_its_tag_files(compare: Callable[..., str], bag: Path) -> None:
    assert compare(bag) == ""


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda folder: (folder / "a.txt").write_text("First"), "1 file is not that of P000001: a.txt"),
        (lambda folder: (folder / "b.txt").write_text(""), "1 file is not that of P000001: b.txt"),
        (lambda folder: (folder / "a.txt").unlink(), "a.txt"),
        (lambda folder: (folder / "empty").rmdir(), "other empty folders"),
        (lambda folder: (folder / "a.txt").rename(folder / "A.txt"), "2 files"),
        (lambda folder: shutil.rmtree(folder), "is not there"),
        (lambda folder: (folder / "bagit.txt").write_text("x"), "P000001: a.txt"),
    ],
    ids=["changed", "added", "removed", "without its empty folder", "renamed", "gone", "said to be a bag"],
)
def test_whatever_differs_is_named(
    compare: Callable[..., str], volume: Path, change: Callable[[Path], object], why: str
) -> None:
    assert why in compare(volume, lambda: change(volume))


def test_a_tag_file_of_a_bag_counts_too(compare: Callable[..., str], bag: Path) -> None:
    found = compare(bag, lambda: (bag / "notes.txt").write_text("by another hand"))
    assert found == "1 tag file is not that of P000001: notes.txt"


def test_it_is_read_with_the_rights_of_who_asks(compare: Callable[..., str], volume: Path) -> None:
    found = compare(volume, lambda: (volume / "a.txt").chmod(0o600), Reader(12345, frozenset()))
    assert "12345" in found


def test_the_comparison_can_be_cancelled(daemon: Daemon, compare: Callable[..., str], volume: Path) -> None:
    compare(volume)

    def cancel(_done_bytes: int, _total_bytes: int) -> None:
        raise Cancelled("given up")

    catalog, site = daemon.services.catalog, daemon.services.site
    with catalog.read() as read:
        package = packages.get(read, "P000001")
    with pytest.raises(Cancelled):
        difference(package, volume, catalog=catalog, site=site, progress=cancel)


def test_a_package_that_travels_as_a_tar_is_compared_by_what_is_in_it(
    compare: Callable[..., str], volume: Path
) -> None:
    (volume / os.fsdecode(b"caf\xe9")).write_text("latin")
    (volume / "Thumbs.db").write_text("a system's own, which is left out")
    assert compare(volume) == ""
    found = compare(volume, lambda: (volume / os.fsdecode(b"caf\xe9")).write_text("other"))
    assert found == "1 file is not that of P000001: caf%E9"


def test_a_file_that_is_left_out_counts_when_the_receipt_does_not_name_it(
    compare: Callable[..., str], volume: Path
) -> None:
    (volume / "~$mine.docx").write_text("left out, and named in the receipt")
    assert compare(volume) == ""
    found = compare(volume, lambda: (volume / "~$new.docx").write_text("nobody knows of it"))
    assert found == "1 file in it was never taken in, and the receipt does not name it: ~$new.docx"


def test_a_receipt_that_is_gone_names_nothing(
    daemon: Daemon, compare: Callable[..., str], volume: Path
) -> None:
    (volume / "~$mine.docx").write_text("left out")
    assert compare(volume) == ""
    catalog, site = daemon.services.catalog, daemon.services.site
    with catalog.write() as write:
        packages.update_columns(write, "P000001", accepted_receipt=None)
    with catalog.read() as read:
        package = packages.get(read, "P000001")
    assert "~$mine.docx" in difference(package, volume, catalog=catalog, site=site)


def test_a_bag_that_travels_as_a_tar_is_compared_with_its_tag_files(
    compare: Callable[..., str], bag: Path
) -> None:
    (bag / "line\nbreak.txt").write_text("a tag file with a name that no disc holds")
    assert compare(bag) == ""
    found = compare(bag, lambda: (bag / "line\nbreak.txt").write_text("other"))
    assert "1 tag file" in found


def test_a_link_that_came_later_is_named(compare: Callable[..., str], volume: Path) -> None:
    assert "symbolic link" in compare(volume, lambda: (volume / "link").symlink_to("a.txt"))
