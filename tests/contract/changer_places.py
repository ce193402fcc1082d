"""The ways to reach changers under contract: a simulated robot with each quirk, and a real target in user space.

A new kind of changer is one more row of `ROWS`. What a place cannot show stands in its `lacks`.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from backends.optical.drive import MmcDrive
from devices.clock import SimulatedClock
from devices.scsi import Transport
from robotics.changers.smc import SmcChanger, SmcTimeouts
from robotics.errors import InventoryStale
from robotics.model import Element, Inventory
from robotics.profiles import PROFILES, ChangerProfile
from simulator import changer_quirks as quirk
from simulator.control import control
from simulator.inprocess import InProcessTransport, furnish_room
from simulator.plan import DiscPlan, DrivePlan, RoomPlan
from tests.contract.served_room import served
from tests.contract.tgt_target import CHANGER_LUN, Target

HAND, PORT, DRIVE, OTHER_DRIVE, SLOT, FREE_SLOT = 1, 16, 256, 257, 1024, 1032
MEDIA = tuple(f"D{number:04d}" for number in range(1, 7))
#: Longer than the 10 characters that some changers tell.
SERIALS = {DRIVE: "SIMBD0000000001", OTHER_DRIVE: "SIMBE0000000002"}
PLAN_PARTS: dict[str, Any] = {
    "library": "L1",
    "drives": tuple(
        DrivePlan(f"B{number}", serial, address)
        for number, (address, serial) in enumerate(SERIALS.items(), 1)
    ),
    "slots": 10,
    "magazine_slots": 5,
    "import_export_slots": 2,
    "capacity_sectors": 256,
    "discs": tuple(DiscPlan(barcode, "MILLEN/MR1", number) for number, barcode in enumerate(MEDIA, 1)),
    "speed": 0,
}
_QUICK = SmcTimeouts(1.0, 1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class ChangerPlace:
    """A library with six media in its first slots, in the order of `media`; the rest is free.

    `give_out` has a drive let its medium be taken. `interfere` does to the room what nobody could do through the
    devices (`simulator.control`). `serials` are what drives tell of themselves.
    """

    changer: SmcChanger
    media: tuple[str, ...]
    serials: Mapping[int, str]
    give_out: Callable[[int], None]
    interfere: Callable[..., Any]
    lacks: frozenset[str] = frozenset()

    def needs(self, what: str) -> None:
        """Skip loudly where the place cannot show something."""
        if what in self.lacks:
            pytest.skip(f"this place lacks {what}")

    def code(self, index: int) -> str | None:
        """The barcode by which a medium is told here: none without a barcode reader."""
        return None if "barcodes" in self.lacks else self.media[index]

    def look(self, address: int) -> Element:
        """One element as the changer sees it now."""
        return at(self.changer.inventory(), address)


@dataclass(frozen=True, slots=True)
class Row:
    """A robot with quirks, and the profile it is driven with; None is the one that INQUIRY chooses."""

    quirks: tuple[str, ...] = ()
    profile: str | None = None
    lacks: frozenset[str] = field(default_factory=frozenset)


def _lacking(quirks: tuple[str, ...], *declared: str) -> frozenset[str]:
    """What cannot be seen of a robot with these quirks, and what a profile says is not to be believed."""
    of_quirks = {
        quirk.NO_BARCODES: "barcodes",
        quirk.NO_SERIALS: "serials",
        quirk.NO_EXCHANGE: "exchange",
        quirk.NO_LOCKS: "locks",
        quirk.NO_PORTS: "ports",
        quirk.SILENT_DOORS: "doors that are told",
        quirk.TAKES_FROM_DRIVES: "drives that keep their media",
    }
    return frozenset({of_quirks[name] for name in quirks if name in of_quirks} | set(declared))


def _row(*quirks: str, profile: str | None = None, lacks: tuple[str, ...] = ()) -> Row:
    return Row(quirks, profile, _lacking(quirks, *lacks))


_BARE = (quirk.NO_EXCHANGE, quirk.NO_LOCKS, quirk.NO_PORTS, quirk.NO_RANGE)
ROWS: dict[str, Row] = {
    # Each declared profile over a robot that needs it.
    "standard": _row(),
    "all-kinds-at-once": _row(quirk.ONLY_ALL_KINDS, profile="all-kinds-at-once"),
    "barcodes-or-serials": _row(quirk.BARCODES_OR_SERIALS, profile="barcodes-or-serials"),
    "no-drive-serials": _row(quirk.NO_SERIALS, profile="no-drive-serials"),
    "no-barcodes": _row(quirk.NO_BARCODES, profile="no-barcodes"),
    "small-answers": _row(quirk.LOW_ALLOCATION, quirk.FEW_ELEMENTS, profile="small-answers"),
    "access-untold": _row(quirk.NO_ACCESS, profile="access-untold", lacks=("access",)),
    "source-untold": _row(quirk.SOURCE_WRONG, profile="source-untold", lacks=("sources",)),
    "serials-cut": _row(quirk.SERIALS_CUT),
    "moves-only": _row(*_BARE, profile="moves-only"),
    "tgt": _row(*quirk.LIKE_TGT, profile="tgt", lacks=("access", "serial of the last drive")),
    # The standard profile finds out by itself.
    "tried-kinds": _row(quirk.ONLY_ALL_KINDS, quirk.COUNT_IGNORED, quirk.BARCODES_OR_SERIALS, quirk.RANGE_E7),
    "tried-few-elements": _row(quirk.FEW_ELEMENTS, quirk.EMPTY_PAGE, quirk.ONLY_ONE_KIND, quirk.NO_SERIALS),
    "tried-wrong-frame": _row(quirk.TAIL_MISSING, quirk.FIRST_WRONG, lacks=("serial of the last drive",)),
    "tried-commands": _row(*_BARE, quirk.NO_BARCODES),
}


def at(inventory: Inventory, address: int) -> Element:
    found = inventory.at(address)
    assert found is not None
    return found


def _place(
    transport: Callable[[str], Transport],
    interfere: Callable[..., Any],
    profile: ChangerProfile | None = None,
    lacks: frozenset[str] = frozenset(),
) -> ChangerPlace:
    names = {drive.address: drive.name for drive in PLAN_PARTS["drives"]}

    def give_out(address: int) -> None:
        MmcDrive(transport(names[address])).eject()

    changer = SmcChanger(transport("L1"), _QUICK, profile=profile)
    return ChangerPlace(changer, MEDIA, SERIALS, give_out, interfere, lacks)


@contextmanager
def simulated(row: Row) -> Iterator[ChangerPlace]:
    """A robot in this process that plays the quirks of a row."""
    plan = RoomPlan(**PLAN_PARTS, changer_quirks=row.quirks)
    with tempfile.TemporaryDirectory() as folder:
        room = furnish_room(Path(folder) / "room", plan, clock=SimulatedClock(), sync=lambda descriptor: None)
        yield _place(
            lambda device: InProcessTransport(room, device),
            lambda verb, **arguments: control(room, verb, arguments),
            PROFILES[row.profile] if row.profile else None,
            row.lacks,
        )
        room.close()


@contextmanager
def over_socket() -> Iterator[ChangerPlace]:
    with served(RoomPlan(**PLAN_PARTS)) as (transport, interfere):
        yield _place(transport, interfere)


@contextmanager
def on_tgt(target: Target) -> Iterator[ChangerPlace]:
    """A real wire. It calls itself STK L700, so its profile has to be named. What was moved goes home at the end."""
    absent = {"faults", "visitors", "magazines", "one hand", "serial of the last drive"}
    lacks = {*absent, *_lacking(quirk.LIKE_TGT, "access")}
    with closing(target.transport(CHANGER_LUN)) as line:
        changer = SmcChanger(line, SmcTimeouts(*[30.0] * 4), profile=PROFILES["tgt"])
        with suppress(InventoryStale):
            changer.inventory()  # a new session is a unit attention, and nothing moves before a look
        before = changer.inventory()
        media = tuple(str(at(before, SLOT + index).barcode) for index in range(6))
        serials = {DRIVE: "DRV0000001", OTHER_DRIVE: "DRV0000002", 258: "DVD0000001"}
        yield ChangerPlace(changer, media, serials, lambda address: None, _nobody_can, frozenset(lacks))
        for address, barcode in enumerate(media, SLOT):
            _bring_home(changer, barcode, address)


def _bring_home(changer: SmcChanger, barcode: str, address: int) -> None:
    inventory = changer.inventory()
    there, element = at(inventory, address), inventory.holding(barcode)
    assert element is not None
    if element.address == address:
        return
    if there.full:
        changer.move(
            source=address,
            destination=next(e.address for e in inventory.elements if e.is_free and e.address > SLOT),
        )
    changer.move(source=element.address, destination=address)


def _nobody_can(verb: str, **_arguments: Any) -> Any:
    raise AssertionError(f"{verb}: declare what this place lacks")
