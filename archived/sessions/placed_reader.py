"""A reader of tags, and where it is: at its place it is a witness of which medium, or which magazine, is there."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from robotics.readers.interface import TagReader


@dataclass(frozen=True, slots=True)
class PlacedReader:
    """`reader` may be asked by any thread: who comes second waits.

    `kind` and `place` are words of `archived.reader_kinds`. `element` is the address of the import/export slot before a
    reader at a port (0: any of them), `magazine` the number of the magazine before one at a bay.
    """

    reader: "TagReader"
    kind: str
    place: str
    library: str
    element: int = 0
    magazine: int = 0
