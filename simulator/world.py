"""Where every medium really is. Pure: a motion makes a new world, and an impossible world cannot be made.

A carrier is the physical disc, known here by a number that nobody outside sees; its barcode is only what is
printed on it, so two discs can be mixed up the way people mix them up. Not for what is written on a disc.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from simulator.errors import WorldImpossible
from simulator.plan import TRANSPORT_ADDRESS, RoomPlan

FLOOR, HANDS = "floor", "hands"


@dataclass(frozen=True, slots=True)
class Carrier:
    """One physical disc or cartridge. `address` is None while it is in no element; `source` is where it was fetched
    last.

    `place` is where it is then: on the FLOOR, in a person's HANDS, or "" once it has left the room. `tag` is the uid of
    the tag that sticks on it, "" for none.
    """

    barcode: str
    media_id: str
    address: int | None
    source: int | None = None
    loads: int = 0
    place: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Drive:
    """The mechanics of one drive: is the tray (or the cartridge) out, may it be opened; of a tape drive also whether
    its head is dirty, and how often it was loaded and cleaned.
    """

    tray_open: bool = False
    removal_prevented: bool = False
    dirty: bool = False
    loads: int = 0
    cleanings: int = 0


@dataclass(frozen=True, slots=True)
class World:
    """All carriers that ever were in the room, and the trays of all drives (by element address).

    `away` are slots whose magazine was taken out, with whatever lies in it, and `tags` are those of magazines, by
    number. `strikes` counts how often an arm ran into a tray; while `jammed`, the arm stands still.

    Raises `WorldImpossible` when two carriers are in one element, or one is where nothing can be.
    """

    elements: frozenset[int]
    carriers: Mapping[str, Carrier] = field(default_factory=dict)
    drives: Mapping[int, Drive] = field(default_factory=dict)
    away: frozenset[int] = frozenset()
    strikes: int = 0
    jammed: bool = False
    tags: Mapping[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "carriers", MappingProxyType(dict(self.carriers)))
        object.__setattr__(self, "drives", MappingProxyType(dict(self.drives)))
        object.__setattr__(self, "tags", MappingProxyType(dict(self.tags)))
        addresses = Counter(c.address for c in self.carriers.values() if c.address is not None)
        for address, count in addresses.items():
            if count > 1:
                raise WorldImpossible(f"element {address} would hold {count} media")
            if address not in self.elements:
                raise WorldImpossible(f"a medium would be in element {address}, which does not exist")

    def at(self, address: int) -> str | None:
        """The carrier in an element, None when it is empty; raises `KeyError` for no such element."""
        if address not in self.elements:
            raise KeyError(address)
        return next((name for name, carrier in self.carriers.items() if carrier.address == address), None)

    def holding(self, barcode: str) -> str:
        """The carrier with that barcode, those in the room first; raises `KeyError`."""
        names = [name for name, carrier in self.carriers.items() if carrier.barcode == barcode]
        if not names:
            raise KeyError(barcode)
        return min(names, key=lambda name: self.carriers[name].address is None)

    def moved(self, source: int, destination: int) -> "World":
        """The world after one motion; `WorldImpossible` for an empty source or a full target."""
        name = self.at(source)
        if name is None:
            raise WorldImpossible(f"element {source} is empty")
        if destination != source and self.at(destination) is not None:
            raise WorldImpossible(f"element {destination} is full")
        carrier = self.carriers[name]
        fetched_from = carrier.source if source == TRANSPORT_ADDRESS else source
        return self.with_carrier(name, replace(carrier, address=destination, source=fetched_from))

    def taken(self, name: str, place: str = "") -> "World":
        """The world after a disc came to be in no element: carried out of the room, in a person's hands, on the
        floor.
        """
        return self.with_carrier(name, replace(self.carriers[name], address=None, place=place))

    def put(self, name: str, address: int) -> "World":
        """The world after somebody put a disc that was in no element into one; `WorldImpossible` for a full one."""
        return self.with_carrier(name, replace(self.carriers[name], address=address, place=""))

    def with_carrier(self, name: str, carrier: Carrier) -> "World":
        return replace(self, carriers={**self.carriers, name: carrier})

    def with_drive(self, address: int, drive: Drive) -> "World":
        return replace(self, drives={**self.drives, address: drive})

    def loaded(self, address: int) -> "World":
        """The world after a drive drew its tray in; counts the load for the disc that lay on it."""
        drive = self.drives[address]
        name = self.at(address)
        loads = drive.loads + (1 if name is not None else 0)
        world = self.with_drive(address, replace(drive, tray_open=False, loads=loads))
        if name is None:
            return world
        carrier = world.carriers[name]
        return world.with_carrier(name, replace(carrier, loads=carrier.loads + 1))

    def with_labels_exchanged(self, one: str, other: str) -> "World":
        """The world after somebody stuck each of two labels on the other disc."""
        first, second = self.carriers[one], self.carriers[other]
        return self.with_carrier(one, replace(first, barcode=second.barcode)).with_carrier(
            other, replace(second, barcode=first.barcode)
        )

    def new_name(self) -> str:
        """A name for the next carrier, which none ever had."""
        numbers = (int(name.removeprefix("c")) for name in self.carriers)
        return f"c{max(numbers, default=0) + 1:05d}"

    def without(self, name: str) -> "World":
        """The world after a carrier, which lies in no element, went to another room."""
        return replace(self, carriers={key: one for key, one in self.carriers.items() if key != name})

    def free_element(self, addresses: range) -> int | None:
        free = (a for a in addresses if self.at(a) is None and a not in self.away)
        return next(free, None)

    def to_json(self) -> dict[str, Any]:
        return {
            "carriers": {
                name: [c.barcode, c.media_id, c.address, c.source, c.loads, c.place, c.tag]
                for name, c in self.carriers.items()
            },
            "drives": {
                str(address): [d.tray_open, d.removal_prevented, d.dirty, d.loads, d.cleanings]
                for address, d in self.drives.items()
            },
            "away": sorted(self.away),
            "strikes": self.strikes,
            "jammed": self.jammed,
            "tags": {str(magazine): tag for magazine, tag in self.tags.items()},
        }


def place_of(plan: RoomPlan, carrier: Carrier) -> str:
    """Where a medium is, in words: an element, the floor, somebody's hands, or gone."""
    return carrier.place or "gone" if carrier.address is None else plan.describe(carrier.address)


def furnish(plan: RoomPlan) -> World:
    """The world on the first day: every disc in its slot, every tray closed and empty."""
    return World(
        elements=plan.elements,
        carriers={
            f"c{number:05d}": Carrier(medium.barcode, medium.media_id, plan.address_of(medium))
            for number, medium in enumerate(plan.media, start=1)
        },
        drives={drive.address: Drive() for drive in plan.drives},
    )


def restore(plan: RoomPlan, value: dict[str, Any]) -> World:
    """The world of `World.to_json` in a room of that plan; raises `WorldImpossible` when it cannot be."""
    try:
        return World(
            elements=plan.elements,
            carriers={name: Carrier(*fields) for name, fields in value["carriers"].items()},
            drives={int(address): Drive(*fields) for address, fields in value["drives"].items()},
            away=frozenset(value.get("away", ())),
            strikes=value.get("strikes", 0),
            jammed=value.get("jammed", False),
            tags={int(magazine): tag for magazine, tag in value.get("tags", {}).items()},
        )
    except (TypeError, KeyError, ValueError) as error:
        raise WorldImpossible(f"the stored world cannot be understood: {error}") from error


def assert_nothing_lost(before: World, after: World, *, taken: frozenset[str] = frozenset()) -> None:
    """Raise `WorldImpossible` unless each carrier of `before` is somewhere, but those that were `taken`
    out.
    """
    for name, carrier in before.carriers.items():
        now = after.carriers.get(name)
        gone = now is None or (now.address is None and not now.place)
        if gone and (carrier.address is not None or carrier.place) and name not in taken:
            raise WorldImpossible(f"medium {carrier.barcode} ({name}) is nowhere any more")
    # Constructing a world checks that no element holds two; a carrier has one address, so never two places.
    World(after.elements, after.carriers, after.drives)
