"""A recipe streams the same bytes through any buffer; any change of it or of staging is noticed."""

import hashlib
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.errors import RecipeDamaged, SourceDiffers
from backends.recipe import (
    BlockExtent,
    Extent,
    FileExtent,
    RecipeReader,
    RecipeWriter,
    ZeroExtent,
    read_extents,
)


def digests_of(data: bytes) -> Mapping[str, str]:
    return {"sha256": hashlib.sha256(data).hexdigest()}


#: (kind, bytes) of extents; files are staged under their number.
PARTS = st.lists(st.tuples(st.sampled_from(["zeros", "block", "file"]), st.binary(min_size=1, max_size=300)))


def write(root: Path, parts: list[tuple[str, bytes]]) -> tuple[Path, bytes]:
    image = bytearray()
    with RecipeWriter(root / "recipe", image="i", label="l") as writer:
        for number, (kind, data) in enumerate(parts):
            extent: Extent = ZeroExtent(len(data))
            if kind == "block":
                extent = BlockExtent(data, digests_of(data))
            if kind == "file":
                (root / str(number)).write_bytes(b"##" + data + b"##")
                extent = FileExtent(str(number), 2, len(data), digests_of(data), f"name {number}")
            image += bytes(len(data)) if kind == "zeros" else data
            writer.add(extent)
        assert writer.commit() == len(image)
    return root / "recipe", bytes(image)


def streamed(path: Path, pieces: list[int]) -> bytes:
    found = bytearray()
    with RecipeReader(path, path.parent, check="sha256", hasher=hashlib.sha256) as reader:
        turn = 0
        while True:
            buffer = bytearray(pieces[turn % len(pieces)])
            count = reader.readinto(memoryview(buffer))
            found += buffer[:count]
            if count < len(buffer):
                return bytes(found)
            turn += 1


@given(PARTS, st.lists(st.integers(1, 700), min_size=1, max_size=5))
def test_an_image_is_the_same_through_any_buffer(parts: list[tuple[str, bytes]], pieces: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, image = write(Path(folder), parts)
        assert streamed(path, pieces) == image


@given(PARTS, st.data())
def test_no_change_of_a_recipe_goes_unnoticed(parts: list[tuple[str, bytes]], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, _ = write(Path(folder), parts)
        text = path.read_bytes()
        at = data.draw(st.integers(0, len(text) - 1))
        kept = data.draw(st.integers(at, len(text) - 1))
        changed = text[:at] + data.draw(st.binary(max_size=3)) + text[kept:]
        path.write_bytes(changed)
        before = list(_extents_of(text, Path(folder)))
        with suppress(RecipeDamaged):
            assert list(read_extents(path)) == before


def _extents_of(text: bytes, folder: Path) -> list[Extent]:
    whole = folder / "whole"
    whole.write_bytes(text)
    return list(read_extents(whole))


@given(PARTS.filter(lambda parts: any(kind == "file" for kind, _ in parts)), st.data())
def test_a_changed_staged_file_never_reaches_the_end_of_the_image(
    parts: list[tuple[str, bytes]], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, _ = write(Path(folder), parts)
        number = data.draw(st.sampled_from([n for n, (kind, _) in enumerate(parts) if kind == "file"]))
        staged = bytearray((path.parent / str(number)).read_bytes())
        at = data.draw(st.integers(2, len(staged) - 3))
        staged[at] ^= data.draw(st.integers(1, 255))
        (path.parent / str(number)).write_bytes(staged)
        with pytest.raises(SourceDiffers, match=f"name {number} "):
            streamed(path, [64])
