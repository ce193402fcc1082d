"""The texts in front of an image and behind it: header and trailer. No I/O here."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backends.errors import TapeTextDamaged
from backends.tape import fields
from backends.tape.image_on_tape import ImageOnTape, image_fields, image_from_fields
from backends.tape.sealed_text import seal, unseal

HEADER_MAGIC = "archived-tape-header"
TRAILER_MAGIC = "archived-tape-trailer"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Origin:
    """Who wrote a text on a tape, and when: what header, trailer and index have in common."""

    #: UUID of the cartridge, as in its label.
    cartridge: str
    #: Which session of this cartridge, from 1.
    session: int
    written_at: datetime
    software: str
    simulated: bool


@dataclass(frozen=True, slots=True)
class Header:
    """What the image behind it must be. `check` is that of its own text, "" before it was encoded."""

    origin: Origin
    place: ImageOnTape
    check: str = ""


@dataclass(frozen=True, slots=True)
class Trailer:
    """What the image before it is; with it the image counts."""

    origin: Origin
    place: ImageOnTape
    #: The check of the header of this image.
    header_check: str


def origin_fields(origin: Origin) -> dict[str, Any]:
    """The fields that say who wrote a text."""
    return {
        "cartridge": origin.cartridge,
        "session": origin.session,
        "written_at": fields.utc_text(origin.written_at),
        "software": origin.software,
        "simulated": origin.simulated,
    }


def origin_from_fields(document: dict[str, Any]) -> Origin:
    """Who wrote a text. Raises TapeTextDamaged."""
    return Origin(
        cartridge=fields.uuid(document, "cartridge"),
        session=fields.number(document, "session", 1),
        written_at=fields.moment(document, "written_at"),
        software=fields.text(document, "software"),
        simulated=fields.yes_or_no(document, "simulated"),
    )


def encode_header(header: Header) -> bytes:
    """The text of a header."""
    return seal(HEADER_MAGIC, VERSION, {**origin_fields(header.origin), "image": image_fields(header.place)})


def decode_header(data: bytes) -> Header:
    """What a header says. Raises TapeTextDamaged."""
    document = unseal(data, magic=HEADER_MAGIC, version=VERSION)
    return Header(origin_from_fields(document), image_from_fields(document.get("image")), document["check"])


def encode_trailer(trailer: Trailer) -> bytes:
    """The text of a trailer."""
    document = {
        **origin_fields(trailer.origin),
        "image": image_fields(trailer.place),
        "header_check": trailer.header_check,
    }
    return seal(TRAILER_MAGIC, VERSION, document)


def decode_trailer(data: bytes) -> Trailer:
    """What a trailer says. Raises TapeTextDamaged."""
    document = unseal(data, magic=TRAILER_MAGIC, version=VERSION)
    header_check = fields.text(document, "header_check")
    if not re.fullmatch("[0-9a-f]{64}", header_check):
        raise TapeTextDamaged(f"{TRAILER_MAGIC}: it names no header")
    return Trailer(origin_from_fields(document), image_from_fields(document.get("image")), header_check)
