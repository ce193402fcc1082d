"""Places as people write them in lists: `1031`, `4/17` in a cabinet that is named, `cabinet 2, drawer 4, slot 17`."""

import re
from collections.abc import Mapping

from archived.policy.cabinets import CabinetPlace

_NUMBER = re.compile(r"[0-9]+")


def element_of(text: str, places: Mapping[int, CabinetPlace], cabinet: str = "") -> int | None:
    """The element that a text means; None when it means none, or could mean several.

    A number alone is an element address. Two numbers are drawer and slot, behind the name of a cabinet or in the
    `cabinet` that the walk is about.
    """
    text = text.strip()
    if _NUMBER.fullmatch(text):
        return int(text)
    # The longest name first: "cabinet 2" is no beginning of "cabinet 21" then.
    names = sorted({place.cabinet for place in places.values()}, key=len, reverse=True)
    name = next((name for name in names if text.casefold().startswith(name.casefold())), "")
    numbers = [int(number) for number in _NUMBER.findall(text[len(name) :])]
    if len(numbers) != 2:
        return None
    wanted = (name or cabinet, *numbers)
    return next(
        (element for element, place in places.items() if (place.cabinet, place.drawer, place.slot) == wanted),
        None,
    )
