"""From the entries of an archive to the tree of a package: no path leads out, none stands twice. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from archived.enumeration import shown
from archived.formats.archive_entry import ArchiveEntry, EntryKind
from archived.language import _
from archived.names import escaped

#: Where archivers of macOS put what belongs to files beside them.
_MACOS: Final = "__MACOSX"
_DECLARATION: Final = "bagit.txt"


@dataclass(slots=True)
class ArchiveTree:
    """What an archive holds, by path below the package; links and files never share a path with a folder."""

    files: dict[str, ArchiveEntry] = field(default_factory=dict)
    links: dict[str, ArchiveEntry] = field(default_factory=dict)
    #: Those that the archive does not list itself have no entry.
    folders: dict[str, ArchiveEntry | None] = field(default_factory=dict)
    #: (escaped path, why) of what can never be taken.
    problems: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def problem_with_path(path: str) -> str | None:
    """Why the path of an entry may lead out of the folder that it is unpacked into, or names nothing."""
    if path.startswith(("/", "\\")):
        return _("it is absolute")
    if len(path) > 1 and path[1] == ":" and path[0].isascii() and path[0].isalpha():
        return _("it begins with a drive letter of Windows")
    if ".." in path.replace("\\", "/").split("/"):
        return _("it climbs out by '..'")
    if "\0" in path:
        return _("it holds a NUL")
    if any(part in ("", ".") for part in path.split("/")):
        return _("it has an empty part or a '.' in it")
    return None


def plain(path: str) -> str:
    """The path without './' before it and '/' behind it; empty for the root itself."""
    while path.startswith("./"):
        path = path[2:].lstrip("/") if path[2:3] == "/" else path[2:]
    path = path.rstrip("/") if path.strip("/") else path
    return "" if path == "." else path


def tree_of(entries: Iterable[ArchiveEntry]) -> ArchiveTree:
    """Everything that the archive lists, as it lists it; `rooted` finds the package in it."""
    tree = ArchiveTree(folders={"": None})
    for entry in entries:
        _place(tree, replace(entry, path=plain(entry.path)))
    _resolve_hard_links(tree)
    return tree


def rooted(tree: ArchiveTree) -> ArchiveTree:
    """The package: a single folder at the top, else the root of the archive.

    A bag in one folder beside others is refused (draft 0.97 of BagIt, section 4: a serialization holds one bag
    only), but for what macOS puts there.
    """
    paths = (*tree.files, *tree.links, *(path for path in tree.folders if path))
    tops = sorted({path.partition("/")[0] for path in paths})
    folders = [top for top in tops if top in tree.folders]
    if f"{_DECLARATION}" in tree.files:
        return tree
    bags = [top for top in folders if f"{top}/{_DECLARATION}" in tree.files]
    if len(tops) == 1 and len(folders) == 1:
        return _below(tree, tops[0])
    if len(bags) == 1 and set(tops) == {*bags, _MACOS}:
        count = sum(path.startswith(f"{_MACOS}/") for path in tree.files)
        found = _below(tree, bags[0])
        found.warnings.append(
            _("{folder}/ beside the bag is no part of it and was not taken ({count} files)").format(
                folder=_MACOS, count=count
            )
        )
        return found
    if bags:
        others = [escaped(top) for top in tops if top != bags[0]]
        tree.problems.append(
            (
                escaped(bags[0]),
                _("it is a bag, and a bag stands alone in its archive; beside it are {names}").format(
                    names=shown(others)
                ),
            )
        )
    return tree


def _place(tree: ArchiveTree, entry: ArchiveEntry) -> None:
    path = entry.path
    if not path and entry.kind is EntryKind.FOLDER:
        tree.folders[""] = entry
        return
    why = entry.why or problem_with_path(path)
    if why is None and entry.kind is not EntryKind.FOLDER and path in tree.folders:
        why = _("it is listed as a folder too")
    if why is None and (path in tree.files or path in tree.links):
        why = _("it is listed twice")
    parents = [] if why else _parents(path)
    if why is None and any(parent in tree.files or parent in tree.links for parent in parents):
        why = _("a folder above it is listed as a file or a link")
    if why is not None:
        tree.problems.append((escaped(path), why))
        return
    for parent in parents:
        tree.folders.setdefault(parent, None)
    if entry.kind is EntryKind.FOLDER:
        tree.folders[path] = entry
    elif entry.kind is EntryKind.LINK:
        tree.links[path] = entry
    else:
        tree.files[path] = entry


def _resolve_hard_links(tree: ArchiveTree) -> None:
    """A hard link becomes a file of its own with the bytes of the file that it repeats."""
    for path, entry in list(tree.files.items()):
        if entry.kind is not EntryKind.HARD_LINK:
            continue
        first = tree.files.get(plain(entry.target))
        # Archivers put the file before its other names, so one look is enough.
        if first is None or first.kind is not EntryKind.FILE or first.number >= entry.number:
            del tree.files[path]
            tree.problems.append(
                (
                    escaped(path),
                    _("it is a hard link to {target}, which no file before it is").format(
                        target=escaped(entry.target)
                    ),
                )
            )
            continue
        tree.files[path] = replace(
            entry, repeats=first.number, size_bytes=first.size_bytes, mtime_ns=first.mtime_ns, mode=first.mode
        )


def _below(tree: ArchiveTree, top: str) -> ArchiveTree:
    """What lies in the folder `top`, by its path there."""
    prefix = f"{top}/"

    def kept(things: dict[str, ArchiveEntry]) -> dict[str, ArchiveEntry]:
        return {path[len(prefix) :]: entry for path, entry in things.items() if path.startswith(prefix)}

    folders = {path[len(prefix) :]: e for path, e in tree.folders.items() if path.startswith(prefix)}
    return ArchiveTree(
        kept(tree.files),
        kept(tree.links),
        {"": tree.folders[top], **folders},
        tree.problems,
        tree.warnings,
    )


def _parents(path: str) -> list[str]:
    return [path[:at] for at, letter in enumerate(path) if letter == "/"]
