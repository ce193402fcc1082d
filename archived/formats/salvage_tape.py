"""Tape files that were copied with dd: which are texts of the tape, and what the texts beside an image say of it.

`0000.tape`, `0001.tape`, … in the order of the tape; header, image, trailer follow each other (docs/formats/tape.md).
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from archived.formats.salvage_copy import Bytes, blocks
from archived.language import _
from backends.errors import TapeTextDamaged
from backends.tape.image_on_tape import ImageIdentity
from backends.tape.marks import Header, Trailer, decode_header, decode_trailer
from backends.tape.sealed_text import BLOCK_BYTES_MAX, OPENING


@dataclass(frozen=True, slots=True)
class TapeCopy:
    """An image as the texts of its tape announce it."""

    image: ImageIdentity
    #: The text behind it says that it was written to its end.
    completed: bool


def is_tape_text(path: Path) -> bool:
    """Whether a file is a label, header, trailer or index that was copied from a tape, and no image."""
    return _beginning(path, len(OPENING)) == OPENING


def tape_copy(path: Path) -> TapeCopy | None:
    """What the files before and behind an image say of it; None where they are no texts of it."""
    size_bytes = path.stat().st_size
    neighbours = sorted(path.parent.iterdir()) if path.is_file() else []
    at = neighbours.index(path) if path in neighbours else -1
    if at < 0:
        return None
    header = _mark(neighbours[at - 1]) if at else None
    trailer = _mark(neighbours[at + 1]) if at + 1 < len(neighbours) else None
    if isinstance(trailer, Trailer) and trailer.place.blocks * trailer.place.block_bytes == size_bytes:
        return TapeCopy(trailer.place.image, completed=True)
    if isinstance(header, Header) and size_bytes <= header.place.blocks * header.place.block_bytes:
        return TapeCopy(header.place.image, completed=False)
    return None


def tape_problem(copy: TapeCopy, data: Bytes) -> str:
    """What is wrong with the bytes of an image from a tape; "" when they are what its tape says. Reads all of it."""
    digest = hashlib.sha256()
    for block in blocks(data):
        digest.update(block)
    if digest.hexdigest() == copy.image.digests["sha256"]:
        return ""
    return _("the sha256 of the image is not the one that its tape says")


def _mark(path: Path) -> Header | Trailer | None:
    data = _beginning(path, BLOCK_BYTES_MAX)
    for decode in (decode_header, decode_trailer):
        try:
            return decode(data)
        except TapeTextDamaged:
            continue
    return None


def _beginning(path: Path, count: int) -> bytes:
    if not path.is_file():
        return b""
    try:
        with path.open("rb") as file:
            head = file.read(len(OPENING))
            return head + file.read(count - len(head)) if head == OPENING else head
    except OSError:
        return b""
