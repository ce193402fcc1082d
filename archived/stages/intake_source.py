"""What a producer hands in, as values: every file, folder and link, and a supply that opens their content.

A folder's survey (`intake_survey`) and an archive's make the same values, so that intake reads all of them in one
way. Nothing here touches a disk. Paths are relative to the source, with '/'; bytes that are no UTF-8 stand in
them as `os.fsdecode` puts them (surrogateescape), so that `os.fsencode` gives the very bytes back.
"""

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from archived.carried_names import printable
from archived.errors import Unacceptable
from archived.language import _


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file as it was when we looked."""

    path: str
    size_bytes: int
    mtime_ns: int
    #: Permission bits with setuid, setgid and sticky: 0 to 0o7777.
    mode: int
    #: Two files with one inode on one device are hard links; 0 where there is no such thing.
    inode: int = 0
    device: int = 0
    #: How many names the file has, as the file system counts them.
    links: int = 1

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
    mode: int
    inode: int = 0
    device: int = 0

    def is_still(self, now: os.stat_result) -> bool:
        """True when nothing was added to this folder, removed or renamed in it."""
        return (now.st_mtime_ns, now.st_ino, now.st_dev) == (self.mtime_ns, self.inode, self.device)


@dataclass(frozen=True, slots=True)
class SourceLink:
    """One symbolic link; it is never followed."""

    path: str
    #: What it says, as it says it.
    target: str
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Original:
    """The one file out of which everything came."""

    #: For people; without the folders above it.
    name: str
    #: "zip", "tar", "tar.gz" or "tar.xz".
    format: str
    size_bytes: int
    sha256: str
    #: Encoding in which names were read that the archive does not mark; empty when none was needed.
    names: str

    def as_document(self) -> dict[str, object]:
        """As it stands on a receipt."""
        return {
            "name": self.name,
            "format": self.format,
            "bytes": self.size_bytes,
            "sha256": self.sha256,
            "names": self.names,
        }


class Item(Protocol):
    """One file whose bytes can be read now, once, from the first to the last."""

    @property
    def file(self) -> SourceFile:
        """The very value that stands in `Source.files`."""
        ...

    def readinto(self, buffer: memoryview) -> int:
        """Put the next bytes into `buffer` and return how many; 0 at the end, asked for once at least.

        Raises Unacceptable: it cannot be read, or is not what the survey saw.
        """
        ...


class Contents(Protocol):
    """Everything that a source holds, opened."""

    def __iter__(self) -> Iterator[Item]:
        """Each file of `Source.files` once, in any order. An item that nobody read is passed over."""
        ...

    def changed(self) -> list[str]:
        """After the last byte: paths that came, went or changed since the survey; empty when all is as it was."""
        ...


class Supply(Protocol):
    """Where the bytes of a source come from. It may be opened more than once."""

    def open(self) -> AbstractContextManager[Contents]:
        """Open the source. Raises Unacceptable when it is not there any more."""
        ...

    def small_file(self, file: SourceFile) -> bytes:
        """All bytes of one file, a tag file of a bag. Raises NotRead, which says why."""
        ...

    def original(self) -> Original | None:
        """The archive that it all came out of, once all of it was read; None for a folder."""
        ...


class NotRead(Exception):
    """A small file cannot be used; the text says why, for people."""


class NoSupply:
    """The supply of a source that holds no file."""

    def open(self) -> AbstractContextManager[Contents]:
        return nullcontext(_Nothing())

    def small_file(self, file: SourceFile) -> bytes:
        raise NotRead(_("{path} is not there").format(path=printable(file.path)))

    def original(self) -> Original | None:
        return None


class _Nothing:
    def __iter__(self) -> Iterator[Item]:
        return iter(())

    def changed(self) -> list[str]:
        return []


@dataclass(frozen=True, slots=True)
class Source:
    """What was handed in. Files, folders and links are sorted by the bytes of their paths (`path_bytes`)."""

    #: Where it lies: the folder, or the archive itself.
    root: Path
    files: tuple[SourceFile, ...] = ()
    #: Folders without anything in them; "" when it is the source itself.
    empty_folders: tuple[str, ...] = ()
    links: tuple[SourceLink, ...] = ()
    #: Every folder, those on the way to files too.
    folders: Mapping[str, SourceFolder] = field(default_factory=dict)
    #: (path, why) of everything that can never be carried: pipes, sockets, devices.
    problems: tuple[tuple[str, str], ...] = ()
    #: (path, why) of everything that cannot be read, or that the submitter may not read himself.
    unreadable: tuple[tuple[str, str], ...] = ()
    #: Why nothing of it can be read, or empty.
    unusable: str = ""
    #: Files that are there and are not taken, by a rule of the class; the supply may still offer them.
    left_out: tuple[str, ...] = ()
    #: What is worth knowing of it although it can be taken.
    warnings: tuple[str, ...] = ()
    supply: Supply = field(default_factory=NoSupply, compare=False)

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)


def path_bytes(path: str) -> bytes:
    """The bytes that the file system, or the archive, has for a path."""
    return path.encode("utf-8", "surrogateescape")


def changed(paths: Sequence[str]) -> Unacceptable:
    """The error for things that somebody changed under our hands."""
    names = [printable(path) for path in paths]
    return Unacceptable(
        _("{names} changed while it was read; nothing was kept").format(names=", ".join(names)),
        advice=_("submit it again when nobody writes to it any more"),
        changed=names,
    )


def unreadable(path: str, why: str) -> Unacceptable:
    """The error for a file that gives no bytes."""
    return Unacceptable(
        _("{path} cannot be read: {why}; nothing was kept").format(path=printable(path), why=why),
        advice=_("make it readable for the daemon and submit it again"),
        unreadable=[printable(path)],
    )
