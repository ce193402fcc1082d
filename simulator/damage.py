"""What is wrong with the surface of one disc: which bytes cannot be read, which were silently flipped.
Pure.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass

SECTOR_BYTES = 2048
CLUSTER_BYTES = 65536


@dataclass(frozen=True, slots=True, order=True)
class ByteRange:
    """`length` bytes from `offset`, counted from the start of the disc."""

    offset: int
    length: int

    @property
    def end(self) -> int:
        return self.offset + self.length

    def overlaps(self, other: "ByteRange") -> bool:
        return self.offset < other.end and other.offset < self.end


def merged(ranges: Iterable[ByteRange]) -> tuple[ByteRange, ...]:
    """The same bytes as sorted ranges that neither touch nor overlap."""
    result: list[ByteRange] = []
    for piece in sorted(ranges):
        if result and piece.offset <= result[-1].end:
            result[-1] = ByteRange(result[-1].offset, max(result[-1].end, piece.end) - result[-1].offset)
        else:
            result.append(piece)
    return tuple(result)


def whole_sectors(piece: ByteRange) -> ByteRange:
    """The sectors that a range touches: a drive gives a sector or it does not, never half of one."""
    first = piece.offset // SECTOR_BYTES * SECTOR_BYTES
    end = -(-piece.end // SECTOR_BYTES) * SECTOR_BYTES
    return ByteRange(first, end - first)


def scattered(*, written_bytes: int, percent: float, seed: int) -> tuple[ByteRange, ...]:
    """Clusters that make up `percent` of the written area, chosen by the seed; at least one when percent >
    0.
    """
    clusters = written_bytes // CLUSTER_BYTES
    if not clusters or percent <= 0:
        return ()
    wanted = min(clusters, max(1, round(clusters * percent / 100)))
    chosen = random.Random(seed).sample(range(clusters), wanted)
    return merged(ByteRange(number * CLUSTER_BYTES, CLUSTER_BYTES) for number in chosen)


def flipped(data: bytes, *, seed: int) -> bytes:
    """Other bytes of the same length: every byte differs from what it was."""
    return bytes(byte ^ mask for byte, mask in zip(data, _masks(len(data), seed), strict=True))


def _masks(length: int, seed: int) -> bytes:
    return bytes(byte or 0xFF for byte in random.Random(seed).randbytes(length))
