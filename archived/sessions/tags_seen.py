"""Readers at the places of a motion, read when it is over: their tags are witnesses to what was moved.

A room without readers has no such witness, and nothing changes. A reader that does not answer is none either: its tag
is missed, and no motion fails for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from archived.reader_kinds import BAY, PICKER, PORT
from archived.sessions.placed_reader import PlacedReader
from archived.sessions.tools import Tools
from devices.failures import DeviceFailure
from robotics.errors import RoboticsError
from robotics.model import ElementKind, Inventory


@dataclass(frozen=True, slots=True)
class TagSeen:
    """The one tag that a reader saw at an element."""

    reader: str
    element: int
    uid: str
    #: False for a uid that its tag makes up: it is no identity.
    fixed: bool


@dataclass(frozen=True, slots=True)
class CageTagSeen:
    """The one tag that a reader at a bay saw: that of the magazine which stands there."""

    reader: str
    library: str
    #: The magazine of the library's slots, by the name that looks give it.
    position: str
    uid: str


def cage_tags(tools: Tools, library: str) -> tuple[CageTagSeen, ...]:
    """What readers at the bays of a library see. One that does not answer, or sees several, is no witness."""
    found = []
    for name, placed in tools.readers.items():
        if (placed.library, placed.place) != (library, BAY):
            continue
        try:
            tags = placed.reader.read()
        except (DeviceFailure, RoboticsError):
            continue
        if len(tags) == 1 and tags[0].fixed:
            found.append(CageTagSeen(name, library, f"magazine-{placed.magazine}", tags[0].uid))
    return tuple(found)


def tags_after(tools: Tools, library: str, inventory: Inventory | None) -> tuple[TagSeen, ...]:
    """What readers of a library see where, by a look, exactly one medium is before them."""
    return tuple(_seen(tools, library, inventory)) if inventory is not None else ()


def _seen(tools: Tools, library: str, inventory: Inventory) -> Iterator[TagSeen]:
    for name, placed in tools.readers.items():
        if placed.library != library:
            continue
        element = _before(placed, inventory)
        if element is None:
            continue
        try:
            tags = placed.reader.read()
        except (DeviceFailure, RoboticsError):
            continue
        if len(tags) == 1:  # of two nobody knows which is whose
            yield TagSeen(name, element, tags[0].uid, tags[0].fixed)


def _before(placed: PlacedReader, inventory: Inventory) -> int | None:
    """The one element before a reader that holds a medium now; None for none, and for several."""
    kinds = {PICKER: ElementKind.TRANSPORT, PORT: ElementKind.IMPORT_EXPORT}
    kind = kinds.get(placed.place)
    if kind is None:
        return None
    full = [
        element.address
        for element in inventory.of_kind(kind)
        if element.full and placed.element in (0, element.address)
    ]
    return full[0] if len(full) == 1 else None
