"""Recipes: what is written down, what is refused, and how a stream ends when staging is not what it was."""

import gzip
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from backends.errors import RecipeDamaged, SourceDiffers, SourceMissing
from backends.recipe import (
    BLOCK_BYTES_MAX,
    BlockExtent,
    Extent,
    FileExtent,
    RecipeReader,
    RecipeWriter,
    ZeroExtent,
    read_extents,
    read_header,
)


def digests_of(data: bytes) -> Mapping[str, str]:
    return {"sha256": hashlib.sha256(data).hexdigest(), "md5": hashlib.md5(data).hexdigest()}


def block(data: bytes) -> BlockExtent:
    return BlockExtent(data, digests_of(data))


def write(path: Path, extents: Sequence[Extent]) -> Path:
    with RecipeWriter(path, image="I000017", label="7K3F · 3 of 6") as writer:
        for extent in extents:
            writer.add(extent)
        assert writer.commit() == sum(extent.length for extent in extents)
    return path


def stage(root: Path, source: str, data: bytes, *, offset: int = 0, length: int | None = None) -> FileExtent:
    path = root / source
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    stretch = data[offset:] if length is None else data[offset : offset + length]
    return FileExtent(source, offset, len(stretch), digests_of(stretch), f"data/{source}")


def stream(path: Path, root: Path, *, piece: int = 1000, check: str = "sha256") -> bytes:
    image = bytearray()
    buffer = bytearray(piece)
    with RecipeReader(path, root, check=check, hasher=lambda: hashlib.new(check)) as reader:
        while count := reader.readinto(memoryview(buffer)):
            image += buffer[:count]
            assert count == piece or len(image) == reader.header.image_bytes
        assert reader.readinto(memoryview(buffer)) == 0
    return bytes(image)


def test_an_image_streams_as_its_extents_say(tmp_path: Path) -> None:
    long = os.urandom(3_000_001)
    extents: list[Extent] = [
        block(b"front" * 100),
        ZeroExtent(3_000_000),
        stage(tmp_path, "a/档案.tif", long),
        stage(tmp_path, "a/part", b"0123456789", offset=3, length=4),
        ZeroExtent(1),
        block(os.urandom(BLOCK_BYTES_MAX)),
    ]
    path = write(tmp_path / "recipe", extents)
    front, middle, last = extents[0], extents[3], extents[-1]
    assert isinstance(front, BlockExtent)
    assert isinstance(last, BlockExtent)
    assert middle.length == 4
    expected = front.data + bytes(3_000_000) + long + b"3456" + b"\0" + last.data
    for piece in (999, 65536, 1 << 23):
        assert stream(path, tmp_path, piece=piece) == expected
    assert stream(path, tmp_path, piece=65536, check="md5") == expected


def test_a_recipe_gives_back_what_was_put_in(tmp_path: Path) -> None:
    strange = FileExtent("s/bad\udc80 name\n", 5, 6, {"sha256": "00"}, "数据/\u2028")
    extents: list[Extent] = [ZeroExtent(7), block(b"x"), strange]
    path = write(tmp_path / "recipe", extents)
    assert list(read_extents(path)) == extents
    header = read_header(path)
    assert (header.image, header.label, header.extents, header.image_bytes) == (
        "I000017",
        "7K3F · 3 of 6",
        3,
        14,
    )
    assert not (tmp_path / "recipe.part").exists()


def test_a_staged_name_that_is_no_utf8_can_be_streamed(tmp_path: Path) -> None:
    extent = stage(tmp_path, os.fsdecode(b"latin-\xe9"), b"bytes")
    assert stream(write(tmp_path / "recipe", [extent]), tmp_path) == b"bytes"


def test_a_recipe_left_without_commit_vanishes_and_the_old_one_stays(tmp_path: Path) -> None:
    path = write(tmp_path / "recipe", [ZeroExtent(1)])
    before = path.read_bytes()
    with RecipeWriter(path, image="other", label="other") as writer:
        writer.add(ZeroExtent(2))
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["recipe"]
    with pytest.raises(ValueError, match="finished"):
        writer.add(ZeroExtent(1))


@pytest.mark.parametrize(
    "extent",
    [
        ZeroExtent(0),
        ZeroExtent(-1),
        BlockExtent(b"", {}),
        BlockExtent(bytes(BLOCK_BYTES_MAX + 1), {}),
        FileExtent("a", -1, 1, {}, "a"),
        FileExtent("a", 0, 0, {}, "a"),
        FileExtent("../a", 0, 1, {}, "a"),
        FileExtent("a/../../b", 0, 1, {}, "a"),
        FileExtent("/etc/passwd", 0, 1, {}, "a"),
        FileExtent("", 0, 1, {}, "a"),
        FileExtent("a\0", 0, 1, {}, "a"),
    ],
)
def test_extents_that_no_recipe_can_hold_are_refused(tmp_path: Path, extent: Extent) -> None:
    with (
        RecipeWriter(tmp_path / "recipe", image="i", label="l") as writer,
        pytest.raises(ValueError, match=r"extent|block|read|root"),
    ):
        writer.add(extent)


def test_a_missing_file_is_named_and_the_stream_stays_stopped(tmp_path: Path) -> None:
    extents = [
        stage(tmp_path, "one", b"1"),
        stage(tmp_path, "folder/two", b"2"),
        stage(tmp_path, "three", b"3"),
    ]
    path = write(tmp_path / "recipe", extents)
    (tmp_path / "folder/two").unlink()
    with RecipeReader(path, tmp_path, check="sha256", hasher=hashlib.sha256) as reader:
        buffer = memoryview(bytearray(10))
        for _ in range(2):
            with pytest.raises(SourceMissing, match=r"data/folder/two \(staged as folder/two\)") as caught:
                reader.readinto(buffer)
            assert (caught.value.name, caught.value.source) == ("data/folder/two", "folder/two")


@pytest.mark.parametrize(
    ("now", "found"),
    [(b"0123456780", "sha256"), (b"01234", "5 bytes"), (b"", "0 bytes")],
)
def test_a_file_that_changed_is_named_with_what_was_expected(tmp_path: Path, now: bytes, found: str) -> None:
    path = write(tmp_path / "recipe", [ZeroExtent(5), stage(tmp_path, "file", b"0123456789"), ZeroExtent(5)])
    (tmp_path / "file").write_bytes(now)
    for piece in (1, 4, 100):
        with pytest.raises(SourceDiffers, match="data/file") as caught:
            stream(path, tmp_path, piece=piece)
        assert found in str(caught.value)
    assert caught.value.name == "data/file"


def test_what_is_no_file_cannot_hold_the_stream_up(tmp_path: Path) -> None:
    path = write(tmp_path / "recipe", [stage(tmp_path, "file", b"0123456789")])
    (tmp_path / "file").unlink()
    (tmp_path / "file").mkdir()
    with pytest.raises(SourceDiffers, match="readable file"):
        stream(path, tmp_path)
    (tmp_path / "file").rmdir()
    os.mkfifo(tmp_path / "file")
    with pytest.raises(SourceDiffers, match="readable file"):
        stream(path, tmp_path)


def test_a_closed_stream_does_not_pretend_to_be_at_its_end(tmp_path: Path) -> None:
    path = write(tmp_path / "recipe", [ZeroExtent(5)])
    reader = RecipeReader(path, tmp_path, check="sha256", hasher=hashlib.sha256)
    reader.close()
    with pytest.raises(ValueError, match="closed"):
        reader.readinto(memoryview(bytearray(1)))


@pytest.mark.parametrize("extent", [block(b"data"), FileExtent("f", 0, 1, {"sha256": ""}, "f")])
def test_an_extent_without_the_digest_to_check_stops_the_stream(tmp_path: Path, extent: Extent) -> None:
    path = write(tmp_path / "recipe", [extent])
    with pytest.raises(RecipeDamaged, match="no sha1 digest"):
        stream(path, tmp_path, check="sha1")


def test_a_stored_block_is_checked_too(tmp_path: Path) -> None:
    path = write(tmp_path / "recipe", [BlockExtent(b"data", digests_of(b"other"))])
    with pytest.raises(RecipeDamaged, match="stored block"):
        stream(path, tmp_path)


def resealed(lines: list[bytes], extents: int, image_bytes: int) -> bytes:
    """A recipe whose end line is right although its lines are not: what only a careful reader notices."""
    body = b"".join(line + b"\n" for line in lines)
    end = {"extents": extents, "bytes": image_bytes, "sha256": hashlib.sha256(body).hexdigest()}
    return body + json.dumps({"end": end}).encode() + b"\n"


HEAD = b'{"magic":"archived-recipe","version":1,"image":"i","label":"l"}'


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n",
        gzip.compress(b"x", mtime=0),
        HEAD,
        HEAD + b"\n",
        HEAD + b'\n{"zeros":1}\n',
        resealed([HEAD.replace(b"1", b"2")], 0, 0),
        resealed([HEAD.replace(b'"i"', b"7")], 0, 0),
        resealed([b"[]"], 0, 0),
        resealed([HEAD, b'{"zeros":5}'], 2, 5),
        resealed([HEAD, b'{"zeros":5}'], 1, 6),
        resealed([HEAD, b'{"zeros":5}', b'{"zeros":5}'], 1, 5),
        resealed([HEAD, b'{"zeros":"5"}'], 1, 5),
        resealed([HEAD, b'{"zeros":true}'], 1, 1),
        resealed([HEAD, b'{"ones":5}'], 1, 5),
        resealed([HEAD, b'{"block":"eJwDAAAAAAE=","length":1,"digests":{}}'], 1, 1),
        resealed([HEAD, b'{"block":"!","length":1,"digests":{}}'], 1, 1),
        resealed([HEAD, b'{"block":"AAAA","length":1,"digests":{}}'], 1, 1),
        resealed([HEAD, b'{"block":"AAAA","length":99999999,"digests":{}}'], 1, 1),
        resealed([HEAD, b'{"file":"a","offset":0,"length":1,"digests":[],"name":"a"}'], 1, 1),
        resealed([HEAD, b'{"file":"../a","offset":0,"length":1,"digests":{},"name":"a"}'], 1, 1),
        resealed([HEAD, b'{"file":5,"offset":0,"length":1,"digests":{},"name":"a"}'], 1, 1),
        resealed([HEAD, b"[" * 100_000], 1, 1),
    ],
)
def test_what_is_no_whole_recipe_is_called_damaged(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "recipe"
    path.write_bytes(text)
    with pytest.raises(RecipeDamaged):
        list(read_extents(path))


def test_a_recipe_that_is_not_there_is_damaged_too(tmp_path: Path) -> None:
    with pytest.raises(RecipeDamaged, match="missing"):
        read_header(tmp_path / "recipe")


STREAM_IN_CHILD = """
import hashlib, sys
from pathlib import Path
from backends.recipe import RecipeReader
root = Path(sys.argv[1])
buffer = memoryview(bytearray(1 << 20))
total = 0
with RecipeReader(root / "recipe", root, check="sha256", hasher=hashlib.sha256) as reader:
    while count := reader.readinto(buffer):
        total += count
assert total == reader.header.image_bytes
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""


def test_memory_does_not_grow_with_the_image(tmp_path: Path) -> None:
    sparse = tmp_path / "sparse"
    with sparse.open("wb") as file:
        file.truncate(60 << 20)
    whole = FileExtent(
        "sparse", 0, 60 << 20, {"sha256": hashlib.sha256(bytes(60 << 20)).hexdigest()}, "sparse"
    )
    small = [stage(tmp_path, f"small/{number}", bytes([number % 256]) * number) for number in range(1, 500)]
    write(tmp_path / "recipe", [ZeroExtent(1 << 30), whole, *small * 20])
    command = [sys.executable, "-c", STREAM_IN_CHILD, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout) * 1024 < 48 << 20
