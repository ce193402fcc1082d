"""Times of the day as people write them: `02:30`, and hours such as `20:00-06:00`."""

import re
from datetime import datetime, time

from archived.language import _

_FORM = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", re.ASCII)


def time_of_day(words: str) -> time:
    """`HH:MM` as a time. Raises ValueError with words for people."""
    found = _FORM.fullmatch(words)
    if found is None:
        raise ValueError(_("{words!r} is no time of the day such as 02:30").format(words=words))
    return time(int(found[1]), int(found[2]))


def hours_of_day(words: str) -> tuple[time, time] | None:
    """`HH:MM-HH:MM` as its ends; None for "", which is always. Raises ValueError with words for people."""
    if not words:
        return None
    begin, dash, end = words.partition("-")
    if not dash:
        raise ValueError(_("{words!r} are no hours such as 20:00-06:00").format(words=words))
    return time_of_day(begin.strip()), time_of_day(end.strip())


def lies_in_hours(now: datetime, words: str) -> bool:
    """Whether a time lies in these hours, which may go over midnight. Raises ValueError."""
    ends = hours_of_day(words)
    if ends is None:
        return True
    begin, end = ends
    at = now.time()
    return begin <= at < end if begin <= end else at >= begin or at < end
