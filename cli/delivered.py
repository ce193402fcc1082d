"""What the daemon announces of a recall: files, pieces of files, folders and links, with their names on disk."""

from dataclasses import dataclass
from typing import Any

from archived.names import as_text, raw, unescaped


@dataclass(frozen=True, slots=True)
class DeliveredFile:
    """One file; the path is relative, with '/'."""

    path: str
    size_bytes: int
    sha256: str
    #: Time of its last change; None leaves the time of writing.
    mtime_ns: int | None = None
    #: First and last byte when it is a piece of a file; None for a whole file.
    start: int | None = None
    end: int | None = None
    #: Permission bits; None leaves those of the caller's umask.
    mode: int | None = None
    #: Its name on disk as Python has it, when that is not the path.
    true_name: str = ""

    @property
    def name(self) -> str:
        """The path that it gets: a piece tells which bytes it is."""
        name = self.true_name or self.path
        return name if self.start is None else f"{name}.bytes-{self.start}-{self.end}"


@dataclass(frozen=True, slots=True)
class DeliveredFolder:
    """One folder that is handed back for its own sake: it is empty, or its time and mode are on record."""

    name: str
    mtime_ns: int | None = None
    mode: int | None = None


@dataclass(frozen=True, slots=True)
class DeliveredLink:
    """A symbolic link: made last, never followed; what it says may lead anywhere."""

    name: str
    target: str

    @property
    def stays_inside(self) -> bool:
        """Whether what it says leads nowhere but into the folder that it is delivered to.

        Only upward steps at the beginning, and no more than there are folders above it: these are real folders. A
        step up behind a name could go up from wherever another link leads.
        """
        steps = self.target.split("/")
        names = steps[next((at for at, step in enumerate(steps) if step != ".."), len(steps)) :]
        up = len(steps) - len(names)
        return bool(self.target) and steps[0] != "" and ".." not in names and up <= self.name.count("/")


def file_of(item: dict[str, Any]) -> DeliveredFile:
    """A file or piece out of the daemon's document."""
    return DeliveredFile(
        item["path"],
        item["size_bytes"],
        item["sha256"],
        item.get("mtime_ns"),
        item.get("start"),
        item.get("end"),
        item.get("mode"),
        name_of(item),
    )


def folder_of(item: dict[str, Any]) -> DeliveredFolder:
    """A folder out of the daemon's document; without a mode its time is not on record either."""
    mode = item.get("mode")
    return DeliveredFolder(name_of(item), item.get("mtime_ns") if mode is not None else None, mode)


def link_of(item: dict[str, Any]) -> DeliveredLink:
    """A link out of the daemon's document."""
    return DeliveredLink(name_of(item), as_text(raw(unescaped(item["target"]))))


def name_of(item: dict[str, Any]) -> str:
    """The very name, as Python has it (surrogateescape)."""
    return unescaped(item["name"]) if "name" in item else str(item["path"])
