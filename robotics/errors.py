"""What a changer can say no to.

RoboticsError
├── ChangerRefused         a request that was not a move
├── ChangerNotReady        it is starting, paused, or waits for a person (2/xx)
├── ChangerBroken          its mechanics or electronics failed (4/xx, B/xx): freeze the library
├── InventoryStale         a door, a mail slot or a reset: look again before anything else (6/xx)
└── MoveRefused            the medium is where it was
    ├── SourceEmpty            5/3B/0E
    ├── DestinationFull        5/3B/0D
    ├── BadElement             5/21/01
    └── RemovalPrevented       5/53/02

When a changer says nothing, `devices.failures.OutcomeUnknown` passes through unchanged.
"""

from devices.failures import DeviceRefused
from devices.sense import ILLEGAL_REQUEST, Sense


class RoboticsError(Exception):
    """Root of what changers refuse; `sense` is their own reason."""

    def __init__(self, message: str, sense: Sense) -> None:
        super().__init__(message)
        self.sense = sense


class ChangerRefused(RoboticsError):
    """The changer refused something other than a move."""


class ChangerNotReady(RoboticsError):
    """The changer is not ready: it is starting, paused, or waits for a person."""


class ChangerBroken(RoboticsError):
    """The changer reports a fault of its own; a medium may be between two elements. Look before deciding."""


class InventoryStale(RoboticsError):
    """Something happened behind our back (door, mail slot, reset): nothing was done, take a new inventory."""


class MoveRefused(RoboticsError):
    """The changer refused to move a medium; it is where it was."""


class SourceEmpty(MoveRefused):
    """There is no medium to take: the inventory was wrong."""


class DestinationFull(MoveRefused):
    """There is a medium already where one was to be put: the inventory was wrong."""


class BadElement(MoveRefused):
    """The changer has no element of that address."""


class RemovalPrevented(MoveRefused):
    """The drive holds its medium locked, or the door is locked."""


_MOVES: dict[tuple[int, int, int], type[MoveRefused]] = {
    (0x5, 0x3B, 0x0E): SourceEmpty,
    (0x5, 0x3B, 0x0D): DestinationFull,
    (0x5, 0x21, 0x01): BadElement,
    (0x5, 0x53, 0x02): RemovalPrevented,
}
_KEYS: dict[int, type[RoboticsError]] = {
    0x2: ChangerNotReady,
    0x4: ChangerBroken,
    0x6: InventoryStale,
    0xB: ChangerBroken,
}


def refusal(what: str, refused: DeviceRefused, *, moving: bool = False) -> RoboticsError:
    """The error for a changer's sense; `what` says what was asked of which changer."""
    sense = refused.sense
    kind = _KEYS.get(sense.key)
    if kind is None and moving:
        # Only an illegal request is sure to have moved nothing.
        kind = _MOVES.get(sense.code, MoveRefused) if sense.key == ILLEGAL_REQUEST else ChangerBroken
    return (kind or ChangerRefused)(f"{what}: {sense}", sense)
