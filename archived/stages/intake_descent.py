"""Going down into a folder by descriptors: what is opened lies below the root, whatever is renamed or linked."""

import errno
import os
import stat
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from archived.carried_names import printable
from archived.language import _
from archived.policy.reading_rights import SEARCH, Reader, may

#: Deeper than anything that people make; programs that walk folders by calling themselves end near here.
DEPTH_MAX: Final = 900
#: So many folders of one way down are open at a time: the upper half of it, and the lowest folders.
OPEN_MAX: Final = 128

_ON_THE_WAY = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class NoWay(Exception):
    """The root of a submission cannot be reached; the text says why, for people."""


class Descent:
    """Opens folders and files below one root. Holds descriptors of one way down, OPEN_MAX of them at most."""

    def __init__(self, root: Path, reader: Reader | None = None) -> None:
        """Walk to `root` from the file system's root without following a link.

        Raises:
            NoWay: it is not there, is no folder, or `reader` may not search a folder on the way.
        """
        self._names: list[str] = []
        #: The folder that the lowest descriptor is of; None while that is not sure.
        self._path: str | None = ""
        #: The root's, then one for each name; None where it was closed to make room.
        self._descriptors: list[int | None] = [_way_to(root, reader)]

    def folder(self, path: str) -> int:
        """A descriptor of a folder ("" is the root), good until the next call. Raises OSError."""
        # File after file of one folder is the usual case.
        if path == self._path and (lowest := self._descriptors[-1]) is not None:
            return lowest
        self._path = None
        names = path.split("/") if path else []
        if len(names) > DEPTH_MAX:
            raise OSError(errno.ENAMETOOLONG, f"more than {DEPTH_MAX} folders in each other")
        shared = 0
        while shared < min(len(names), len(self._names)) and names[shared] == self._names[shared]:
            shared += 1
        self._climb_to(shared)
        at = self._open_again()
        for name in names[shared:]:
            at = os.open(name, _FOLDER, dir_fd=at)
            self._descriptors.append(at)
            self._names.append(name)
            self._make_room()
        self._path = path
        return at

    def file(self, path: str) -> int:
        """A new descriptor of a file, for reading; the caller closes it. Raises OSError."""
        folder, _rest, name = path.rpartition("/")
        return os.open(name, _FILE, dir_fd=self.folder(folder))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._climb_to(-1)

    def _climb_to(self, depth: int) -> None:
        while len(self._descriptors) > depth + 1:
            descriptor = self._descriptors.pop()
            if descriptor is not None:
                os.close(descriptor)
        del self._names[max(depth, 0) :]

    def _open_again(self) -> int:
        """The lowest folder's descriptor, opened again by the names on the way if it had to make room."""
        depth = len(self._descriptors) - 1
        while (at := self._descriptors[depth]) is None:
            depth -= 1
        for lower in range(depth + 1, len(self._descriptors)):
            at = os.open(self._names[lower - 1], _FOLDER, dir_fd=at)
            self._descriptors[lower] = at
            self._make_room(lower)
        return at

    def _make_room(self, lowest: int | None = None) -> None:
        """Close the folder half a way above the lowest one, when that is none of the uppermost ones."""
        depth = (len(self._descriptors) - 1 if lowest is None else lowest) - OPEN_MAX // 2
        if depth >= OPEN_MAX // 2 and (descriptor := self._descriptors[depth]) is not None:
            os.close(descriptor)
            self._descriptors[depth] = None


def _way_to(root: Path, reader: Reader | None) -> int:
    """The root's descriptor, by every folder on the way."""
    parts = root.parts[1:] if root.is_absolute() else root.parts
    at = os.open("/" if root.is_absolute() else ".", _ON_THE_WAY if parts else _FOLDER)
    for number, part in enumerate(parts, 1):
        try:
            found = os.fstat(at)
            if not may(reader, SEARCH, mode=found.st_mode, uid=found.st_uid, gid=found.st_gid):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            below = os.open(part, _FOLDER if number == len(parts) else _ON_THE_WAY, dir_fd=at)
        except OSError as error:
            raise NoWay(_why(root, part, at, error, reader)) from error
        finally:
            os.close(at)
        at = below
    return at


def _why(root: Path, part: str, at: int, error: OSError, reader: Reader | None) -> str:
    where = printable(str(root))
    if error.errno == errno.ENOENT:
        return _("{where} is not there").format(where=where)
    if error.errno in (errno.EACCES, errno.EPERM):
        who = f"uid {reader.uid}" if reader else "the daemon"
        return _("{who} may not go to {where}").format(who=who, where=where)
    if error.errno in (errno.ENOTDIR, errno.ELOOP):
        if stat.S_ISLNK(os.stat(part, dir_fd=at, follow_symlinks=False).st_mode):
            return _("{part!r} in {where} is a link; name the folder that it leads to").format(
                part=printable(part), where=where
            )
        return _("{where} is not a folder; put the file into one").format(where=where)
    return _("{where} cannot be opened: {strerror}").format(where=where, strerror=error.strerror)
