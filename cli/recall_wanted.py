"""What a recall is asked for: references from the command line and from lists, files, ranges of bytes."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import click

from archived.errors import Refused
from archived.language import _

RANGE = re.compile(r"([0-9]+)-([0-9]*)")
#: So many lines of a list that cannot be used are named.
NAMED_MAX = 20


def items_wanted(
    references: Sequence[str],
    lists: Sequence[IO[str]],
    version: int | None,
    paths: Sequence[str],
    ranges: Sequence[str],
) -> list[dict[str, Any]]:
    """The items of an order, as the API takes them; the same reference twice is one.

    Raises:
        UsageError: options that need exactly one reference, or one file, do not have it.
        Refused: a list is empty or cannot be read.
    """
    named = [*references, *(name for file in lists for name in _read(file))]
    unique = list(dict.fromkeys(named))
    if not unique:
        raise click.UsageError(_("name at least one reference, or a list of them with --from FILE"))
    if len(unique) > 1 and (version is not None or paths or ranges):
        raise click.UsageError(_("--version, --file and --bytes need exactly one reference"))
    if ranges and len(paths) != 1:
        raise click.UsageError(_("--bytes needs exactly one --file"))
    if ranges:
        pieces = [{"path": paths[0], **_range(text)} for text in ranges]
        return [{"reference": unique[0], "version": version, "paths": [], "pieces": pieces}]
    return [{"reference": name, "version": version, "paths": list(paths), "pieces": []} for name in unique]


def folder_name(items: Sequence[dict[str, Any]]) -> str:
    """The folder that recalled files go to when no other is named."""
    return str(items[0]["reference"]).replace("/", "_") if len(items) == 1 else "recalled"


def _range(text: str) -> dict[str, int | None]:
    """`0-99` is the first hundred bytes, `100-` everything behind them."""
    match = RANGE.fullmatch(text)
    if match is None or (match[2] and int(match[2]) < int(match[1])):
        raise click.UsageError(
            _("{text!r} is no range of bytes; 0-99 is the first hundred, 100- everything behind them").format(
                text=text
            )
        )
    return {"start": int(match[1]), "end": int(match[2]) if match[2] else None}


def _read(file: IO[str]) -> list[str]:
    """References, one a line; empty lines and lines that begin with # are left out."""
    try:
        lines = [line.strip().removeprefix("\ufeff") for line in file]
    except UnicodeDecodeError:
        raise Refused(
            _("{file} is not UTF-8; nothing was asked for").format(file=Path(file.name).name),
            advice=_("save the list as UTF-8, one reference a line"),
        ) from None
    found = [line for line in lines if line and not line.startswith("#")]
    if not found:
        raise Refused(
            _("{file} names no reference; nothing was asked for").format(file=Path(file.name).name),
            advice=_("write one reference a line"),
        )
    return found
