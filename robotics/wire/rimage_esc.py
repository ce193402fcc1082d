"""The ESC frames of a Rimage Liberty autoloader (DTP-4500 RAS-13). EXPERIMENTAL. No I/O here.

A command is ESC ! body C, an answer ESC ! body EOT. Everything known of it was found by listening to one machine
(ragingcomputer.com, "Rimage DTP-4500 RAS 13 Serial Control Commands", 2013, and its initialization sequence, 2012) and
used by one set of scripts; no paper of the maker was seen.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, IntEnum, unique

from devices.failures import WireDamaged

ESC, END_OF_COMMAND, END_OF_REPLY = b"\x1b", b"C", b"\x04"
#: What stands for a height or a place that is not known.
NOT_MEASURED = 65534
#: The longest answer that is known has 30 characters.
_BODY_MAX = 80


@unique
class Act(IntEnum):
    """What the arm does at a drive or a bin."""

    MOVE = 0
    PUT = 1
    GRAB = 2


@unique
class StatusNumber(IntEnum):
    """What it says of itself. There may be other numbers: a status is an int."""

    READY = 0
    WAIT = 2
    NO_DISC = 3
    NO_TRAY = 7


_STATUS_WORDS = {
    StatusNumber.READY: "ready",
    StatusNumber.WAIT: "busy",
    StatusNumber.NO_DISC: "no disc",
    StatusNumber.NO_TRAY: "no drive tray detected",
}


def status_words(number: int) -> str:
    """A status for people, with its number."""
    known = _STATUS_WORDS.get(StatusNumber(number)) if number in set(StatusNumber) else None
    return f"status {number} ({known or 'not known'})"


# Commands


@unique
class Plain(Enum):
    """Commands without a parameter, by their bodies."""

    SERIAL = "f:"
    VERSION = "e0"
    STATUS = "e1"
    HOME = "f12600"  # the arm stops above the printer
    ABOVE_DRIVES = "f12400"
    PROBE = "f12402"  # go down to the tray that is out
    PROBED = "f0240"  # how deep that was
    POSITION = "f0220"


@dataclass(frozen=True, slots=True)
class AtDrive:
    """Move to a drive (1 is the top one), put a disc on its tray, or grab the one there."""

    drive: int
    act: Act


@dataclass(frozen=True, slots=True)
class AtBin:
    """Move to a bin (1 is the first; 0 on the wire), put a disc into it, or grab the uppermost."""

    bin: int
    act: Act


@dataclass(frozen=True, slots=True)
class BinHeight:
    """How high the discs in a bin stand, as far as the arm has found out."""

    bin: int


Command = Plain | AtDrive | AtBin | BinHeight
_AT_DRIVE = re.compile(r"f124([1-9])([012])")
_AT_BIN = re.compile(r"f120(\d)([012])")
_HEIGHT = re.compile(r"f020(\d)")


def encode_command(command: Command) -> bytes:
    """The frame of a command. Raises ValueError for a number that it has no digit for."""
    match command:
        case AtDrive(drive, act):
            _require_digit(drive, 1, 9)
            body = f"f124{drive}{act:d}"
        case AtBin(bin, act):
            _require_digit(bin, 1, 10)
            body = f"f120{bin - 1}{act:d}"
        case BinHeight(bin):
            _require_digit(bin, 1, 10)
            body = f"f020{bin - 1}"
        case Plain():
            body = command.value
    return ESC + b"!" + body.encode("ascii") + END_OF_COMMAND


def decode_command(body: str) -> Command:
    """The command with this body. Raises WireDamaged for one that is not known."""
    for plain in Plain:
        if body == plain.value:
            return plain
    if found := _AT_DRIVE.fullmatch(body):
        return AtDrive(int(found[1]), Act(int(found[2])))
    if found := _AT_BIN.fullmatch(body):
        return AtBin(int(found[1]) + 1, Act(int(found[2])))
    if found := _HEIGHT.fullmatch(body):
        return BinHeight(int(found[1]) + 1)
    raise WireDamaged(f"there is no command {body!r}")


# Answers


@dataclass(frozen=True, slots=True)
class Moved:
    """The end of a motion. Of a probe: whether a disc lay there."""

    done: bool


@dataclass(frozen=True, slots=True)
class Status:
    number: int


@dataclass(frozen=True, slots=True)
class Measured:
    """A height or a place in steps of the arm, None when it is not known; `kind` 0 is a place, 3 what was probed."""

    kind: int
    steps: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """A text about itself: its version, or its serial number."""

    plain: Plain
    text: str


Reply = Moved | Status | Measured | Told
_MOVED = re.compile(r"f1([01])C")
_STATUS = re.compile(r"e1(\d{3})000C")
_MEASURED = re.compile(r"f01(\d)(\d{5})C")
_VERSION = re.compile(r"e0\d\dC(.*)")
_SERIAL = re.compile(r"f:1C(.*)")
_DECODERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Reply]], ...] = (
    (_MOVED, lambda found: Moved(found[1] == "1")),
    (_STATUS, lambda found: Status(int(found[1]))),
    (_MEASURED, lambda found: Measured(int(found[1]), _steps(int(found[2])))),
    (_VERSION, lambda found: Told(Plain.VERSION, found[1].strip())),
    (_SERIAL, lambda found: Told(Plain.SERIAL, found[1].strip())),
)


def encode_reply(reply: Reply) -> bytes:
    """The frame of an answer, as the machine that was listened to sent it."""
    match reply:
        case Moved(done):
            body = f"f1{done:d}C"
        case Status(number):
            body = f"e1{number:03d}000C"
        case Measured(kind, steps):
            body = f"f01{kind}{NOT_MEASURED if steps is None else steps:05d}C"
        case Told(plain, text):
            body = f"e032C{text}" if plain is Plain.VERSION else f"f:1C{text}"
    return ESC + b"!" + body.encode("ascii") + END_OF_REPLY


def decode_reply(body: str) -> Reply:
    """The answer with this body. Raises WireDamaged for one that is not known."""
    for pattern, build in _DECODERS:
        if found := pattern.fullmatch(body):
            return build(found)
    raise WireDamaged(f"there is no answer {body!r}")


def take_frames(received: bytes, end: bytes = END_OF_REPLY) -> tuple[list[str], bytes]:
    """The bodies of all whole frames, in order, and what is left: the beginning of one that is not whole yet.

    Rubbish is stepped over: what is outside of frames, frames with bytes that are not printable, and frames that begin
    anew before they end.
    """
    bodies: list[str] = []
    rest = received
    while (start := rest.find(ESC + b"!")) >= 0:
        frame, found, behind = rest[start + 2 :].partition(end)
        again = frame.find(ESC)
        if again >= 0:
            rest = rest[start + 2 + again :]
        elif not found:
            return bodies, rest[start:] if len(frame) <= _BODY_MAX else b""
        else:
            if len(frame) <= _BODY_MAX and all(0x20 <= byte < 0x7F for byte in frame):
                bodies.append(frame.decode("ascii"))
            rest = behind
    return bodies, rest[-1:] if rest.endswith(ESC) else b""


def _steps(number: int) -> int | None:
    return None if number >= NOT_MEASURED else number


def _require_digit(number: int, least: int, most: int) -> None:
    if not least <= number <= most:
        raise ValueError(f"{number} lies outside {least}..{most}")
