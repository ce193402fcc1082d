"""Pieces: byte ranges of single files. Their digests are taken from bytes that were just judged."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from erasure.digests import hasher

BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class PlacedPiece:
    """`length` bytes of a file from its byte `start`, and where the file begins in the spool of its image."""

    path: str
    start: int
    length: int
    #: Offset of the file in the image; the staged file itself begins at 0.
    file_offset: int


def digests(pieces: Sequence[PlacedPiece], source: Path) -> tuple[str, ...]:
    """sha256 of every piece: from the spool `source`, or from staged files below the folder `source`."""
    staged = source.is_dir()
    found = []
    for piece in pieces:
        path = source / piece.path if staged else source
        offset = piece.start if staged else piece.file_offset + piece.start
        found.append(_sha256(path, offset, piece.length))
    return tuple(found)


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
