"""Recipes: an image, frozen as the ordered list of its extents, and streamed from it again, byte for byte.

A recipe is one text file of JSON lines, made once and never changed:

    {"magic":"archived-recipe","version":1,"image":...,"label":...}
    {"zeros":n}                                                      n zero bytes
    {"block":BASE64,"length":n,"digests":{...}}                      stored bytes, zlib, at most 1 MiB
    {"file":SOURCE,"offset":o,"length":n,"digests":{...},"name":...} a stretch of a staged file
    {"end":{"extents":n,"bytes":n,"sha256":...}}                     sha256 of every line before this one

The rename that ends `RecipeWriter.commit` is the only commit point: before it there is no recipe. The end
line tells a torn or an edited recipe from a whole one before the first byte of the image is handed out.
The bytes of an image depend on its recipe and the staged files alone; every extent is checked as it passes.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Protocol, Self

from backends.durable import name_durably
from backends.errors import BackendError, RecipeDamaged, SourceDiffers, SourceMissing
from backends.extents import (
    BLOCK_BYTES_MAX,
    BlockExtent,
    Extent,
    FileExtent,
    ZeroExtent,
    from_record,
    to_record,
)

__all__ = [
    "BLOCK_BYTES_MAX",
    "BlockExtent",
    "Extent",
    "FileExtent",
    "Hasher",
    "RecipeHeader",
    "RecipeReader",
    "RecipeWriter",
    "ZeroExtent",
    "read_extents",
    "read_header",
]

MAGIC: Final = "archived-recipe"
VERSION: Final = 1
#: More than any line of a whole recipe: a block that zlib could not shrink, in base64, and its digests.
_LINE_BYTES_MAX: Final = 2 << 20
_END_BYTES_MAX: Final = 4096
_ZEROS: Final = bytes(1 << 20)
#: From here on the kernel is told to read ahead.
_LONG_BYTES: Final = 1 << 20


class Hasher(Protocol):
    """What a digest must be able to do; hashlib, blake3 and xxhash objects all are hashers."""

    def update(self, data: memoryview, /) -> object: ...

    def hexdigest(self) -> str: ...


@dataclass(frozen=True, slots=True)
class RecipeHeader:
    """What a recipe says of itself: image id, label, and how many extents and bytes there are."""

    image: str
    label: str
    extents: int
    image_bytes: int


class RecipeWriter:
    """Writes a recipe beside its final path; `commit` names it, leaving without commit removes it."""

    def __init__(self, path: Path, *, image: str, label: str) -> None:
        self._path = path
        self._part = path.with_name(path.name + ".part")
        self._sha256 = hashlib.sha256()
        self._extents = 0
        self._bytes = 0
        self._file: BinaryIO | None = self._part.open("wb")
        self._put({"magic": MAGIC, "version": VERSION, "image": image, "label": label})

    def add(self, extent: Extent) -> None:
        """Append an extent. Raises ValueError for one that is empty, too long or outside the staging root."""
        self._put(to_record(extent))
        self._extents += 1
        self._bytes += extent.length

    def commit(self) -> int:
        """Make the recipe durable and give it its name; returns the bytes of the image."""
        end = {"extents": self._extents, "bytes": self._bytes, "sha256": self._sha256.hexdigest()}
        self._put({"end": end})
        file = self._open()
        file.flush()
        os.fsync(file.fileno())
        file.close()
        self._file = None
        name_durably(self._part, self._path)
        return self._bytes

    def abort(self) -> None:
        """Forget what was written; harmless after `commit`."""
        if self._file is not None:
            self._file.close()
            self._file = None
            self._part.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abort()

    def _open(self) -> BinaryIO:
        if self._file is None:
            raise ValueError(f"recipe {self._path} is already finished")
        return self._file

    def _put(self, record: Mapping[str, Any]) -> None:
        # Staged names that are not UTF-8 carry lone surrogates, which must survive the way through the file.
        text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        line = text.encode("utf-8", "surrogatepass") + b"\n"
        self._open().write(line)
        self._sha256.update(line)


def read_header(path: Path) -> RecipeHeader:
    """The recipe's account of itself, after the whole file was checked. Raises RecipeDamaged."""
    with _opened(path) as file:
        return _verified(path, file)


def read_extents(path: Path) -> Iterator[Extent]:
    """The extents in order; the whole recipe is checked before the first one. Raises RecipeDamaged."""
    with _opened(path) as file:
        header = _verified(path, file)
        file.seek(0)
        _record(path, file)
        image_bytes = 0
        for number in range(header.extents):
            try:
                extent = from_record(_record(path, file))
            except ValueError as error:
                raise RecipeDamaged(f"recipe {path}, extent {number}: {error}") from error
            image_bytes += extent.length
            yield extent
        if "end" not in _record(path, file) or image_bytes != header.image_bytes:
            raise RecipeDamaged(f"recipe {path}: its extents are not those that its end line counts")


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise RecipeDamaged(f"recipe {path} is missing") from error


def _verified(path: Path, file: BinaryIO) -> RecipeHeader:
    """Check every line against the digest in the last one, then believe the first and the last."""
    head = _record(path, file)
    if head.get("magic") != MAGIC or head.get("version") != VERSION:
        raise RecipeDamaged(f"{path} is not a recipe of version {VERSION}")
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _END_BYTES_MAX))
    tail = file.read()
    last = tail[tail.rfind(b"\n", 0, -1) + 1 :]
    try:
        end = json.loads(last)["end"] if last.endswith(b"\n") else None
    except (ValueError, KeyError, TypeError, RecursionError):
        end = None
    if not isinstance(end, dict) or len(last) == len(tail):
        raise RecipeDamaged(f"recipe {path} is torn: it has no end line")
    file.seek(0)
    sha256 = hashlib.sha256()
    left = size - len(last)
    while left > 0 and (data := file.read(min(left, 1 << 18))):
        sha256.update(data)
        left -= len(data)
    if sha256.hexdigest() != end.get("sha256"):
        raise RecipeDamaged(f"recipe {path} was changed after it was written: its digest does not match")
    fields = (head.get("image"), head.get("label"), end.get("extents"), end.get("bytes"))
    image, label, extents, image_bytes = fields
    if not (isinstance(image, str) and isinstance(label, str)):
        raise RecipeDamaged(f"recipe {path} does not name its image")
    if not (isinstance(extents, int) and isinstance(image_bytes, int)):
        raise RecipeDamaged(f"recipe {path} does not count its extents")
    return RecipeHeader(image, label, extents, image_bytes)


def _record(path: Path, file: BinaryIO) -> dict[str, Any]:
    line = file.readline(_LINE_BYTES_MAX)
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RecipeDamaged(f"recipe {path} is torn: a line ends within a record") from error
    if not isinstance(record, dict):
        raise RecipeDamaged(f"recipe {path} holds a line that is no record")
    return record


class RecipeReader:
    """The bytes of an image, in order, from its recipe and the staged files below `root`.

    Every extent is checked against its digest named `check` as it passes; `hasher` makes an empty digest of
    that kind. Memory does not grow with the image: file contents go straight into the caller's buffer.
    Raises RecipeDamaged at once if the recipe is not whole.
    """

    def __init__(self, path: Path, root: Path, *, check: str, hasher: Callable[[], Hasher]) -> None:
        self.header = read_header(path)
        self._path = path
        self._root = root
        self._check = check
        self._hasher = hasher
        self._extents = read_extents(path)
        self._current: _Memory | _Stretch | None = None
        self._failure: Exception | None = None

    def readinto(self, target: memoryview) -> int:
        """Fill `target` wholly, or with what is left of the image; 0 means that the image is complete.

        Raises SourceMissing or SourceDiffers, naming the file, where staging is not what was accepted, and
        RecipeDamaged; what this call filled must not be used, and every further call raises the same error.
        """
        if self._failure is not None:
            raise self._failure
        try:
            return self._fill(target.cast("B"))
        except BackendError as error:
            self.close()
            self._failure = error
            raise

    def _fill(self, target: memoryview) -> int:
        filled = 0
        while filled < len(target):
            if self._current is None:
                extent = next(self._extents, None)
                if extent is None:
                    break
                self._current = self._start(extent)
            filled += self._current.fill(target[filled:])
            if not self._current.left:
                self._current = None
        return filled

    def close(self) -> None:
        """Let go of the files; reading is over, and a further `readinto` raises ValueError."""
        if isinstance(self._current, _Stretch):
            self._current.close()
        self._current = None
        self._extents = iter(())
        self._failure = self._failure or ValueError(f"the stream of {self._path} is closed")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self, extent: Extent) -> _Memory | _Stretch:
        if isinstance(extent, ZeroExtent):
            return _Memory(_ZEROS, extent.length)
        expected = extent.digests.get(self._check)
        if expected is None:
            what = extent.name if isinstance(extent, FileExtent) else "a stored block"
            raise RecipeDamaged(f"recipe {self._path} holds no {self._check} digest of {what}")
        if isinstance(extent, FileExtent):
            return _Stretch(extent, self._root / extent.source, self._check, expected, self._hasher())
        hasher = self._hasher()
        hasher.update(memoryview(extent.data))
        if hasher.hexdigest() != expected:
            raise RecipeDamaged(f"recipe {self._path}: a stored block does not have its {self._check} digest")
        return _Memory(extent.data, extent.length)


class _Memory:
    """`length` bytes that are in memory: a stored block, or one buffer of zeros as often as needed."""

    def __init__(self, data: bytes, length: int) -> None:
        self._data = memoryview(data)
        self._at = 0
        self.left = length

    def fill(self, target: memoryview) -> int:
        count = min(len(target), self.left, len(self._data) - self._at)
        target[:count] = self._data[self._at : self._at + count]
        self.left -= count
        self._at = (self._at + count) % len(self._data)
        return count


class _Stretch:
    """A stretch of a staged file, hashed as it is read and judged when it ends."""

    def __init__(self, extent: FileExtent, path: Path, check: str, expected: str, hasher: Hasher) -> None:
        self._extent = extent
        self._check = check
        self._expected = expected
        self._hasher = hasher
        self.left = extent.length
        try:
            # Non-blocking, so that a pipe that stands where a file should be cannot hold the stream up.
            self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise SourceMissing(extent.name, extent.source) from error
        except OSError as error:
            raise self._differs("a readable file", str(error.strerror)) from error
        if extent.length >= _LONG_BYTES:
            os.posix_fadvise(self._descriptor, extent.offset, extent.length, os.POSIX_FADV_SEQUENTIAL)

    def fill(self, target: memoryview) -> int:
        view = target[: self.left]
        done = self._extent.length - self.left
        try:
            count = os.preadv(self._descriptor, [view], self._extent.offset + done)
        except OSError as error:
            self.close()
            raise self._differs("a readable file", f"{error.strerror} after {done} bytes") from error
        if not count:
            self.close()
            raise self._differs(f"{self._extent.length} bytes", f"{done} bytes")
        self._hasher.update(view[:count])
        self.left -= count
        if not self.left:
            self.close()
            if (found := self._hasher.hexdigest()) != self._expected:
                raise self._differs(f"{self._check} {self._expected}", found)
        return count

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _differs(self, expected: str, found: str) -> SourceDiffers:
        return SourceDiffers(self._extent.name, expected, found, self._extent.source)
