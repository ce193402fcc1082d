"""What a reader of tags has before it: the tags of what lies at its place, and those that lie beside.

A reader has a place in the room: over the picker, at the import/export slots, at the bay of a magazine, or at a
person's hand, where it sees what somebody holds to it. Not for how a reader tells what it sees.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from robotics.readers.interface import TagKind
from simulator.errors import PlanRefused
from simulator.estate import Estate
from simulator.faults import Occasion
from simulator.plan import TRANSPORT_ADDRESS
from simulator.stuck_tags import kind_of

PICKER, PORT, BAY, HAND = "picker", "port", "bay", "hand"
PLACES = (PICKER, PORT, BAY, HAND)
#: How far away what is not at the place is, for a reader that only reads what is close.
_ELSEWHERE = 99


@dataclass(frozen=True, slots=True)
class ReaderPlan:
    """A reader of the room: its name, its kind (`simulator.tag_readers.READERS`), and where it is.

    `magazine` says at which bay, and `element` at which import/export slot; 0 is any of them.
    """

    name: str
    kind: str
    place: str
    magazine: int = 0
    element: int = 0

    def __post_init__(self) -> None:
        if self.place not in PLACES:
            raise PlanRefused(f"reader {self.name} is at {self.place!r}; it can be {', '.join(PLACES)}")


@dataclass(frozen=True, slots=True)
class TagNear:
    """A tag, and how far it is: 0 is at the reader's place, 1 beside it."""

    uid: bytes
    distance: int = 0


#: Every tag that a reader could hear, and what goes wrong with it this time (a name of `simulator.faults`, or "").
Field = Callable[[], tuple[tuple[TagNear, ...], str]]


class TagField:
    """What one reader of a room has before it.

    `held` is what somebody holds to it: a carrier, or a magazine. `held_uid` is the tag of what is another room's.
    """

    def __init__(self, estate: Estate, plan: ReaderPlan, kind: TagKind) -> None:
        self.plan = plan
        self.held: str | int | None = None
        self.held_uid = ""
        self._estate = estate
        self._kind = kind

    def __call__(self) -> tuple[tuple[TagNear, ...], str]:
        """See `Field`. Counts an occasion."""
        fault = self._estate.fault(Occasion.TAG, drive=self.plan.name)
        with self._estate.lock:
            tags = [TagNear(bytes.fromhex(uid), far) for uid, far in self._tags() if self._hears(uid)]
        return tuple(
            sorted(tags, key=lambda tag: (tag.distance, tag.uid))
        ), "" if fault is None else fault.kind

    def _hears(self, uid: str) -> bool:
        return kind_of(uid) is self._kind

    def _tags(self) -> Iterator[tuple[str, int]]:
        world = self._estate.world
        if self.held_uid:
            yield self.held_uid, 0
        for name, carrier in world.carriers.items():
            if carrier.tag:
                yield carrier.tag, 0 if self._is_here(name, carrier.address) else _ELSEWHERE
        for number, tag in world.tags.items():
            addresses = self._estate.plan.magazine_addresses(number)
            if self.plan.place == HAND:
                yield tag, 0 if self.held == number else _ELSEWHERE
            elif not world.away.issuperset(addresses):
                yield tag, abs(number - self.plan.magazine) if self.plan.place == BAY else _ELSEWHERE

    def _is_here(self, carrier: str, address: int | None) -> bool:
        if self.plan.place == HAND:
            return carrier == self.held
        if address is None:
            return False
        if self.plan.place == PICKER:
            return address == TRANSPORT_ADDRESS
        ports = self._estate.plan.import_export_addresses
        return self.plan.place == PORT and (
            address == self.plan.element if self.plan.element else address in ports
        )
