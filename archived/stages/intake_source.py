"""What lies where a producer points: every file and empty folder, seen once and without reading any."""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from archived.policy.carried_names import printable, problems_in_folder
from archived.policy.reading_rights import READ, SEARCH, Reader, may
from archived.stages.intake_descent import Descent, NoWay

_SPECIAL = {
    stat.S_IFLNK: "it is a symbolic link; put the file itself there",
    stat.S_IFSOCK: "it is a socket, not a file",
    stat.S_IFIFO: "it is a pipe, not a file",
    stat.S_IFBLK: "it is a block device, not a file",
    stat.S_IFCHR: "it is a character device, not a file",
}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file as it was when we looked. Paths are relative to the source, with '/'."""

    path: str
    size_bytes: int
    mtime_ns: int
    inode: int
    device: int

    def is_still(self, now: os.stat_result) -> bool:
        """True when `now` tells of the same, unchanged regular file."""
        return (
            stat.S_ISREG(now.st_mode)
            and now.st_size == self.size_bytes
            and now.st_mtime_ns == self.mtime_ns
            and (now.st_ino, now.st_dev) == (self.inode, self.device)
        )


@dataclass(frozen=True, slots=True)
class SourceFolder:
    """One folder as it was when we looked."""

    mtime_ns: int
    inode: int
    device: int

    def is_still(self, now: os.stat_result) -> bool:
        """True when nothing was added to this folder, removed or renamed in it."""
        return (now.st_mtime_ns, now.st_ino, now.st_dev) == (self.mtime_ns, self.inode, self.device)


@dataclass(frozen=True, slots=True)
class Source:
    """A folder that was handed in. Files and folders are sorted by path."""

    root: Path
    files: tuple[SourceFile, ...] = ()
    #: Folders without anything in them; "" when it is the source itself.
    empty_folders: tuple[str, ...] = ()
    #: Every folder, to see whether something came or went meanwhile.
    folders: Mapping[str, SourceFolder] = field(default_factory=dict)
    #: (path, why) of everything that cannot be carried.
    problems: tuple[tuple[str, str], ...] = ()
    #: (path, why) of everything that cannot be read, or that the submitter may not read himself.
    unreadable: tuple[tuple[str, str], ...] = ()
    #: Why nothing of it can be read, or empty.
    unusable: str = ""

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)

    def changed_folders(self) -> list[str]:
        """Folders in which something was added, removed or renamed since the survey."""
        try:
            with Descent(self.root) as descent:
                return [
                    path or "."
                    for path, seen in sorted(self.folders.items())
                    if not _is_still(descent, path, seen)
                ]
        except NoWay:
            return ["."]


def _is_still(descent: Descent, path: str, seen: SourceFolder) -> bool:
    try:
        return seen.is_still(os.fstat(descent.folder(path)))
    except OSError:
        return False


def survey(root: Path, reader: Reader | None = None) -> Source:
    """Look at everything below `root`. Raises nothing: what cannot be seen is told in the value.

    Args:
        reader: whoever must be able to read all of it himself; None when the daemon's own rights decide.
    """
    try:
        with Descent(root, reader) as descent:
            looking = _Survey(descent, reader)
            looking.look_at_everything()
    except NoWay as error:
        return Source(root, unusable=str(error))
    looking.files.sort(key=lambda file: file.path)
    return Source(
        root,
        tuple(looking.files),
        tuple(sorted(looking.empty)),
        looking.folders,
        tuple(sorted(looking.problems)),
        tuple(sorted(looking.unreadable)),
    )


class _Survey:
    """What accumulates while folder after folder is looked at."""

    def __init__(self, descent: Descent, reader: Reader | None) -> None:
        self._descent = descent
        self._reader = reader
        self.files: list[SourceFile] = []
        self.empty: list[str] = []
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
        self.folders[folder] = SourceFolder(found.st_mtime_ns, found.st_ino, found.st_dev)
        if not self._is_open_to_reader(folder, found, READ | SEARCH):
            return []
        with os.scandir(descriptor) as listing:
            entries = sorted((entry.name, entry.stat(follow_symlinks=False)) for entry in listing)
        below = f"{folder}/" if folder else ""
        inner = []
        for name, there in entries:
            path = below + name
            if stat.S_ISDIR(there.st_mode):
                inner.append(path)
            elif not stat.S_ISREG(there.st_mode):
                self._note(path, _SPECIAL.get(stat.S_IFMT(there.st_mode), "it is neither file nor folder"))
            elif self._is_open_to_reader(path, there, READ):
                self.files.append(
                    SourceFile(path, there.st_size, there.st_mtime_ns, there.st_ino, there.st_dev)
                )
        if not entries:
            self.empty.append(folder)
        for name, why in problems_in_folder(name for name, _ in entries):
            self._note(below + name, why)
        return inner

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
