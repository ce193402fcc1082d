"""Where a medium is after a motion that nobody can watch: a bin tells nothing, and a disc in it carries no barcode.

Only what sensors say counts: the drives, the hand, and what the machine answered to the motion itself. What they leave
open stays open: the medium is then missed, never assumed to be somewhere.
"""

from dataclasses import dataclass
from enum import Enum, unique

from robotics.model import ElementKind, Inventory


@unique
class Answered(Enum):
    """How a motion ended by what the machine said."""

    DONE = "done"
    REFUSED = "refused"  # the medium is where it was
    BROKEN = "broken"  # a fault in the motion: the medium may be anywhere
    UNKNOWN = "unknown"  # it said nothing
    INTERRUPTED = "interrupted"  # nobody was there to hear it, or it was not even commanded


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """arrived, stayed or vanished; `place` is the element where the medium is now, None where nobody can tell.

    A medium that vanished from both ends has its place in the hand, when it is felt there. `sensed` is False when a
    drive did not say what it holds: then somebody has to ask again. `in_doubt` says that only a person can tell:
    a wrong guess would give the discs of a bin each other's names.
    """

    kind: str
    place: int | None = None
    sensed: bool = True
    in_doubt: bool = False


def whereabouts(inventory: Inventory, source: int, destination: int, answered: Answered) -> Whereabouts:
    """Where the medium of one motion is, from a look at all that can be seen."""

    def tells(address: int) -> bool | None:
        element = inventory.at(address)
        return None if element is None or not element.told else element.full

    hands = inventory.of_kind(ElementKind.TRANSPORT)
    hand = hands[0].address if hands else None
    holds = None if hand is None else tells(hand)
    at_source, at_destination = tells(source), tells(destination)
    if answered is Answered.REFUSED and at_source is None and not holds:
        return Whereabouts("stayed", source)  # what lies at the destination is another one
    if at_destination:
        return Whereabouts("arrived", destination)
    if at_source:
        return Whereabouts("stayed", source)
    if holds:
        return Whereabouts("vanished", hand)
    drives = {element.address for element in inventory.of_kind(ElementKind.DRIVE)}
    if any(address in drives and tells(address) is None for address in (source, destination)):
        return Whereabouts("vanished", None, sensed=False)
    if answered is Answered.DONE and at_destination is None:
        return Whereabouts("arrived", destination)
    if answered is Answered.INTERRUPTED:
        return _after_a_death(at_source, at_destination, source, destination, hand, feels=holds is not None)
    return Whereabouts("vanished", in_doubt=True)


def _after_a_death(
    at_source: bool | None,
    at_destination: bool | None,
    source: int,
    destination: int,
    hand: int | None,
    *,
    feels: bool,
) -> Whereabouts:
    """No trouble of the machine is known: what is in no drive, and not felt in the hand, is in the bin."""
    if destination == hand:
        return Whereabouts("arrived", hand)  # it was lifted, as it is not in its drive
    if source == hand and at_destination is False:
        return Whereabouts("stayed", hand)
    if feels and at_destination is None:
        return Whereabouts("arrived", destination)
    if feels and at_source is None:
        return Whereabouts("stayed", source)
    return Whereabouts("vanished", in_doubt=True)
