"""From a layout to an image: generated files stand in the recipe, staged ones are streamed from staging."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from backends.optical.master import FileSource, master
from backends.optical.udf.layout import Placement, UdfEntry, plan
from backends.optical.udf.reader import UdfReader
from backends.recipe import RecipeReader, RecipeWriter
from tests.unit.backends.udf.images import VOLUME, Sectors, built


def digests_of(data: bytes) -> Mapping[str, str]:
    return {"sha256": hashlib.sha256(data).hexdigest()}


def test_a_mastered_image_is_the_layout_filled_with_generated_and_staged_files(tmp_path: Path) -> None:
    contents = {
        "README.txt": b"generated",
        "long.csv": b"7," * 1_200_000,
        "data/扫描.tif": b"staged" * 999,
        "data/e": b"",
    }
    layout = plan(
        UdfEntry(path, len(data), 0, placement=Placement.PAYLOAD if "/" in path else Placement.FRONT)
        for path, data in contents.items()
    )
    (tmp_path / "0001").write_bytes(b"before" + contents["data/扫描.tif"])

    def content(entry: UdfEntry) -> bytes | FileSource:
        data = contents[entry.path]
        return data if "/" not in entry.path else FileSource("0001", 6, len(data), digests_of(data))

    path = tmp_path / "recipe"
    with RecipeWriter(path, image="i", label=VOLUME.label) as writer:
        total = master(layout, VOLUME, content, writer, digests_of=digests_of)
        assert writer.commit() == total == layout.image_bytes
    image = bytearray(total)
    with RecipeReader(path, tmp_path, check="sha256", hasher=hashlib.sha256) as reader:
        assert reader.readinto(memoryview(image)) == total
    assert bytes(image) == built(layout, contents)
    found = UdfReader(Sectors(bytes(image)))
    assert b"".join(found.read("data/扫描.tif")) == contents["data/扫描.tif"]


@pytest.mark.parametrize("content", [b"too long", FileSource("x", 0, 6, {})])
def test_contents_of_another_length_than_planned_are_refused(
    tmp_path: Path, content: bytes | FileSource
) -> None:
    layout = plan([UdfEntry("file", 5, 0)])
    with (
        RecipeWriter(tmp_path / "recipe", image="i", label="l") as writer,
        pytest.raises(ValueError, match="planned with 5 bytes"),
    ):
        master(layout, VOLUME, lambda entry: content, writer, digests_of=digests_of)
    assert not list(tmp_path.iterdir())
