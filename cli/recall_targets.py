"""Where recalled files go: a folder, a BagIt bag, or a tar stream on standard output."""

import hashlib
import io
import sys
import tarfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

from archived.errors import Failed, Refused
from archived.language import _
from archived.names import escaped
from cli import recall_note
from cli.bag_writing import finish_bag
from cli.delivered import DeliveredFile, DeliveredFolder, DeliveredLink
from cli.delivery import check_folder, deliver, is_there, remove_partial

Fetch = Callable[[DeliveredFile], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Part:
    """What one recall of an order brings."""

    package: str
    reference: str
    #: Name of its own folder in the target; "" when the order is of one package only.
    folder: str
    files: tuple[DeliveredFile, ...]
    directories: tuple[DeliveredFolder, ...]
    links: tuple[DeliveredLink, ...]
    #: All of the package is wanted.
    whole: bool

    @property
    def is_bag(self) -> bool:
        """Whether what is handed back is a bag as it stands."""
        return self.whole and any(file.name == "bagit.txt" for file in self.files)


class Target(Protocol):
    """What takes the files of an order, part by part."""

    #: Parts may come in any order; False: only in the order of the plan.
    in_any_order: bool

    def check(self) -> None:
        """Before anything is asked for. Raises Refused when nothing could be written here."""

    def take(self, part: Part, fetch: Fetch) -> None:
        """Write all files of one part; raises ArchivedError when one of them cannot be written or differs."""

    def end(self) -> None:
        """Everything came."""

    def words(self) -> str:
        """Where it lies now, for people."""


class FolderTarget:
    """A folder with the files of one package, or with a folder for each of several."""

    in_any_order = True
    option = "--to"

    def __init__(self, folder: Path, *, overwrite: bool, going_on: bool) -> None:
        self.folder = folder
        self._overwrite, self._going_on = overwrite, going_on
        self._right: set[tuple[str, str]] = set()
        #: Names of links that lead out of the folder and were not made.
        self.links_not_made: tuple[str, ...] = ()

    def check(self) -> None:
        if not self._going_on and not self._overwrite and recall_note.read(self.folder) is not None:
            raise Refused(
                _("{folder} holds an unfinished recall; nothing was asked for").format(folder=self.folder),
                advice=_("go on with it: archivectl recall --continue {option} {folder}").format(
                    option=self.option, folder=self.folder
                ),
            )
        check_folder(self.folder, overwrite=self._overwrite or self._going_on)
        if self._going_on and self.folder.is_dir():
            remove_partial(self.folder)

    def take(self, part: Part, fetch: Fetch) -> None:
        files = [f for f in part.files if not (self._going_on and self.has(part.folder, f))]
        folder, overwrite = self.folder / part.folder, self._overwrite
        self.links_not_made += deliver(
            files, part.directories, folder, fetch, overwrite=overwrite, links=part.links
        )

    def has(self, folder: str, file: DeliveredFile) -> bool:
        """Whether exactly these bytes are there already; each file is read once."""
        key = (folder, file.name)
        if key not in self._right and is_there(self.folder / folder, file):
            self._right.add(key)
        return key in self._right

    def end(self) -> None:
        """Nothing is left to do: every part was synced when it was taken."""

    def words(self) -> str:
        return str(self.folder)


class BagTarget(FolderTarget):
    """A BagIt bag for each package: the package itself, byte for byte, or a new bag around chosen files."""

    option = "--bag"

    def take(self, part: Part, fetch: Fetch) -> None:
        if not part.is_bag:
            _demand_listable(part)
        super().take(part, fetch)
        if not part.is_bag:
            finish_bag(self.folder / part.folder, part.files, part.reference, part.package)


class TarTarget:
    """A PAX tar as a stream: names exact, owners and modes left out, so that equal files make equal bytes."""

    in_any_order = False

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._tar: tarfile.TarFile | None = None

    def check(self) -> None:
        if self._stream.isatty():
            raise Refused(
                _("standard output is a terminal; a tar would be written to it, nothing was asked for"),
                advice=_("pipe it on: archivectl recall REF --tar - | tar -x   or into a file with > FILE"),
            )

    def take(self, part: Part, fetch: Fetch) -> None:
        tar = self._opened()
        for directory in sorted(part.directories, key=lambda item: item.name):
            entry = _entry(_joined(part.folder, directory.name), directory.mode or 0o755, directory.mtime_ns)
            entry.type = tarfile.DIRTYPE
            tar.addfile(entry)
        for file in sorted(part.files, key=lambda item: item.name):
            mode = 0o644 if file.mode is None else file.mode
            entry = _entry(_joined(part.folder, file.name), mode, file.mtime_ns)
            entry.size = file.size_bytes
            content = _Checked(fetch(file), file)
            tar.addfile(entry, content)
            content.compare()
        for link in sorted(part.links, key=lambda item: item.name):
            entry = _entry(_joined(part.folder, link.name), 0o777, None)
            entry.type, entry.linkname = tarfile.SYMTYPE, link.target
            tar.addfile(entry)

    def end(self) -> None:
        """The end-of-archive blocks: a tar without them was cut off."""
        self._opened().close()
        self._stream.flush()

    def words(self) -> str:
        return _("the tar on standard output")

    def _opened(self) -> tarfile.TarFile:
        if self._tar is None:
            self._tar = tarfile.open(  # noqa: SIM115  a failure must not write the end that `end` writes
                fileobj=self._stream,
                mode="w|",
                format=tarfile.PAX_FORMAT,
                encoding="utf-8",
                errors="surrogateescape",
            )
        return self._tar


class _Checked(io.RawIOBase):
    """A stream of pieces as a file that gives exactly what it is asked for, and says in the end if it was right."""

    def __init__(self, pieces: Iterator[bytes], file: DeliveredFile) -> None:
        self._pieces, self._file = pieces, file
        self._rest = b""
        self._digest, self._length = hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        parts, left = [], size
        while left:
            if not self._rest:
                self._rest = next(self._pieces, b"")
                if not self._rest:
                    break
            parts.append(self._rest[:left])
            self._rest = self._rest[left:]
            left -= len(parts[-1])
        data = b"".join(parts)
        self._digest.update(data)
        self._length += len(data)
        if len(data) < size:
            self.compare()
        return data

    def compare(self) -> None:
        """Raises Failed when the bytes that passed are not those that were announced."""
        found = (self._length, self._digest.hexdigest())
        if found != (self._file.size_bytes, self._file.sha256):
            raise Failed(
                _("{path}: other bytes than announced arrived; the tar ends here and is of no use").format(
                    path=self._file.name
                ),
                advice=_("recall it again; if it happens again, look at: archivectl attention"),
            )


def target_of(
    folder: Path | None, bag: Path | None, tar: str | None, *, overwrite: bool, going_on: bool, named: str
) -> "FolderTarget | TarTarget":
    """The target that the options name; a folder named like the reference when they name none."""
    if tar is not None:
        return TarTarget(sys.stdout.buffer)
    if bag is not None:
        return BagTarget(bag.absolute(), overwrite=overwrite, going_on=going_on)
    return FolderTarget((folder or Path(named)).absolute(), overwrite=overwrite, going_on=going_on)


def folder_names(parts: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Package → name of its folder among those of an order; "" when it is alone."""
    if len(parts) == 1:
        return {parts[0]["package"]: ""}
    taken: set[str] = set()
    names = {}
    for part in sorted(parts, key=lambda item: str(item["package"])):
        name = "".join(c if c.isalnum() or c in "-_. ()" else "_" for c in part["reference"]).strip(". ")
        if not name or name.casefold() in taken:
            name = f"{name}_{part['package']}"
        taken.add(name.casefold())
        names[part["package"]] = name
    return names


def _entry(name: str, mode: int, mtime_ns: int | None) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.mode = mode & 0o777
    # Whole seconds need no header of their own; parts of one go into a PAX header, and come back exactly.
    seconds, rest_ns = divmod(mtime_ns or 0, 10**9)
    entry.mtime = seconds
    if rest_ns:
        entry.pax_headers = {"mtime": f"{seconds}.{rest_ns:09d}"}
    return entry


def _demand_listable(part: Part) -> None:
    """Raises Refused when a new bag cannot hold this: tag files, names that no manifest can list, links."""
    for file in part.files:
        listable = not any("\ud800" <= character <= "\udfff" for character in file.name)
        if not file.name.startswith("data/") or not listable:
            raise Refused(
                _(
                    "{path} of {package} cannot be part of a new bag: it is no payload, or its name is no UTF-8"
                ).format(path=escaped(file.name), package=part.package),
                advice=_("recall it with --to DIR or --tar -"),
            )


def _joined(folder: str, path: str) -> str:
    return f"{folder}/{path}" if folder else path
