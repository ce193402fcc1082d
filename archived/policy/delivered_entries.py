"""From what is stored of a package to what is handed back: names, and where their bytes lie. Pure.

    entries(files, inner)          everything that a whole recall hands back, in order of paths
    chosen(files, inner, wanted)   those that a person named; raises NotFound
    entry_of_file, entry_of_inner  one row of the catalog as an entry

`files` are the `PackageFile`s of the package (the bag as it lies on its disc), `inner` its `InnerFile`s, none for a
package of plain files. What is handed back of a plain package is its bag. What is handed back of a package that
travels as a tar is what was handed in: the inner files, folders and links, each a range of data/package.tar; the
outer bag's own files are handed back only to whoever names them (`/data/package.tar`, `/name-map.csv`).

An entry's `path` is what it is called in recalls, documents and on the command line, unique in its package. Its
`raw` are the bytes of the name that it gets on a file system: never write a file by anything else.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from archived.errors import NotFound
from archived.inner_files import FILE, FOLDER, LINK, TAR_PATH, InnerFile
from archived.language import _
from archived.model import PackageFile
from archived.names import escaped, raw, unescaped

#: Begins the path of an outer bag's file, where inner ones have all other names.
OUTER = "/"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file, folder or link as it is handed back."""

    path: str
    #: True when `path` is percent-escaped (`archived.names`).
    escaped: bool
    raw: bytes
    kind: str  # archived.inner_files.KINDS
    #: The stored file of the bag that holds its bytes, and the place in it; "" for folders and links.
    source: str
    offset: int
    size_bytes: int
    #: Of these bytes alone; empty for folders and links.
    sha256: str
    mtime_ns: int
    #: Permission bits, 0 to 0o7777; None where the catalog has none.
    mode: int | None = None
    #: What a link says, as bytes; it may lead anywhere.
    target: bytes = b""


def entry_of_file(file: PackageFile, *, outer: bool = False) -> Entry:
    """A stored file (or empty folder) as it is; `outer` when the package travels as a tar."""
    return Entry(
        path=OUTER + file.path if outer else file.path,
        escaped=False,
        raw=raw(file.path),
        kind=FOLDER if file.is_directory else FILE,
        source="" if file.is_directory else file.path,
        offset=0,
        size_bytes=file.size_bytes,
        sha256=file.sha256,
        mtime_ns=file.mtime_s * 10**9,
    )


def entry_of_inner(item: InnerFile) -> Entry:
    """What lies inside data/package.tar."""
    return Entry(
        path=item.path,
        escaped=True,
        raw=raw(unescaped(item.path)),
        kind=item.kind,
        source=TAR_PATH if item.kind == FILE else "",
        offset=item.offset,
        size_bytes=item.size_bytes,
        sha256=item.sha256,
        mtime_ns=item.mtime_ns,
        mode=None if item.kind == LINK else item.mode,
        target=raw(unescaped(item.target)),
    )


def entries(files: Iterable[PackageFile], inner: Iterable[InnerFile]) -> Iterator[Entry]:
    """Everything that a whole recall hands back."""
    carried = False
    for item in inner:
        carried = True
        yield entry_of_inner(item)
    if not carried:
        yield from map(entry_of_file, files)


def chosen(
    files: Iterable[PackageFile],
    inner: Iterable[InnerFile],
    wanted: Sequence[str],
    *,
    package_id: str,
) -> list[Entry]:
    """What `wanted` names, in its order; everything when it names nothing.

    A name is an entry's path, or that path without `data/`, or (of a package in a tar) the name as it is, not
    escaped; last of all a file of the outer bag.

    Raises NotFound for a name that the package does not have.
    """
    stored, inside = list(files), list(inner)
    if not wanted:
        return list(entries(stored, inside))
    found = {entry.path: entry for entry in entries(stored, inside)}
    found |= {entry.path: entry for entry in (entry_of_file(file, outer=True) for file in stored) if inside}
    return [_named(found, path, package_id, carried=bool(inside)) for path in wanted]


def _named(found: dict[str, Entry], path: str, package_id: str, *, carried: bool) -> Entry:
    candidates = [path, f"data/{path}"]
    if carried:
        candidates += [escaped(path), f"data/{escaped(path)}", OUTER + path]
    for candidate in candidates:
        if candidate in found:
            return found[candidate]
    raise NotFound(
        _("package {package} has no file {path}").format(package=package_id, path=repr(escaped(path))),
        package=package_id,
        path=escaped(path),
    )
