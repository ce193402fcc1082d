"""The single-letter set of serial disc robots: one ASCII letter out, one byte or two digits back. No I/O here.

Which letter means what is a matter of the model (`robotics.arms.generic_profiles`). A letter has no terminator; X comes
when the motion is over, E (or NAK) when it failed, and the status of the mechanism is two digits.
Sources: the r2disc2 programs for Amtren and Discmakers robots, and pyDiscRip's generic controller.
"""

import re
from dataclasses import dataclass
from enum import Enum, IntEnum, unique

from devices.failures import WireDamaged

CANCEL = b"\x03"
DONE, FAILED, REFUSED = b"X", b"E", b"\x15"
_VERDICT = re.compile(b"[XE\x15]")
_DIGITS = re.compile(rb"\d+")


@unique
class Verdict(Enum):
    """How a motion ended. NAK (15h) counts as failed, as it does in what works in the field."""

    DONE = "done"
    FAILED = "failed"


_VERDICTS = {DONE: Verdict.DONE, FAILED: Verdict.FAILED, REFUSED: Verdict.FAILED}
_BYTES = {Verdict.DONE: DONE, Verdict.FAILED: FAILED}


@unique
class StatusCode(IntEnum):
    """What the mechanism says of itself. There may be other numbers: a status is an int."""

    OK = 0
    TOP_SENSOR = 14
    FLOAT_SENSOR = 15
    DISC_SENSOR = 16
    UP_TIMEOUT = 18
    DOWN_TIMEOUT = 19
    TRAY_EMPTY = 21
    INPUT_EMPTY = 22
    PRINTER_EMPTY = 23
    UNKNOWN = 65


#: What the mechanism itself blames; a person or a calibration is needed.
MECHANISM = frozenset(
    {
        StatusCode.TOP_SENSOR,
        StatusCode.FLOAT_SENSOR,
        StatusCode.DISC_SENSOR,
        StatusCode.UP_TIMEOUT,
        StatusCode.DOWN_TIMEOUT,
        StatusCode.UNKNOWN,
    }
)
_WORDS = {
    StatusCode.OK: "in order",
    StatusCode.TOP_SENSOR: "top sensor",
    StatusCode.FLOAT_SENSOR: "float sensor",
    StatusCode.DISC_SENSOR: "disc sensor",
    StatusCode.UP_TIMEOUT: "the arm did not come up in time",
    StatusCode.DOWN_TIMEOUT: "the arm did not come down in time",
    StatusCode.TRAY_EMPTY: "drive tray empty",
    StatusCode.INPUT_EMPTY: "no disc could be taken from the input bin",
    StatusCode.PRINTER_EMPTY: "printer empty",
    StatusCode.UNKNOWN: "a fault that no source explains",
}


def status_words(status: int) -> str:
    """A status for people, with its number."""
    known = _WORDS.get(StatusCode(status)) if status in set(StatusCode) else None
    return f"status {status:02d} ({known or 'not known'})"


def encode_verdict(verdict: Verdict) -> bytes:
    return _BYTES[verdict]


def encode_status(status: int) -> bytes:
    """Raises ValueError for a status that is not two digits."""
    if not 0 <= status <= 99:
        raise ValueError(f"a status has two digits, and {status} has not")
    return f"{status:02d}".encode("ascii")


@dataclass(frozen=True, slots=True)
class HeardVerdict:
    """The first verdict in what came, the rubbish before it, and what came behind it."""

    verdict: Verdict
    before: bytes
    after: bytes

    @property
    def is_contradicted(self) -> bool:
        """Whether another verdict than this one came behind it. The same once more is only said twice."""
        return any(_VERDICTS[said] is not self.verdict for said in _VERDICT.findall(self.after))


def find_verdict(received: bytes) -> HeardVerdict | None:
    """What was said of a motion, in everything that came since it was asked for; None as long as nothing was."""
    found = _VERDICT.search(received)
    if found is None:
        return None
    return HeardVerdict(_VERDICTS[found[0]], received[: found.start()], received[found.end() :])


def holds_status(received: bytes) -> bool:
    """Whether enough has come for a status: two digits side by side."""
    return any(len(run) >= 2 for run in _DIGITS.findall(received))


def decode_status(received: bytes) -> int:
    """The status in what came: the last two digits, as earlier ones may answer an earlier question.

    Anything but digits is stepped over: verdicts that came late among it. Raises WireDamaged when there are no digits,
    or when they are not pairs.
    """
    runs = _DIGITS.findall(received)
    if not runs or any(len(run) % 2 for run in runs):
        raise WireDamaged(f"no status of two digits in {received.hex(' ') or 'nothing'}")
    return int(runs[-1][-2:])


def printable(received: bytes) -> str:
    """What a sign-on said, for people: its printable characters without the verdict at its end."""
    text = "".join(chr(byte) for byte in received if 0x20 <= byte < 0x7F)
    return text.removesuffix("X").strip()
