"""The label: first tape file of a cartridge, written once. It says whose it is, and how a finder goes on. No I/O."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

from backends.errors import TapeTextDamaged
from backends.tape import fields
from backends.tape.sealed_text import BLOCK_BYTES_MAX, BLOCK_BYTES_MIN, is_block_length, seal, unseal

MAGIC = "archived-tape-label"
VERSION = 1
BLOCK_BYTES_DEFAULT = 1 << 20
_NOTICE = "SIMULATED – NOT PRESERVED\n\n"


@dataclass(frozen=True, slots=True)
class TapeLabel:
    """Which cartridge this is, of whom, and how its blocks are."""

    #: UUID of the cartridge; every other text on it repeats it.
    cartridge: str
    #: The printed label when this was written; "" for none.
    barcode: str
    institution: str
    contact: str
    site: str
    pool: str
    media_kind: str
    labelled_at: datetime
    software: str
    block_bytes: int = BLOCK_BYTES_DEFAULT
    worm: bool = False
    simulated: bool = False

    def __post_init__(self) -> None:
        """Raises ValueError for what no label could say."""
        if not fields.is_uuid(self.cartridge):
            raise ValueError(f"{self.cartridge!r} is no UUID in its usual form")
        if not is_block_length(self.block_bytes):
            raise ValueError(
                f"blocks of {self.block_bytes} bytes: a multiple of 2048 from {BLOCK_BYTES_MIN} "
                f"to {BLOCK_BYTES_MAX} is needed"
            )
        texts = (self.barcode, self.institution, self.contact, self.site, self.pool, self.media_kind)
        for value in (*texts, self.software):
            if not fields.is_plain(value):
                raise ValueError(f"{value!r} cannot stand in a label")


def encode_label(label: TapeLabel) -> bytes:
    """The text of a label, with what a finder has to do behind it; always shorter than a block."""
    document = {
        "cartridge": label.cartridge,
        "barcode": label.barcode,
        "institution": label.institution,
        "contact": label.contact,
        "site": label.site,
        "pool": label.pool,
        "media_kind": label.media_kind,
        "block_bytes": label.block_bytes,
        "worm": label.worm,
        "simulated": label.simulated,
        "labelled_at": fields.utc_text(label.labelled_at),
        "software": label.software,
    }
    prose = _readme().format(
        notice=_NOTICE if label.simulated else "",
        institution=label.institution,
        contact=label.contact,
        barcode=label.barcode or label.cartridge,
        block_bytes=label.block_bytes,
    )
    return seal(MAGIC, VERSION, document, prose)


def decode_label(data: bytes) -> TapeLabel:
    """What a label says; the text for people is only covered by the check. Raises TapeTextDamaged."""
    document = unseal(data, magic=MAGIC, version=VERSION)
    try:
        return TapeLabel(
            cartridge=fields.uuid(document, "cartridge"),
            barcode=fields.text(document, "barcode"),
            institution=fields.text(document, "institution"),
            contact=fields.text(document, "contact"),
            site=fields.text(document, "site"),
            pool=fields.text(document, "pool"),
            media_kind=fields.text(document, "media_kind"),
            block_bytes=fields.number(document, "block_bytes", 1),
            worm=fields.yes_or_no(document, "worm"),
            simulated=fields.yes_or_no(document, "simulated"),
            labelled_at=fields.moment(document, "labelled_at"),
            software=fields.text(document, "software"),
        )
    except ValueError as error:
        raise TapeTextDamaged(f"{MAGIC}: {error}") from None


@cache
def _readme() -> str:
    return files("backends.tape").joinpath("label_readme.txt").read_text(encoding="utf-8")
