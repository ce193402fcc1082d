"""One image on a tape: what it is and where it lies. The same object stands in headers, trailers and indexes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backends.errors import TapeTextDamaged
from backends.tape import fields
from backends.tape.sealed_text import SECTOR_BYTES, is_block_length

KINDS = ("data", "parity")


@dataclass(frozen=True, slots=True)
class ImageIdentity:
    """What an image is, wherever it lies: `position` 0 and an empty `set_id` where there is no set."""

    image_id: str
    size_bytes: int
    #: Name to hexadecimal digest of the `size_bytes` bytes; sha256 is always there.
    digests: Mapping[str, str] = field(hash=False)
    set_id: str = ""
    position: int = 0
    kind: str = "data"
    label: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError for what no text could say."""
        if not self.image_id or not all(map(fields.is_plain, (self.image_id, self.set_id, self.label))):
            raise ValueError(f"image {self.image_id!r}: its names cannot stand in a text on a tape")
        if not 0 < self.size_bytes <= fields.NUMBER_MAX or self.size_bytes % SECTOR_BYTES:
            raise ValueError(
                f"image {self.image_id}: {self.size_bytes} bytes are no whole sectors of {SECTOR_BYTES}"
            )
        if self.kind not in KINDS or self.position < 0:
            raise ValueError(f"image {self.image_id}: {self.kind!r} {self.position} is no member of a set")
        if not fields.are_digests(self.digests):
            raise ValueError(f"image {self.image_id}: no sha256, or digests that are none")


@dataclass(frozen=True, slots=True)
class ImageOnTape:
    """An image and its place: the number of its tape file, its first block, and how long blocks are."""

    image: ImageIdentity
    file: int
    first_block: int
    block_bytes: int

    @property
    def image_id(self) -> str:
        """Which image."""
        return self.image.image_id

    @property
    def size_bytes(self) -> int:
        """Its bytes, without the zeros that fill up its last block."""
        return self.image.size_bytes

    @property
    def digests(self) -> Mapping[str, str]:
        """Name to hexadecimal digest of these bytes."""
        return self.image.digests

    @property
    def blocks(self) -> int:
        """How many blocks its tape file has."""
        return -(-self.image.size_bytes // self.block_bytes)

    @property
    def end_block(self) -> int:
        """The block behind everything of it: its filemark, its trailer, and the trailer's filemark."""
        return self.first_block + self.blocks + 3


def image_fields(place: ImageOnTape) -> dict[str, Any]:
    """The object `image`."""
    image = place.image
    return {
        "image_id": image.image_id,
        "set_id": image.set_id,
        "position": image.position,
        "kind": image.kind,
        "label": image.label,
        "file": place.file,
        "first_block": place.first_block,
        "block_bytes": place.block_bytes,
        "size_bytes": image.size_bytes,
        "digests": dict(image.digests),
    }


def image_from_fields(value: object) -> ImageOnTape:
    """What an object `image` says. Raises TapeTextDamaged."""
    if not isinstance(value, dict):
        raise TapeTextDamaged("the field image is no object")
    block_bytes = fields.number(value, "block_bytes", 1)
    if not is_block_length(block_bytes):
        raise TapeTextDamaged(f"no tape of this format has blocks of {block_bytes} bytes")
    try:
        image = ImageIdentity(
            image_id=fields.text(value, "image_id"),
            set_id=fields.text(value, "set_id"),
            position=fields.number(value, "position"),
            kind=fields.text(value, "kind"),
            label=fields.text(value, "label"),
            size_bytes=fields.number(value, "size_bytes", 1),
            digests=fields.digests(value, "digests"),
        )
    except ValueError as error:
        raise TapeTextDamaged(str(error)) from None
    return ImageOnTape(
        image=image,
        file=fields.number(value, "file", 1),
        first_block=fields.number(value, "first_block", 1),
        block_bytes=block_bytes,
    )
