"""The bytes of an archive's files, in the order of the archive, each read once and held against what was listed."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Protocol, Self

from archived.carried_names import printable
from archived.errors import Unacceptable
from archived.formats.archive_entry import ArchiveEntry, EntryKind, NotUnpacked
from archived.language import _
from archived.names import escaped
from archived.stages.archive_file import ArchiveFile, Digesting
from archived.stages.archive_streams import open_stream
from archived.stages.archive_tar import TarWalk
from archived.stages.archive_zip import ZipArchive
from archived.stages.intake_source import Item, NotRead, Original, SourceFile, changed

#: How the tar in each format is packed; the one format that is not here is "zip".
TAR_PACKING: Final = {"tar": "", "tar.gz": "gz", "tar.xz": "xz"}


@dataclass(frozen=True, slots=True)
class Packed:
    """An archive that was looked at: how to find each of its files again."""

    file: ArchiveFile
    #: "zip", or one of TAR_PACKING.
    format: str
    #: Encoding of names that the archive does not mark; "" when none was chosen.
    names: str
    #: Files of the source by the number of their entry.
    numbered: Mapping[int, SourceFile]
    #: By the number of an entry: the files that are hard links to it.
    repeats: Mapping[int, Sequence[SourceFile]]
    #: For raw names of a tar.
    decode: Callable[[bytes], str]
    #: The directory, for a zip.
    directory: ZipArchive | None = None
    #: Small files that were read already, by the number of their entry.
    read: Mapping[int, bytes] | None = None


class ArchiveSupply:
    """Where the bytes of an archive's files come from."""

    def __init__(self, packed: Packed) -> None:
        self._packed = packed
        self._numbers = {file.path: number for number, file in packed.numbered.items()}
        self._original: Original | None = None

    def open(self) -> "ArchiveContents":
        """Raises Unacceptable when the archive is not what the survey saw."""
        return ArchiveContents(self._packed, self._keep)

    def small_file(self, file: SourceFile) -> bytes:
        """All bytes of one file, a tag file of a bag. Raises NotRead."""
        known = (self._packed.read or {}).get(self._numbers.get(file.path, -1))
        if known is not None:
            return known
        path = printable(file.path)
        try:
            with _opened(self._packed.file) as descriptor:
                for item in _items(self._packed, descriptor, lambda there: there.path == file.path):
                    return _whole(item, file.size_bytes)
        except Unacceptable as error:
            raise NotRead(
                _("its tag file {path} cannot be read: {why}").format(path=path, why=error.message)
            ) from error
        raise NotRead(_("{path} is not there").format(path=path))

    def original(self) -> Original | None:
        """The archive itself, after it was read to its end."""
        return self._original

    def _keep(self, sha256: str) -> None:
        file = self._packed.file
        self._original = Original(file.name, self._packed.format, file.size_bytes, sha256, self._packed.names)


class ArchiveContents:
    """An archive opened for its one reading; a thread takes its own sha256 meanwhile."""

    def __init__(self, packed: Packed, keep: Callable[[str], None]) -> None:
        self._packed = packed
        self._keep = keep
        self._held = ExitStack()
        self._descriptor = self._held.enter_context(_opened(packed.file))
        self._digesting = self._held.enter_context(Digesting(self._descriptor, packed.file))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.__exit__(kind, error, trace)

    def __iter__(self) -> Iterator[Item]:
        yield from _items(self._packed, self._descriptor, lambda _file: True)

    def changed(self) -> list[str]:
        """After the last byte, also of the archive itself. Raises Unacceptable when it cannot be read."""
        sha256 = self._digesting.hexdigest()
        if not self._packed.file.is_still(os.fstat(self._descriptor)):
            return [str(self._packed.file.path)]
        self._keep(sha256)
        return []


class _Readable(Protocol):
    def readinto(self, buffer: memoryview) -> int: ...


class ArchiveItem:
    """One file, and where its bytes come from."""

    __slots__ = ("_content", "_packed", "file")

    def __init__(self, file: SourceFile, content: _Readable, packed: Packed) -> None:
        self.file = file
        self._content = content
        self._packed = packed

    def readinto(self, buffer: memoryview) -> int:
        """The next bytes; 0 at the end. Raises Unacceptable."""
        try:
            return self._content.readinto(buffer)
        except NotUnpacked as error:
            raise damaged(self.file.path, str(error), self._packed.file) from error


def damaged(path: str, why: str, file: ArchiveFile) -> Unacceptable:
    """The error for a file in an archive that cannot be unpacked."""
    name = escaped(path)
    return Unacceptable(
        _("{path} in {archive} cannot be taken: {why}; nothing was kept").format(
            path=name, archive=file.name, why=why
        ),
        advice=_("make the archive again from the original files and submit that"),
        unreadable=[name],
    )


@contextmanager
def _opened(file: ArchiveFile) -> Iterator[int]:
    """A descriptor of the archive that was looked at. Raises Unacceptable."""
    descriptor = file.open()
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _whole(item: ArchiveItem, size_bytes: int) -> bytes:
    buffer, data = memoryview(bytearray(size_bytes + 1)), bytearray()
    while count := item.readinto(buffer):
        data += buffer[:count]
    return bytes(data)


def _items(packed: Packed, descriptor: int, is_wanted: Callable[[SourceFile], bool]) -> Iterator[ArchiveItem]:
    if packed.directory is None:
        yield from _tar_items(packed, descriptor, is_wanted)
        return
    for number, file in packed.numbered.items():
        if is_wanted(file):
            yield ArchiveItem(file, packed.directory.content(descriptor, number), packed)


def _tar_items(
    packed: Packed, descriptor: int, is_wanted: Callable[[SourceFile], bool]
) -> Iterator[ArchiveItem]:
    """The files of the first walk, and in each further walk one hard link to each file that has more."""
    walks = 1 + max((len(files) for files in packed.repeats.values()), default=0)
    for walk_number in range(walks):
        packing = TAR_PACKING[packed.format]
        walk = TarWalk(open_stream(descriptor, packed.file.size_bytes, packing, _unwatched), packed.decode)
        try:
            for entry in walk:
                file = _due(packed, entry, walk_number)
                if file is None or not is_wanted(file):
                    continue
                if entry.size_bytes != file.size_bytes:
                    raise changed([str(packed.file.path)])
                yield ArchiveItem(file, walk, packed)
        except NotUnpacked as error:
            raise damaged(packed.file.name, str(error), packed.file) from error


def _due(packed: Packed, entry: ArchiveEntry, walk_number: int) -> SourceFile | None:
    if entry.kind is not EntryKind.FILE:
        return None
    if walk_number == 0:
        return packed.numbered.get(entry.number)
    links = packed.repeats.get(entry.number, ())
    return links[walk_number - 1] if walk_number <= len(links) else None


def _unwatched(_count: int) -> None:
    """What comes out a second time was measured the first time."""
