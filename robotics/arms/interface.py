"""What every arm of a disc robot can do. Addresses, trays and the record are none of its business."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from robotics.model import Bin, ChangerIdentity


@dataclass(frozen=True, slots=True)
class ArmGeometry:
    """What an arm reaches: drives by number from 1, and its bins.

    `tells_hand` says whether it can tell that it holds a disc, `puts_in_again` whether a disc that it holds can be put
    on a tray (`put_on_tray`). A disc in a bin that it both fills and empties can be brought to another drive.
    """

    drives: int
    bins: tuple[Bin, ...]
    tells_hand: bool
    puts_in_again: bool = False


@dataclass(frozen=True, slots=True)
class ArmState:
    """What the machine's own sensors say; None and absence stand for what it cannot tell.

    `occupied` says of a bin, by number, whether at least one disc lies in it. `on_tray` says of a drive, by number,
    whether a disc lies on its open tray. `words` is its own status, for people.
    """

    holding: bool | None = None
    occupied: Mapping[int, bool] = field(default_factory=dict)
    on_tray: Mapping[int, bool] = field(default_factory=dict)
    words: str = ""


def nothing_to_close() -> None:
    """For a caller whose trays need no closing in the middle of a motion."""


class DiscArm(Protocol):
    """One arm. Blocks until the machine says that the motion is over; never repeats one.

    The caller has put the trays right: that of the drive in question is open, every other is closed. Every method
    raises SourceEmpty, DestinationFull, MoveRefused (the disc is where it was), ChangerBroken (jammed, or in need of a
    person or a reset: a disc may be anywhere), NotSupported (it has no such motion, or no such bin or drive), and lets
    OutcomeUnknown pass when the machine says nothing or something else.
    """

    @property
    def geometry(self) -> ArmGeometry:
        """What it reaches. Asks the machine nothing."""

    def identify(self) -> ChangerIdentity:
        """Who it is."""

    def prepare(self, *, reset: bool = False) -> None:
        """Sign on, and home or calibrate the machine where it says that it needs that. Moves no disc, but one that a
        fault may have left in a hand that cannot be felt.

        `reset` resets its port first, where it has one to reset: only after a person looked at it.
        """

    def state(self) -> ArmState:
        """What its sensors say. Moves nothing."""

    def load(self, *, bin: int, drive: int) -> None:
        """Lay the next disc of a bin on an open tray."""

    def unload(self, *, drive: int, bin: int, lifted: Callable[[], None] = nothing_to_close) -> None:
        """Take the disc from an open tray into a bin.

        `lifted` is called once when the machine says that the disc is off the tray and before the arm passes the tray
        again: it closes the tray, and whatever it raises ends the motion with the disc in the hand.
        """

    def put_away(self, *, bin: int) -> None:
        """Lay the disc that the hand holds into a bin; harmless when it holds none, where the machine says so."""

    def put_on_tray(self, *, drive: int) -> None:
        """Lay the disc that the hand holds on an open tray."""
