"""When what is to be examined: by rule, age, kind and state, and sooner when what was bought with it failed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256

from archived.verification_settings import VerificationSettings

#: What no drive could tell anything about is tried again after so long.
RETRY_AFTER = timedelta(days=7)
#: A batch that had a failure is read in full at intervals of this part of the time since the last one.
QUIET_FOR = 4
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_ROUNDS_MAX = 1000


@dataclass(frozen=True, slots=True)
class Known:
    """One thing that can be examined, and what is known of it. A medium may carry many."""

    #: "copy 12"; the id of a staged package; the name of an export.
    subject: str
    #: "disc", "tape" or "disk".
    kind: str
    #: Since when it is there.
    born_at: datetime
    medium_id: str = ""
    pool: str = ""
    #: State of its medium; "" on disk.
    state: str = ""
    #: Purchase batch of its medium; "" where nobody knows.
    batch: str = ""
    #: When all of it was last read and was right, and when any of it was.
    full_at: datetime | None = None
    any_at: datetime | None = None
    #: When somebody last tried, and no drive could tell anything.
    failed_at: datetime | None = None
    #: Something can bring it to a drive: "robot", "people"; or "" where it is nowhere.
    reached_by: str = "robot"


@dataclass(frozen=True, slots=True)
class Due:
    """One thing under one rule, and when it is due."""

    rule: str
    known: Known
    at: datetime


def applies(rule: VerificationSettings, known: Known, now: datetime) -> bool:
    """Whether a rule speaks of a thing, as it is now."""
    if known.kind not in rule.kinds:
        return False
    if known.state and known.state not in rule.states:
        return False
    if rule.pools and known.medium_id and known.pool not in rule.pools:
        return False
    age = (now - known.born_at) / timedelta(days=1)
    return age >= rule.age_from_days and (not rule.age_to_days or age < rule.age_to_days)


def due_at(name: str, rule: VerificationSettings, known: Known, failures: Mapping[str, datetime]) -> datetime:
    """When a thing is due under a rule that applies to it.

    Args:
        name: that of the rule; with a share of media it decides whose turn it is.
        failures: purchase batch → when one of its media last failed.
    """
    last = _last(rule, known)
    interval = timedelta(days=rule.interval_days)
    due = known.born_at if last is None else _in_turn(name, rule, known, last + interval)
    failed = failures.get(known.batch) if known.batch else None
    if failed is not None:
        due = min(due, _in_doubtful_company(rule, last, failed, due))
    if known.failed_at is not None and (last is None or known.failed_at > last):
        due = max(due, known.failed_at + RETRY_AFTER)
    if rule.not_before:
        due = max(due, datetime.combine(date.fromisoformat(rule.not_before), time(), UTC))
    return due


def everything_due(
    rules: Mapping[str, VerificationSettings],
    things: Iterable[Known],
    failures: Mapping[str, datetime],
    now: datetime,
) -> list[Due]:
    """Every thing under every rule that applies to it, whenever it is due: the most overdue first."""
    found = [
        Due(name, known, due_at(name, rule, known, failures))
        for known in things
        for name, rule in rules.items()
        if applies(rule, known, now)
    ]
    return sorted(found, key=lambda due: (due.at, due.known.medium_id, due.known.subject, due.rule))


def _last(rule: VerificationSettings, known: Known) -> datetime | None:
    if rule.how == "full":
        return known.full_at
    return max((at for at in (known.full_at, known.any_at) if at is not None), default=None)


def _in_doubtful_company(
    rule: VerificationSettings, last: datetime | None, failed: datetime, usual: datetime
) -> datetime:
    """When a medium of a batch that had a failure is due: soon after it, and often until long nothing else fails."""
    if last is None or last < failed:
        return failed + timedelta(days=rule.after_failure_days)
    if rule.how != "full" or not rule.failed_batch_days:
        return usual
    return last + max(timedelta(days=rule.failed_batch_days), (last - failed) / QUIET_FOR)


def _in_turn(name: str, rule: VerificationSettings, known: Known, at: datetime) -> datetime:
    """The first interval from `at` in which the medium is among the share that is examined."""
    if rule.media_percent >= 100:
        return at
    interval = timedelta(days=rule.interval_days)
    for step in range(_ROUNDS_MAX):
        number = (at + step * interval - _EPOCH) // interval
        words = f"{name}/{number}/{known.medium_id or known.subject}"
        if int.from_bytes(sha256(words.encode()).digest()[:8]) < rule.media_percent / 100 * 2**64:
            return at + step * interval
    return at + _ROUNDS_MAX * interval
