"""Kinds of libraries and of the media that lie in them, by the names that settings and catalog use."""

from collections.abc import Mapping
from typing import Final

DISC: Final = "disc"
TAPE: Final = "tape"
LIBRARY_KINDS: Final = (DISC, TAPE)
#: Bytes that a cartridge holds uncompressed, as its makers say; lto-7-m8 is an LTO-7 cartridge written as type M.
NATIVE_BYTES: Final[Mapping[str, int]] = {
    "lto-5": 1_500_000_000_000,
    "lto-6": 2_500_000_000_000,
    "lto-7": 6_000_000_000_000,
    "lto-7-m8": 9_000_000_000_000,
    "lto-8": 12_000_000_000_000,
    "lto-9": 18_000_000_000_000,
}
#: Kinds of cartridges of which there are only rewritable ones.
WITHOUT_WORM: Final = ("lto-7-m8",)
#: What a pool may call its media, by the kind of its library.
MEDIA_KINDS: Final[Mapping[str, tuple[str, ...]]] = {DISC: ("bd-r",), TAPE: tuple(NATIVE_BYTES)}


def is_tape(media_kind: str) -> bool:
    """Whether media of this kind are cartridges, which hold many images."""
    return media_kind in NATIVE_BYTES
