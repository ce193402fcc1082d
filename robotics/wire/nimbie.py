"""What an Acronova Nimbie NB21 is told and tells over USB: packets of eight bytes out, messages in. No I/O here.

No document of its maker is public. The codes were found by the authors of two working drivers (nimbie-py,
nimbiestatemachine), the bits of its state by the second of them on hardware; facts only, none of their code.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, unique

from devices.failures import WireDamaged

VENDOR, PRODUCT = 0x1723, 0x0945
PACKET_BYTES = 8
#: Two zero bytes come before a command, zeros fill the packet behind it.
_LEAD = 2
_STATE = re.compile(r"\{([01][01x]*)\}", re.ASCII)
_CODE_PREFIX, _GOOD = "AT+", "OK"
#: Which character of a state says what; the others are not understood (6 is usually 1).
_QUEUE, _ON_TRAY, _LIFTED, _TRAY_OUT = 1, 3, 4, 5


@unique
class Command(Enum):
    """What it can be told. It answers when it has understood, which is before its motion ends."""

    STATE = bytes([0x43])
    PLACE = bytes([0x52, 0x01])  # let the next disc of the queue fall on the open tray
    LIFT = bytes([0x47, 0x01])  # lift the disc from the open tray
    ACCEPT = bytes([0x52, 0x02])  # let the lifted disc fall on the accept pile
    REJECT = bytes([0x52, 0x03])  # let it fall on the reject pile

    def encode(self) -> bytes:
        return (bytes(_LEAD) + self.value).ljust(PACKET_BYTES, b"\0")

    @classmethod
    def decode(cls, packet: bytes) -> "Command":
        """Raises WireDamaged for anything that is no command."""
        for command in cls:
            if command.encode() == packet:
                return command
        raise WireDamaged(f"{packet.hex()} is no command of a Nimbie")


@unique
class Code(Enum):
    """What it says of a command."""

    NOTHING_ON_TRAY = "S00"
    DROPPER = "S03"  # no disc where one should be, or the dropper is still up
    PLACED = "S07"
    TRAY_WRONG = "S10"
    TRAY_FULL = "S12"
    QUEUE_EMPTY = "S14"
    DONE = "O"
    FAILED = "E09"  # of unknown meaning; often only a reset of the port ends it

    @property
    def is_good(self) -> bool:
        """Whether it does as it was told."""
        return self in (Code.PLACED, Code.DONE)

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    Code.NOTHING_ON_TRAY: "there is no disc on the tray",
    Code.DROPPER: "the dropper has no disc where it should have one, or is still up",
    Code.PLACED: "the disc was placed",
    Code.TRAY_WRONG: "the tray is in the wrong position",
    Code.TRAY_FULL: "there is a disc on the tray already",
    Code.QUEUE_EMPTY: "the queue is empty",
    Code.DONE: "done",
    Code.FAILED: "an error that it does not explain",
}


@dataclass(frozen=True, slots=True)
class State:
    """What its sensors say. `on_tray` tells nothing while the tray is in. `text` is what it sent."""

    queue_occupied: bool
    on_tray: bool
    lifted: bool
    tray_out: bool
    text: str = ""

    def same_discs(self, other: "State") -> bool:
        """Whether every disc is where the other state has it, as far as it is seen."""
        mine, theirs = ((s.queue_occupied, s.on_tray, s.lifted) for s in (self, other))
        return mine == theirs

    def encode(self) -> str:
        bits = ["0"] * 6
        told = {
            _QUEUE: self.queue_occupied,
            _ON_TRAY: self.on_tray,
            _LIFTED: self.lifted,
            _TRAY_OUT: self.tray_out,
        }
        for place, value in told.items():
            bits[place] = "1" if value else "0"
        return "{" + "".join(bits) + "1xx}"

    @classmethod
    def decode(cls, text: str) -> "State":
        """Raises WireDamaged for a text that is no state, or is cut."""
        found = _STATE.fullmatch(text)
        bits = found.group(1) if found else ""
        known = [bits[place : place + 1] for place in (_QUEUE, _ON_TRAY, _LIFTED, _TRAY_OUT)]
        if any(bit not in ("0", "1") for bit in known) or not all(known):
            raise WireDamaged(f"{text!r} is no state of a Nimbie")
        queue, on_tray, lifted, tray_out = (bit == "1" for bit in known)
        return cls(queue, on_tray, lifted, tray_out, text)


def messages_in(transfer: bytes) -> tuple[str, ...]:
    """The messages of one transfer, each ended by a NUL; an empty one, or one without its NUL, is a message, too."""
    texts = transfer.rstrip(b"\0").split(b"\0")
    return tuple(text.decode("ascii", errors="backslashreplace") for text in texts)


def transfer_of(message: str) -> bytes:
    """A message as it goes over the wire."""
    return message.encode("ascii") + b"\0"


def find_state(messages: Iterable[str]) -> State | None:
    """The first state among messages; None when none of them is one. What is not understood is passed over."""
    for message in messages:
        try:
            return State.decode(message)
        except WireDamaged:
            continue
    return None


def find_code(messages: Iterable[str]) -> str | None:
    """What it says of a command, without `AT+`: the first message that begins so, or whatever follows OK and is not
    empty and no state (one driver goes by the first, the other by the second); None when nothing of it came.
    """
    previous = ""
    for message in messages:
        if message.startswith(_CODE_PREFIX):
            return message.removeprefix(_CODE_PREFIX)
        if previous == _GOOD and message and not message.startswith("{"):
            return message
        previous = message
    return None


def reply(said: str) -> tuple[str, ...]:
    """The messages of a whole answer, as it sends them."""
    return ("", _GOOD, said, "")


def reply_with(code: Code) -> tuple[str, ...]:
    """The messages of an answer to a motion."""
    return reply(_CODE_PREFIX + code.value)
