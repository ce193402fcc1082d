"""The index at the end of a session: what is on the cartridge so far. A cache, never the truth. No I/O here."""

from dataclasses import dataclass

from backends.errors import TapeTextDamaged
from backends.tape import fields
from backends.tape.image_on_tape import ImageOnTape, image_fields, image_from_fields
from backends.tape.marks import Origin, origin_fields, origin_from_fields
from backends.tape.sealed_text import seal, unseal

MAGIC = "archived-tape-index"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Index:
    """All images of a cartridge as far as the tape file before this one."""

    origin: Origin
    #: Own place: number of the tape file, and its first block.
    file: int
    first_block: int
    images: tuple[ImageOnTape, ...]
    #: Numbers of tape files that hold nothing whole.
    skipped: tuple[int, ...] = ()


def encode_index(index: Index) -> bytes:
    """The text of an index."""
    document = {
        **origin_fields(index.origin),
        "file": index.file,
        "first_block": index.first_block,
        "images": [image_fields(place) for place in index.images],
        "skipped": list(index.skipped),
    }
    return seal(MAGIC, VERSION, document)


def decode_index(data: bytes) -> Index:
    """What an index says. Raises TapeTextDamaged, also when what it lists cannot lie there."""
    document = unseal(data, magic=MAGIC, version=VERSION)
    file = fields.number(document, "file", 1)
    first_block = fields.number(document, "first_block", 1)
    listed, skipped = document.get("images"), document.get("skipped")
    if not isinstance(listed, list) or not isinstance(skipped, list):
        raise TapeTextDamaged(f"{MAGIC}: it lists nothing")
    images = tuple(image_from_fields(value) for value in listed)
    # Each starts behind the one before it and its own header, and all of it ends before the index.
    ends = [0, *(place.end_block for place in images)]
    starts = [*(place.first_block for place in images), first_block + 1]
    if any(start <= end for start, end in zip(starts, ends, strict=True)):
        raise TapeTextDamaged(f"{MAGIC}: the places of its images contradict each other")
    if not all(type(number) is int and 0 < number < file for number in skipped):
        raise TapeTextDamaged(f"{MAGIC}: it skips tape files that are not before it")
    return Index(origin_from_fields(document), file, first_block, images, tuple(skipped))
