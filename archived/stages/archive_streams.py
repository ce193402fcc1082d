"""The bytes of a tar archive from first to last, unpacked from gzip or xz where it is packed.

A stream ends where its last member says; only padding of zeros may follow, so that nothing is dropped unseen.
"""

import lzma
import os
import zlib
from collections.abc import Callable
from typing import Final, Protocol

from archived.formats.archive_entry import NotUnpacked
from archived.language import _

GZIP: Final = b"\x1f\x8b"
XZ: Final = b"\xfd7zXZ\x00"
_BLOCK_BYTES: Final = 1 << 18
#: Enough for every preset of xz; what asks for more asks for the machine's memory.
_XZ_MEMORY_BYTES: Final = 256 << 20

#: Gets the number of bytes that came out, and stops the unpacking by raising.
Watch = Callable[[int], None]


class Decoder(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


class PlainStream:
    """A tar archive as it is."""

    def __init__(self, descriptor: int, size_bytes: int, watch: Watch) -> None:
        self._descriptor = descriptor
        self._size_bytes = size_bytes
        self._watch = watch
        self.offset = 0

    def readinto(self, buffer: memoryview) -> int:
        """The next bytes; 0 at the end. Raises NotUnpacked."""
        try:
            count = os.preadv(self._descriptor, [buffer], self.offset)
        except OSError as error:
            raise NotUnpacked(_("the archive cannot be read: {why}").format(why=error.strerror)) from error
        self.offset += count
        self._watch(count)
        return count

    def skip(self, count: int) -> None:
        """Pass over so many bytes. Raises NotUnpacked when there are fewer."""
        if self.offset + count > self._size_bytes:
            raise NotUnpacked(cut_off())
        self.offset += count
        self._watch(count)


class PackedStream:
    """A tar archive inside gzip (RFC 1952) or xz, any number of members of it after each other."""

    def __init__(
        self, descriptor: int, new_decoder: Callable[[], Decoder], magic: bytes, watch: Watch
    ) -> None:
        self._descriptor = descriptor
        self._new_decoder = new_decoder
        self._magic = magic
        self._watch = watch
        self._decoder: Decoder | None = new_decoder()
        self._packed = b""
        self._packed_offset = 0
        self._ready = memoryview(b"")
        self._scratch = memoryview(bytearray(_BLOCK_BYTES))
        self.offset = 0

    def readinto(self, buffer: memoryview) -> int:
        """The next bytes; 0 at the end. Raises NotUnpacked."""
        while not self._ready:
            data = self._unpack(len(buffer))
            if data is None:
                return 0
            self._ready = memoryview(data)
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        self.offset += count
        return count

    def skip(self, count: int) -> None:
        """Pass over so many bytes. Raises NotUnpacked when there are fewer."""
        while count:
            read = self.readinto(self._scratch[: min(count, len(self._scratch))])
            if not read:
                raise NotUnpacked(cut_off())
            count -= read

    def _unpack(self, wanted: int) -> bytes | None:
        """Some bytes, or None at the end of the last member."""
        if self._decoder is None and not self._begin_next():
            return None
        decoder = self._decoder
        if decoder is None:
            return None
        if not self._packed and not _has_more(decoder):
            self._packed = self._read()
        is_last = not self._packed
        try:
            data = decoder.decompress(self._packed, max(wanted, _BLOCK_BYTES))
        except (zlib.error, lzma.LZMAError) as error:
            raise NotUnpacked(_("the archive is damaged: {why}").format(why=error)) from error
        self._packed = getattr(decoder, "unconsumed_tail", b"")
        if is_last and not data and not decoder.eof and not _has_more(decoder):
            raise NotUnpacked(cut_off())
        if decoder.eof:
            self._packed = decoder.unused_data
            self._decoder = None
        self._watch(len(data))
        return data

    def _begin_next(self) -> bool:
        """Whether another member follows; zeros between and after members are padding."""
        while True:
            self._packed = (self._packed or self._read()).lstrip(b"\0")
            if self._packed:
                break
            if not (more := self._read()):
                return False
            self._packed = more
        while len(self._packed) < len(self._magic) and (more := self._read()):
            self._packed += more
        if not self._packed.startswith(self._magic):
            raise NotUnpacked(_("the archive is damaged: something follows its end"))
        self._decoder = self._new_decoder()
        return True

    def _read(self) -> bytes:
        try:
            data = os.pread(self._descriptor, _BLOCK_BYTES, self._packed_offset)
        except OSError as error:
            raise NotUnpacked(_("the archive cannot be read: {why}").format(why=error.strerror)) from error
        self._packed_offset += len(data)
        return data


Stream = PlainStream | PackedStream


def open_stream(descriptor: int, size_bytes: int, packing: str, watch: Watch) -> Stream:
    """The unpacked bytes of a tar archive. `packing` is "", "gz" or "xz"."""
    if packing == "gz":
        return PackedStream(descriptor, lambda: zlib.decompressobj(wbits=31), GZIP, watch)
    if packing == "xz":
        return PackedStream(
            descriptor, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY_BYTES), XZ, watch
        )
    return PlainStream(descriptor, size_bytes, watch)


def cut_off() -> str:
    return _("the archive is cut off: it ends where more is announced")


def _has_more(decoder: Decoder) -> bool:
    """Whether it can give more without more input."""
    return not getattr(decoder, "needs_input", True)
