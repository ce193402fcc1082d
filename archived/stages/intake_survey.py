"""What lies in a folder: everything seen once without reading any of it, and the folder as a supply of its bytes."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from archived.carried_names import printable
from archived.language import _
from archived.policy.reading_rights import READ, SEARCH, Reader, may
from archived.stages.intake_descent import Descent, NoWay
from archived.stages.intake_source import (
    NotRead,
    Original,
    Source,
    SourceFile,
    SourceFolder,
    SourceLink,
    changed,
    path_bytes,
    unreadable,
)

_SPECIAL = {
    stat.S_IFSOCK: "it is a socket, not a file",
    stat.S_IFIFO: "it is a pipe, not a file",
    stat.S_IFBLK: "it is a block device, not a file",
    stat.S_IFCHR: "it is a character device, not a file",
}


#: Gets the files of one folder, and their bytes, as soon as it was looked at.
Watch = Callable[[int, int], None]


def survey(root: Path, reader: Reader | None = None, *, watch: Watch | None = None) -> Source:
    """Look at everything below `root`. Raises what `watch` raises: what cannot be seen is told in the value.

    Args:
        reader: whoever must be able to read all of it himself; None when the daemon's own rights decide.
    """
    try:
        with Descent(root, reader) as descent:
            looking = _Survey(descent, reader, watch)
            looking.look_at_everything()
    except NoWay as error:
        return Source(root, unusable=str(error))
    looking.files.sort(key=lambda file: path_bytes(file.path))
    found = Source(
        root,
        files=tuple(looking.files),
        empty_folders=tuple(sorted(looking.empty, key=path_bytes)),
        links=tuple(sorted(looking.links, key=lambda link: path_bytes(link.path))),
        folders=looking.folders,
        problems=tuple(sorted(looking.problems)),
        unreadable=tuple(sorted(looking.unreadable)),
    )
    return replace(found, supply=FolderSupply(found))


class FolderSupply:
    """The files of a folder, each opened below the root by descriptors, never through a link."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def open(self) -> "FolderContents":
        """Raises Unacceptable when the folder is not there any more."""
        return FolderContents(self._source)

    def small_file(self, file: SourceFile) -> bytes:
        """The bytes of the very file that the survey saw. Raises NotRead."""
        path = printable(file.path)
        try:
            with Descent(self._source.root) as descent, open(descent.file(file.path), "rb") as there:
                data = there.read(file.size_bytes + 1) if file.is_still(os.fstat(there.fileno())) else b""
        except NoWay as error:
            raise NotRead(str(error)) from error
        except OSError as error:
            raise NotRead(
                _("its tag file {path} cannot be read: {strerror}").format(path=path, strerror=error.strerror)
            ) from error
        if len(data) != file.size_bytes:
            raise NotRead(_("its tag file {path} changed while it was looked at").format(path=path))
        return data

    def original(self) -> Original | None:
        """A folder has none."""
        return None


class FolderContents:
    """A folder opened for its one reading; holds the descriptors of one way down and of one file."""

    def __init__(self, source: Source) -> None:
        self._source = source
        try:
            self._descent = Descent(source.root)
        except NoWay as error:
            raise changed([str(source.root)]) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._descent.__exit__(kind, error, trace)

    def __iter__(self) -> Iterator["FolderItem"]:
        for file in self._source.files:
            item = FolderItem(self._descent, file)
            try:
                yield item
            finally:
                item.close()

    def changed(self) -> list[str]:
        """Folders in which something was added, removed or renamed since the survey."""
        return [
            path or "."
            for path, seen in sorted(self._source.folders.items())
            if not self._is_still(path, seen)
        ]

    def _is_still(self, path: str, seen: SourceFolder) -> bool:
        try:
            return seen.is_still(os.fstat(self._descent.folder(path)))
        except OSError:
            return False


class FolderItem:
    """One file of a folder; opened when its first bytes are asked for."""

    __slots__ = ("_descent", "_descriptor", "_done_bytes", "_ended", "file")

    def __init__(self, descent: Descent, file: SourceFile) -> None:
        self.file = file
        self._descent = descent
        self._descriptor = -1
        self._done_bytes = 0
        self._ended = False

    def readinto(self, buffer: memoryview) -> int:
        """The next bytes; 0 at the end. Raises Unacceptable."""
        if self._ended:
            return 0
        if self._descriptor < 0:
            self._open()
        try:
            count = os.readv(self._descriptor, [buffer])
        except OSError as error:
            raise _unreadable(self.file, error) from error
        self._done_bytes += count
        # A short read at the expected end is the end: no further call is spent on small files.
        if count == 0 or (count < len(buffer) and self._done_bytes >= self.file.size_bytes):
            self._end()
        return count

    def close(self) -> None:
        """Harmless when it is closed."""
        if self._descriptor >= 0:
            with suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = -1

    def _open(self) -> None:
        try:
            self._descriptor = self._descent.file(self.file.path)
        except OSError as error:
            raise _unreadable(self.file, error) from error
        # Not one byte of anything but what the survey saw.
        if not self.file.is_still(os.fstat(self._descriptor)):
            raise changed([self.file.path])

    def _end(self) -> None:
        self._ended = True
        now = os.fstat(self._descriptor)
        self.close()
        # Against the survey, not against the look before reading: it covers the whole time between.
        if self._done_bytes != self.file.size_bytes or not self.file.is_still(now):
            raise changed([self.file.path])


def _unreadable(file: SourceFile, error: OSError) -> Exception:
    if error.errno in (errno.ENOENT, errno.ELOOP, errno.ENOTDIR):
        return changed([file.path])
    return unreadable(file.path, str(error.strerror))


class _Survey:
    """What accumulates while folder after folder is looked at."""

    def __init__(self, descent: Descent, reader: Reader | None, watch: Watch | None) -> None:
        self._descent = descent
        self._reader = reader
        self._watch = watch
        self.files: list[SourceFile] = []
        self.empty: list[str] = []
        self.links: list[SourceLink] = []
        self.folders: dict[str, SourceFolder] = {}
        self.problems: list[tuple[str, str]] = []
        self.unreadable: list[tuple[str, str]] = []

    def look_at_everything(self) -> None:
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            try:
                waiting += self._look_into(folder)
            except OSError as error:
                self.unreadable.append((printable(folder) or ".", str(error.strerror)))

    def _look_into(self, folder: str) -> list[str]:
        """Take up what lies in one folder, and return the folders in it. Raises OSError."""
        descriptor = self._descent.folder(folder)
        found = os.fstat(descriptor)
        self.folders[folder] = SourceFolder(
            found.st_mtime_ns, stat.S_IMODE(found.st_mode), found.st_ino, found.st_dev
        )
        if not self._is_open_to_reader(folder, found, READ | SEARCH):
            return []
        with os.scandir(descriptor) as listing:
            entries = sorted((entry.name, entry.stat(follow_symlinks=False)) for entry in listing)
        below = f"{folder}/" if folder else ""
        inner = []
        before = len(self.files)
        for name, there in entries:
            path = below + name
            if stat.S_ISDIR(there.st_mode):
                inner.append(path)
            elif stat.S_ISLNK(there.st_mode):
                self._take_link(path, os.readlink(name, dir_fd=descriptor), there)
            elif not stat.S_ISREG(there.st_mode):
                self._note(path, _SPECIAL.get(stat.S_IFMT(there.st_mode), "it is neither file nor folder"))
            elif self._is_open_to_reader(path, there, READ):
                self.files.append(_file(path, there))
        if not entries:
            self.empty.append(folder)
        if self._watch is not None:
            here = self.files[before:]
            self._watch(len(here), sum(file.size_bytes for file in here))
        return inner

    def _take_link(self, path: str, target: str, there: os.stat_result) -> None:
        self.links.append(SourceLink(path, target, there.st_mtime_ns))

    def _is_open_to_reader(self, path: str, found: os.stat_result, wanted: int) -> bool:
        reader = self._reader
        if reader is None or may(reader, wanted, mode=found.st_mode, uid=found.st_uid, gid=found.st_gid):
            return True
        self.unreadable.append(
            (printable(path) or ".", f"uid {reader.uid}, who hands it in, may not read it")
        )
        return False

    def _note(self, path: str, why: str) -> None:
        self.problems.append((printable(path), why))


def _file(path: str, there: os.stat_result) -> SourceFile:
    return SourceFile(
        path,
        there.st_size,
        there.st_mtime_ns,
        stat.S_IMODE(there.st_mode),
        there.st_ino,
        there.st_dev,
        there.st_nlink,
    )
