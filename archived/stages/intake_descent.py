"""Going down into a folder by descriptors: what is opened lies below the root, whatever is renamed or linked."""

import errno
import os
import stat
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from archived.policy.carried_names import printable
from archived.policy.reading_rights import SEARCH, Reader, may

#: Deeper than any path that a disc can hold (1023 bytes, at least 6 for each folder); bounds open descriptors.
DEPTH_MAX: Final = 170

_ON_THE_WAY = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class NoWay(Exception):
    """The root of a submission cannot be reached; the text says why, for people."""


class Descent:
    """Opens folders and files below one root. Holds the descriptors of one way down at a time."""

    def __init__(self, root: Path, reader: Reader | None = None) -> None:
        """Walk to `root` from the file system's root without following a link.

        Raises:
            NoWay: it is not there, is no folder, or `reader` may not search a folder on the way.
        """
        self._names: list[str] = []
        self._descriptors = [_way_to(root, reader)]

    def folder(self, path: str) -> int:
        """A descriptor of a folder ("" is the root), good until the next call. Raises OSError."""
        names = path.split("/") if path else []
        if len(names) > DEPTH_MAX:
            raise OSError(errno.ENAMETOOLONG, f"more than {DEPTH_MAX} folders in each other")
        shared = 0
        while shared < min(len(names), len(self._names)) and names[shared] == self._names[shared]:
            shared += 1
        self._climb_to(shared)
        for name in names[shared:]:
            self._descriptors.append(os.open(name, _FOLDER, dir_fd=self._descriptors[-1]))
            self._names.append(name)
        return self._descriptors[-1]

    def file(self, path: str) -> int:
        """A new descriptor of a file, for reading; the caller closes it. Raises OSError."""
        folder, _, name = path.rpartition("/")
        return os.open(name, _FILE, dir_fd=self.folder(folder))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._climb_to(0)
        os.close(self._descriptors.pop())

    def _climb_to(self, depth: int) -> None:
        while len(self._names) > depth:
            os.close(self._descriptors.pop())
            self._names.pop()


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
        return f"{where} is not there"
    if error.errno in (errno.EACCES, errno.EPERM):
        who = f"uid {reader.uid}" if reader else "the daemon"
        return f"{who} may not go to {where}"
    if error.errno in (errno.ENOTDIR, errno.ELOOP):
        if stat.S_ISLNK(os.stat(part, dir_fd=at, follow_symlinks=False).st_mode):
            return f"{printable(part)!r} in {where} is a link; name the folder that it leads to"
        return f"{where} is not a folder; put the file into one"
    return f"{where} cannot be opened: {error.strerror}"
