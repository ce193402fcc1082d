"""Numbers as people read them; the exact ones stand in JSON and CSV, and behind each cell of the page."""

from typing import Any

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
NOTHING = "–"


def figure(key: str, value: Any) -> str:
    """A value under the column `key`, whose last word tells the unit."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "yes 是" if value else "no 否"
    if isinstance(value, int | float):
        if key.endswith("_bytes") or key == "bytes_read":
            return size(value)
        if key.endswith("_percent"):
            return f"{value:.1f} %"
        return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"
    if key == "at" or key.endswith("_at"):
        return str(value)[:16].replace("T", " ")
    return str(value)


def size(count: float) -> str:
    """Bytes in decimal units, as media are sold."""
    number, unit = float(count), 0
    while abs(number) >= 999.5 and unit < len(_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.0f} {_UNITS[unit]}" if unit == 0 or number >= 99.95 else f"{number:.1f} {_UNITS[unit]}"
