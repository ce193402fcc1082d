"""The trays of the drives that an arm passes, as whoever commands the drives tells of them.

A disc robot never moves the tray of a drive: its host does, by commands to the drive. A tray that is out of place
under the arm is what breaks such robots, so an arm is only moved by `robotics.changers.stacker`, which asks here first.
"""

from enum import Enum, unique
from typing import Protocol


@unique
class TrayState(Enum):
    """Where a tray is known to be; UNKNOWN when the drive does not say, or is between the two."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class Trays(Protocol):
    """The trays of one robot, by number of drive from 1. One caller at a time."""

    def state(self, drive: int) -> TrayState:
        """Where this tray is now, by asking the drive. Raises DeviceFailure."""

    def has_disc(self, drive: int) -> bool | None:
        """Whether a disc lies in a closed drive; None while it cannot be told (an open tray never tells).

        Raises DeviceFailure, also for a drive that may not be asked now, as it burns.
        """

    def open(self, drive: int) -> None:
        """Command the tray out. Raises DeviceFailure."""

    def close(self, drive: int) -> None:
        """Command the tray in. Raises DeviceFailure."""
