"""What a person, or a test, does to the cartridges and tape drives of a room from outside.

The verbs are in `control`; they answer with JSON values, and what cannot be done raises `ControlRefused`.
"""

import random
from dataclasses import replace
from typing import Any

from backends.tape.densities import GENERATIONS
from simulator.cartridge import SimulatedCartridge
from simulator.errors import ControlRefused
from simulator.faults import KINDS
from simulator.plan import CartridgePlan
from simulator.room import Room
from simulator.world import Carrier, place_of

_CLEANING = "cleaning"
_WORM = "-worm"


def is_cartridge_kind(text: str) -> bool:
    """Whether a new cartridge can be asked for so: a generation, one of them as WORM, or "cleaning"."""
    return text == _CLEANING or text.removesuffix(_WORM) in GENERATIONS


def lay_cartridge(room: Room, name: str, barcode: str, kind: str) -> None:
    """Make a new cartridge of that kind, as large as those of its generation in the room are."""
    generation = next(iter(GENERATIONS)) if kind == _CLEANING else kind.removesuffix(_WORM)
    like = [one.capacity_bytes for one in room.estate.plan.cartridges if one.generation == generation]
    plan = CartridgePlan(
        barcode,
        0,
        generation,
        capacity_bytes=max(like, default=0),
        worm=kind.endswith(_WORM),
        cleaning=kind == _CLEANING,
    )
    room.estate.add_cartridge(name, plan)


def describe_cartridge(room: Room, name: str, carrier: Carrier) -> Any:
    """A cartridge, where it is, and what is on it."""
    with room.cartridge(name) as cartridge:
        chip = cartridge.chip
        return {
            "barcode": carrier.barcode,
            "media_id": carrier.media_id,
            "place": place_of(room.estate.plan, carrier),
            "address": carrier.address,
            "state": _state(cartridge),
            "capacity_bytes": chip.capacity_bytes,
            "written_bytes": cartridge.written_bytes,
            "blocks": cartridge.objects,
            "files": cartridge.marks_before(cartridge.objects),
            "unreadable_blocks": len(cartridge.unreadable),
            "write_protected": chip.write_protected,
            "loads": carrier.loads,
        }


def damage_cartridge(
    room: Room, medium: str, *, kind: str, block: int | None, blocks: int, percent: float | None, seed: int
) -> Any:
    """Spoil blocks: a stretch from `block` on, or a share of all, chosen by the seed."""
    with room.cartridge(room.carrier(medium)) as cartridge:
        written = [number for number in range(cartridge.objects) if cartridge.length(number)]
        if percent is not None:
            if block is not None or not 0 < percent <= 100:
                raise ControlRefused("damage takes a percentage from 0 to 100, or a block with blocks")
            wanted = max(1, round(len(written) * percent / 100)) if written else 0
            chosen = sorted(random.Random(seed).sample(written, wanted))
        else:
            first = 0 if block is None else block
            chosen = [number for number in written if first <= number < first + blocks]
        if not chosen:
            raise ControlRefused(
                f"there are no such blocks; the tape holds {cartridge.objects} with filemarks"
            )
        for number in chosen:
            if kind == "unreadable":
                cartridge.make_unreadable(number, 1)
            else:
                cartridge.flip(number, seed=seed + number)
    return {"medium": medium, "kind": kind, "blocks": chosen}


def raw_cartridge(room: Room, medium: str) -> Any:
    """Where the bytes of all blocks are, one behind the other; what cannot be read is given as byte ranges."""
    with room.cartridge(room.carrier(medium)) as cartridge:
        return {
            "medium": medium,
            "path": str(cartridge.data_path),
            "written_bytes": cartridge.written_bytes,
            "unreadable": [
                [cartridge.offset(number), cartridge.length(number)]
                for number in sorted(cartridge.unreadable)
            ],
        }


def protect_cartridge(room: Room, medium: str, protected: bool = True) -> Any:
    """Somebody moves the tab of a cartridge."""
    if not room.estate.plan.is_tape:
        raise ControlRefused("only cartridges have a tab against writing")
    name = room.carrier(medium)
    drive = room.estate.plan.drive_at(room.estate.world.carriers[name].address or 0)
    if drive is not None:
        raise ControlRefused(f"medium {medium} is in drive {drive.name}; nobody reaches its tab there")
    with room.cartridge(name) as cartridge:
        cartridge.change_chip(write_protected=bool(protected))
    return {"medium": medium, "write_protected": bool(protected)}


def soil_head(room: Room, drive: str | None) -> Any:
    """The head of a tape drive is dirty from now on."""
    if drive is None or drive not in room.tape_drives:
        raise ControlRefused(
            f"dirty-head needs a tape drive; there are: {', '.join(sorted(room.tape_drives))}"
        )
    address = room.estate.plan.drive(drive).address
    room.estate.change(lambda world: world.with_drive(address, replace(world.drives[address], dirty=True)))
    return {"fault": "dirty-head", "description": KINDS["dirty-head"].description}


def _state(cartridge: SimulatedCartridge) -> str:
    if cartridge.chip.cleaning:
        return f"cleaning, {cartridge.chip.cleanings_left} left"
    return "written" if cartridge.objects else "blank"
