"""What every changer can do, whether it is a robot on a wire or a person with a cart."""

from typing import Protocol

from robotics.model import ChangerAbilities, ChangerIdentity, Element, ElementLayout, ElementRange, Inventory


class Changer(Protocol):
    """Moves media between elements. Never waits for readiness, never retries.

    Every method raises a RoboticsError when the changer says no, and lets OutcomeUnknown pass when it says
    nothing: then only a new inventory tells where a medium is. Once it told of something that happened behind our
    back (InventoryStale), nothing moves before an `inventory`; an `element` does not do. What a changer has not
    (`abilities`) is NotSupported.
    """

    @property
    def abilities(self) -> ChangerAbilities:
        """What may be asked of this changer."""

    @property
    def unseen(self) -> bool:
        """Whether it told, to whichever command, of what no `inventory` looked at since. Asks the changer nothing."""

    def identify(self) -> ChangerIdentity:
        """Who it is."""

    def layout(self) -> ElementLayout:
        """Which element addresses there are."""

    def initialize(self, addresses: ElementRange | None = None) -> None:
        """Have the changer look into these elements again, or every one; may take half an hour."""

    def inventory(self) -> Inventory:
        """What is where, of every element in the layout: for those who put all of it on record."""

    def element(self, address: int) -> Element | None:
        """What one element holds, None where there is none such: for those who want to know no more."""

    def move(self, *, source: int, destination: int) -> None:
        """Carry the medium of one element to an empty one. Raises MoveRefused: the medium is where it was."""

    def exchange(self, *, source: int, destination: int, displaced_to: int) -> None:
        """Carry a medium to an element that holds another, which goes to `displaced_to` (it may be the source).

        Raises MoveRefused: both media are where they were. Without the ability, `robotics.exchanging` plans moves.
        """

    def lock_doors(self, locked: bool) -> None:
        """Keep people from reaching the media, or let them."""

    def open_port(self, address: int) -> None:
        """Let a person reach an import/export element."""

    def close_port(self, address: int) -> None:
        """Shut an import/export element again."""
