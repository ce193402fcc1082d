"""How much a drive was used since it was cleaned, and whether that is enough to clean it again. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from archived.language import _


@dataclass(frozen=True, slots=True)
class Limit:
    """When a drive is due; 0 says nothing."""

    hours: float
    loads: int

    @property
    def is_none(self) -> bool:
        return not self.hours and not self.loads


@dataclass(frozen=True, slots=True)
class Use:
    """How long media lay in a drive, and how many were put in."""

    hours: float
    loads: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A medium that went into a drive (True) or left it, and when."""

    into: bool
    at: datetime


def use_of(passages: Iterable[Passage], now: datetime, *, until: Limit | None = None) -> Use:
    """What the passages of a drive, oldest first, come to; with `until` no further than where it is due.

    What leaves first lay there before: that time is nobody's to say, and is left out.
    """
    held, loads = timedelta(), 0
    since: datetime | None = None
    for passage in passages:
        if passage.into:
            loads += 1
            since = passage.at if since is None else since
        elif since is not None:
            held += max(passage.at - since, timedelta())
            since = None
        if until is not None and is_due(_use(held, loads), until):
            return _use(held, loads)
    return _use(held + (max(now - since, timedelta()) if since is not None else timedelta()), loads)


def is_due(use: Use, limit: Limit) -> bool:
    """Whether a drive was used for as long, or as often, as it may be before it is cleaned."""
    return bool((limit.hours and use.hours >= limit.hours) or (limit.loads and use.loads >= limit.loads))


def words_of(drive: str, use: Use, limit: Limit) -> str:
    """Why it is due, in words."""
    if limit.hours and use.hours >= limit.hours:
        return _(
            "drive {drive} was used for {hours} hours since it was cleaned; after {most} it is due"
        ).format(drive=drive, hours=round(use.hours), most=round(limit.hours))
    return _("drive {drive} took {loads} media since it was cleaned; after {most} it is due").format(
        drive=drive, loads=use.loads, most=limit.loads
    )


def _use(held: timedelta, loads: int) -> Use:
    return Use(held.total_seconds() / 3600, loads)
