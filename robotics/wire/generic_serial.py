"""The single-letter set of serial disc robots: one ASCII letter out, one byte or two digits back. No I/O here.

Which letter means what is a matter of the model (`robotics.arms.generic_profiles`). A letter has no terminator; X comes
when the motion is over, E (or NAK) when it failed, and the status of the mechanism is two digits.
Sources: the r2disc2 programs for Amtren and Discmakers robots, and pyDiscRip's generic controller.
"""

import re
from enum import Enum, IntEnum, unique

from devices.failures import WireDamaged

CANCEL = b"\x03"
DONE, FAILED, REFUSED = b"X", b"E", b"\x15"
#: What some models may send behind an answer.
_PADDING = b"\r\n \0"
_VERDICT = re.compile(b"[XE\x15]")
_LAST_DIGITS = re.compile(rb"\d+\Z")


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


def decode_verdict(burst: bytes) -> Verdict | None:
    """What a burst, all that came until the line was silent again, says of a motion; None when it is only rubbish.

    The last byte counts, and no other: an X in the middle of rubbish is rubbish. The same verdict twice is said once.
    Raises WireDamaged when the burst says one thing and the other.
    """
    said = burst.rstrip(_PADDING)
    if not said or said[-1:] not in _VERDICTS:
        return None
    verdict = _VERDICTS[said[-1:]]
    if any(_VERDICTS[other] is not verdict for other in _VERDICT.findall(said)):
        raise WireDamaged(f"it said that it is done, and that it failed ({burst[:64]!r})")
    return verdict


def decode_status(burst: bytes) -> int | None:
    """The status that a burst ends with; None when it ends otherwise.

    Verdicts and statuses before it answer earlier questions, and are stepped over with any rubbish.
    """
    run = _LAST_DIGITS.search(burst.rstrip(_PADDING))
    return None if run is None or len(run[0]) % 2 else int(run[0][-2:])


def printable(received: bytes) -> str:
    """What a sign-on said, for people: its printable characters without the verdict at its end."""
    text = "".join(chr(byte) for byte in received if 0x20 <= byte < 0x7F)
    return text.removesuffix("X").strip()
