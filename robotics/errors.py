"""What a changer can say no to.

RoboticsError
├── ChangerRefused         a request that was not a move
│   └── NotSupported           this changer has no such command
├── ChangerNotReady        it is starting, paused, or waits for a person (2/xx); `reason` says which
├── ChangerBroken          its mechanics or electronics failed (4/xx, B/xx): freeze the library
├── InventoryStale         a door, a mail slot or a reset: look again before anything else (6/xx)
├── ReaderRefused          a reader of tags said no, or is none that we can speak with
├── MoveAsked              a person was asked; the medium is where it was until somebody says otherwise
└── MoveRefused            the medium is where it was
    ├── SourceEmpty            5/3B/0E
    ├── DestinationFull        5/3B/0D
    ├── BadElement             5/21/01
    ├── RemovalPrevented       5/53/02
    └── TrayInTheWay           a tray is not known to be where the arm needs it

Changers that speak no SCSI tell no sense data: then `sense` is None, and the driver says which error it is.
When a changer says nothing, `devices.failures.OutcomeUnknown` passes through unchanged.
"""

from collections.abc import Collection

from devices.failures import DeviceRefused
from devices.sense import ILLEGAL_REQUEST, Sense

STARTING, UNINITIALIZED, PERSON, PAUSED = "starting", "uninitialized", "person", "paused"
#: Why a changer is not ready, by (asc, ascq); 04/85 is what IBM libraries say when an operator paused them.
_REASONS: dict[tuple[int, int], str] = {
    (0x04, 0x02): UNINITIALIZED,
    (0x04, 0x03): PERSON,
    (0x3A, 0x02): PERSON,
    (0x04, 0x85): PAUSED,
}
_INVALID_COMMAND = (ILLEGAL_REQUEST, 0x20, 0x00)


class RoboticsError(Exception):
    """Root of what changers refuse; `sense` is their own reason, None of one that speaks no SCSI."""

    def __init__(self, message: str, sense: Sense | None = None) -> None:
        super().__init__(message)
        self.sense = sense

    @property
    def is_illegal_request(self) -> bool:
        """Whether it was refused as something that the changer does not know or take (sense key 5h)."""
        return self.sense is not None and self.sense.key == ILLEGAL_REQUEST


class ChangerRefused(RoboticsError):
    """The changer refused something other than a move."""


class NotSupported(ChangerRefused):
    """This changer has no such command; nothing was done, and it is not to be asked again."""


class ChangerNotReady(RoboticsError):
    """The changer is not ready: nothing was done, and no medium is to blame.

    `said` is the reason of a changer that tells no sense data.
    """

    def __init__(self, message: str, sense: Sense | None = None, *, said: str = STARTING) -> None:
        super().__init__(message, sense)
        self._said = said

    @property
    def reason(self) -> str:
        """`STARTING`, `UNINITIALIZED`, `PERSON` (somebody is needed, or has a door open) or `PAUSED`."""
        if self.sense is None:
            return self._said
        return _REASONS.get((self.sense.asc, self.sense.ascq), STARTING)


class ChangerBroken(RoboticsError):
    """The changer reports a fault of its own; a medium may be between two elements. Look before deciding."""


class InventoryStale(RoboticsError):
    """Something happened behind our back (door, mail slot, reset): nothing was done, take a new inventory."""


class MoveAsked(RoboticsError):
    """Whoever moves media here is a person, who was asked: until somebody says otherwise the medium is where it was."""


class ReaderRefused(RoboticsError):
    """A reader of tags said no, or is none that we can speak with: nothing was read, and no tag is to blame."""


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


class TrayInTheWay(MoveRefused):
    """A tray that the arm passes is not known to be in its right place: the arm was not moved."""


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


def refusal(
    what: str,
    refused: DeviceRefused,
    *,
    moving: bool = False,
    bad_element: Collection[tuple[int, int, int]] = (),
) -> RoboticsError:
    """The error for a changer's sense; `what` says what was asked of which changer.

    `bad_element` are the codes with which this changer refuses a move to or from no element.
    """
    sense = refused.sense
    kind = _KEYS.get(sense.key)
    if sense.code == _INVALID_COMMAND:
        kind = NotSupported
    if kind is None and moving:
        # Only an illegal request is sure to have moved nothing.
        kind = _MOVES.get(sense.code, MoveRefused) if sense.key == ILLEGAL_REQUEST else ChangerBroken
        if kind is MoveRefused and sense.code in bad_element:
            kind = BadElement
    return (kind or ChangerRefused)(f"{what}: {sense}", sense)
