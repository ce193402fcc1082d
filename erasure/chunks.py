"""Chunk tables: two short sums for each MiB of a member, to tell which parts of it are bad.

The CRC-32 is for the bare rescuer, whose Python has no other fast sum; xxh3-128 is for us. Stored form,
integers little-endian:

    offset  bytes  field
    0       8      magic "ARCHUNKS"
    8       4      version, 1
    12      4      bytes of a chunk, 1048576
    16      8      bytes of the member
    24      8      number of chunks n = ceil(bytes of the member / bytes of a chunk)
    32      4 n    CRC-32 (IEEE 802.3) of each chunk
    …       16 n   xxh3-128 of each chunk, canonical (big-endian) digests
    …       32     SHA-256 of everything before
"""

import hashlib
import struct
import sys
from array import array
from dataclasses import dataclass

from xxhash import xxh3_128, xxh3_128_digest

from erasure.buffers import ReadBuffer, byte_view
from erasure.crc import crc32
from erasure.errors import BadShape, ChunkTableDamaged

CHUNK_BYTES = 1 << 20
MAGIC = b"ARCHUNKS"
VERSION = 1

_HEADER = struct.Struct("<8sIIQQ")
_CRC_BYTES, _XXH3_BYTES, _CHECKSUM_BYTES = 4, 16, 32


@dataclass(frozen=True, slots=True)
class ChunkTable:
    """The sums of one member: `crc32[i]` and `xxh3[16 * i : 16 * i + 16]` are those of chunk i."""

    length_bytes: int
    crc32: "array[int]"
    xxh3: bytes

    def __post_init__(self) -> None:
        count = -(-self.length_bytes // CHUNK_BYTES)
        if self.length_bytes < 0 or len(self.crc32) != count or len(self.xxh3) != _XXH3_BYTES * count:
            raise BadShape(
                f"{len(self.crc32)} CRCs, {len(self.xxh3)} bytes of xxh3: not for {self.length_bytes} bytes"
            )

    def __len__(self) -> int:
        """The number of chunks."""
        return len(self.crc32)

    def range_of(self, index: int) -> tuple[int, int]:
        """Offset and length in bytes of a chunk; raises BadShape when there is none of that number."""
        if not 0 <= index < len(self):
            raise BadShape(f"there is no chunk {index} among {len(self)}")
        start = index * CHUNK_BYTES
        return start, min(CHUNK_BYTES, self.length_bytes - start)

    def sums_of(self, index: int) -> tuple[int, bytes]:
        """CRC-32 and xxh3-128 of one chunk."""
        return self.crc32[index], self.xxh3[_XXH3_BYTES * index : _XXH3_BYTES * (index + 1)]

    def matches(self, index: int, data: ReadBuffer) -> bool:
        """Whether `data` is this chunk, by length and both sums."""
        view = byte_view(data)
        if len(view) != self.range_of(index)[1]:
            return False
        return self.sums_of(index) == (crc32(view), xxh3_128_digest(view))

    def bad_chunks(self, other: "ChunkTable") -> tuple[int, ...]:
        """The chunks in which the two differ, ascending, with those that only one of them has."""
        if self == other:
            return ()
        both = min(len(self), len(other))
        return tuple(
            i
            for i in range(max(len(self), len(other)))
            if i >= both or self.range_of(i) != other.range_of(i) or self.sums_of(i) != other.sums_of(i)
        )

    def to_bytes(self) -> bytes:
        """The stored form."""
        header = _HEADER.pack(MAGIC, VERSION, CHUNK_BYTES, self.length_bytes, len(self))
        body = header + _little_endian(self.crc32).tobytes() + self.xxh3
        return body + hashlib.sha256(body).digest()

    @classmethod
    def from_bytes(cls, stored: bytes) -> "ChunkTable":
        """Read the stored form; raises ChunkTableDamaged unless every byte is as it was written."""
        if len(stored) < _HEADER.size + _CHECKSUM_BYTES:
            raise ChunkTableDamaged(
                f"{len(stored)} bytes are too few for a chunk table; use another copy of it"
            )
        body, checksum = stored[:-_CHECKSUM_BYTES], stored[-_CHECKSUM_BYTES:]
        magic, version, chunk_bytes, length_bytes, count = _HEADER.unpack_from(body)
        if magic != MAGIC:
            raise ChunkTableDamaged(f"these bytes start with {magic!r} and are no chunk table")
        if hashlib.sha256(body).digest() != checksum:
            raise ChunkTableDamaged("the chunk table does not match its own checksum; use another copy of it")
        if (version, chunk_bytes) != (VERSION, CHUNK_BYTES):
            raise ChunkTableDamaged(
                f"version {version} with chunks of {chunk_bytes} bytes is not known here; use a newer release"
            )
        end = _HEADER.size + _CRC_BYTES * count
        if count != -(-length_bytes // CHUNK_BYTES) or len(body) != end + _XXH3_BYTES * count:
            raise ChunkTableDamaged(f"a table of {count} chunks for {length_bytes} bytes contradicts itself")
        crcs = array("I", body[_HEADER.size : end])
        return cls(length_bytes=length_bytes, crc32=_little_endian(crcs), xxh3=body[end:])


class ChunkTableBuilder:
    """Makes a chunk table from a member's bytes, taken in order in pieces of any size."""

    def __init__(self) -> None:
        self._crcs = array("I")
        self._digests = bytearray()
        self._length_bytes = 0
        self._crc = 0
        self._xxh3 = xxh3_128()

    def update(self, data: ReadBuffer) -> None:
        """Take more bytes; none of them are kept."""
        view = byte_view(data)
        start = 0
        while start < len(view):
            filled = self._length_bytes % CHUNK_BYTES
            piece = view[start : start + CHUNK_BYTES - filled]
            if len(piece) == CHUNK_BYTES:
                self._crcs.append(crc32(piece))
                self._digests += xxh3_128_digest(piece)
            else:
                self._crc = crc32(piece, self._crc)
                self._xxh3.update(piece)
                if filled + len(piece) == CHUNK_BYTES:
                    self._close_chunk()
            self._length_bytes += len(piece)
            start += len(piece)

    def finish(self) -> ChunkTable:
        """The table of everything taken; the builder starts anew."""
        if self._length_bytes % CHUNK_BYTES:
            self._close_chunk()
        table = ChunkTable(length_bytes=self._length_bytes, crc32=self._crcs, xxh3=bytes(self._digests))
        self._crcs, self._digests, self._length_bytes = array("I"), bytearray(), 0
        return table

    def _close_chunk(self) -> None:
        self._crcs.append(self._crc)
        self._digests += self._xxh3.digest()
        self._crc = 0
        self._xxh3 = xxh3_128()


def _little_endian(values: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        values = array("I", values)
        values.byteswap()
    return values
