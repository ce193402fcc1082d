"""How two media change places with a changer that has no EXCHANGE MEDIUM: which moves, in which order. No I/O.

Whoever carries the moves out looks after each of them, and plans anew from what it saw: they are never sent one
after the other blindly.
"""

from dataclasses import dataclass

from robotics.model import ElementKind, Inventory


@dataclass(frozen=True, slots=True)
class Motion:
    """One medium from one element to an empty one."""

    source: int
    destination: int


def motions_for_exchange(
    inventory: Inventory, *, source: int, destination: int, displaced_to: int
) -> tuple[Motion, ...] | None:
    """Moves that bring the medium of `source` to `destination`, and the one that lies there to `displaced_to`.

    When that is the source itself, one medium waits in a free storage element meanwhile. None when it cannot be done:
    there is no medium to take, no place for the other one, or no free element.
    """
    coming, leaving = inventory.at(source), inventory.at(destination)
    if coming is None or leaving is None or not coming.full or source == destination:
        return None
    if leaving.is_free:
        return (Motion(source, destination),)
    if not leaving.full:
        return None
    if displaced_to != source:
        place = inventory.at(displaced_to)
        if place is None or not place.is_free:
            return None
        return Motion(destination, displaced_to), Motion(source, destination)
    free = next((e.address for e in inventory.of_kind(ElementKind.STORAGE) if e.is_free), None)
    if free is None:
        return None
    return Motion(destination, free), Motion(source, destination), Motion(free, displaced_to)
