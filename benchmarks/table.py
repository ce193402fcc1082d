"""What every benchmark returns, and how the collection of them is printed."""

from collections.abc import Iterable
from dataclasses import dataclass


class PeerMissing(Exception):
    """A program that we compare with is not on this machine; the message says how to get it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One measured ratio; None where it could not be measured, and `detail` says why.

    `aim` and `detail` are words; whether the aim was met is for the reader to see.
    """

    name: str
    ratio: float | None
    aim: str
    detail: str


def render(rows: Iterable[Row]) -> str:
    """The rows as a Markdown table, in the order given."""
    lines = ["| what | ratio | aim | detail |", "| --- | ---: | --- | --- |"]
    for row in rows:
        ratio = "–" if row.ratio is None else f"{row.ratio:.2f}"
        cells = (cell.replace("|", "\\|") for cell in (row.name, ratio, row.aim, row.detail))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
