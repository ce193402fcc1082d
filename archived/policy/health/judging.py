"""What is on record of a medium → good, watch or suspect, and why. Pure; the time is told.

Values compare only with those of the same reader, so each reader is judged by itself and the worst counts. Values make
a medium suspect only while it was not read in full, without a complaint, since: who reads all of it knows better.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, unique

from archived.health_thresholds import Threshold, Thresholds
from archived.language import _
from archived.media_kinds import is_tape
from archived.medium_health import HealthEntry
from archived.policy.health.trend import Point, Trend, trend_of


@unique
class Level(IntEnum):
    """What values say, from good to bad."""

    GOOD = 0
    WATCH = 1
    SUSPECT = 2

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Reason:
    """One limit that is reached, or will be."""

    threshold: Threshold
    level: Level
    value: float
    #: Serial number or name of who read it; "" where that does not matter.
    reader: str
    at: datetime
    #: When a rising value will be at the limit; None for one that is.
    reached_at: datetime | None = None

    @property
    def words(self) -> str:
        """One sentence, with the limit and where it comes from."""
        limit = self.threshold
        number = limit.suspect if self.level is Level.SUSPECT and limit.suspect is not None else limit.watch
        if self.reached_at is not None:
            return _("{what} rises from {value:g} and reaches {limit:g} {unit} about {date} ({name})").format(
                what=limit.what,
                value=self.value,
                limit=number,
                unit=limit.unit,
                date=self.reached_at.date().isoformat(),
                name=limit.name,
            )
        return _("{what} is {value:g}, from {limit:g} {unit} on it is {level} ({name})").format(
            what=limit.what,
            value=self.value,
            limit=number,
            unit=limit.unit,
            level=self.level.word,
            name=limit.name,
        )


@dataclass(frozen=True, slots=True)
class Rise:
    """How a value of a medium goes, as one reader sees it."""

    threshold: Threshold
    reader: str
    trend: Trend
    reaches_watch_at: datetime | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the values of one medium say."""

    level: Level
    reasons: tuple[Reason, ...] = ()
    rises: tuple[Rise, ...] = ()

    @property
    def words(self) -> str:
        """Why, the worst first; "" for good."""
        return "; ".join(reason.words for reason in sorted(self.reasons, key=lambda one: -one.level))


def judge(
    kind: str,
    entries: Iterable[HealthEntry],
    thresholds: Thresholds,
    now: datetime,
    clean_at: datetime | None = None,
) -> Verdict:
    """Judge a medium of this kind ("bd-r", "lto-8", …) by what was seen of it, in any order.

    `clean_at` is when all that is on it was read last, and found as it should be.
    """
    ordered = sorted(entries, key=lambda one: (one.at, one.id))
    reasons: list[Reason] = []
    rises: list[Rise] = []
    for limit in thresholds.limits:
        if not _concerns(limit, kind):
            continue
        fitting = [one for one in ordered if _fits(limit, one)]
        if limit.measure == "newest":
            for reader in sorted({one.reader or one.drive for one in fitting}):
                mine = [one for one in fitting if (one.reader or one.drive) == reader]
                reasons += _newest(limit, reader, mine[-1], clean_at)
                rises += _rising(limit, reader, mine, thresholds)
        else:
            reasons += _gathered(limit, fitting, now, clean_at)
    reached = {(one.threshold.name, one.reader) for one in reasons}
    horizon = now + timedelta(days=thresholds.forecast.years * 365.25)
    for rise in rises:
        when = rise.reaches_watch_at
        if (rise.threshold.name, rise.reader) not in reached and when is not None and when <= horizon:
            newest = rise.trend
            reasons.append(Reason(rise.threshold, Level.WATCH, newest.value, rise.reader, newest.at, when))
    return Verdict(max((one.level for one in reasons), default=Level.GOOD), tuple(reasons), tuple(rises))


def family_of_kind(kind: str) -> str:
    """The family of thresholds of a kind of medium."""
    if is_tape(kind):
        return "tape"
    return next((family for family in ("bd", "dvd", "cd") if kind.startswith(family)), "bd")


def _concerns(limit: Threshold, kind: str) -> bool:
    family = family_of_kind(kind)
    return limit.media in ("any", family) or (limit.media == "disc" and family != "tape")


def _fits(limit: Threshold, entry: HealthEntry) -> bool:
    return (
        entry.what == limit.what
        and (not limit.counter or entry.detail.get("counter") == limit.counter)
        and (not limit.values or entry.value in limit.values)
    )


def _newest(limit: Threshold, reader: str, entry: HealthEntry, clean_at: datetime | None) -> list[Reason]:
    if entry.value is None:
        return []
    level = _level(limit, entry.value)
    if level is Level.SUSPECT and clean_at is not None and entry.at < clean_at:
        level = Level.WATCH
    return [Reason(limit, level, entry.value, reader, entry.at)] if level is not Level.GOOD else []


def _gathered(
    limit: Threshold, entries: Sequence[HealthEntry], now: datetime, clean_at: datetime | None
) -> list[Reason]:
    """One reason for what all readers met together."""
    since = now - timedelta(days=limit.days) if limit.days else None
    recent = [one for one in entries if since is None or one.at >= since]
    if not recent:
        return []
    value = _measured(limit, recent)
    level = _level(limit, value)
    if level is Level.SUSPECT:
        spoiling = [
            one
            for one in recent
            if (not limit.suspect_values or one.value in limit.suspect_values)
            and (clean_at is None or one.at >= clean_at)
        ]
        if not spoiling or limit.suspect is None or _measured(limit, spoiling) < limit.suspect:
            level = Level.WATCH
    return [Reason(limit, level, value, "", recent[-1].at)] if level is not Level.GOOD else []


def _measured(limit: Threshold, entries: Sequence[HealthEntry]) -> float:
    if limit.measure == "count":
        return float(len(entries))
    return float(sum(one.value if one.value is not None else 1.0 for one in entries))


def _level(limit: Threshold, value: float) -> Level:
    if limit.suspect is not None and value >= limit.suspect:
        return Level.SUSPECT
    return Level.WATCH if limit.watch is not None and value >= limit.watch else Level.GOOD


def _rising(
    limit: Threshold, reader: str, entries: Sequence[HealthEntry], thresholds: Thresholds
) -> list[Rise]:
    points = [Point(one.at, one.value) for one in entries if one.value is not None]
    rule = thresholds.forecast
    trend = trend_of(points, points_min=rule.points, days_min=rule.days)
    if trend is None or limit.watch is None:
        return []
    return [Rise(limit, reader, trend, trend.reaches(limit.watch))]
