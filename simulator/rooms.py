"""Several rooms of one site, each with its library, reached as one: by the names of their devices and media."""

from collections.abc import Sequence
from typing import Any

from simulator.answers import Answer
from simulator.control import VERBS, control
from simulator.errors import ControlRefused, PlanRefused
from simulator.faults import kinds_in
from simulator.room import Room
from simulator.world import HANDS

#: Verbs that are about the room as a whole: all rooms do them.
_OF_ALL = {"disarm", "speed"}
#: Verbs by which a medium may come from another room: their library is the one to which it comes.
_CARRIES = {"put", "carry"}
_OF_BINS = {"load-bin", "take-from-bin"}
_TOLD_OF_ALL = {"media", "drives", "faults"}


class Rooms:
    """Opened rooms. Raises PlanRefused when two of them have a device of the same name."""

    def __init__(self, rooms: Sequence[Room]) -> None:
        self._rooms = tuple(rooms)
        self._by_device: dict[str, Room] = {}
        for room in self._rooms:
            for device in room.devices:
                if device in self._by_device:
                    raise PlanRefused(f"two libraries of this site have a device {device!r}; rename one")
                self._by_device[device] = room

    @property
    def devices(self) -> tuple[str, ...]:
        return tuple(self._by_device)

    def with_device(self, name: str) -> Room:
        """The room of a robot or drive; raises `ControlRefused`."""
        room = self._by_device.get(name)
        if room is None:
            raise ControlRefused(f"there is no device {name!r}; there are: {', '.join(self.devices)}")
        return room

    def execute(self, device: str, cdb: bytes, *, data_in: int = 0, data_out: bytes = b"") -> Answer:
        """See `Room.execute`."""
        return self.with_device(device).execute(device, cdb, data_in=data_in, data_out=data_out)

    def control(self, verb: str, arguments: dict[str, Any]) -> Any:
        """Carry one verb out where it belongs: see `simulator.control`.

        A verb that names a library, a drive or a medium is for that room. Others are for the only room in which
        they can be; what could be in several raises `ControlRefused`.
        """
        arguments = dict(arguments)
        library = arguments.pop("library", None)
        if library is not None and verb in _CARRIES:
            self._bring(self._library(library), arguments.get("medium"))
        if library is not None or len(self._rooms) == 1:
            return control(self._rooms[0] if library is None else self._library(library), verb, arguments)
        if verb == "show":
            return self._show(arguments)
        if verb == "hold-to" and arguments.get("reader") in self._by_device:
            there = self._by_device[arguments["reader"]]
            home = next((r for r in (there, *self._rooms) if _has(r, arguments.get("medium"))), there)
            return control(there, verb, {**arguments, "of": home})
        if verb == "faults":
            told: dict[str, str] = {}
            for room in self._rooms:
                told |= control(room, verb, arguments)
            return dict(sorted(told.items()))
        if verb == "age":
            return self._age(dict(arguments))
        if verb in _OF_ALL:
            answers = [control(room, verb, arguments) for room in self._rooms]
            return answers[0]
        return control(self._concerned(verb, arguments), verb, arguments)

    def _bring(self, there: Room, medium: Any) -> None:
        """A medium that is elsewhere comes into a person's hands in this room."""
        here = next((room for room in self._rooms if room is not there and _has(room, medium)), None)
        if here is None or _has(there, medium):
            return
        name = here.carrier(medium)
        if here.estate.world.carriers[name].place != HANDS:
            control(here, "take", {"medium": medium})
        carrier = here.estate.world.carriers[name]
        new = there.estate.world.new_name()
        here.estate.put_away(name)
        if here.estate.medium_folder(name).exists():
            here.estate.medium_folder(name).rename(there.estate.medium_folder(new))
        there.estate.change(lambda world: world.with_carrier(new, carrier))
        here.estate.change(lambda world: world.without(name))

    def _library(self, name: str) -> Room:
        for room in self._rooms:
            if room.estate.plan.library == name:
                return room
        raise ControlRefused(f"there is no library {name!r}; there are: {self._libraries}")

    @property
    def _libraries(self) -> str:
        return ", ".join(room.estate.plan.library for room in self._rooms)

    def _concerned(self, verb: str, arguments: dict[str, Any]) -> Room:
        if arguments.get("drive") is not None:
            return self.with_device(arguments["drive"])
        possible = [room for room in self._rooms if _can_be_in(room, verb, arguments)]
        if len(possible) == 1:
            return possible[0]
        if verb not in VERBS or (not possible and arguments.get("medium") is None):
            # The room says best what is wrong with it.
            return self._rooms[0]
        if not possible:
            raise ControlRefused(f"no library of this site has a medium {arguments['medium']!r} for this")
        raise ControlRefused(f"this could be in several libraries; say which: {self._libraries}")

    def _age(self, arguments: dict[str, Any]) -> Any:
        """The media that are named, each in its room, or all of them, become older."""
        named = arguments.pop("media", None) or ()
        of_rooms = [[medium for medium in named if _has(room, medium)] for room in self._rooms]
        strangers = sorted(set(named) - {medium for media in of_rooms for medium in media})
        if strangers:
            raise ControlRefused(f"no library of this site has a medium {strangers[0]!r}")
        answers = [
            control(room, "age", {**arguments, "media": media})
            for room, media in zip(self._rooms, of_rooms, strict=True)
            if media or not named
        ]
        return {
            **answers[0],
            "aged": sum(one["aged"] for one in answers),
            "with_unreadable_places": [medium for one in answers for medium in one["with_unreadable_places"]],
        }

    def _show(self, arguments: dict[str, Any]) -> Any:
        """What all rooms show: media, drives and faults of all, each with its library; the rest is the first's."""
        shown = [control(room, "show", arguments) for room in self._rooms]
        together = dict(shown[0])
        for key in _TOLD_OF_ALL:
            together[key] = [{**thing, "library": one["library"]} for one in shown for thing in one[key]]
        together["libraries"] = [one["library"] for one in shown]
        return together


def _can_be_in(room: Room, verb: str, arguments: dict[str, Any]) -> bool:
    """Whether a verb without a drive may be for this room: its medium is there, its fault can happen there."""
    plan = room.estate.plan
    if verb == "insert":
        is_tape = "/" not in str(arguments.get("media_id"))
        return is_tape == plan.is_tape
    if verb == "fault" and arguments.get("name") not in kinds_in(plan):
        return False
    medium = arguments.get("medium")
    if verb in _OF_BINS:
        return any(arguments.get("bin") in (pile.name, str(pile.number)) for pile in plan.bins)
    return medium is None or _has(room, medium)


def _has(room: Room, medium: Any) -> bool:
    return any(one.barcode == medium for one in room.estate.world.carriers.values())
