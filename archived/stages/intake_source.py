"""What lies where a producer points: every file and empty folder, seen once and without reading any."""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from archived.policy.carried_names import printable, problems_in_folder

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

    def is_still(self, now: os.stat_result) -> bool:
        """True when `now` tells of the same, unchanged regular file."""
        return (
            stat.S_ISREG(now.st_mode)
            and now.st_size == self.size_bytes
            and now.st_mtime_ns == self.mtime_ns
            and now.st_ino == self.inode
        )


@dataclass(frozen=True, slots=True)
class Source:
    """A folder that was handed in. Files and folders are sorted by path."""

    root: Path
    files: tuple[SourceFile, ...] = ()
    #: Folders without anything in them; "" when it is the source itself.
    empty_folders: tuple[str, ...] = ()
    #: mtime in ns of every folder, to see whether something came or went meanwhile.
    folders: Mapping[str, int] = field(default_factory=dict)
    #: (path, why) of everything that cannot be carried.
    problems: tuple[tuple[str, str], ...] = ()
    #: Why nothing of it can be read, or empty.
    unusable: str = ""

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)

    def changed_folders(self) -> list[str]:
        """Folders in which something was added, removed or renamed since the survey."""
        return sorted(path or "." for path, mtime_ns in self.folders.items() if self._mtime(path) != mtime_ns)

    def _mtime(self, path: str) -> int | None:
        try:
            return os.stat(self.root / path, follow_symlinks=path == "").st_mtime_ns
        except OSError:
            return None


def survey(root: Path) -> Source:
    """Look at everything below `root`. Raises nothing: what cannot be seen is told in the value."""
    if not root.is_dir():
        there = "is not a folder; put the file into one" if root.exists() else "is not there"
        return Source(root, unusable=f"{printable(str(root))} {there}")
    files: list[SourceFile] = []
    empty: list[str] = []
    folders: dict[str, int] = {}
    problems: list[tuple[str, str]] = []
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            folders[folder] = os.stat(root / folder).st_mtime_ns
            with os.scandir(root / folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
            below = f"{folder}/" if folder else ""
            for entry in entries:
                found = entry.stat(follow_symlinks=False)
                path = below + entry.name
                if stat.S_ISDIR(found.st_mode):
                    waiting.append(path)
                elif stat.S_ISREG(found.st_mode):
                    files.append(SourceFile(path, found.st_size, found.st_mtime_ns, found.st_ino))
                else:
                    why = _SPECIAL.get(stat.S_IFMT(found.st_mode), "it is neither file nor folder")
                    problems.append((printable(path), why))
        except OSError as error:
            problems.append((printable(folder) or ".", f"it cannot be read: {error.strerror}"))
            continue
        if not entries:
            empty.append(folder)
        names = problems_in_folder(entry.name for entry in entries)
        problems += [(printable(below + name), why) for name, why in names]
    files.sort(key=lambda file: file.path)
    return Source(root, tuple(files), tuple(sorted(empty)), folders, tuple(sorted(problems)))
