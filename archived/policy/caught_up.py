"""Counters of a catalog that is older than the world: numbers that were never given, names that were met. Pure."""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta

#: By at least so much every counter jumps when a catalog was restored, and by so much more for each day of its age.
MARGIN = 10_000
MARGIN_A_DAY = 1_000
#: Names of sets have four characters for the first million; they are not to be wasted.
SET_MARGIN = 1_000
SET_MARGIN_A_DAY = 100

#: Counters that may have begun since the export was made.
COUNTERS = ("package", "image", "set", "batch", "recall", "recall order", "case", "cage")

_NUMBERED = {"package": re.compile(r"P([0-9]{6,})"), "image": re.compile(r"I([0-9]{6,})")}


def counter_after(name: str, value: int, met: int, age: timedelta) -> int:
    """What a counter stands at after a restore, so that nothing is named twice.

    Args:
        value: where the export left it.
        met: the highest number of its kind that was met in the world; 0 when none was.
        age: how old the export is.
    """
    days = max(0, math.ceil(age / timedelta(days=1)))
    if name == "set":
        return max(value, met) + SET_MARGIN + SET_MARGIN_A_DAY * days
    return max(value, met) + MARGIN + MARGIN_A_DAY * days


def numbers_met(names: Iterable[str]) -> Mapping[str, int]:
    """The highest number of each counter among names such as `P000012` and `I000007.recipe`."""
    highest = dict.fromkeys(_NUMBERED, 0)
    for name in names:
        for kind, form in _NUMBERED.items():
            found = form.fullmatch(name.partition(".")[0])
            if found is not None:
                highest[kind] = max(highest[kind], int(found[1]))
    return highest
