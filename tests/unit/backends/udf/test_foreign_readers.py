"""Programs that are not ours read our images: 7-Zip, and the library that plays Blu-ray films."""

import ctypes
import ctypes.util
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backends.optical.udf.layout import UdfEntry, plan
from backends.optical.udf.writer import Structure, write_extents
from tests.unit.backends.udf.images import VOLUME, built, entries_of, small_tree

SEVEN_ZIP = shutil.which("7z")
LIBUDFREAD = ctypes.util.find_library("udfread")

BIG_BYTES = 4 * (1 << 30) + 4097


@pytest.fixture(scope="module")
def image_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files, folders = small_tree()
    path = tmp_path_factory.mktemp("udf") / "image.udf"
    path.write_bytes(built(plan(entries_of(files, folders)), files))
    return path


@pytest.fixture(scope="module")
def big_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file over 4 GiB, of which the disk only keeps the structures: the rest is a hole."""
    layout = plan([UdfEntry("before", 10, 0), UdfEntry("档案/big.bin", BIG_BYTES, 0), UdfEntry("last", 3, 0)])
    path = tmp_path_factory.mktemp("udf") / "big.udf"
    position = 0
    with path.open("wb") as file:
        for extent in write_extents(layout, VOLUME):
            if isinstance(extent, Structure):
                file.seek(position)
                file.write(extent.data)
            position += extent.length
        file.truncate(position)
    return path


def seven_zip(*arguments: str) -> subprocess.CompletedProcess[str]:
    # Names come out as they are only where the locale can say them.
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    command = [str(SEVEN_ZIP), *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=False)


@pytest.mark.skipif(SEVEN_ZIP is None, reason="7z (p7zip-full) is not installed")
def test_seven_zip_extracts_every_name_and_byte(image_path: Path, tmp_path: Path) -> None:
    files, folders = small_tree()
    # Names of more than 255 bytes stand in the image, but not in the file system that this test unpacks into.
    too_long = [path for path in files if any(len(name.encode()) > 255 for name in path.split("/"))]
    assert len(too_long) == 1
    listing = seven_zip("l", "-slt", str(image_path)).stdout
    assert set(files) | set(folders) <= set(re.findall(r"^Path = (.*)$", listing, re.MULTILINE))
    files.pop(too_long[0])
    done = seven_zip("x", "-y", f"-x!{too_long[0]}", f"-o{tmp_path}", str(image_path))
    assert done.returncode == 0, done.stdout
    assert "Everything is Ok" in done.stdout
    assert "WARNING" not in done.stdout
    found = {str(path.relative_to(tmp_path)): path for path in tmp_path.rglob("*")}
    assert {name: path.read_bytes() for name, path in found.items() if path.is_file()} == files
    assert set(folders) <= {name for name, path in found.items() if path.is_dir()}


@pytest.mark.skipif(SEVEN_ZIP is None, reason="7z (p7zip-full) is not installed")
def test_seven_zip_lists_a_file_over_four_gib(big_path: Path) -> None:
    listing = seven_zip("l", "-slt", str(big_path)).stdout
    assert f"Path = 档案/big.bin\nFolder = -\nSize = {BIG_BYTES}\n" in listing


class _DirectoryEntry(ctypes.Structure):
    _fields_ = (("kind", ctypes.c_uint), ("name", ctypes.c_char_p))


def modified_utf8(path: str) -> bytes:
    """The library's own way with characters beyond the first plane: each surrogate by itself."""
    units = path.encode("utf-16-be")
    halves = (int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2))
    return "".join(map(chr, halves)).encode("utf-8", "surrogatepass")


class PlayerLibrary:
    """libudfread through ctypes: lists folders, reads files."""

    def __init__(self, image: Path) -> None:
        library = ctypes.CDLL(str(LIBUDFREAD))
        pointer, text = ctypes.c_void_p, ctypes.c_char_p
        self.init = self._declare(library.udfread_init, pointer)
        self.open = self._declare(library.udfread_open, ctypes.c_int, pointer, text)
        self.close = self._declare(library.udfread_close, None, pointer)
        self.volume_id = self._declare(library.udfread_get_volume_id, text, pointer)
        self.set_id = self._declare(
            library.udfread_get_volume_set_id, ctypes.c_size_t, pointer, pointer, ctypes.c_size_t
        )
        self.opendir = self._declare(library.udfread_opendir, pointer, pointer, text)
        entry = ctypes.POINTER(_DirectoryEntry)
        self.readdir = self._declare(library.udfread_readdir, entry, pointer, entry)
        self.closedir = self._declare(library.udfread_closedir, None, pointer)
        self.file_open = self._declare(library.udfread_file_open, pointer, pointer, text)
        self.file_size = self._declare(library.udfread_file_size, ctypes.c_int64, pointer)
        self.file_lba = self._declare(library.udfread_file_lba, ctypes.c_uint32, pointer, ctypes.c_uint32)
        self.file_read = self._declare(
            library.udfread_file_read, ctypes.c_ssize_t, pointer, pointer, ctypes.c_size_t
        )
        self.file_close = self._declare(library.udfread_file_close, None, pointer)
        self.handle = self.init()
        assert self.open(self.handle, str(image).encode()) == 0

    @staticmethod
    def _declare(
        function: Callable[..., object], result: object, *arguments: object
    ) -> Callable[..., object]:
        function.restype = result
        function.argtypes = list(arguments)
        return function

    def walk(self, folder: str = "") -> Iterator[tuple[str, bool]]:
        """(path, is it a folder) of everything below."""
        stream = self.opendir(self.handle, modified_utf8(f"/{folder}"))
        assert stream, folder
        line = _DirectoryEntry()
        found = []
        while self.readdir(stream, ctypes.byref(line)):
            name = (
                line.name.decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16")
            )
            if name not in {".", ".."}:
                found.append((f"{folder}/{name}" if folder else name, line.kind == 1))
        self.closedir(stream)
        for path, is_directory in found:
            yield path, is_directory
            if is_directory:
                yield from self.walk(path)

    def contents(self, path: str) -> bytes:
        file = self.file_open(self.handle, modified_utf8(path))
        assert file, path
        size = int(self.file_size(file))
        buffer = ctypes.create_string_buffer(size + 1)
        done = 0
        while done < size:
            count = self.file_read(file, ctypes.addressof(buffer) + done, size - done)
            assert count > 0
            done += count
        self.file_close(file)
        return buffer.raw[:size]


@pytest.mark.skipif(LIBUDFREAD is None, reason="libudfread (libudfread0) is not installed")
def test_the_player_library_reads_every_name_and_byte(image_path: Path) -> None:
    files, folders = small_tree()
    library = PlayerLibrary(image_path)
    try:
        assert library.volume_id(library.handle).decode() == VOLUME.label
        found = dict(library.walk())
        assert {path for path, is_directory in found.items() if not is_directory} == set(files)
        assert set(folders) <= {path for path, is_directory in found.items() if is_directory}
        for path, data in files.items():
            assert library.contents(path) == data
    finally:
        library.close(library.handle)


@pytest.mark.skipif(LIBUDFREAD is None, reason="libudfread (libudfread0) is not installed")
def test_the_player_library_finds_the_blocks_of_a_file_over_four_gib(big_path: Path) -> None:
    layout = plan([UdfEntry("before", 10, 0), UdfEntry("档案/big.bin", BIG_BYTES, 0), UdfEntry("last", 3, 0)])
    start, _ = layout.extent_of("档案/big.bin")
    library = PlayerLibrary(big_path)
    try:
        file = library.file_open(library.handle, "档案/big.bin".encode())
        assert library.file_size(file) == BIG_BYTES
        blocks = -(-BIG_BYTES // 2048)
        for block in (0, 524_255, 524_256, 2 * 524_256, blocks - 1):
            assert library.file_lba(file, block) == start + block
        library.file_close(file)
    finally:
        library.close(library.handle)
