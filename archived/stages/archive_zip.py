"""A zip archive as a source: its directory lists what it holds, every entry is unpacked for itself and checked."""

import bz2
import os
import stat
import zlib
from collections.abc import Callable
from typing import Final

from archived.formats.archive_entry import ArchiveEntry, EntryKind, NotUnpacked
from archived.formats.zip_directory import (
    LOCAL_BYTES,
    TAIL_BYTES,
    End,
    ZipEntry,
    data_offset,
    read_directory,
    read_end,
    unclaimed_bytes,
)
from archived.language import _
from archived.names import escaped
from archived.stages.archive_file import read_at
from archived.stages.archive_streams import Decoder

_UNIX: Final = 3
_STORED: Final = 0
#: How entries may be packed, by the number of the method (APPNOTE 4.4.5).
_METHODS: Final = frozenset({_STORED, 8, 12})
_KNOWN: Final = {1: "Shrink", 6: "Implode", 9: "Deflate64", 14: "LZMA", 93: "Zstandard", 95: "XZ", 98: "PPMd"}
_FOLDER_ATTRIBUTE: Final = 0x10
_READ_ONLY_ATTRIBUTE: Final = 0x01
_LINK_BYTES_MAX: Final = 4096
_PACKED_BLOCK_BYTES: Final = 1 << 18
_DIRECTORY_BYTES_MAX: Final = 1 << 30
#: 46 bytes and three fields of 16 bits each for a name, extra fields and a comment.
_RECORD_BYTES_MAX: Final = 46 + 3 * 0xFFFF

_SPECIAL: Final = {
    stat.S_IFSOCK: "socket",
    stat.S_IFIFO: "pipe",
    stat.S_IFBLK: "block device",
    stat.S_IFCHR: "character device",
}


class ZipArchive:
    """The directory of one zip archive; entries are numbered in its order."""

    def __init__(self, descriptor: int, size_bytes: int, decode: Callable[[bytes], str | None]) -> None:
        """Read the last record.

        Args:
            descriptor: of the archive, open as long as `entries` reads.
            decode: for names that the archive does not mark as UTF-8; None when they cannot be decided.

        Raises:
            NotUnpacked: it is no zip archive that can be read.
        """
        self._descriptor = descriptor
        self._decode = decode
        tail_bytes = min(TAIL_BYTES, size_bytes)
        self.end: End = read_end(read_at(descriptor, size_bytes - tail_bytes, tail_bytes), size_bytes)
        self._entries: list[ZipEntry] = []
        self._starts: list[int] = []
        self.warnings: list[str] = []

    def entries(self) -> list[ArchiveEntry]:
        """Everything that it lists. Raises NotUnpacked, with all names that are the reason where names are."""
        if self.end.directory_bytes > min(_DIRECTORY_BYTES_MAX, self.end.entries * _RECORD_BYTES_MAX):
            raise NotUnpacked(_("the zip archive is damaged: its directory is too large"))
        data = read_at(self._descriptor, self.end.directory_offset, self.end.directory_bytes)
        self._entries = read_directory(data, self.end.entries)
        self._refuse_what_nobody_reads()
        self._starts = [self._start(entry) for entry in self._entries]
        lost = unclaimed_bytes(self._entries, self._starts, self.end.directory_offset)
        if lost:
            self.warnings.append(
                _("{count} bytes of the archive belong to none of its entries and were not taken").format(
                    count=lost
                )
            )
        if self.end.comment:
            self.warnings.append(_("the comment of the archive was not taken"))
        undecided = [ascii(e.raw_name)[2:-1] for e in self._entries if self._name(e) is None]
        if undecided:
            raise UndecidedNames(undecided)
        return [self._listed(number, entry) for number, entry in enumerate(self._entries)]

    def content(self, descriptor: int, number: int) -> "ZipContent":
        """The bytes of an entry, from its first; `descriptor` is of the same archive."""
        return ZipContent(descriptor, self._entries[number], self._starts[number])

    def _refuse_what_nobody_reads(self) -> None:
        for entry in self._entries:
            if entry.is_encrypted:
                raise NotUnpacked(
                    _(
                        "the zip archive is encrypted ({name}); nobody could read it later: hand it in decrypted"
                    ).format(name=self._shown(entry))
                )
            if entry.is_patch or entry.method not in _METHODS:
                method = _KNOWN.get(entry.method, str(entry.method))
                raise NotUnpacked(
                    _(
                        "the zip archive packs {name} by method {method}; taken are Store, Deflate and bzip2"
                    ).format(name=self._shown(entry), method=method)
                )
            if entry.method == _STORED and entry.sizes.packed != entry.sizes.unpacked:
                raise NotUnpacked(
                    _("the zip archive is damaged: {name} is not packed and yet has two sizes").format(
                        name=self._shown(entry)
                    )
                )

    def _start(self, entry: ZipEntry) -> int:
        head = read_at(self._descriptor, entry.sizes.offset, LOCAL_BYTES + len(entry.raw_name))
        return data_offset(entry, head[:LOCAL_BYTES], head[LOCAL_BYTES:])

    def _name(self, entry: ZipEntry) -> str | None:
        return entry.name if entry.name is not None else self._decode(entry.raw_name)

    def _shown(self, entry: ZipEntry) -> str:
        name = self._name(entry)
        return ascii(entry.raw_name)[2:-1] if name is None else escaped(name)

    def _listed(self, number: int, entry: ZipEntry) -> ArchiveEntry:
        path = self._name(entry) or ""
        mode = entry.external >> 16 if entry.system == _UNIX else 0
        kind, why, target = EntryKind.FILE, "", ""
        if path.endswith("/") or stat.S_ISDIR(mode):
            kind = EntryKind.FOLDER
        elif stat.S_ISLNK(mode):
            kind, target = EntryKind.LINK, self._target(number, entry)
        elif special := _SPECIAL.get(stat.S_IFMT(mode)):
            kind, why = EntryKind.OTHER, _("it is a {kind}, not a file").format(kind=special)
        elif "\\" in path and entry.system != _UNIX:
            # APPNOTE 4.4.17.1: only '/' separates. Whether a name or a separator is meant cannot be known.
            kind, why = EntryKind.OTHER, _("it has '\\' in its name, where only '/' may separate folders")
        if kind is EntryKind.FOLDER and entry.sizes.unpacked:
            kind, why = EntryKind.OTHER, _("it is listed as a folder and has content")
        size = entry.sizes.unpacked if kind is EntryKind.FILE else 0
        return ArchiveEntry(
            path, kind, size, entry.mtime_ns, _permissions(entry, mode, kind), target, why, number
        )

    def _target(self, number: int, entry: ZipEntry) -> str:
        if entry.sizes.unpacked > _LINK_BYTES_MAX:
            raise NotUnpacked(
                _("the zip archive is damaged: the link {name} is longer than any link").format(
                    name=self._shown(entry)
                )
            )
        data = self.content(self._descriptor, number).read_all()
        return data.decode("utf-8", "surrogateescape")


class UndecidedNames(NotUnpacked):
    """Names that are neither ASCII nor marked as UTF-8; `names` has them with escapes."""

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self.names = names


class ZipContent:
    """The bytes of one entry, unpacked and checked against its length and CRC-32."""

    def __init__(self, descriptor: int, entry: ZipEntry, start: int) -> None:
        self._descriptor = descriptor
        self._entry = entry
        self._offset = start
        self._packed_left = entry.sizes.packed
        self._left = entry.sizes.unpacked
        self._crc = 0
        self._pending = b""
        self._ended = False
        self._decoder: Decoder | None = None
        if entry.method == 8:
            self._decoder = zlib.decompressobj(wbits=-15)
        elif entry.method == 12:
            self._decoder = bz2.BZ2Decompressor()

    def readinto(self, buffer: memoryview) -> int:
        """The next bytes; 0 at the end. Raises NotUnpacked."""
        if self._ended:
            return 0
        count = self._stored(buffer) if self._decoder is None else self._unpacked(self._decoder, buffer)
        self._crc = zlib.crc32(buffer[:count], self._crc)
        self._left -= count
        if count == 0:
            self._end()
        return count

    def read_all(self) -> bytes:
        """A small entry at once. Raises NotUnpacked."""
        buffer = memoryview(bytearray(self._left + 1))
        data = b""
        while count := self.readinto(buffer):
            data += bytes(buffer[:count])
        return data

    def _stored(self, buffer: memoryview) -> int:
        wanted = min(len(buffer), self._left)
        if not wanted:
            return 0
        try:
            count = os.preadv(self._descriptor, [buffer[:wanted]], self._offset)
        except OSError as error:
            raise NotUnpacked(_("the archive cannot be read: {why}").format(why=error.strerror)) from error
        if not count:
            raise NotUnpacked(_("the archive is damaged or cut off: it ends where more is announced"))
        self._offset += count
        self._packed_left -= count
        return count

    def _unpacked(self, decoder: Decoder, buffer: memoryview) -> int:
        """As many bytes as come out, never more than the entry has by its header."""
        while not decoder.eof:
            # bzip2 and LZMA keep what they were given, and are fed when they ask; deflate when nothing is left over.
            if not self._pending and self._packed_left and getattr(decoder, "needs_input", True):
                count = min(self._packed_left, _PACKED_BLOCK_BYTES)
                self._pending = read_at(self._descriptor, self._offset, count)
                self._offset += count
                self._packed_left -= count
            # One byte more than there may be shows that there are more.
            wanted = min(len(buffer), self._left + 1)
            had = bool(self._pending) or not getattr(decoder, "needs_input", True)
            try:
                data = decoder.decompress(self._pending, wanted)
            except (zlib.error, OSError, ValueError) as error:
                raise NotUnpacked(_("it is damaged: {why}").format(why=error)) from error
            self._pending = getattr(decoder, "unconsumed_tail", b"")
            if len(data) > self._left:
                raise NotUnpacked(
                    _("it is damaged or made to deceive: it unpacks to more than its header says")
                )
            if data:
                buffer[: len(data)] = data
                return len(data)
            if not had and not self._packed_left and not decoder.eof:
                raise NotUnpacked(_("it is damaged: its packed bytes end too early"))
        return 0

    def _end(self) -> None:
        self._ended = True
        decoder = self._decoder
        unread = self._packed_left or self._pending or (decoder is not None and decoder.unused_data)
        if self._left or unread:
            raise NotUnpacked(_("it is damaged: its length is not the one that its header says"))
        if self._crc != self._entry.crc:
            raise NotUnpacked(_("it is damaged: its CRC-32 is not the one that its header says"))


def _permissions(entry: ZipEntry, mode: int, kind: EntryKind) -> int:
    """Those that Unix wrote, else what a read-only mark of DOS means."""
    if mode:
        return stat.S_IMODE(mode)
    writable = 0 if entry.external & _READ_ONLY_ATTRIBUTE else 0o200
    return (0o555 if kind is EntryKind.FOLDER else 0o444) | writable
