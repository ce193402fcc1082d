"""What the barcode of an LTO cartridge says that it is: six characters of a number, two of a kind of media."""

from dataclasses import dataclass
from typing import Final

CLEANING: Final = "lto-cleaning"
#: Begins every barcode of a cleaning cartridge.
CLEANING_PREFIX: Final = "CLN"
BARCODE_CHARACTERS: Final = 8
_KINDS: Final = {f"L{number}": f"lto-{number}" for number in range(1, 10)} | {"M8": "lto-7-m8"}
_WORM: Final = {f"L{letter}": f"lto-{number}" for number, letter in enumerate("TUVWXYZ", start=3)}


@dataclass(frozen=True, slots=True)
class CartridgeLabel:
    """Kind of media as settings name it, "" when the barcode says nothing of it."""

    kind: str = ""
    #: Write-once: what is on it can never be overwritten.
    worm: bool = False

    @property
    def cleaning(self) -> bool:
        """Whether it cleans drives and never holds data."""
        return self.kind == CLEANING


def read_label(barcode: str) -> CartridgeLabel:
    """What a barcode says. Any text is one; most say nothing."""
    if barcode.startswith(CLEANING_PREFIX):
        return CartridgeLabel(CLEANING)
    suffix = barcode[-2:] if len(barcode) == BARCODE_CHARACTERS else ""
    if suffix in _WORM:
        return CartridgeLabel(_WORM[suffix], worm=True)
    return CartridgeLabel(_KINDS.get(suffix, ""))
