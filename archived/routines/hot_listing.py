"""Looking at a hot folder: what lies where a package may lie, and what lies where none is expected."""

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, replace

from archived.policy.hot_folders import Entry, Kind
from archived.policy.hot_names import MARKER, REJECTED, is_beside, is_on_its_way
from archived.routines.hot_tree import HotTree, identity_of


@dataclass(frozen=True, slots=True)
class Listing:
    """A hot folder as it was when we looked."""

    entries: tuple[Entry, ...]
    #: Folders on the way to packages, relative; "" is the hot folder itself.
    folders: tuple[str, ...]
    #: Links and files at places where only folders are on the way to a package.
    strays: tuple[str, ...]
    #: Folders on the way that cannot be listed, and why.
    unreadable: tuple[tuple[str, str], ...]


def list_packages(tree: HotTree, depth: int) -> Listing:
    """List what lies `depth` names below the hot folder. Raises OSError: it cannot be listed itself."""
    entries: list[Entry] = []
    strays: list[str] = []
    unreadable: list[tuple[str, str]] = []
    folders = [""]
    level = [""]
    for left in range(depth, 0, -1):
        below: list[str] = []
        for folder in level:
            try:
                found = tree.entries(folder)
            except OSError as error:
                if not folder:
                    raise
                if not isinstance(error, FileNotFoundError):
                    unreadable.append((folder, str(error.strerror)))
                continue
            if left == 1:
                entries += _packages(folder, found)
                continue
            for name, there in _visible(folder, found):
                path = f"{folder}/{name}" if folder else name
                (below if stat.S_ISDIR(there.st_mode) else strays).append(path)
        folders += below
        level = below
    return Listing(tuple(entries), tuple(folders), tuple(strays), tuple(unreadable))


def with_contents(listing: Listing, tree: HotTree, wanted: Callable[[Entry], bool]) -> Listing:
    """The listing with the summary of everything in those things for which it is wanted; that lists all of them."""
    looked = (
        replace(entry, content=tree.content(entry.path)) if wanted(entry) else entry
        for entry in listing.entries
    )
    return replace(listing, entries=tuple(looked))


def _visible(folder: str, found: list[tuple[str, os.stat_result]]) -> list[tuple[str, os.stat_result]]:
    return [
        (name, there)
        for name, there in found
        if not is_on_its_way(name) and not is_beside(name) and not (not folder and name == REJECTED)
    ]


def _packages(folder: str, found: list[tuple[str, os.stat_result]]) -> list[Entry]:
    markers = {
        name.removesuffix(MARKER): identity_of(there)
        for name, there in found
        if name.endswith(MARKER) and stat.S_ISREG(there.st_mode)
    }
    return [
        Entry(
            f"{folder}/{name}" if folder else name,
            _kind(there.st_mode),
            identity_of(there),
            markers.get(name, ""),
        )
        for name, there in _visible(folder, found)
    ]


def _kind(mode: int) -> Kind:
    if stat.S_ISDIR(mode):
        return Kind.FOLDER
    if stat.S_ISREG(mode):
        return Kind.FILE
    return Kind.LINK if stat.S_ISLNK(mode) else Kind.OTHER
