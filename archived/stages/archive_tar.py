"""A tar archive as a source: one walk lists what it holds, a second one gives the bytes."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from archived.formats.archive_entry import ArchiveEntry, EntryKind, NotUnpacked
from archived.formats.tar_headers import (
    BLOCK_BYTES,
    CONTINUED,
    FILES,
    FOLDER,
    GNU_NAME,
    GNU_TARGET,
    HARD_LINK,
    META_BYTES_MAX,
    PAX_GLOBAL,
    SPECIAL,
    SYMBOLIC_LINK,
    VOLUME_LABEL,
    RawHeader,
    is_sparse,
    name_of,
    padded,
    pax_number,
    pax_time_ns,
    read_header,
    read_pax,
)
from archived.language import _
from archived.names import escaped
from archived.stages.archive_streams import Stream, cut_off


@dataclass(slots=True)
class _Said:
    """What headers before a member say of it."""

    records: dict[bytes, bytes]
    name: bytes | None = None
    target: bytes | None = None


class TarWalk:
    """Goes through a tar archive once, from member to member."""

    def __init__(self, stream: Stream, decode: Callable[[bytes], str] = name_of) -> None:
        """`decode` is for names that no extended header gives in UTF-8."""
        self._stream = stream
        self._decode = decode
        self._global: dict[bytes, bytes] = {}
        self._left_bytes = 0
        self._padding_bytes = 0
        self.labels: list[str] = []
        #: Keywords of extended headers that say more of a file than a package keeps.
        self.attributes: set[str] = set()

    def __iter__(self) -> Iterator[ArchiveEntry]:
        """Every member; `readinto` gives the bytes of the last one. Raises NotUnpacked."""
        number = 0
        said = _Said({})
        while True:
            self._pass_over()
            block = self._exactly(BLOCK_BYTES)
            header = read_header(block)
            if header is None:
                break
            if header.is_meta:
                self._take_meta(header, said)
                continue
            yield self._member(header, said, number)
            number += 1
            said = _Said({})
        self._check_end()

    def readinto(self, buffer: memoryview) -> int:
        """The next bytes of the member that was given last; 0 at its end. Raises NotUnpacked."""
        if not self._left_bytes:
            return 0
        count = self._stream.readinto(buffer[: min(len(buffer), self._left_bytes)])
        if not count:
            raise NotUnpacked(cut_off())
        self._left_bytes -= count
        return count

    def _pass_over(self) -> None:
        self._stream.skip(self._left_bytes + self._padding_bytes)
        self._left_bytes = self._padding_bytes = 0

    def _exactly(self, count: int) -> bytes:
        buffer = bytearray(count)
        view, filled = memoryview(buffer), 0
        while filled < count:
            read = self._stream.readinto(view[filled:])
            if not read:
                # Even at the border of a member: an archive ends with a block of zeros.
                raise NotUnpacked(cut_off())
            filled += read
        return bytes(buffer)

    def _check_end(self) -> None:
        """After the first block of zeros only zeros may follow."""
        buffer = memoryview(bytearray(1 << 16))
        while count := self._stream.readinto(buffer):
            if any(buffer[:count]):
                raise NotUnpacked(_("the tar archive is damaged: something follows its end"))

    def _take_meta(self, header: RawHeader, said: _Said) -> None:
        if header.letter == VOLUME_LABEL:
            self.labels.append(escaped(name_of(header.name)))
            return
        if not 0 <= header.size_bytes <= META_BYTES_MAX:
            raise NotUnpacked(_("the tar archive is damaged: an extended header in it is too large"))
        data = self._exactly(padded(header.size_bytes))[: header.size_bytes]
        if header.letter == GNU_NAME:
            said.name = data.rstrip(b"\0")
        elif header.letter == GNU_TARGET:
            said.target = data.rstrip(b"\0")
        elif header.letter == PAX_GLOBAL:
            self._global |= read_pax(data)
        else:
            said.records |= read_pax(data)

    def _member(self, header: RawHeader, said: _Said, number: int) -> ArchiveEntry:
        records = self._global | said.records
        in_utf8 = records.get(b"hdrcharset", b"") != b"BINARY"
        path = self._name(records.get(b"path"), said.name or header.name, in_utf8=in_utf8)
        target = self._name(records.get(b"linkpath"), said.target or header.target, in_utf8=in_utf8)
        size = pax_number(records, b"size")
        size_bytes = header.size_bytes if size is None else size
        if size_bytes < 0:
            raise NotUnpacked(_("the tar archive is damaged: a header in it is none"))
        mtime = pax_time_ns(records, b"mtime")
        kind, why = _kind(header, records)
        if kind is EntryKind.FILE:
            self._left_bytes = size_bytes
            self._padding_bytes = padded(size_bytes) - size_bytes
        self.attributes |= {
            name_of(keyword) for keyword in said.records if keyword.startswith((b"SCHILY.", b"LIBARCHIVE."))
        }
        return ArchiveEntry(
            path,
            kind,
            size_bytes if kind is EntryKind.FILE else 0,
            header.mtime_ns if mtime is None else mtime,
            header.mode,
            target,
            why,
            number,
        )

    def _name(self, from_pax: bytes | None, raw: bytes, *, in_utf8: bool) -> str:
        if from_pax is None:
            return self._decode(raw)
        return name_of(from_pax) if in_utf8 else self._decode(from_pax)


def _kind(header: RawHeader, records: dict[bytes, bytes]) -> tuple[EntryKind, str]:
    """What a member is. Raises NotUnpacked where nobody can say what follows it."""
    letter = header.letter
    if letter == CONTINUED:
        raise NotUnpacked(_("the tar archive is one part of several; join them first"))
    if is_sparse(header, records):
        raise NotUnpacked(
            _(
                "the tar archive holds {name} as a sparse file; make the archive again without --sparse"
            ).format(name=escaped(name_of(header.name)))
        )
    if letter in FILES:
        return EntryKind.FILE, ""
    if letter == FOLDER:
        return EntryKind.FOLDER, ""
    if letter == SYMBOLIC_LINK:
        return EntryKind.LINK, ""
    if letter == HARD_LINK:
        if header.size_bytes:
            raise NotUnpacked(
                _(
                    "the tar archive gives the hard link {name} a size; readers differ on what follows it"
                ).format(name=escaped(name_of(header.name)))
            )
        return EntryKind.HARD_LINK, ""
    if letter in SPECIAL:
        return EntryKind.OTHER, _("it is a {kind}, not a file").format(kind=SPECIAL[letter])
    raise NotUnpacked(
        _("the tar archive holds {name} as a member of unknown kind {letter}").format(
            name=escaped(os.fsdecode(header.name)), letter=ascii(letter)[2:-1]
        )
    )
