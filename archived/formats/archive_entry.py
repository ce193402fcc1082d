"""One entry of an archive that was handed in, of whatever format. Pure values."""

from dataclasses import dataclass
from enum import Enum, unique


class NotUnpacked(Exception):
    """An archive cannot be taken at all; the text says why, for people."""


@unique
class EntryKind(Enum):
    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    #: A second name of a file that stands earlier in the same archive.
    HARD_LINK = "hard link"
    #: Neither file, folder nor link: a device, a pipe, a socket.
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ArchiveEntry:
    """What an archive says of one thing in it; nothing of it is believed before its bytes were read."""

    #: Relative, with '/', as the archive has it; undecodable bytes as `os.fsdecode` puts them.
    path: str
    kind: EntryKind
    size_bytes: int = 0
    mtime_ns: int = 0
    #: Permission bits: 0 to 0o7777.
    mode: int = 0o644
    #: What a link says.
    target: str = ""
    #: Why it cannot be taken, for kind OTHER.
    why: str = ""
    #: Its place among the entries of the archive.
    number: int = 0
    #: Of a hard link, the number of the entry whose bytes it has; -1 else.
    repeats: int = -1
