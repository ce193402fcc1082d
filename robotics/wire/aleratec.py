"""What an Aleratec Auto Publisher LS is told and tells over its serial line: lines of ASCII, ended LF. No I/O here.

No document of its maker is public. Commands and answers were found by listening to its software (wiki.techtangents.net,
"Aleratec Auto Publisher LS") and are used by pyDiscRip; facts only, none of their code. An end line repeats its command
and has a status whose meaning depends on the command; while a disc travels it tells its progress unasked.
"""

import re
from dataclasses import dataclass
from enum import Enum, unique

NAK = 0x15
_LF = 0x0A
#: A line is never longer; what is, is rubbish.
LINE_BYTES_MAX = 200
LOAD, UNLOAD, CLEAR = 3, 4, 10
_SYSTEM, _MOVE, _STEPPERS, _CLAMP, _LIFT, _PARAMETER, _CALIBRATION = 1, 2, 5, 6, 7, 8, 9
_TRAVELS = frozenset({LOAD, UNLOAD, CLEAR})
_COMMAND = re.compile(r"[Cc](\d\d)[Dd](\d{1,2})(?:[Nn](-?\d{1,5}))?", re.ASCII)
_PROGRESS = re.compile(r"T(\d\d)D([1-4])", re.ASCII)
_PARAM = re.compile(r"PARAM(\d\d)D(-?\d+)", re.ASCII)
_REPORT = re.compile(r"S(\d\d)C(\d\d)E(\d\d)I([01]{8})O([01]{8})", re.ASCII)
_ENDED = re.compile(r"C(\d\d)(?:D(\d\d))?", re.ASCII)
_STATUS = re.compile(r"S(\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its number, and its one or two arguments as the machine numbers them."""

    number: int
    d: int
    n: int | None = None

    @property
    def travels(self) -> bool:
        """Whether it brings a disc somewhere, and tells its progress."""
        return self.number in _TRAVELS

    @property
    def asks(self) -> bool:
        """Whether it only asks for a value."""
        return self.number == _PARAMETER

    def encode(self) -> bytes:
        return f"{self}\n".encode("ascii")

    def __str__(self) -> str:
        if self.travels:
            return f"C{self.number:02}D{self.d:02}N{self.n or 0:04}"
        if self.number == _PARAMETER:
            return f"C08D{self.d}n{self.n or 0}"
        if self.number == _CALIBRATION:
            return f"c09d{self.d}n{self.n or 0}"
        if self.number == _LIFT:
            return f"C07D{self.d}"
        return f"C{self.number:02}D{self.d:02}"

    @classmethod
    def decode(cls, line: bytes) -> "Command | None":
        """The command of a line without its end; None for anything else."""
        found = _COMMAND.fullmatch(line.decode("ascii", errors="replace").strip())
        if found is None:
            return None
        n = found.group(3)
        return cls(int(found.group(1)), int(found.group(2)), None if n is None else int(n))


CALIBRATE, CLEAR_ALARM = Command(_SYSTEM, 0), Command(_SYSTEM, 1)
STOP, END_CALIBRATION = Command(_SYSTEM, 2), Command(_SYSTEM, 3)
HOME, HOME_Y, HOME_X = Command(_MOVE, 1), Command(_MOVE, 2), Command(_MOVE, 3)
STEPPERS_OFF, STEPPERS_ON, MICRO_STEPS = (Command(_STEPPERS, d) for d in range(3))
RELEASE, GRAB = Command(_CLAMP, 0), Command(_CLAMP, 1)
HALT, LOWER = Command(_LIFT, 0), Command(_LIFT, 2)
FIRST_PARAMETER, SECOND_PARAMETER = Command(_PARAMETER, 9, 1), Command(_PARAMETER, 9, 2)


def load(drive: int, bin: int) -> Command:
    """From a bin on an open tray."""
    return Command(LOAD, drive, bin)


def unload(drive: int, bin: int) -> Command:
    """From an open tray into a bin."""
    return Command(UNLOAD, drive, bin)


def clear(drive: int, bin: int) -> Command:
    """From an open tray into a bin, if a disc is there: with a rest for the host to draw the trays in."""
    return Command(CLEAR, drive, bin)


def to_bin(bin: int) -> Command:
    """Turn the arm over a bin."""
    return Command(_MOVE, 10 + bin)


def to_tray(drive: int) -> Command:
    """Turn the arm over a tray."""
    return Command(_MOVE, 30 + drive)


def calibration(index: int, value: int) -> Command:
    """Set one of the values that say where everything is."""
    return Command(_CALIBRATION, index, value)


@unique
class Ending(Enum):
    """What the end of a travel says of the disc."""

    MOVED = "moved"
    NO_DISC = "no disc"


_ENDINGS = {
    (LOAD, 4): Ending.MOVED,
    (LOAD, 8): Ending.NO_DISC,
    (UNLOAD, 8): Ending.MOVED,
    (UNLOAD, 4): Ending.NO_DISC,
    (CLEAR, 4): Ending.MOVED,
    (CLEAR, 8): Ending.NO_DISC,
}


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a travel is: 1 it looks for or takes the disc, 2 it has it and is up, 3 it brings it, 4 it let it go."""

    command: int
    step: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of a command (0 of any). `status` is None when none is told, `d` when that argument is not repeated."""

    command: int
    status: int | None
    d: int | None = None

    def ends(self, command: "Command") -> bool:
        """Whether it can be the end of this command: an end that is told twice is not that of the next one."""
        return self.command in (0, command.number) and self.d in (None, command.d)

    @property
    def ending(self) -> Ending | None:
        """What became of the disc; None when that is not told in a way that is known."""
        return None if self.status is None else _ENDINGS.get((self.command, self.status))


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that was asked for."""

    index: int
    value: int

    @property
    def needs_calibration(self) -> bool:
        return (self.index, self.value) == (2, 1)


@dataclass(frozen=True, slots=True)
class Alarm:
    """The line of a command that failed: an error number, and the bits of eight inputs and eight outputs."""

    error: int
    inputs: str
    outputs: str

    @property
    def words(self) -> str:
        return f"alarm, error {self.error:02}, inputs {self.inputs}, outputs {self.outputs}"

    def encode(self) -> bytes:
        return f"S01C01E{self.error:02}I{self.inputs}O{self.outputs}\n".encode("ascii")


@dataclass(frozen=True, slots=True)
class Refused:
    """NAK: it took a command for none, or cannot do it now."""


@dataclass(frozen=True, slots=True)
class Noise:
    """A line that says nothing that is known."""

    text: str


Said = Progress | Ended | Parameter | Alarm | Refused | Noise


def split(data: bytes) -> tuple[list[bytes], bytes]:
    """The whole lines of what came, without their ends, and what is left of a line that still comes. NAK is a line."""
    lines: list[bytes] = []
    begin = 0
    for place, byte in enumerate(data):
        if byte not in (_LF, NAK):
            continue
        if place > begin:
            lines.append(data[begin:place])
        if byte == NAK:
            lines.append(data[place : place + 1])
        begin = place + 1
    return lines, data[begin:][-LINE_BYTES_MAX:]


def read_line(line: bytes) -> Said:
    """What a line says, whatever rubbish is around it."""
    if line == bytes([NAK]):
        return Refused()
    text = line.decode("ascii", errors="backslashreplace").strip()
    if found := _REPORT.search(text):
        status, command, error = (int(digits) for digits in found.group(1, 2, 3))
        if (status, command) == (1, 1) or error:
            return Alarm(error, found.group(4), found.group(5))
        return Ended(command, status)
    if found := _PARAM.search(text):
        return Parameter(int(found.group(1)), int(found.group(2)))
    if found := _PROGRESS.search(text):
        return Progress(int(found.group(1)), int(found.group(2)))
    if found := _ENDED.search(text):
        told = _STATUS.search(text)
        number, d = found.group(1, 2)
        return Ended(int(number), None if told is None else int(told.group(1)), None if d is None else int(d))
    return Noise(text)


def progress_line(command: int, step: int) -> bytes:
    """How it tells where a travel is."""
    return f"T{command:02}D{step}\n".encode("ascii")


def end_line(command: Command, status: int | None = None) -> bytes:
    """How it tells that a command has ended."""
    ended = "" if status is None else f"S{status:02}"
    return f"{str(command).upper()}{ended}\n".encode("ascii")


def status_of(number: int, ending: Ending) -> int:
    """The status that tells this end of a travel; raises KeyError for a command that is none."""
    return next(status for (one, status), meant in _ENDINGS.items() if (one, meant) == (number, ending))


def parameter_line(index: int, value: int) -> bytes:
    """How it tells a value that was asked for."""
    return f"PARAM{index:02}D{value}\n".encode("ascii")
