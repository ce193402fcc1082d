"""A cabinet that helps people: a lamp at each place, and sensors that see whether something lies there."""

from typing import Protocol


class Cabinet(Protocol):
    """The places of one library by their element addresses. One caller at a time; never waits.

    A cabinet may have lamps, sensors, both or neither. What it has not is dark, and is not told.
    """

    def lamp(self, slot: int, on: bool) -> None:
        """Light the lamp at a place, or put it out; nothing where there is none. Raises DeviceFailure."""

    def presence(self, slot: int) -> bool | None:
        """Whether a medium lies in a place; None where no sensor tells. Raises DeviceFailure."""


class PlainCabinet:
    """Wood: no lamp, no sensor."""

    def lamp(self, slot: int, on: bool) -> None:
        """Nothing is lit."""

    def presence(self, slot: int) -> bool | None:
        """Nobody knows."""
        return None
