"""--from and --to: a stretch of time as people write it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import click

from archived.language import _


def period_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --from and --to; the command gets them as `since` and `until`, ISO 8601 with a zone, or None."""
    until = click.option("--to", "until", callback=_end, help="Until this day, or before this time.")
    since = click.option("--from", "since", callback=_begin, help="From this day or time on: 2026-01-31.")
    return since(until(function))


def _begin(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    return None if value is None else _moment(value).isoformat()


def _end(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    # A day is meant with all of its hours.
    found = _moment(value)
    try:
        return (found + timedelta(days=1) if len(value) == len("2026-01-31") else found).isoformat()
    except OverflowError:
        raise _no_moment(value) from None


def _moment(words: str) -> datetime:
    try:
        return datetime.fromisoformat(words).astimezone()
    except (ValueError, OverflowError):
        raise _no_moment(words) from None


def _no_moment(words: str) -> click.BadParameter:
    return click.BadParameter(
        _("{words!r} is no day or time such as 2026-01-31 or 2026-01-31T08:00").format(words=words)
    )
