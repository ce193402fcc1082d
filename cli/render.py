"""How values look to people: sizes, times, tables, facts. Text goes to standard output; no command's words here."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.headings import heading

NOTHING = "–"
#: Where nobody looks at a screen nothing is wrapped, so that every row stays one line.
WIDTH_WITHOUT_TERMINAL = 4096
_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")


def console() -> Console:
    """A console on standard output that takes no text for markup."""
    wide = None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL
    return Console(file=sys.stdout, markup=False, emoji=False, highlight=False, width=wide)


def plain(value: object) -> str:
    """Text that can do nothing to a terminal: control characters and lone surrogates become visible."""
    return "".join(c if c.isprintable() else _visible(c) for c in str(value))


def _visible(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def size(count: float) -> str:
    """Bytes in decimal units, as media are sold."""
    number, unit = float(count), 0
    while abs(number) >= 999.5 and unit < len(_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.0f} {_UNITS[unit]}" if unit == 0 or number >= 99.95 else f"{number:.1f} {_UNITS[unit]}"


def moment(text: str) -> str:
    """An ISO 8601 time in the caller's own zone."""
    try:
        return datetime.fromisoformat(text).astimezone().isoformat(sep=" ", timespec="seconds")
    except ValueError:
        return plain(text)


def duration(seconds: float) -> str:
    """Seconds in the two largest units that matter."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    if whole < 86400:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole // 86400} d {whole % 86400 // 3600:02d} h"


def cell(key: str, value: Any) -> str:
    """One value as text; the key's last word tells the unit."""
    if value is None or value == "" or value == [] or value == {}:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return _number(key, value)
    if isinstance(value, Mapping):
        return ", ".join(
            f"{plain(str(name).replace('_', ' '))} {cell(str(name), item)}" for name, item in value.items()
        )
    if isinstance(value, list | tuple):
        return ", ".join(cell(key, item) for item in value)
    if key.endswith("_at") or key in ("at", "since", "before"):
        return moment(str(value))
    return plain(value)


def _number(key: str, value: float) -> str:
    if key.endswith("bytes_per_s"):
        return f"{size(value)}/s"
    if key.endswith("_bytes") or key.partition("_")[0] == "bytes":
        return size(value)
    if key.endswith("_s") and not key.endswith("_per_s"):
        return duration(value)
    return str(value)


def table(rows: Sequence[Mapping[str, Any]], *keys: str, empty: str = "") -> None:
    """Print rows under bilingual headings; `empty` is said when there are none."""
    if not rows:
        click.echo(empty or "none")
        return
    console().print(table_of(rows, *keys))


def table_of(rows: Iterable[Mapping[str, Any]], *keys: str) -> Table:
    """The rows as a rich table; values that are rich renderables are kept."""
    made = Table(box=SIMPLE_HEAD, pad_edge=False)
    for key in keys:
        made.add_column(heading(key), overflow="fold", justify="right" if _is_number(key) else "left")
    for row in rows:
        made.add_row(*(_content(key, row.get(key)) for key in keys))
    return made


def _content(key: str, value: Any) -> Any:
    return (
        value if hasattr(value, "__rich_console__") or hasattr(value, "__rich__") else Text(cell(key, value))
    )


def _is_number(key: str) -> bool:
    return (
        key.endswith(("bytes", "_s", "_count"))
        or key.startswith("bytes_")
        or key in ("version", "position", "element")
    )


def facts(document: Mapping[str, Any], *keys: str) -> None:
    """Print one thing, a fact a line. Without keys: every plain fact of the document."""
    chosen = keys or tuple(k for k, v in document.items() if k != "notice" and not _is_rows(v))
    grid = Table.grid(padding=(0, 2))
    for key in chosen:
        if key in document:
            grid.add_row(Text(heading(key)), Text(cell(key, document[key])))
    console().print(grid)


def rows_of(document: Mapping[str, Any]) -> None:
    """Print every list of things in the document as a table of its own."""
    for key, value in document.items():
        if _is_rows(value):
            click.echo(f"\n{heading(key)}")
            table(value, *dict.fromkeys(name for row in value for name in row))


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)


def items(document: Any) -> list[dict[str, Any]]:
    """The things of a listing."""
    return list(document["items"]) if isinstance(document, Mapping) else list(document)


def reference(thing: Mapping[str, Any]) -> str:
    """The archival reference of a package or receipt in one line, for reading only."""
    parts = thing.get("reference", thing)
    if isinstance(parts, str):
        return plain(parts)
    return plain(f"{parts.get('fonds')}/{parts.get('series')}/{parts.get('volume')}")
