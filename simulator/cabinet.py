"""A simulated cabinet: a lamp at each place, and a sensor that sees whether something lies there."""

from collections.abc import Callable
from typing import Any

from simulator.errors import ControlRefused
from simulator.faults import Occasion
from simulator.room import Room


class SimulatedCabinet:
    """Implements `robotics.cabinet.Cabinet` for the places of one room that have lamps and sensors."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def lamp(self, slot: int, on: bool) -> None:
        """See `Cabinet`."""
        if slot in self._room.estate.plan.sensed_addresses:
            (self._room.lamps.add if on else self._room.lamps.discard)(slot)

    def presence(self, slot: int) -> bool | None:
        """See `Cabinet`. None of a drawer that has no sensors."""
        estate = self._room.estate
        if slot not in estate.plan.sensed_addresses:
            return None
        there = estate.world.at(slot) is not None
        return there != (estate.fault(Occasion.SENSOR) is not None)


def light_lamp(room: Room, slot: int, on: bool) -> Any:
    """Light the lamp at a place, or put it out."""
    _check(room, slot)
    SimulatedCabinet(room).lamp(slot, on)
    return {"lamps": sorted(room.lamps)}


def ask_sensor(room: Room, slot: int) -> Any:
    """What the sensor of a place says."""
    _check(room, slot)
    return {"presence": SimulatedCabinet(room).presence(slot)}


def _check(room: Room, slot: int) -> None:
    if slot not in room.estate.plan.elements:
        raise ControlRefused(f"there is no element {slot} in this room")


CABINET_VERBS: dict[str, Callable[..., Any]] = {"lamp": light_lamp, "presence": ask_sensor}
