"""What lies below the root of a list or a tree: the folders of volumes, and everything that is none of them.

It is looked at with the rights of whoever hands it in, by descriptors and through no link; no file is read.
"""

import os
import stat
from collections.abc import Callable, Collection, Sequence
from pathlib import Path, PurePosixPath

from archived.formats.bag_tags import DECLARATION_NAME
from archived.language import _
from archived.leaving_out import is_left_out
from archived.policy.list_check import DOCUMENT_SUFFIXES, PAGE_SUFFIXES, FoundTree, FoundVolume
from archived.policy.reading_rights import READ, SEARCH, Reader, may
from archived.sessions.tools import Seen
from archived.stages.intake_descent import Descent, NoWay
from archived.stages.intake_offer import PAYLOAD
from archived.stages.intake_survey import survey

#: What a folder that is met on the way is: a volume, on the way to one, or neither.
VOLUME, WAY, STRANGE = "volume", "way", "strange"


def look_for(
    root: Path,
    wanted: Collection[str],
    reader: Reader | None,
    *,
    beside: Collection[str] = (),
    leave_out: Sequence[str] = (),
    seen: Seen | None = None,
) -> FoundTree:
    """Look for these folders (or archives) below the root.

    Args:
        beside: files that may lie beside them.
        leave_out: patterns of names that are no part of anything, as the class has them.
        seen: gets what was met so far, folder after folder; what it raises ends the look.
    """
    ways = {str(above) for path in wanted for above in PurePosixPath(path).parents if str(above) != "."}
    chosen = frozenset(wanted)

    def kind(path: str) -> str:
        return VOLUME if path in chosen else WAY if path in ways else STRANGE

    return _Look(root, reader, kind, frozenset(beside), leave_out, _Tally(seen)).found()


def look_by_depth(
    root: Path,
    depth: int,
    reader: Reader | None,
    *,
    leave_out: Sequence[str] = (),
    seen: Seen | None = None,
) -> FoundTree:
    """Every folder `depth` folders below the root is that of a volume; `seen` as in `look_for`."""

    def kind(path: str) -> str:
        return VOLUME if path.count("/") + 1 == depth else WAY

    return _Look(root, reader, kind, frozenset(), leave_out, _Tally(seen), may_be_files=False).found()


class _Look:
    """What accumulates on the way down."""

    def __init__(
        self,
        root: Path,
        reader: Reader | None,
        kind: Callable[[str], str],
        beside: frozenset[str],
        leave_out: Sequence[str],
        tally: "_Tally",
        *,
        may_be_files: bool = True,
    ) -> None:
        self._tally = tally
        self._root = root
        self._reader = reader
        self._kind = kind
        self._beside = beside
        self._leave_out = leave_out
        self._may_be_files = may_be_files
        self._volumes: dict[str, FoundVolume] = {}
        self._strange: list[str] = []
        self._stray: list[str] = []
        self._unreadable: list[tuple[str, str]] = []

    def found(self) -> FoundTree:
        try:
            with Descent(self._root, self._reader) as descent:
                waiting = [""]
                while waiting:
                    waiting += self._look_into(descent, waiting.pop())
        except NoWay as error:
            self._unreadable.append((".", str(error)))
        return FoundTree(
            dict(sorted(self._volumes.items())),
            tuple(sorted(self._strange)),
            tuple(sorted(self._stray)),
            tuple(sorted(self._unreadable)),
        )

    def _look_into(self, descent: Descent, folder: str) -> list[str]:
        """Take up what lies in one folder, and return those in it to go on with."""
        try:
            descriptor = descent.folder(folder)
            there = os.fstat(descriptor)
            if not may(self._reader, READ | SEARCH, mode=there.st_mode, uid=there.st_uid, gid=there.st_gid):
                raise PermissionError(0, _("who hands it in may not read it"))
            with os.scandir(descriptor) as listing:
                entries = sorted((entry.name, entry.stat(follow_symlinks=False)) for entry in listing)
        except OSError as error:
            self._unreadable.append((folder or ".", str(error.strerror)))
            return []
        self._tally.add(0, 0)
        ways = []
        for name, seen in entries:
            path = f"{folder}/{name}" if folder else name
            if self._meet(path, seen):
                ways.append(path)
        if not entries and folder:
            self._strange.append(folder)
        return ways

    def _meet(self, path: str, seen: os.stat_result) -> bool:
        """Put one entry where it belongs; True for a folder to go on with."""
        kind = self._kind(path)
        if stat.S_ISDIR(seen.st_mode):
            if kind == VOLUME:
                self._volumes[path] = _volume(self._root / path, self._reader, self._leave_out, self._tally)
            elif kind == STRANGE:
                self._strange.append(path)
            return kind == WAY
        if kind == VOLUME and self._may_be_files and stat.S_ISREG(seen.st_mode):
            self._volumes[path] = FoundVolume(1, seen.st_size, is_counted=False)
            self._tally.add(1, seen.st_size, folders=0)
        elif path not in self._beside and not is_left_out(path, self._leave_out):
            self._stray.append(path)
        return False


class _Tally:
    """What was met so far, told folder after folder."""

    def __init__(self, seen: Seen | None) -> None:
        self._seen = seen
        self._folders = self._files = self._size_bytes = 0

    def add(self, files: int, size_bytes: int, *, folders: int = 1) -> None:
        """One more folder, with so many files that belong to a volume."""
        self._folders += folders
        self._files += files
        self._size_bytes += size_bytes
        if self._seen is not None:
            self._seen(self._folders, self._files, self._size_bytes)


def _volume(path: Path, reader: Reader | None, leave_out: Sequence[str], tally: _Tally) -> FoundVolume:
    source = survey(path, reader, watch=tally.add)
    is_bag = any(file.path == DECLARATION_NAME for file in source.files)
    payload = [
        file
        for file in source.files
        if (file.path.startswith(PAYLOAD) if is_bag else not is_left_out(file.path, leave_out))
    ]
    suffixes = [PurePosixPath(file.path).suffix.casefold() for file in payload]
    return FoundVolume(
        files=len(payload),
        size_bytes=source.size_bytes,
        page_images=sum(suffix in PAGE_SUFFIXES for suffix in suffixes),
        documents=sum(suffix in DOCUMENT_SUFFIXES for suffix in suffixes),
        unusable=source.unusable,
    )
