"""Recalled files as a PAX tar: a stream on standard output, or a file that a later call can go on with.

The tar is a function of what is recalled alone: parts in the order of the plan, in each of them folders, files and
links by name, no owners, the times on record. So what an interrupted call left can be held against what has to be
there, member by member, and the rest is written behind it.
"""

import hashlib
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from archived.errors import Failed, Refused
from archived.language import _
from cli import recall_note
from cli.delivered import DeliveredFile
from cli.delivery import check_file
from cli.recall_part import Fetch, Part

#: What follows the last member, and what the length of the whole is a multiple of (POSIX.1-2017, pax).
END_BYTES, RECORD_BYTES, BLOCK_BYTES = 1024, 10240, 512
READ_BYTES = 1 << 20


class TarTarget:
    """A PAX tar as a stream on standard output."""

    in_any_order = False
    option = "--tar"
    note: Path | None = None
    links_not_made: tuple[str, ...] = ()
    place = "-"

    def __init__(self, stream: IO[bytes]) -> None:
        self._writer = _Writer(stream)

    def check(self) -> None:
        if self._writer.stream.isatty():
            raise Refused(
                _("standard output is a terminal; a tar would be written to it, nothing was asked for"),
                advice=_("pipe it on: archivectl recall REF --tar - | tar -x   or name a file: --tar FILE"),
            )

    def rest(self, part: Part) -> list[DeliveredFile]:
        """Nothing of a stream is there."""
        return list(part.files)

    def take(self, part: Part, fetch: Fetch) -> None:
        for member, file in _members(part):
            self._writer.put(member, file, fetch)

    def end(self) -> None:
        self._writer.end()

    def words(self) -> str:
        return _("the tar on standard output")


class TarFileTarget:
    """A PAX tar as a file, under another name until it is whole."""

    in_any_order = False
    option = "--tar"
    links_not_made: tuple[str, ...] = ()

    def __init__(self, file: Path, *, overwrite: bool, going_on: bool) -> None:
        self._file, self._overwrite, self._going_on = file, overwrite, going_on
        self._partial = file.with_name(f".archived-recall-{file.name}.part")
        self.note: Path | None = file.with_name(f".archived-recall-{file.name}.json")
        #: Package → how many of its members are there already.
        self._there: dict[str, int] = {}
        #: Up to here the file is right.
        self._right_bytes = 0
        #: Nothing behind there is of any use.
        self._is_all = not going_on
        self._ended = False

    @property
    def place(self) -> str:
        return str(self._file)

    def check(self) -> None:
        if self.note is not None and not self._going_on and recall_note.exists(self.note):
            raise Refused(
                _("{folder} holds an unfinished recall; nothing was asked for").format(folder=self._file),
                advice=_("go on with it: archivectl recall --continue {option} {folder}").format(
                    option=self.option, folder=self._file
                ),
            )
        # A call that ended between the last rename and the removal of its note left the whole tar.
        self._ended = self._going_on and not (self._overwrite or self._partial.exists())
        self._ended = self._ended and self._file.is_file()
        if not self._ended:
            check_file(self._file, overwrite=self._overwrite)

    def rest(self, part: Part) -> list[DeliveredFile]:
        """The files of a part behind the last member that is there and right; parts are asked for in order."""
        members = list(_members(part))
        there = 0 if self._is_all else self._count_right(members)
        self._there[part.package] = there
        return [file for _member, file in members[there:] if file is not None]

    def take(self, part: Part, fetch: Fetch) -> None:
        missing = list(_members(part))[self._there.get(part.package, 0) :]
        if missing:
            with self._opened() as writer:
                for member, file in missing:
                    writer.put(member, file, fetch)

    def end(self) -> None:
        if self._ended:
            return
        with self._opened() as writer:
            writer.end()
            os.fsync(writer.stream.fileno())
        check_file(self._file, overwrite=self._overwrite)
        os.replace(self._partial, self._file)
        self._ended = True

    def words(self) -> str:
        return str(self._file if self._ended else self._partial)

    def _count_right(self, members: "list[tuple[tarfile.TarInfo, DeliveredFile | None]]") -> int:
        """How many of the next members are there, byte for byte."""
        found = self._file if self._ended else self._partial
        if not found.is_file():
            self._is_all = True
            return 0
        with found.open("rb") as tar:
            for number, (member, file) in enumerate(members):
                tar.seek(self._right_bytes)
                if not _is_next(tar, member, file):
                    self._demand_unended()
                    self._is_all = True
                    return number
                self._right_bytes = tar.tell()
        return len(members)

    @contextmanager
    def _opened(self) -> "Iterator[_Writer]":
        """The file, open behind what is right of it; what lies there is cut off."""
        self._demand_unended()
        descriptor = os.open(self._partial, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
        with os.fdopen(descriptor, "r+b") as stream:
            stream.truncate(self._right_bytes)
            stream.seek(self._right_bytes)
            writer = _Writer(stream, self._right_bytes)
            yield writer
            self._right_bytes = writer.length_bytes

    def _demand_unended(self) -> None:
        if self._ended:
            raise Refused(
                _("{path} exists, and is not what is recalled; it was not touched").format(path=self._file),
                advice=_("name another file, or remove it and recall again"),
            )


class _Writer:
    """Members, one behind the other, into a stream that cannot be gone back in."""

    def __init__(self, stream: IO[bytes], length_bytes: int = 0) -> None:
        self.stream = stream
        self.length_bytes = length_bytes

    def put(self, member: tarfile.TarInfo, file: DeliveredFile | None, fetch: Fetch) -> None:
        """One member. Raises Failed when the bytes of a file are not those that were announced."""
        self._write(_head(member))
        if file is None:
            return
        digest, length = hashlib.sha256(), 0
        for piece in _bounded(fetch(file), file):
            digest.update(piece)
            length += len(piece)
            self._write(piece)
        if (length, digest.hexdigest()) != (file.size_bytes, file.sha256):
            raise _differs(file)
        self._write(bytes(-length % BLOCK_BYTES))

    def end(self) -> None:
        """The end-of-archive blocks: a tar without them was cut off."""
        self._write(bytes(END_BYTES))
        self._write(bytes(-self.length_bytes % RECORD_BYTES))
        self.stream.flush()

    def _write(self, data: bytes) -> None:
        self.stream.write(data)
        self.length_bytes += len(data)


def _members(part: Part) -> "Iterator[tuple[tarfile.TarInfo, DeliveredFile | None]]":
    """Everything that the tar has of a part, in order."""
    for directory in sorted(part.directories, key=lambda item: item.name):
        entry = _entry(_joined(part.folder, directory.name), directory.mode or 0o755, directory.mtime_ns)
        entry.type = tarfile.DIRTYPE
        yield entry, None
    for file in sorted(part.files, key=lambda item: item.name):
        mode = 0o644 if file.mode is None else file.mode
        entry = _entry(_joined(part.folder, file.name), mode, file.mtime_ns)
        entry.size = file.size_bytes
        yield entry, file
    for link in sorted(part.links, key=lambda item: item.name):
        entry = _entry(_joined(part.folder, link.name), 0o777, None)
        entry.type, entry.linkname = tarfile.SYMTYPE, link.target
        yield entry, None


def _head(member: tarfile.TarInfo) -> bytes:
    return member.tobuf(tarfile.PAX_FORMAT, encoding="utf-8", errors="surrogateescape")


def _is_next(tar: IO[bytes], member: tarfile.TarInfo, file: DeliveredFile | None) -> bool:
    """Whether exactly this member stands where the file is open; it is open behind the member then."""
    head = _head(member)
    if tar.read(len(head)) != head:
        return False
    if file is None:
        return True
    digest, left = hashlib.sha256(), file.size_bytes
    while left:
        piece = tar.read(min(left, READ_BYTES))
        if not piece:
            return False
        digest.update(piece)
        left -= len(piece)
    padding = bytes(-file.size_bytes % BLOCK_BYTES)
    return digest.hexdigest() == file.sha256 and tar.read(len(padding)) == padding


def _bounded(pieces: Iterator[bytes], file: DeliveredFile) -> Iterator[bytes]:
    """Never more bytes than were announced: what follows them in a tar would be read as another member."""
    left = file.size_bytes
    for piece in pieces:
        if len(piece) > left:
            raise _differs(file)
        left -= len(piece)
        yield piece


def _differs(file: DeliveredFile) -> Failed:
    return Failed(
        _("{path}: other bytes than announced arrived; the tar ends here and is of no use").format(
            path=file.name
        ),
        advice=_("recall it again; if it happens again, look at: archivectl attention"),
    )


def _entry(name: str, mode: int, mtime_ns: int | None) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.mode = mode & 0o777
    # Whole seconds need no header of their own; parts of one go into a PAX header, and come back exactly.
    seconds, rest_ns = divmod(mtime_ns or 0, 10**9)
    entry.mtime = seconds
    if rest_ns:
        entry.pax_headers = {"mtime": f"{seconds}.{rest_ns:09d}"}
    return entry


def _joined(folder: str, path: str) -> str:
    return f"{folder}/{path}" if folder else path
