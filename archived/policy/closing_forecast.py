"""When what waits is expected to close, and why: the answer to "how long is my original still needed". Pure.

An expectation, no promise: more packages, a person, or a staging disk that fills make it earlier; a hold makes
it later. The rules are those that close images and sets (`packing.should_close`, `set_forming.should_close_set`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from archived.policy import packing, set_forming
from archived.policy.packing import Candidate, PackingRules

HELD, TOO_LARGE, ANOTHER_VERSION = "held", "too large", "another version first"


@dataclass(frozen=True, slots=True)
class Forecast:
    """The reason for which it will close ("full", "old", "asked", …), and when; None when nobody can tell."""

    reason: str
    at: datetime | None


def of_images(
    candidates: Sequence[Candidate],
    closed_volumes: Sequence[str],
    rules: PackingRules,
    *,
    now: datetime,
    held: bool = False,
    asked: bool = False,
    pressure: bool = False,
) -> dict[str, Forecast]:
    """Package → when the image that takes it is expected to close; all of `candidates` wait in one group."""
    why = packing.should_close(candidates, rules, now=now, held=held, asked=asked, pressure=pressure)
    choice = packing.choose(candidates, closed_volumes, rules.capacity_bytes)
    next_one = Forecast(HELD, None) if held else Forecast(why, now) if why else _by_age(candidates, rules)
    aboard = set(choice.package_ids)
    behind = [c for c in choice.left_out if c.package_id not in aboard]
    later = Forecast(HELD, None) if held else _by_age(behind, rules, not_before=next_one.at)
    found = dict.fromkeys(aboard, next_one)
    found |= {c.package_id: later for c in behind}
    found |= {c.package_id: Forecast(ANOTHER_VERSION, None) for c in choice.deferred}
    found |= {c.package_id: Forecast(TOO_LARGE, None) for c in choice.too_large}
    return found


def of_set(
    *,
    member_count: int,
    n: int,
    oldest_closed_at: datetime | None,
    set_wait: timedelta,
    now: datetime,
    asked: bool = False,
    pressure: bool = False,
    held: bool = False,
) -> Forecast:
    """When a forming set is expected to close."""
    if held:
        return Forecast(HELD, None)
    why = set_forming.should_close_set(
        member_count=member_count,
        n=n,
        oldest_closed_at=oldest_closed_at,
        set_wait=set_wait,
        now=now,
        asked=asked,
        pressure=pressure,
    )
    if why:
        return Forecast(why, now)
    return Forecast(set_forming.OLD, (oldest_closed_at or now) + set_wait)


def _by_age(
    candidates: Sequence[Candidate], rules: PackingRules, not_before: datetime | None = None
) -> Forecast:
    times = [c.accepted_at + rules.close_after for c in candidates]
    if not times:
        return Forecast(packing.OLD, None)
    at = min(times)
    return Forecast(packing.OLD, max(at, not_before) if not_before else at)
