"""Plots as SVG, drawn from the rows that a report shows: no script, no font, no picture from anywhere else."""

import re
from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, floor, log10
from typing import Any

from archived.reports.figures import figure
from archived.reports.words import LABELS, cell_of

WIDTH, BAR, LINE = 720, 22, 18
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)
#: Readable in print and by people who do not see red and green apart (Okabe and Ito), in this order.
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#7f7f7f")
#: Words that have one colour wherever they stand.
COLOUR_OF = {
    "read in full": "#009e73", "sampled": "#56b4e9", "not due": "#b8d8c8", "overdue": "#e69f00",
    "unreachable": "#cc79a7", "never read": "#7f7f7f", "damaged": "#d55e00", "lost": "#000000",
    "spare": "#009e73", "no spare": "#e69f00", "forming": "#56b4e9", "not recoverable now": "#d55e00",
    "good": "#009e73", "watch": "#e69f00", "suspect": "#d55e00", "blank": "#b8d8c8", "clean": "#009e73",
    "bad": "#d55e00", "failed": "#7f7f7f",
}  # fmt: skip
Rows = Sequence[Mapping[str, Any]]


def svg_of(plot: Mapping[str, Any], rows: Rows) -> str:
    """The picture of a plot; empty where its rows hold nothing to draw."""
    of, over, by = list(plot["of"]), plot["over"], plot["by"]
    if not any(_number(row.get(key)) for row in rows for key in of):
        return ""
    if plot["kind"] == "stack":
        return _stack(rows, over, of[0])
    if plot["kind"] == "bars":
        return _bars(rows, over, of[0], by)
    return _over_time(*_table(rows, over, of, by), of[0], lines=plot["kind"] == "lines")


def _stack(rows: Rows, over: str, key: str) -> str:
    """One bar of the whole width, and what its parts are below it."""
    sums: dict[str, float] = {}
    for row in rows:
        sums[str(row[over])] = sums.get(str(row[over]), 0.0) + _number(row.get(key))
    whole, x, parts, legend = sum(sums.values()), 0.0, [], []
    for number, (word, value) in enumerate(sums.items()):
        colour, width = _colour(word, number), WIDTH * value / whole
        if value:
            parts.append(_rect(x, 0, width, 34, colour, f"{cell_of(word)}: {figure(key, value)}"))
        y = 58 + LINE * (number // 2)
        left = (number % 2) * WIDTH / 2
        share = f"{100 * value / whole:.1f} %"
        legend.append(_rect(left, y - 11, 12, 12, colour))
        legend.append(_text(left + 18, y, f"{cell_of(word)}: {figure(key, value)} ({share})"))
        x += width
    return _svg(64 + LINE * ((len(sums) + 1) // 2), [*parts, *legend])


def _bars(rows: Rows, over: str, key: str, by: str) -> str:
    """A bar for each row, with what it is before it and how much behind it."""
    values = [
        (" · ".join(str(row[name] or "–") for name in (by, over) if name), _number(row.get(key)))
        for row in rows
    ]
    left, right = 220, 90
    most = max(100.0 if key.endswith("_percent") else 0.0, *(value for _name, value in values)) or 1.0
    drawn = []
    for number, (name, value) in enumerate(values):
        y = number * BAR
        width = (WIDTH - left - right) * value / most
        drawn.append(_text(left - 8, y + 15, _cut(cell_of(name), 30), anchor="end"))
        drawn.append(_rect(left, y + 3, max(width, 1), BAR - 7, COLOURS[0], f"{name}: {figure(key, value)}"))
        drawn.append(_text(left + width + 6, y + 15, figure(key, value)))
    return _svg(len(values) * BAR + 4, drawn)


def _table(rows: Rows, over: str, of: list[str], by: str) -> tuple[list[str], dict[str, dict[str, float]]]:
    """What is drawn over time: the times, and by name of what is drawn its values by time."""
    times = _every_month(sorted({str(row[over]) for row in rows}, key=_in_order))
    drawn: dict[str, dict[str, float]] = {}
    for row in rows:
        for key in of:
            line = drawn.setdefault(str(row[by]) if by else key, {})
            line[str(row[over])] = line.get(str(row[over]), 0.0) + _number(row.get(key))
    return times, drawn


def _every_month(times: list[str]) -> list[str]:
    """The months between the first and the last, too: a gap is seen as one. Anything else stays as it is."""
    if not all(_MONTH.fullmatch(time) for time in times):
        return times
    first, last = (int(time[:4]) * 12 + int(time[5:]) - 1 for time in (times[0], times[-1]))
    return [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(first, last + 1)]


def _over_time(times: list[str], drawn: dict[str, dict[str, float]], key: str, *, lines: bool) -> str:
    left, top, height = 80, 8, 180
    if lines:
        most = max(value for line in drawn.values() for value in line.values())
    else:
        most = max(sum(line.get(time, 0.0) for line in drawn.values()) for time in times)
    ceiling = _round_up(most)
    step = (WIDTH - left - 10) / len(times)
    wide = min(step * 0.76, 60)
    parts = []
    for part in range(5):
        y = top + height - height * part / 4
        parts.append(f'<line x1="{left}" y1="{y:.1f}" x2="{WIDTH - 10}" y2="{y:.1f}" class="grid"/>')
        parts.append(_text(left - 6, y + 4, figure(key, ceiling * part / 4), anchor="end"))
    every = ceil(len(times) / 9)
    for number, time in enumerate(times):
        if number % every == 0:
            parts.append(_text(left + step * (number + 0.5), top + height + 16, time, anchor="middle"))
    floors = dict.fromkeys(times, 0.0)
    for number, (word, line) in enumerate(drawn.items()):
        colour, points = _colour(word, number), []
        for place, time in enumerate(times):
            if time not in line:
                continue
            value, x = line[time], left + step * place
            tall = height * value / ceiling
            said = f"{time}, {cell_of(word)}: {figure(key, value)}"
            if lines:
                points.append((x + step / 2, top + height - tall, said))
            else:
                y = top + height - floors[time] - tall
                parts.append(_rect(x + (step - wide) / 2, y, wide, tall, colour, said))
                floors[time] += tall
        if points:
            way = " ".join(f"{x:.1f},{y:.1f}" for x, y, _said in points)
            parts.append(f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="2"/>')
            parts += [_dot(x, y, colour, said) for x, y, said in points]
        y, x = top + height + 38 + LINE * (number // 3), (number % 3) * WIDTH / 3
        parts.append(_rect(x, y - 11, 12, 12, colour))
        parts.append(_text(x + 18, y, cell_of(_named(word))))
    return _svg(top + height + 44 + LINE * ceil(len(drawn) / 3), parts)


def _named(word: str) -> str:
    return LABELS.get(word, word)


def _colour(word: str, number: int) -> str:
    return COLOUR_OF.get(word, COLOURS[number % len(COLOURS)])


def _in_order(word: str) -> tuple[int, float, str]:
    return (0, float(word), "") if word.lstrip("-").isdecimal() else (1, 0.0, word)


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _round_up(value: float) -> float:
    """The next of 1, 2, 4, 5, 10 times a power of ten: what people can read off."""
    power = 10.0 ** floor(log10(value))
    return next(power * step for step in (1, 2, 4, 5, 10) if value <= power * step * (1 + 1e-9))


def _cut(words: str, length: int) -> str:
    return words if len(words) <= length else f"{words[: length - 1]}…"


def _rect(x: float, y: float, width: float, height: float, colour: str, said: str = "") -> str:
    head = f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"'
    return f"{head}><title>{escape(said)}</title></rect>" if said else f"{head}/>"


def _dot(x: float, y: float, colour: str, said: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"><title>{escape(said)}</title></circle>'


def _text(x: float, y: float, words: str, *, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _svg(height: float, parts: Sequence[str]) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img">{"".join(parts)}</svg>'
