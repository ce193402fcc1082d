"""The one read of every file: its bytes go to staging and through every digest in the same pass.

Nothing is synced here: one `sync_filesystem` at the end covers all of it.
"""

import ctypes
import errno
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from archived.errors import Failed, StagingFull
from archived.stages.intake_source import Item, Source, SourceFile, changed
from erasure.digests import ALGORITHMS, Digests

BLOCK_BYTES = 1 << 20
#: Gets (bytes done, bytes in all) often; what it raises ends the intake, and nothing is kept.
Progress = Callable[[int, int], None]

_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True)
class ReadFile:
    """One file that was read to its end; the path is relative to the bag."""

    path: str
    size_bytes: int
    mtime_s: int
    digests: Mapping[str, str]


def read_files(
    source: Source,
    *,
    prefix: str,
    target: Path | None,
    algorithms: Callable[[str], Sequence[str]],
    progress: Progress | None,
) -> Iterator[tuple[SourceFile, ReadFile]]:
    """Read every file of `source` in the order of its supply, and copy it below `target` unless that is None.

    Args:
        prefix: goes before each path to make its path in the bag ("data/" or nothing).
        algorithms: digests wanted beside the three of everything, for a path in the bag.

    Raises:
        Unacceptable: a file cannot be read, or the source changed since it was seen.
        StagingFull: the staging disk has no room; the caller removes what was written.
    """
    buffer = memoryview(bytearray(BLOCK_BYTES))
    total = source.size_bytes
    done = 0
    made: set[str] = set()

    def advance(more: int) -> None:
        nonlocal done
        done += more
        if progress is not None:
            progress(done, total)

    with source.supply.open() as contents:
        for item in contents:
            file = item.file
            path = prefix + file.path
            digests = Digests(dict.fromkeys((*ALGORITHMS, *algorithms(path))))
            into = None if target is None else _create(target, path, made)
            try:
                _pass(item, digests, into, buffer, advance)
                if into is not None:
                    os.utime(into, ns=(file.mtime_ns, file.mtime_ns))
            finally:
                if into is not None:
                    os.close(into)
            yield file, ReadFile(path, file.size_bytes, file.mtime_ns // 10**9, digests.hexdigests())
        if moved := contents.changed():
            raise changed(moved)


def write_file(target: Path, path: str, pieces: Iterable[bytes], *, mtime_s: int) -> ReadFile:
    """Put a file that we made ourselves below `target`, piece after piece. Raises StagingFull."""
    digests = Digests()
    into = _create(target, path, set())
    gathered = bytearray()

    def flush() -> None:
        digests.update(gathered)
        _write(into, memoryview(bytes(gathered)))
        gathered.clear()

    try:
        for piece in pieces:
            gathered += piece
            if len(gathered) >= BLOCK_BYTES:
                flush()
        flush()
        os.utime(into, (mtime_s, mtime_s))
    finally:
        os.close(into)
    return ReadFile(path, digests.length_bytes, mtime_s, digests.hexdigests())


def make_folder(target: Path, path: str) -> None:
    """An empty folder of the package. Raises StagingFull."""
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
                f"staging could not be synced to its disk: {reason}; nothing of the submission was kept",
                advice="check the staging disk before anything else is submitted",
            )
    finally:
        os.close(descriptor)


def _pass(
    item: Item, digests: Digests, into: int | None, buffer: memoryview, advance: Callable[[int], None]
) -> None:
    while count := item.readinto(buffer):
        block = buffer[:count]
        digests.update(block)
        if into is not None:
            _write(into, block)
        advance(count)
    if digests.length_bytes != item.file.size_bytes:
        raise changed([item.file.path])


def _create(target: Path, path: str, made: set[str]) -> int:
    folder = path.rpartition("/")[0]
    with _StagingNamed():
        if folder not in made:
            os.makedirs(f"{target}/{folder}", exist_ok=True)
            made.add(folder)
        return os.open(f"{target}/{path}", _WRITE, 0o640)


def _write(into: int, block: memoryview) -> None:
    with _StagingNamed():
        while block:
            block = block[os.write(into, block) :]


class _StagingNamed:
    """Turns what the staging disk refuses into our errors. A class, for it is entered for each block."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if not isinstance(error, OSError):
            return
        if error.errno in _FULL:
            raise StagingFull(
                f"the staging disk has no room left: {error.strerror}; nothing of the submission was kept",
                advice="submit it again when packages have left staging; see: archivectl status",
            ) from error
        raise Failed(
            f"staging cannot be written: {error.strerror}; nothing of the submission was kept",
            advice="check the staging disk",
        ) from error
