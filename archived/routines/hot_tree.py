"""A hot folder on its disk, by descriptors: whatever is renamed, linked or unmounted, nothing outside is touched.

It is held open from the look at its identity to the last write, so that a file system which is unmounted in
between takes what we do with it, and the empty folder below the mount point gets nothing.
"""

import errno
import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from archived.policy.hot_names import IDENTITY
from archived.policy.reading_rights import READ, Reader, may
from archived.stages.intake_descent import Descent

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
SMALL_BYTES_MAX: Final = 1 << 20


class HotTree:
    """One hot folder, open. Paths are relative to it. Methods raise OSError; for one thread."""

    def __init__(self, root: Path, *, uid: int | None = None, reader: Reader | None = None) -> None:
        """Open it without following a link.

        Args:
            uid: to whom what we make there is given, where this process may do that.
            reader: whoever must be able to read himself what is read from it; None when the daemon's own
                rights decide.

        Raises:
            NoWay: it is not there, or cannot be reached; the text says why, for people.
        """
        self.root = root
        self._uid = uid if os.geteuid() == 0 else None
        self._reader = reader
        self._descent = Descent(root, reader)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._descent.__exit__(kind, error, trace)

    def entries(self, folder: str) -> list[tuple[str, os.stat_result]]:
        """(name, lstat) of everything in a folder, sorted by name."""
        with os.scandir(self._descent.folder(folder)) as listing:
            return sorted(self._looked_at(listing), key=lambda found: found[0])

    def status(self, path: str) -> os.stat_result | None:
        """lstat; None when nothing is there."""
        try:
            folder, name = self._at(path)
            return os.stat(name, dir_fd=folder, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def small_file(self, path: str) -> bytes | None:
        """All bytes of a small file; None when there is none. Raises ValueError when it is not one."""
        try:
            folder, name = self._at(path)
            descriptor = os.open(name, _READ, dir_fd=folder)
        except FileNotFoundError:
            return None
        with open(descriptor, "rb") as there:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode) or found.st_size > SMALL_BYTES_MAX:
                raise ValueError("it is not a small file")
            if not may(self._reader, READ, mode=found.st_mode, uid=found.st_uid, gid=found.st_gid):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            return there.read(SMALL_BYTES_MAX)

    def document(self, path: str) -> Any:
        """What a small JSON file says; None when there is none. Raises ValueError when it is no JSON."""
        data = self.small_file(path)
        return None if data is None else json.loads(data.decode("utf-8-sig"))

    def write(self, path: str, data: bytes) -> None:
        """A whole file or none, on its disk when this returns; replaces what had the name."""
        folder, name = self._at(path)
        half = f".{name}.part"
        self._unlink_at(folder, half)
        descriptor = os.open(half, _NEW, 0o644, dir_fd=folder)
        try:
            with open(descriptor, "wb") as there:
                there.write(data)
                there.flush()
                if self._uid is not None:
                    os.fchown(descriptor, self._uid, -1)
                os.fsync(descriptor)
            os.rename(half, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            self._unlink_at(folder, half)
            raise
        os.fsync(folder)

    def move(self, path: str, to: str) -> None:
        """Give it another place; links are moved, never followed. The folders on the way to it are made."""
        self.make_folders(to.rpartition("/")[0])
        source, name = self._at(path)
        source = os.dup(source)
        try:
            target, new = self._at(to)
            os.rename(name, new, src_dir_fd=source, dst_dir_fd=target)
            os.fsync(target)
            os.fsync(source)
        finally:
            os.close(source)

    def make_folders(self, path: str) -> None:
        """The folder and those on the way to it, where they are missing; on their disk when this returns."""
        made = ""
        for name in path.split("/") if path else []:
            above = self._descent.folder(made)
            try:
                os.mkdir(name, 0o755, dir_fd=above)
                if self._uid is not None:
                    os.chown(name, self._uid, -1, dir_fd=above, follow_symlinks=False)
            except FileExistsError:
                pass
            # Also of one that is there: an earlier life may have made it and ended before this.
            os.fsync(above)
            made = f"{made}/{name}" if made else name

    def unlink(self, path: str) -> None:
        """Remove a file or a link, if it is there."""
        folder, name = self._at(path)
        self._unlink_at(folder, name)

    def listing(self, path: str) -> dict[str, str]:
        """A summary of each thing in a thing, by its path below it ("" for the thing itself when it is no folder).

        Folders come before what is in them.
        """
        return dict(self._walk(path))

    def remove(self, path: str, listed: Mapping[str, str]) -> bool:
        """Remove a thing when every part of it is what `listing` saw; True when all of it is gone.

        What came, was written or was put there anew since the listing stays, and ends the removal where it is.
        No link is followed.
        """
        found = self.status(path)
        if found is None:
            return True
        gone = all(
            self._remove_one(f"{path}/{inner}" if inner else path, listed[inner])
            for inner in reversed(tuple(listed))
        )
        folder, name = self._at(path)
        if gone and stat.S_ISDIR(found.st_mode):
            gone = _remove_folder(name, folder)
        os.fsync(folder)
        return gone

    def content(self, path: str) -> str:
        """Summary of everything in a thing: it differs when anything was added, removed, written or renamed."""
        summary = hashlib.sha256()
        for name, there in self._walk(path):
            summary.update(os.fsencode(f"{name} {there}") + b"\0")
        return summary.hexdigest()

    def known_as(self) -> dict[str, Any]:
        """What its identity file says; empty when it has none, or none that we wrote."""
        try:
            found = self.document(IDENTITY)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def _walk(self, path: str) -> Iterator[tuple[str, str]]:
        found = self.status(path)
        if found is None or not stat.S_ISDIR(found.st_mode):
            yield "", "gone" if found is None else _summary(found)
            return
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            try:
                listing = self.entries(f"{path}/{folder}" if folder else path)
            except OSError as error:
                # Intake will say it better; here it only must not look like a folder that is empty.
                yield folder, str(errno.errorcode.get(error.errno or 0))
                continue
            for name, there in listing:
                below = f"{folder}/{name}" if folder else name
                yield below, _summary(there)
                if stat.S_ISDIR(there.st_mode):
                    waiting.append(below)

    def _remove_one(self, path: str, summary: str) -> bool:
        found = self.status(path)
        if found is None:
            return True
        if _summary(found) != summary:
            return False
        folder, name = self._at(path)
        if stat.S_ISDIR(found.st_mode):
            return _remove_folder(name, folder)
        self._unlink_at(folder, name)
        return True

    def _at(self, path: str) -> tuple[int, str]:
        folder, _, name = path.rpartition("/")
        return self._descent.folder(folder), name

    @staticmethod
    def _looked_at(listing: Iterator[os.DirEntry[str]]) -> Iterator[tuple[str, os.stat_result]]:
        for entry in listing:
            try:
                yield entry.name, entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue

    @staticmethod
    def _unlink_at(folder: int, name: str) -> None:
        try:
            os.unlink(name, dir_fd=folder)
        except FileNotFoundError:
            return


def identity_of(found: os.stat_result) -> str:
    """Summary of a thing itself: it differs once the thing, or its name, was put there anew."""
    # ctime is what a rename changes. A device number is not the same after the next mount.
    size = 0 if stat.S_ISDIR(found.st_mode) else found.st_size
    return f"{found.st_ino}.{found.st_mtime_ns}.{found.st_ctime_ns}.{size}"


def _summary(there: os.stat_result) -> str:
    # A folder's own time tells nothing that its entries do not; a file's ctime changes when it is moved with it.
    size, mtime_ns = (0, 0) if stat.S_ISDIR(there.st_mode) else (there.st_size, there.st_mtime_ns)
    return f"{there.st_mode} {size} {mtime_ns} {there.st_ino}"


def _remove_folder(name: str, above: int) -> bool:
    """False when something lies in it."""
    try:
        os.rmdir(name, dir_fd=above)
    except FileNotFoundError:
        return True
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
            return False
        raise
    return True
