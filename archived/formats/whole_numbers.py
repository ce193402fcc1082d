"""Whole numbers in texts that anybody may have written: read up to what a catalog and a file system can hold."""

from typing import Final

INT64_MAX: Final = (1 << 63) - 1
INT64_MIN: Final = -(1 << 63)
#: The longest number of 64 bits, in octal digits, with its sign.
_DIGITS_MAX: Final = 24


def whole(text: str | bytes, *, least: int = 0, base: int = 10) -> int:
    """The number that `text` is, with or without a minus before its digits.

    Args:
        least: the smallest number that may stand here.

    Raises:
        ValueError: no such number, or one outside `least` to 2^63 − 1.
    """
    digits = text[1:] if text[:1] in ("-", b"-") else text
    if len(text) > _DIGITS_MAX or not (digits.isdigit() and digits.isascii()):
        raise ValueError(f"{text[:_DIGITS_MAX]!r} is no whole number")
    value = int(text, base)
    if not least <= value <= INT64_MAX:
        raise ValueError(f"{value} is outside of {least} to {INT64_MAX}")
    return value
