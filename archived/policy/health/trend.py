"""How fast a value of a medium rises, and when it will reach a limit. Pure; times come with the values.

A straight line through what one and the same reader saw. Errors of ageing media rise faster than that in the end: what
is said here is a date after which it would be careless to look away, not a promise until then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

_DAY = timedelta(days=1)
DAYS_IN_YEAR = 365.25
#: Beyond this nobody plans.
YEARS_MAX = 200.0


@dataclass(frozen=True, slots=True)
class Point:
    """One value at one time."""

    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Trend:
    """A line through points: `value` is where it stands at the newest of them."""

    at: datetime
    value: float
    rise_per_year: float
    points: int
    days: float

    def reaches(self, limit: float) -> datetime | None:
        """When the line is at `limit`; the time of the newest point when it is there already, None for never."""
        if self.value >= limit:
            return self.at
        if self.rise_per_year <= 0:
            return None
        years = (limit - self.value) / self.rise_per_year
        return None if years > YEARS_MAX else self.at + timedelta(days=years * DAYS_IN_YEAR)


def trend_of(points: Sequence[Point], *, points_min: int = 2, days_min: float = 0.0) -> Trend | None:
    """The line of least squares; None for too few points, or too short a time."""
    if len(points) < max(2, points_min):
        return None
    last = max(point.at for point in points)
    days = [(point.at - last) / _DAY for point in points]
    span = -min(days)
    if span < days_min or span <= 0:
        return None
    mean_day = sum(days) / len(days)
    mean_value = sum(point.value for point in points) / len(points)
    spread = sum((day - mean_day) ** 2 for day in days)
    if spread <= 0:
        return None
    slope = (
        sum((day - mean_day) * (point.value - mean_value) for day, point in zip(days, points, strict=True))
        / spread
    )
    return Trend(last, mean_value - slope * mean_day, slope * DAYS_IN_YEAR, len(points), span)
