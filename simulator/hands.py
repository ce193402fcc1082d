"""A person's hands in the room: they take, put and carry media, load bins, stick labels, free a jammed arm.

Hands reach whatever a person reaches: slots, the tops of bins, open trays, the arm of a stacker, the floor. What they
hold lies in no element. They do not open drives by force, and doors that are locked stay shut.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from robotics.model import Bin, BinOrder
from simulator.errors import ControlRefused
from simulator.plan import BARCODE, MEDIA_ID, TRANSPORT_ADDRESS, RoomPlan, places_of
from simulator.room import Room
from simulator.world import HANDS, Carrier, World, place_of


def take(room: Room, medium: str) -> Any:
    """Take a medium into the hands, from an element or from the floor."""
    name = room.carrier(medium)
    carrier = room.estate.world.carriers[name]
    was_in = place_of(room.estate.plan, carrier)
    if carrier.address is None:
        if not carrier.place or carrier.place == HANDS:
            raise ControlRefused(f"medium {medium} is in no place it could be taken from, but: {was_in}")
    else:
        _check_reach(room, carrier.address)
    room.estate.change(lambda world: world.taken(name, HANDS))
    if carrier.address is not None:
        room.somebody_reached_in(carrier.address)
        room.left(carrier.address, name)
    return {"medium": medium, "was_in": was_in}


def put(room: Room, medium: str, place: str | int) -> Any:
    """Put a medium that somebody holds, that was carried out, or that lies on the floor into a place.

    A place is an address, or what it is called in `show`; of a bin its name alone means its top.
    """
    name = room.carrier(medium)
    carrier = room.estate.world.carriers[name]
    if carrier.address is not None:
        raise ControlRefused(
            f"medium {medium} is in {room.estate.plan.describe(carrier.address)}: take it first"
        )
    address = _free_place(room, place)
    room.estate.change(lambda world: world.put(name, address))
    room.somebody_reached_in(address)
    return {"medium": medium, "lies_in": room.estate.plan.describe(address)}


def carry(room: Room, medium: str, place: str | int) -> Any:
    """Take a medium and put it somewhere else; stays where it is when it cannot be put there.

    From beneath others in a bin it is taken, too: these are lifted off, and lie one place lower afterwards.
    """
    name = room.carrier(medium)
    address = room.estate.world.carriers[name].address
    pile = next((one for one in room.estate.plan.bins if address is not None and address in one), None)
    if address is None:
        return put(room, medium, place)
    _free_place(room, place)
    if pile is None or not _is_under(room.estate.world, pile, address):
        take(room, medium)
    else:
        room.estate.change(lambda world: _sunk(world.taken(name, HANDS), pile, address))
    return put(room, medium, place)


def _sunk(world: World, pile: Bin, gap: int) -> World:
    """The world after what lay above a gap in a bin came to lie one place lower."""
    lower = {
        name: replace(carrier, address=carrier.address - 1)
        for name, carrier in world.carriers.items()
        if carrier.address is not None and carrier.address in pile and carrier.address > gap
    }
    return replace(world, carriers={**world.carriers, **lower})


def load_bin(
    room: Room,
    bin: str,
    media: list[str] | None = None,
    blanks: int = 0,
    label: str | None = None,
    media_id: str | None = None,
) -> Any:
    """Lay media that somebody holds, or new blanks, on top of a bin, in this order.

    Blanks have labels with numbers that follow one another, the first of them `label`.
    """
    pile = _bin(room.estate.plan, bin)
    labels = list(media or ()) or _labels(label, blanks)
    if bool(media) == bool(blanks):
        raise ControlRefused("a bin is loaded with media that somebody holds, or with so many blanks")
    first = _top(room.estate.world, pile) + 1
    if first + len(labels) > pile.first + pile.count:
        raise ControlRefused(f"the {pile.name} bin has no room for {len(labels)} more; nothing was done")
    kind = _kind_of_blanks(room, media_id)
    if media:
        for one in media:
            if room.estate.world.carriers[room.carrier(one)].address is not None:
                raise ControlRefused(f"medium {one} is in no hands; nothing was done")
    else:
        _check_new(room, labels)
    for address, one in enumerate(labels, start=first):
        name = room.carrier(one) if media else room.estate.world.new_name()
        carrier = room.estate.world.carriers[name] if media else Carrier(one, kind, None)
        laid = replace(carrier, address=address, place="")
        room.estate.change(partial(World.with_carrier, name=name, carrier=laid))
    return {"bin": pile.name, "media": labels}


def take_from_bin(room: Room, bin: str, count: int | None = None) -> Any:
    """Take the topmost media of a bin into the hands, or all of them; answers with their labels, the top first."""
    pile = _bin(room.estate.plan, bin)
    world = room.estate.world
    filled = [address for address in places_of(pile) if world.at(address) is not None]
    if count is not None and not 0 < count <= len(filled):
        raise ControlRefused(f"the {pile.name} bin holds {len(filled)} media; nothing was done")
    labels = []
    for address in filled[::-1][:count]:
        name = world.at(address)
        labels.append(world.carriers[name or ""].barcode)
        take(room, labels[-1])
    return {"bin": pile.name, "media": labels}


def stick_label(room: Room, medium: str, label: str) -> Any:
    """Stick another label on a medium."""
    name = room.carrier(medium)
    _check_new(room, [label])
    room.estate.change(lambda world: world.with_carrier(name, replace(world.carriers[name], barcode=label)))
    return {"medium": label, "was": medium}


def exchange_labels(room: Room, medium: str, other: str) -> Any:
    """Stick each of two labels on the other medium."""
    one, two = room.carrier(medium), room.carrier(other)
    room.estate.change(lambda world: world.with_labels_exchanged(one, two))
    return {"media": [medium, other]}


def free_arm(room: Room) -> Any:
    """Free a jammed arm, and take what it holds into the hands."""
    if room.mechanism is None:
        raise ControlRefused("this room has no arm that a person could free")
    name = room.estate.world.at(TRANSPORT_ADDRESS)
    room.mechanism.reset()
    if name is None:
        return {"media": []}
    label = room.estate.world.carriers[name].barcode
    take(room, label)
    return {"media": [label]}


def press_tray(room: Room, drive: str) -> Any:
    """Press the button of a drive: its tray comes out, or goes in."""
    room.burner(drive).button_pressed()
    address = room.estate.plan.drive(drive).address
    return {"drive": drive, "tray": "open" if room.estate.world.drives[address].tray_open else "closed"}


def address_of(room: Room, place: str | int) -> int:
    """The address of a place in words or by number; of a bin, the place on top of it. Raises `ControlRefused`."""
    plan, world = room.estate.plan, room.estate.world
    if isinstance(place, int) or place.isdecimal():
        if int(place) in plan.elements:
            return _laid(world, plan, int(place))
        raise ControlRefused(f"there is no element {place} in this room")
    for pile in plan.bins:
        if place in (pile.name, f"{pile.name} bin"):
            return _top(world, pile) + 1
    named = {plan.describe(address): address for address in plan.elements}
    # "slot 12" does as well as "slot 12 (magazine 2)".
    short = {words.partition(" (")[0]: address for words, address in named.items()}
    address = named.get(place, short.get(place))
    if address is None:
        raise ControlRefused(f"there is no place {place!r} in this room")
    return _laid(world, plan, address)


def _laid(world: World, plan: RoomPlan, address: int) -> int:
    """Where a disc comes to lie that somebody lays there: any place above the others in a bin is its top."""
    pile = next((one for one in plan.bins if address in one), None)
    return address if pile is None or address <= _top(world, pile) else _top(world, pile) + 1


def _free_place(room: Room, place: str | int) -> int:
    address = address_of(room, place)
    plan, world = room.estate.plan, room.estate.world
    if address == TRANSPORT_ADDRESS or address not in plan.elements or address in world.away:
        raise ControlRefused(f"nothing can be put into {place!r}; it is full, away, or no place for a hand")
    if world.at(address) is not None:
        raise ControlRefused(f"{plan.describe(address)} is full; nothing was done")
    pile = next((one for one in plan.bins if address in one), None)
    if pile is not None and address not in _ends(world, pile):
        raise ControlRefused(
            f"discs lie on top of one another: the next of the {pile.name} bin goes on its top"
        )
    _check_reach(room, address)
    return address


def _check_reach(room: Room, address: int) -> None:
    plan, world = room.estate.plan, room.estate.world
    drive = world.drives.get(address)
    if drive is not None and not drive.tray_open and not plan.is_tape:
        raise ControlRefused(f"{plan.describe(address)} is closed; nothing was done")
    pile = next((one for one in plan.bins if address in one), None)
    if pile is not None and _is_under(world, pile, address):
        raise ControlRefused(f"other media lie on top of it in the {pile.name} bin; nothing was done")
    if room.doors_locked:
        raise ControlRefused(
            "the doors of the library are locked by the daemon that uses it; nothing was done"
        )


def _ends(world: World, pile: Bin) -> tuple[int, ...]:
    """Where a hand may lay a disc: on top; under a queue too, which one lifts for that."""
    top = _top(world, pile) + 1
    return (top,) if pile.order is BinOrder.LIFO else (top, _bottom(world, pile) - 1)


def _is_under(world: World, pile: Bin, address: int) -> bool:
    """Whether other media keep a hand from a place; a queue is lifted to reach its lowest one."""
    if pile.order is BinOrder.FIFO and address <= _bottom(world, pile):
        return False
    return address < _top(world, pile)


def _bottom(world: World, pile: Bin) -> int:
    """The lowest place of a bin that is taken; its lowest of all for an empty bin."""
    return min((a for a in places_of(pile) if world.at(a) is not None), default=pile.first)


def _top(world: World, pile: Bin) -> int:
    """The highest place of a bin that is taken; the one below its lowest for an empty bin."""
    return max((a for a in places_of(pile) if world.at(a) is not None), default=pile.first - 1)


def _bin(plan: RoomPlan, name: str) -> Bin:
    for pile in plan.bins:
        if name in (pile.name, str(pile.number)):
            return pile
    known = ", ".join(pile.name for pile in plan.bins) or "none"
    raise ControlRefused(f"there is no bin {name!r} in this room; there are: {known}")


def _kind_of_blanks(room: Room, media_id: str | None) -> str:
    if media_id is not None:
        if not MEDIA_ID.fullmatch(media_id):
            raise ControlRefused(f"media id {media_id!r} cannot be")
        return media_id
    discs = room.estate.plan.discs
    return discs[0].media_id if discs else "SIMBDR/A01"


def _labels(first: str | None, count: int) -> list[str]:
    """Labels from `first` on: its digits at the end count up."""
    if not count:
        return []
    head = (first or "").rstrip("0123456789")
    digits = (first or "")[len(head) :]
    if not digits:
        raise ControlRefused("blanks need the label of the first one, which ends with a number")
    return [f"{head}{int(digits) + more:0{len(digits)}d}" for more in range(count)]


def _check_new(room: Room, labels: list[str]) -> None:
    known = {carrier.barcode for carrier in room.estate.world.carriers.values()}
    for label in labels:
        if not BARCODE.fullmatch(label):
            raise ControlRefused(f"label {label!r} cannot be")
        if label in known:
            raise ControlRefused(f"there is a medium {label} already; nothing was done")


HANDS_VERBS: dict[str, Callable[..., Any]] = {
    "take": take,
    "put": put,
    "carry": carry,
    "load-bin": load_bin,
    "take-from-bin": take_from_bin,
    "stick-label": stick_label,
    "exchange-labels": exchange_labels,
    "free-arm": free_arm,
    "press-tray": press_tray,
}
