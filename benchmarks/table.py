"""What every benchmark returns, and how the collection of them is printed."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One measured ratio. `aim` and `detail` are words; whether the aim was met is for the reader to see."""

    name: str
    ratio: float
    aim: str
    detail: str


def render(rows: Iterable[Row]) -> str:
    """The rows as a Markdown table, in the order given."""
    lines = ["| what | ratio | aim | detail |", "| --- | ---: | --- | --- |"]
    lines += [f"| {row.name} | {row.ratio:.2f} | {row.aim} | {row.detail} |" for row in rows]
    return "\n".join(lines) + "\n"
