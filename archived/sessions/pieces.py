"""Pieces: byte ranges of single files. Their digests are taken from bytes that were just judged."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from erasure.digests import hasher

BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class PlacedPiece:
    """`length` bytes, from `start` of a stored file, and from `spool_offset` in the spool of its image."""

    source: str
    start: int
    length: int
    spool_offset: int


def digests(pieces: Sequence[PlacedPiece], source: Path) -> tuple[str, ...]:
    """sha256 of every piece: from the spool `source`, or from staged files below the folder `source`."""
    if not source.is_dir():
        return tuple(_sha256(source, piece.spool_offset, piece.length) for piece in pieces)
    return tuple(_sha256(source / piece.source, piece.start, piece.length) for piece in pieces)


def _sha256(path: Path, offset: int, length: int) -> str:
    digest = hasher("sha256")
    descriptor = os.open(path, os.O_RDONLY)
    try:
        while length and (block := os.pread(descriptor, min(length, BLOCK_BYTES), offset)):
            digest.update(block)
            offset, length = offset + len(block), length - len(block)
    finally:
        os.close(descriptor)
    if length:
        raise OSError(f"{path} is {length} bytes shorter than it was when it was checked")
    return digest.hexdigest()
