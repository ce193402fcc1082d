"""What every changer can do, whether it is a robot on a wire or a person with a cart."""

from typing import Protocol

from robotics.model import ChangerAbilities, ChangerIdentity, ElementLayout, Inventory


class Changer(Protocol):
    """Moves media between elements. Never waits for readiness, never retries.

    Every method raises a RoboticsError when the changer says no, and lets OutcomeUnknown pass when it says
    nothing: then only a new inventory tells where a medium is.
    """

    @property
    def abilities(self) -> ChangerAbilities:
        """What may be asked of this changer."""

    def identify(self) -> ChangerIdentity:
        """Who it is."""

    def layout(self) -> ElementLayout:
        """Which element addresses there are."""

    def initialize(self) -> None:
        """Have the changer look into every element again; may take half an hour."""

    def inventory(self) -> Inventory:
        """What is where, of every element in the layout."""

    def move(self, *, source: int, destination: int) -> None:
        """Carry the medium of one element to an empty one. Raises MoveRefused: the medium is where it was."""
