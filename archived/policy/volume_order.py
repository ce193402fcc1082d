"""The order of volume numbers as an archivist reads them, and the ranges that a label prints.

Not for files inside a package: those keep the order of their manifest.
"""

import re
import unicodedata
from collections.abc import Sequence

#: Comparable; only two keys of this module may be compared with each other.
NaturalKey = tuple[tuple[tuple[int, str], ...], str]

RANGE_DASH = "–"
_DIGITS = re.compile(r"(\d+)")
_LAST_NUMBER = re.compile(r"^(.*?)(\d+)(\D*)$", re.DOTALL)


def natural_key(text: str) -> NaturalKey:
    """A sort key that compares runs of digits as numbers and everything else as text.

    '0009' < '10', 'A2' < 'A10', '第2卷' < '第10卷'. The order is total: texts that differ only in leading
    zeros or in the script of their digits are told apart by the text itself.
    """
    # re.split with one group alternates text, digits, text, ...: equal places hold equal kinds.
    parts = _DIGITS.split(text)
    return tuple(_number(part) if place % 2 else (0, part) for place, part in enumerate(parts)), text


def ranges(volumes: Sequence[str]) -> tuple[str, ...]:
    """`volumes`, in the order given, as compact ranges: ('0001–0034', '0036').

    A range goes on when the next volume is the one before with its last number counted up by one, written
    as it would be written next: 9 → 10 and 0009 → 0010, but not 0009 → 10. What stands before and after
    the number must be equal.
    """
    found: list[str] = []
    start = 0
    for place in range(len(volumes)):
        if place + 1 == len(volumes) or not follows(volumes[place], volumes[place + 1]):
            first, last = volumes[start], volumes[place]
            found.append(first if start == place else f"{first}{RANGE_DASH}{last}")
            start = place + 1
    return tuple(found)


def follows(volume: str, other: str) -> bool:
    """True when `other` is the volume number next after `volume`."""
    mine, theirs = _LAST_NUMBER.match(volume), _LAST_NUMBER.match(other)
    if mine is None or theirs is None:
        return False
    same_frame = (mine[1], mine[3]) == (theirs[1], theirs[3])
    return same_frame and theirs[2] == _counted_up(mine[2])


def _number(digits: str) -> tuple[int, str]:
    # Not int(): Python refuses to read numbers of more than 4300 digits, and a key must not fail.
    significant = _plain(digits).lstrip("0")
    return len(significant), significant


def _plain(digits: str) -> str:
    return "".join(str(unicodedata.decimal(digit)) for digit in digits)


def _counted_up(digits: str) -> str:
    plain = _plain(digits)
    kept = plain.rstrip("9")
    nines = len(plain) - len(kept)
    if not kept:
        return "1" + "0" * nines
    return f"{kept[:-1]}{int(kept[-1]) + 1}" + "0" * nines
