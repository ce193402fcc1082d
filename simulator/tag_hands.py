"""What a person's hands do with tags: stick them on media and magazines, mix them up, hold things to a reader, and
carry magazines.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from simulator.errors import ControlRefused, WorldImpossible
from simulator.magazines import exchanged
from simulator.plan import TRANSPORT_ADDRESS
from simulator.room import Room
from simulator.stuck_tags import kind_of
from simulator.tag_field import HAND


def stick_tag(room: Room, medium: str, uid: str = "") -> Any:
    """Stick a tag on a medium, or tear it off ("" as uid). The uid of another medium's tag makes a clone."""
    name, uid = room.carrier(medium), _uid(uid)
    was = room.estate.world.carriers[name].tag
    room.estate.change(lambda world: world.with_carrier(name, replace(world.carriers[name], tag=uid)))
    return {"medium": medium, "tag": uid, "was": was}


def stick_magazine_tag(room: Room, number: int, uid: str = "") -> Any:
    """Stick a tag on a magazine, or tear it off ("" as uid)."""
    _check_magazine(room, number)
    uid = _uid(uid)
    was = room.estate.world.tags.get(number, "")
    others = {at: tag for at, tag in room.estate.world.tags.items() if at != number}
    room.estate.change(lambda world: replace(world, tags={**others, number: uid} if uid else others))
    return {"magazine": number, "tag": uid, "was": was}


def exchange_tags(room: Room, medium: str, other: str) -> Any:
    """Stick each of two tags on the other medium."""
    one, two = room.carrier(medium), room.carrier(other)
    carriers = room.estate.world.carriers
    first, second = carriers[one].tag, carriers[two].tag
    room.estate.change(
        lambda world: world.with_carrier(one, replace(world.carriers[one], tag=second)).with_carrier(
            two, replace(world.carriers[two], tag=first)
        )
    )
    return {"media": [medium, other], "tags": [second, first]}


def exchange_magazines(room: Room, number: int, other: int) -> Any:
    """Take two magazines out and put each where the other was, with all that lies in them."""
    if room.doors_locked:
        raise ControlRefused(
            "the doors of the library are locked by the daemon that uses it; nothing was done"
        )
    plan = room.estate.plan
    try:
        room.estate.change(lambda world: exchanged(world, plan, number, other))
    except WorldImpossible as error:
        raise ControlRefused(str(error)) from error
    for one in (number, other):
        room.somebody_reached_in(min(plan.magazine_addresses(one)))
    return {"magazines": [number, other]}


def hold_to(
    room: Room, reader: str, medium: str | None = None, number: int | None = None, *, of: Room | None = None
) -> Any:
    """Hold a medium or a magazine to a reader at a hand station; neither takes away what is held there.

    It is taken from its place for that moment and put back: what the robot holds cannot be. The medium may be one `of`
    another room.
    """
    field = room.tag_fields.get(reader)
    if field is None or field.plan.place != HAND:
        hands = ", ".join(sorted(name for name, one in room.tag_fields.items() if one.plan.place == HAND))
        raise ControlRefused(f"there is no hand station {reader!r}; there are: {hands or 'none'}")
    if medium is not None and number is not None:
        raise ControlRefused("a medium or a magazine is held to a reader, not both")
    if number is not None:
        _check_magazine(room, number)
    field.held, field.held_uid = number, ""
    if medium is not None:
        home = of or room
        name = _holdable(home, medium)
        field.held, field.held_uid = (
            (name, "") if home is room else (None, home.estate.world.carriers[name].tag)
        )
    return {"reader": reader, "medium": medium, "magazine": number}


def _holdable(room: Room, medium: str) -> str:
    name = room.carrier(medium)
    at = room.estate.world.carriers[name].address
    if at is not None and (at == TRANSPORT_ADDRESS or at in room.estate.world.drives):
        raise ControlRefused(f"medium {medium} is in {room.estate.plan.describe(at)}: take it first")
    return name


def _uid(uid: str) -> str:
    uid = uid.lower()
    if uid and kind_of(uid) is None:
        raise ControlRefused(
            f"{uid!r} is no uid of a tag: hexadecimal digits, 4, 7 or 10 bytes (HF), 5 (LF), whole words (UHF)"
        )
    return uid


def _check_magazine(room: Room, number: int) -> None:
    if not room.estate.plan.magazine_addresses(number):
        raise ControlRefused(f"there is no magazine {number}")


TAG_VERBS: dict[str, Callable[..., Any]] = {
    "stick-tag": stick_tag,
    "stick-magazine-tag": stick_magazine_tag,
    "exchange-tags": exchange_tags,
    "exchange-magazines": exchange_magazines,
    "hold-to": hold_to,
}
