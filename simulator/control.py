"""What a person, or a test, does to the room from outside: look, take away, damage, arm faults, set the
speed.

Every verb takes JSON values and answers with JSON values; what cannot be done raises `ControlRefused`.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from simulator.cabinet import CABINET_VERBS
from simulator.damage import ByteRange, scattered
from simulator.errors import ControlRefused
from simulator.faults import KINDS, Fault, kinds_in
from simulator.hands import HANDS_VERBS
from simulator.latency import parse_speed
from simulator.plan import BARCODE, MEDIA_ID, DrivePlan
from simulator.room import Room
from simulator.tag_hands import TAG_VERBS
from simulator.tape_control import (
    damage_cartridge,
    describe_cartridge,
    is_cartridge_kind,
    lay_cartridge,
    protect_cartridge,
    raw_cartridge,
    soil_head,
)
from simulator.world import Carrier, place_of

Arguments = dict[str, Any]


def control(room: Room, verb: str, arguments: Arguments) -> Any:
    """Carry one verb out; raises `ControlRefused` for an unknown verb, thing, or argument."""
    action = VERBS.get(verb)
    if action is None:
        raise ControlRefused(f"there is no verb {verb!r}; there are: {', '.join(sorted(VERBS))}")
    try:
        return action(room, **arguments)
    except TypeError as error:
        raise ControlRefused(f"{verb} does not understand {sorted(arguments)}: {error}") from error


def _show(room: Room) -> Any:
    """Everything that is in the room, where, and in what state."""
    plan, world, estate = room.estate.plan, room.estate.world, room.estate
    return {
        "library": plan.library,
        "speed": "unlimited" if estate.speed == 0 else estate.speed,
        "media": [_medium(room, name, carrier) for name, carrier in sorted(world.carriers.items())],
        "drives": [
            {
                "name": drive.name,
                "serial": drive.serial,
                "tray": "open" if world.drives[drive.address].tray_open else "closed",
                "locked": world.drives[drive.address].removal_prevented,
                "medium": _barcode_at(room, drive.address),
                **_at_work(room, drive),
            }
            for drive in plan.drives
        ],
        "lamps": [plan.describe(address) for address in sorted(room.lamps)],
        "faults": [
            {
                "name": fault.kind,
                "drive": fault.drive,
                "medium": fault.medium,
                "after": fault.after,
                "times": fault.times,
                "description": KINDS[fault.kind].description,
            }
            for fault in estate.armed_faults
        ],
    }


def _at_work(room: Room, drive: DrivePlan) -> Arguments:
    """What a drive does, in the words of its kind."""
    if not room.estate.plan.is_tape:
        return {"burning": room.burning(drive.name), "last_burn": room.burners[drive.name].last_burn}
    mechanics = room.estate.world.drives[drive.address]
    return {
        "generation": drive.generation,
        "dirty": mechanics.dirty,
        "loads": mechanics.loads,
        "cleanings": mechanics.cleanings,
        "repositions": room.tape_drives[drive.name].repositions,
    }


def _medium(room: Room, name: str, carrier: Carrier) -> Any:
    if room.estate.plan.is_tape:
        return describe_cartridge(room, name, carrier)
    with room.disc(name) as disc:
        return {
            "barcode": carrier.barcode,
            "media_id": carrier.media_id,
            "place": place_of(room.estate.plan, carrier),
            "address": carrier.address,
            "state": disc.state.value,
            "written_sectors": disc.written_bytes // 2048,
            "unreadable_bytes": sum(piece.length for piece in disc.unreadable),
            "loads": carrier.loads,
            "tag": carrier.tag,
        }


def _barcode_at(room: Room, address: int) -> str | None:
    name = room.estate.world.at(address)
    return None if name is None else room.estate.world.carriers[name].barcode


def _lose(room: Room, medium: str) -> Any:
    """Somebody takes the medium away, from wherever it is, for ever."""
    name = room.carrier(medium)
    carrier = room.estate.world.carriers[name]
    if carrier.address is None:
        if not carrier.place:
            raise ControlRefused(f"medium {medium} is gone already")
        room.estate.change(lambda world: world.taken(name))
        return {"medium": medium, "was_in": carrier.place}
    _check_doors(room)
    for drive in room.estate.plan.drives:
        if drive.address == carrier.address and room.burning(drive.name) is not None:
            raise ControlRefused(f"medium {medium} is being burnt in drive {drive.name}; nothing was done")
    room.estate.change(lambda world: world.taken(name))
    room.somebody_reached_in(carrier.address)
    return {"medium": medium, "was_in": room.estate.plan.describe(carrier.address)}


def _insert(room: Room, medium: str, media_id: str) -> Any:
    """Somebody lays a new blank disc or cartridge into a free import/export slot.

    `media_id` is the code of the disc's maker and type, or the generation of the cartridge ("lto-8", "cleaning").
    """
    plan, estate = room.estate.plan, room.estate
    known = is_cartridge_kind(media_id) if plan.is_tape else MEDIA_ID.fullmatch(media_id)
    if not BARCODE.fullmatch(medium) or not known:
        raise ControlRefused(f"barcode {medium!r} or media id {media_id!r} cannot be")
    _check_doors(room)
    with estate.lock:
        world = estate.world
        if any(carrier.barcode == medium for carrier in world.carriers.values()):
            raise ControlRefused(f"there is a medium {medium} already")
        address = world.free_element(plan.import_export_addresses)
        if address is None:
            raise ControlRefused("no import/export slot is free")
        name = world.new_name()
        if plan.is_tape:
            lay_cartridge(room, name, medium, media_id)
        estate.change(lambda world: world.with_carrier(name, Carrier(medium, media_id, address)))
    room.somebody_reached_in(address)
    return {"medium": medium, "lies_in": plan.describe(address)}


def _magazine(room: Room, number: int, present: bool) -> Any:
    """Somebody takes a magazine out with all that is in it, or puts it back."""
    slots = frozenset(room.estate.plan.magazine_addresses(number))
    if not slots or (slots <= room.estate.world.away) != present:
        raise ControlRefused(f"there is no magazine {number} to be {'put back' if present else 'taken out'}")
    _check_doors(room)
    room.estate.change(
        lambda world: replace(world, away=world.away - slots if present else world.away | slots)
    )
    room.somebody_reached_in(min(slots))
    return {"magazine": number, "present": present}


def _check_doors(room: Room) -> None:
    if room.doors_locked:
        raise ControlRefused(
            "the doors of the library are locked by the daemon that uses it; nothing was done"
        )


def _damage(
    room: Room,
    medium: str,
    kind: str = "unreadable",
    offset: int | None = None,
    bytes: int | None = None,
    percent: float | None = None,
    seed: int = 0,
    block: int | None = None,
    blocks: int = 1,
) -> Any:
    """Spoil part of a medium: a stretch, or a share of what is written, chosen by the seed.

    A stretch of a disc is `bytes` from `offset`, that of a tape `blocks` from `block`.
    """
    if kind not in {"unreadable", "silent"}:
        raise ControlRefused(f"kind is {kind!r}; it can be 'unreadable' or 'silent'")
    if room.estate.plan.is_tape:
        if offset is not None or bytes is not None:
            raise ControlRefused("a tape is damaged by block and blocks, or by a percentage")
        return damage_cartridge(
            room, medium, kind=kind, block=block, blocks=blocks, percent=percent, seed=seed
        )
    if block is not None:
        raise ControlRefused("a disc is damaged by offset and bytes, or by a percentage")
    with room.disc(room.carrier(medium)) as disc:
        written = disc.written_bytes
        if percent is not None:
            if offset is not None or bytes is not None or not 0 < percent <= 100:
                raise ControlRefused("damage takes a percentage from 0 to 100, or an offset with bytes")
            ranges = scattered(written_bytes=written, percent=percent, seed=seed)
        else:
            start = 0 if offset is None else offset
            length = written - start if bytes is None else bytes
            if start < 0 or length <= 0 or start + length > disc.capacity_sectors * 2048:
                raise ControlRefused(
                    f"{length} bytes from {start} are not on this disc; {written} are written"
                )
            ranges = (ByteRange(start, length),)
        if kind == "unreadable":
            disc.make_unreadable(ranges)
        else:
            ranges = tuple(
                ByteRange(r.offset, min(r.end, written) - r.offset) for r in ranges if r.offset < written
            )
            disc.flip(ranges, seed=seed)
    return {
        "medium": medium,
        "kind": kind,
        "ranges": [[piece.offset, piece.length] for piece in ranges],
        "damaged_bytes": sum(piece.length for piece in ranges),
    }


def _raw(room: Room, medium: str) -> Any:
    """Where the bytes of a disc are, for whoever copies it raw, and what of them a drive could not read."""
    if room.estate.plan.is_tape:
        return raw_cartridge(room, medium)
    raw = room.raw_copy(medium)
    return {
        "medium": medium,
        "path": str(raw.path),
        "written_bytes": raw.written_bytes,
        "unreadable": [[piece.offset, piece.length] for piece in raw.unreadable],
    }


def _fault(
    room: Room,
    name: str,
    drive: str | None = None,
    medium: str | None = None,
    after: int = 0,
    times: int | None = 1,
    seed: int = 0,
) -> Any:
    """Arm a fault, or do it at once when it is about a label."""
    if drive is not None and drive not in room.devices:
        raise ControlRefused(f"there is no drive {drive!r}; there are: {', '.join(sorted(room.devices))}")
    if medium is not None:
        room.carrier(medium)
    possible = kinds_in(room.estate.plan)
    if name in KINDS and name not in possible:
        raise ControlRefused(f"{name} cannot happen in this room; there are: {', '.join(sorted(possible))}")
    if name == "dirty-head":
        return soil_head(room, drive)
    if name == "wrong-disc":
        return _exchange_labels(room, medium, seed)
    description = room.estate.arm(
        Fault(name, drive=drive, medium=medium, after=after, times=times, seed=seed)
    )
    return {"fault": name, "description": description}


def _exchange_labels(room: Room, medium: str | None, seed: int) -> Any:
    """Two discs get each other's label; the other one is chosen by the seed among those in slots."""
    if medium is None:
        raise ControlRefused("wrong-disc needs the medium whose label is to be exchanged")
    one, world = room.carrier(medium), room.estate.world
    slots = room.estate.plan.slot_addresses
    others = sorted(n for n, c in world.carriers.items() if n != one and c.address in slots)
    if not others:
        raise ControlRefused("there is no other disc in a slot to exchange labels with")
    other = random.Random(seed).choice(others)
    exchanged_with = world.carriers[other].barcode
    room.estate.change(lambda world: world.with_labels_exchanged(one, other))
    return {"fault": "wrong-disc", "description": f"{medium} and {exchanged_with} carry each other's label"}


def _disarm(room: Room) -> Any:
    room.estate.disarm()
    return {"faults": []}


def _faults(room: Room) -> Any:
    return {name: kind.description for name, kind in sorted(kinds_in(room.estate.plan).items())}


def _age(room: Room, years: float, media: Sequence[str] = ()) -> Any:
    """What is written on these media, on all when none is named, becomes so many years older at once."""
    if not 0 < years <= 1000:
        raise ControlRefused(f"media cannot age by {years} years; it can be up to 1000")
    names = [room.carrier(medium) for medium in media] or list(room.estate.world.carriers)
    drives = {drive.address for drive in room.estate.plan.drives}
    aged, spoilt = 0, []
    for name in sorted(names):
        carrier = room.estate.world.carriers[name]
        if not room.estate.age(name, years):
            continue
        wear = room.estate.wear(name)
        aged += 1
        if wear is not None and wear.bad:
            spoilt.append(carrier.barcode)
        if carrier.address not in drives:
            room.estate.put_away(name)
    return {"years": years, "aged": aged, "with_unreadable_places": spoilt}


def _speed(room: Room, speed: str | float) -> Any:
    try:
        room.estate.speed = parse_speed(speed)
    except ValueError as error:
        raise ControlRefused(str(error)) from error
    return {"speed": "unlimited" if room.estate.speed == 0 else room.estate.speed}


VERBS: dict[str, Callable[..., Any]] = {
    "show": _show,
    "lose": _lose,
    "insert": _insert,
    "magazine": _magazine,
    "damage": _damage,
    "raw": _raw,
    "fault": _fault,
    "faults": _faults,
    "disarm": _disarm,
    "speed": _speed,
    "age": _age,
    "protect": protect_cartridge,
    **CABINET_VERBS,
    **HANDS_VERBS,
    **TAG_VERBS,
}
