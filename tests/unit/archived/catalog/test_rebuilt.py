"""Rows of a rebuild: what two discs tell alike is taken once, and what they tell otherwise is never swallowed."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection

from archived.catalog import carriers, images, packages, rebuilt
from archived.catalog.store import Catalog
from archived.inner_files import InnerFile
from archived.model import Image, Package, PackageFile
from archived.stages.rebuilding_twins import files_told_otherwise, take_packages
from archived.states import ImageState, PackageState

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PACKAGE = Package(
    "P000001", PackageState.FOUND, "permanent", "Z109", "2003", "0007", 1, "Minutes", "30", "open", "", 0, "",
    1, 4, "d" * 64, NOW, NOW, staged=False,
)  # fmt: skip
FILE = PackageFile("P000001", "data/a", False, 4, 1_700_000_000, "a" * 64, "b" * 64, "c" * 32)
INNER = InnerFile("P000001", "a", "file", 512, 4, 0, 0o644, "", "", "a" * 64, "b" * 64, "c" * 32)


def image(name: str, pool: str = "bluray") -> Image:
    return Image(
        name,
        ImageState.FOUND,
        "data",
        pool,
        "Z109",
        "2003",
        "30",
        "open",
        False,
        NOW,
        label=f"label of {name}",
    )


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty catalog."""
    catalog = Catalog(tmp_path_factory.mktemp("empty") / "catalog.sqlite")
    catalog.upgrade()
    catalog.close()
    return catalog.path


@pytest.fixture
def write(empty: Path, tmp_path: Path) -> Iterator[Connection]:
    """A catalog with two images, each of a pool of its own."""
    catalog = Catalog(Path(shutil.copy(empty, tmp_path)))
    with catalog.write() as connection:
        for item in (image("I1"), image("I2", "tape")):
            images.create(connection, item)
        yield connection
    catalog.close()


def files(write: Connection) -> list[PackageFile]:
    return list(packages.files(write, "P000001"))


def told_by_the_first(write: Connection, *items: PackageFile) -> None:
    """The first image told all of its package: files, then places."""
    take_packages(write, image("I1"), [PACKAGE])
    assert rebuilt.add_files(write, "I1", items) == []
    rebuilt.add_extents(write, "I1", [(item.package_id, item.path, 100, 4) for item in items])


def test_a_package_that_two_pools_carry_alike_is_taken_without_a_word(write: Connection) -> None:
    told_by_the_first(write, FILE)

    left_out, differences = take_packages(write, image("I2", "tape"), [replace(PACKAGE)])

    assert (left_out, differences) == ([], [])
    assert rebuilt.add_files(write, "I2", [FILE]) == []
    assert packages.image_ids(write, "P000001") == {"bluray": "I1", "tape": "I2"}


@pytest.mark.parametrize(
    "change",
    [{"volume": "0008"}, {"version": 2}, {"root_digest": "e" * 64}],
    ids=["volume", "version", "root"],
)
def test_another_package_of_the_same_number_is_left_out_and_both_images_are_named(
    write: Connection, change: dict[str, object]
) -> None:
    told_by_the_first(write, FILE)

    left_out, differences = take_packages(write, image("I2", "tape"), [replace(PACKAGE, **change)])

    assert left_out == ["P000001"]
    assert packages.listing(write) == [PACKAGE]
    assert packages.image_ids(write, "P000001") == {"bluray": "I1"}
    (said,) = differences
    assert (said.kind, said.thing) == ("package-told-twice", "P000001")
    assert "what label of I1 says was kept" in said.what
    assert "label of I2" in said.what


def test_two_numbers_for_one_version_of_a_volume_are_both_kept_and_told(write: Connection) -> None:
    told_by_the_first(write, FILE)
    other = replace(PACKAGE, id="P000002", root_digest="e" * 64)

    left_out, differences = take_packages(write, image("I2", "tape"), [other])

    assert left_out == []
    assert [package.id for package in packages.listing(write)] == ["P000001", "P000002"]
    assert [said.kind for said in differences] == ["reference-told-twice"]
    assert all(name in differences[0].what for name in ("P000001", "P000002", "label of I1", "label of I2"))


def test_two_numbers_with_equal_content_are_taken_without_a_word(write: Connection) -> None:
    told_by_the_first(write, FILE)
    assert take_packages(write, image("I2", "tape"), [replace(PACKAGE, id="P000002")]) == ([], [])


def test_another_title_is_told_and_the_package_stays_a_member(write: Connection) -> None:
    told_by_the_first(write, FILE)

    left_out, differences = take_packages(write, image("I2", "tape"), [replace(PACKAGE, title="Letters")])

    assert left_out == []
    assert [said.kind for said in differences] == ["package-told-twice"]
    assert packages.get(write, "P000001").title == "Minutes"


def test_what_a_short_row_did_not_tell_is_taken_from_the_other_image(write: Connection) -> None:
    take_packages(write, image("I1"), [replace(PACKAGE, root_digest="", owner=-1)])

    assert take_packages(write, image("I2", "tape"), [PACKAGE]) == ([], [])

    assert packages.get(write, "P000001") == PACKAGE


def test_a_package_on_two_images_of_one_pool_is_told(write: Connection) -> None:
    told_by_the_first(write, FILE)
    images.create(write, image("I3"))

    left_out, differences = take_packages(write, image("I3"), [PACKAGE])

    assert left_out == []
    assert [said.kind for said in differences] == ["package-on-two-images"]
    assert packages.image_ids(write, "P000001") == {"bluray": "I1"}


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": "e" * 64},
        {"size_bytes": 5},
        {"is_directory": True},
        {"blake3": "e" * 64},
        {"path": "data/more"},
    ],
    ids=["sha256", "size", "folder", "blake3", "a file that nobody named"],
)
def test_a_file_that_another_image_told_otherwise_is_not_taken_and_named(
    write: Connection, change: dict[str, object]
) -> None:
    told_by_the_first(write, FILE, replace(FILE, path="data/b"))
    take_packages(write, image("I2", "tape"), [PACKAGE])
    wrong = replace(FILE, **change)

    other = rebuilt.add_files(write, "I2", [wrong, replace(FILE, path="data/b")])

    assert other == [wrong]
    assert files(write) == [FILE, replace(FILE, path="data/b")]
    (said,) = files_told_otherwise(write, "I2", other)
    assert (said.kind, said.thing) == ("files-told-twice", "P000001")
    assert said.what.startswith(
        f"1 file of package P000001 on label of I2 is not what label of I1 says of it, {wrong.path}"
    )


def test_a_disc_of_the_first_releases_contradicts_nothing_by_what_it_does_not_know(write: Connection) -> None:
    told_by_the_first(write, FILE)
    take_packages(write, image("I2", "tape"), [PACKAGE])
    assert rebuilt.add_files(write, "I2", [replace(FILE, blake3="", xxh3="", mtime_s=5)]) == []


def test_many_files_of_one_package_make_one_difference(write: Connection) -> None:
    items = [replace(FILE, path=f"data/{number:05}") for number in range(3000)]
    told_by_the_first(write, *items)
    take_packages(write, image("I2", "tape"), [PACKAGE])
    wrong = [replace(item, sha256="e" * 64) for item in items]

    other = rebuilt.add_files(write, "I2", wrong)

    assert other == wrong
    (said,) = files_told_otherwise(write, "I2", other)
    assert said.what.startswith("3000 files of package P000001")


def test_what_lies_in_a_tar_is_compared_too(write: Connection) -> None:
    told_by_the_first(write, FILE)
    assert rebuilt.add_inner_files(write, [INNER]) == []
    assert rebuilt.add_inner_files(write, [INNER]) == []
    assert rebuilt.add_inner_files(write, [replace(INNER, offset=1024)]) == [replace(INNER, offset=1024)]


def test_a_package_that_was_packed_again_is_fetched_from_the_image_that_closed_later(
    write: Connection,
) -> None:
    for name, closed_at in (
        ("I4", datetime(2030, 1, 1, tzinfo=UTC)),
        ("I5", datetime(2040, 1, 1, tzinfo=UTC)),
    ):
        images.create(write, replace(image(name), closed_at=closed_at))
    take_packages(write, images.get(write, "I4"), [PACKAGE])
    left_out, differences = take_packages(write, images.get(write, "I5"), [PACKAGE])

    assert left_out == []
    assert [said.kind for said in differences] == ["package-on-two-images"]
    assert packages.image_ids(write, "P000001") == {"bluray": "I5"}
    assert carriers.before(write, "P000001") == ["I4"]
    assert [package.id for package in packages.of_image(write, "I4")] == ["P000001"], "its bytes are on both"
    take_packages(write, images.get(write, "I4"), [PACKAGE])
    assert packages.image_ids(write, "P000001") == {"bluray": "I5"}, (
        "an old disc that comes back changes nothing"
    )
