"""When values of a medium ask for a closer look, and when it is not trusted any more: a table, read and checked.

No number stands in code. Every one has a source and a confidence, which go wherever the number is used.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from archived.errors import ConfigurationError
from archived.language import _
from archived.medium_health import KINDS

FAMILIES = ("bd", "dvd", "cd", "disc", "tape", "any")
MEASURES = ("newest", "sum", "count")
CONFIDENCES = ("secondary", "practice", "memory", "ours", "standard")
SHIPPED: Final = "health_thresholds.toml"


@dataclass(frozen=True, slots=True)
class Threshold:
    """One number of a medium, and from where on it means something."""

    name: str
    #: One of FAMILIES.
    media: str
    #: A kind of entry (`archived.medium_health`).
    what: str
    #: One of MEASURES.
    measure: str
    unit: str
    source: str
    confidence: str
    #: Reached from here on; None: never.
    watch: float | None = None
    suspect: float | None = None
    #: Sums and counts look back so far; 0 = for ever.
    days: float = 0.0
    #: Only entries with these values; empty: all.
    values: tuple[float, ...] = ()
    #: Of these only such ones make a medium suspect; empty: all.
    suspect_values: tuple[float, ...] = ()
    #: Only entries of this counter ("" = no matter): `detail` has it.
    counter: str = ""


@dataclass(frozen=True, slots=True)
class Forecast:
    """When a rise counts: so many `points` over so many `days` that reach a limit within so many `years`."""

    years: float
    points: int
    days: float
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Thresholds:
    """All that is in force."""

    limits: tuple[Threshold, ...]
    forecast: Forecast


@cache
def shipped() -> Thresholds:
    """Those that come with archived."""
    return parse(files("archived").joinpath(SHIPPED).read_text(encoding="utf-8"), SHIPPED)


def load(path: Path | None) -> Thresholds:
    """Those of a file, or those that come with archived. Raises ConfigurationError."""
    if path is None:
        return shipped()
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            _("the thresholds in {path} cannot be read: {error}").format(path=path, error=error),
            advice=_("put the file there, or take [health] thresholds out of archived.toml"),
        ) from None
    return parse(text, str(path))


def parse(text: str, where: str) -> Thresholds:
    """What a table of thresholds (TOML) says. Raises ConfigurationError."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{where}: {error}") from None
    for key in document:
        if key not in ("forecast", "threshold"):
            raise ConfigurationError(_("{where}: unknown key {key!r}").format(where=where, key=key))
    rows = document.get("threshold", [])
    if not isinstance(rows, list):
        raise ConfigurationError(_("{where}: thresholds are tables [[threshold]]").format(where=where))
    limits = tuple(
        _made(Threshold, row, f"{where}: threshold {number}") for number, row in enumerate(rows, 1)
    )
    for limit in limits:
        _check(limit, where)
    if len({limit.name for limit in limits}) < len(limits):
        raise ConfigurationError(_("{where}: two thresholds have one name").format(where=where))
    forecast = document.get("forecast")
    if forecast is None:
        return Thresholds(limits, shipped().forecast)
    return Thresholds(limits, _made(Forecast, forecast, f"{where}: forecast"))


def _check(limit: Threshold, where: str) -> None:
    for key, value, known in (
        ("media", limit.media, FAMILIES),
        ("what", limit.what, KINDS),
        ("measure", limit.measure, MEASURES),
        ("confidence", limit.confidence, CONFIDENCES),
    ):
        if value not in known:
            raise ConfigurationError(
                _("{where}: threshold {name}: {key} {value!r} is none of {known}").format(
                    where=where, name=limit.name, key=key, value=value, known=", ".join(known)
                )
            )
    if not limit.source.strip():
        raise ConfigurationError(
            _("{where}: threshold {name} does not say where its numbers come from").format(
                where=where, name=limit.name
            )
        )


def _made(kind: type[Any], row: Any, where: str) -> Any:
    if not isinstance(row, Mapping):
        raise ConfigurationError(_("{where}: a table is expected").format(where=where))
    known = {item.name: item for item in fields(kind)}
    for key in row:
        if key not in known:
            raise ConfigurationError(_("{where}: unknown key {key!r}").format(where=where, key=key))
    for name, item in known.items():
        if name not in row and item.default is MISSING:
            raise ConfigurationError(_("{where}: key {name!r} is missing").format(where=where, name=name))
    return kind(**{key: _value(key, value, where) for key, value in row.items()})


_NUMBERS = ("watch", "suspect", "days", "years", "points")
_LISTS = ("values", "suspect_values")


def _value(key: str, value: Any, where: str) -> Any:
    def number(one: Any) -> float:
        if isinstance(one, bool) or not isinstance(one, int | float) or not 0 <= one < float("inf"):
            raise ConfigurationError(
                _("{where}: {key} is a number from 0 on, not {value!r}").format(
                    where=where, key=key, value=one
                )
            )
        return int(one) if key == "points" else float(one)

    if key in _NUMBERS:
        return number(value)
    if key in _LISTS:
        if not isinstance(value, list):
            raise ConfigurationError(
                _("{where}: {key} is a list of numbers, not {value!r}").format(
                    where=where, key=key, value=value
                )
            )
        return tuple(number(one) for one in value)
    if not isinstance(value, str):
        raise ConfigurationError(
            _("{where}: {key} is a text, not {value!r}").format(where=where, key=key, value=value)
        )
    return value
