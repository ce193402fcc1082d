"""A number of bytes as people write it, on both command lines."""

import re
from decimal import Decimal

import click

from archived.language import _

_UNITS = {
    "": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "tb": 10**12,
    "kib": 1 << 10,
    "mib": 1 << 20,
    "gib": 1 << 30,
    "tib": 1 << 40,
}


def bytes_of(text: str) -> int | None:
    """Bytes that a text says, with a unit if one likes; None when it is no size. A part of a byte is cut off."""
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)", text)
    unit = _UNITS.get(match[2].lower()) if match else None
    return None if match is None or unit is None else int(Decimal(match[1]) * unit)


class ByteSize(click.ParamType[int]):
    """Bytes, with a unit if one likes: 65536, 64KiB, 1.5MiB, 25GB. A part of a byte is cut off."""

    name = "size"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        found = bytes_of(str(value))
        if found is None:
            self.fail(
                _(
                    "{value!r} is no size; write bytes, or a number with kB, MB, GB, TB, KiB, MiB, GiB, TiB"
                ).format(value=value),
                param,
                ctx,
            )
        return found
