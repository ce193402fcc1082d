"""Times of the day as people write them: `02:30`."""

import re
from datetime import time

from archived.language import _

_FORM = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", re.ASCII)


def time_of_day(words: str) -> time:
    """`HH:MM` as a time. Raises ValueError with words for people."""
    found = _FORM.fullmatch(words)
    if found is None:
        raise ValueError(_("{words!r} is no time of the day such as 02:30").format(words=words))
    return time(int(found[1]), int(found[2]))
