"""Staged bytes are put right only by what was accepted, recipes only by what makes the recorded image."""

import hashlib
from pathlib import Path

import pytest

from archived.catalog import images
from archived.errors import WrongState
from archived.model import Image, PackageFile
from archived.stages.mending import Mended, mend_package, refreeze
from archived.stages.packing import disc_of
from archived.states import ImageState
from tests.simulation.harness import Story


def row(path: str, data: bytes) -> PackageFile:
    return PackageFile(
        "P000001", path, False, len(data), 1_700_000_000, hashlib.sha256(data).hexdigest(), "", ""
    )


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    staged, original = tmp_path / "staged", tmp_path / "original"
    (staged / "data").mkdir(parents=True)
    original.mkdir()
    return staged, original


def test_a_damaged_file_is_replaced_by_the_original_of_a_folder(folders: tuple[Path, Path]) -> None:
    staged, original = folders
    (staged / "data/a").write_bytes(b"rotten")
    (original / "a").write_bytes(b"right")
    assert mend_package([row("data/a", b"right")], staged, original) == Mended(("data/a",), ())
    assert (staged / "data/a").read_bytes() == b"right"
    assert (staged / "data/a").stat().st_mtime == 1_700_000_000
    assert [path.name for path in (staged / "data").iterdir()] == ["a"]


def test_a_missing_file_is_taken_from_the_original_of_a_bag(folders: tuple[Path, Path]) -> None:
    staged, original = folders
    (original / "data").mkdir()
    (original / "data/b").write_bytes(b"there")
    assert mend_package([row("data/b", b"there")], staged, original).mended == ("data/b",)


def test_an_original_that_differs_is_not_taken_and_nothing_is_touched(folders: tuple[Path, Path]) -> None:
    staged, original = folders
    (staged / "data/a").write_bytes(b"rotten")
    (original / "a").write_bytes(b"something else")
    assert mend_package([row("data/a", b"right")], staged, original) == Mended((), ("data/a",))
    assert (staged / "data/a").read_bytes() == b"rotten"


def test_an_original_behind_a_link_is_not_taken(folders: tuple[Path, Path]) -> None:
    staged, original = folders
    (original / "real").write_bytes(b"right")
    (original / "a").symlink_to("real")
    assert mend_package([row("data/a", b"right")], staged, original).still_wrong == ("data/a",)


def test_what_is_right_already_is_left_alone(folders: tuple[Path, Path]) -> None:
    staged, original = folders
    (staged / "data/a").write_bytes(b"right")
    assert mend_package([row("data/a", b"right")], staged, original) == Mended((), ())


def protected(story: Story) -> Image:
    story.hold_writes(True)
    story.submit_set()
    story.close_images()
    story.settle()
    with story.catalog.read() as read:
        return next(i for i in images.in_state(read, ImageState.PROTECTED) if i.kind == "data")


def test_a_damaged_recipe_is_frozen_again_to_the_same_bytes_and_burnt(tmp_path: Path) -> None:
    story = Story(tmp_path)
    image = protected(story)
    staging = story.site.tools.paths.staging
    recipe = staging / image.recipe_name
    recipe.write_bytes(recipe.read_bytes()[:-9])
    with story.catalog.read() as read:
        disc = disc_of(read, story.site, image)
    refreeze(image, disc, staging)
    story.hold_writes(False)
    story.settle()
    assert story.all_archived()


def test_a_recipe_that_makes_other_bytes_is_not_kept(tmp_path: Path) -> None:
    story = Story(tmp_path)
    image = protected(story)
    staging = story.site.tools.paths.staging
    before = (staging / image.recipe_name).read_bytes()
    story.configure({"contact": '"somebody else"'})
    story.crash()
    with story.catalog.read() as read:
        disc = disc_of(read, story.site, image)
    with pytest.raises(WrongState, match="does not make the bytes"):
        refreeze(image, disc, staging)
    assert (staging / image.recipe_name).read_bytes() == before
    assert not list((staging / "recipes").glob("*.part"))
