"""The way to the lamps and sensors of a simulated cabinet, through the socket of its room. Not for real ones."""

from pathlib import Path

from devices.transports.room import RoomSocket

_TIMEOUT_S = 30.0


class RoomCabinet:
    """The places of one library of the room. Raises DeviceFailure when the room does not answer."""

    def __init__(self, socket: Path, library: str) -> None:
        self._room = RoomSocket(socket)
        self._library = library

    def lamp(self, slot: int, on: bool) -> None:
        """Light the lamp at a place, or put it out; nothing where there is none."""
        self._ask("lamp", slot=slot, on=on)

    def presence(self, slot: int) -> bool | None:
        """Whether a medium lies in a place; None where no sensor tells."""
        told = self._ask("presence", slot=slot)["presence"]
        return None if told is None else bool(told)

    def close(self) -> None:
        """Give the connection up; a later question makes a new one."""
        self._room.close()

    def _ask(self, verb: str, **arguments: int | bool) -> dict[str, object]:
        request = {"op": "control", "verb": verb, "library": self._library, **arguments}
        answer, _rest = self._room.request(request, timeout_s=_TIMEOUT_S)
        return dict(answer["answer"])
