"""Writing to staging: files that come from a source, files that we make, and what the disk says to it.

Nothing is synced here: one `sync_filesystem` at the end covers all of it.
"""

import ctypes
import errno
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from archived.errors import Failed, StagingFull
from archived.language import _
from erasure.buffers import ReadBuffer
from erasure.digests import Digests

BLOCK_BYTES = 1 << 20
#: Shorter pieces are written together.
_SHORT_BYTES = 64 << 10
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True)
class ReadFile:
    """One file that was read, or made, to its end; the path is relative to the bag."""

    path: str
    size_bytes: int
    mtime_s: int
    digests: Mapping[str, str]


class MadeFile:
    """A file of ours in staging that grows piece by piece, digested as it grows."""

    def __init__(self, target: Path, path: str) -> None:
        """Raises StagingFull, Failed."""
        self.path = path
        self.size_bytes = 0
        self._digests = Digests()
        self._waiting = bytearray()
        self._descriptor = create(target, path, set())

    def write(self, piece: ReadBuffer) -> None:
        """Raises StagingFull, Failed."""
        self.size_bytes += len(piece)
        if len(piece) < _SHORT_BYTES:
            self._waiting += piece
            if len(self._waiting) >= BLOCK_BYTES:
                self._flush()
            return
        self._flush()
        self._digests.update(piece)
        write(self._descriptor, memoryview(piece))

    def finish(self, mtime_s: int) -> ReadFile:
        """The whole file. Raises StagingFull, Failed."""
        self._flush()
        os.utime(self._descriptor, (mtime_s, mtime_s))
        self.close()
        return ReadFile(self.path, self.size_bytes, mtime_s, self._digests.hexdigests())

    def close(self) -> None:
        """Harmless when it is closed."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _flush(self) -> None:
        if self._waiting:
            waiting, self._waiting = self._waiting, bytearray()
            self._digests.update(waiting)
            write(self._descriptor, memoryview(waiting))


def write_file(target: Path, path: str, pieces: Iterable[bytes], *, mtime_s: int) -> ReadFile:
    """Put a file that we made ourselves below `target`, piece after piece. Raises StagingFull, Failed."""
    made = MadeFile(target, path)
    try:
        for piece in pieces:
            made.write(piece)
        return made.finish(mtime_s)
    finally:
        made.close()


def create(target: Path, path: str, made: set[str]) -> int:
    """A new file below `target`; `made` are the folders that are known to be there. Raises StagingFull, Failed."""
    folder = path.rpartition("/")[0]
    with _StagingNamed():
        if folder not in made:
            os.makedirs(f"{target}/{folder}", exist_ok=True)
            made.add(folder)
        return os.open(f"{target}/{path}", _WRITE, 0o640)


def write(into: int, block: memoryview) -> None:
    """All of the block. Raises StagingFull, Failed."""
    with _StagingNamed():
        while block:
            block = block[os.write(into, block) :]


def make_folder(target: Path, path: str) -> None:
    """An empty folder of the package. Raises StagingFull, Failed."""
    with _StagingNamed():
        (target / path).mkdir(parents=True, exist_ok=True)


def sync_filesystem(folder: Path) -> None:
    """Return when everything written to the file system of `folder` is on its disk (syncfs, else sync).

    Raises Failed when the disk reports that some of it is not.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "syncfs"):
        os.sync()
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if libc.syncfs(descriptor) != 0:
            reason = os.strerror(ctypes.get_errno())
            raise Failed(
                _(
                    "staging could not be synced to its disk: {reason}; nothing of the submission was kept"
                ).format(reason=reason),
                advice=_("check the staging disk before anything else is submitted"),
            )
    finally:
        os.close(descriptor)


class _StagingNamed:
    """Turns what the staging disk refuses into our errors. A class, for it is entered for each block."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if not isinstance(error, OSError):
            return
        if error.errno in _FULL:
            raise StagingFull(
                _("the staging disk has no room left: {strerror}; nothing of the submission was kept").format(
                    strerror=error.strerror
                ),
                advice=_("submit it again when packages have left staging; see: archivectl status"),
            ) from error
        raise Failed(
            _("staging cannot be written: {strerror}; nothing of the submission was kept").format(
                strerror=error.strerror
            ),
            advice=_("check the staging disk"),
        ) from error
