"""When the catalog is exported: every night once, missed nights made up, failures tried again, silence noticed."""

from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from archived.policy.export_time import (
    PATIENCE,
    RETRY,
    ExportHistory,
    is_due,
    is_overdue,
    scheduled_before,
    to_remove,
)

AT = time(2, 30)
NIGHT = datetime(2026, 3, 29, 2, 30, tzinfo=UTC)
FOUNDED = NIGHT - timedelta(days=40)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda t: t.replace(tzinfo=UTC))
times = st.times().map(lambda t: t.replace(second=0, microsecond=0))


@given(moments, times)
def test_the_last_night_lies_within_a_day_before_now(now: datetime, at: time) -> None:
    night = scheduled_before(now, at)
    assert timedelta(0) <= now - night < timedelta(days=1)
    assert (night.hour, night.minute) == (at.hour, at.minute)


@given(st.lists(st.integers(1, 20 * 3600), min_size=1, max_size=60), times)
def test_looking_at_any_moments_every_night_has_one_export_and_no_more(steps: list[int], at: time) -> None:
    now, known, made = FOUNDED, ExportHistory(FOUNDED), []
    for step in steps:
        now += timedelta(seconds=step)
        if is_due(now, at, known):
            made.append(now)
            known = ExportHistory(FOUNDED, succeeded_at=now)
    nights = {scheduled_before(moment, at) for moment in made}
    assert len(nights) == len(made)
    assert made[-1] >= scheduled_before(now, at)


def test_a_night_that_was_missed_is_made_up_at_once_and_once() -> None:
    known = ExportHistory(FOUNDED, succeeded_at=NIGHT - timedelta(days=5))
    now = NIGHT + timedelta(hours=9)
    assert is_due(now, AT, known)
    assert not is_due(now, AT, ExportHistory(FOUNDED, succeeded_at=now))


def test_a_site_that_never_exported_begins_at_once() -> None:
    assert is_due(NIGHT, AT, ExportHistory(NIGHT))


def test_a_failure_is_tried_again_after_a_rest() -> None:
    known = ExportHistory(FOUNDED, NIGHT - timedelta(days=1), failed_at=NIGHT)
    assert not is_due(NIGHT + RETRY / 2, AT, known)
    assert is_due(NIGHT + RETRY, AT, known)


def test_a_clock_that_was_set_back_stops_no_export() -> None:
    late = NIGHT + timedelta(days=300)
    assert is_due(NIGHT, AT, ExportHistory(FOUNDED, succeeded_at=late))
    assert is_due(NIGHT, AT, ExportHistory(FOUNDED, NIGHT - timedelta(days=2), failed_at=late))


def test_a_night_without_an_export_is_overdue_after_some_patience() -> None:
    known = ExportHistory(FOUNDED, succeeded_at=NIGHT - timedelta(days=1))
    assert not is_overdue(NIGHT + PATIENCE / 2, AT, known)
    assert is_overdue(NIGHT + PATIENCE, AT, known)
    assert not is_overdue(NIGHT + PATIENCE, AT, ExportHistory(FOUNDED, succeeded_at=NIGHT))
    assert not is_overdue(NIGHT + PATIENCE, AT, ExportHistory(since=NIGHT))


@given(st.dictionaries(st.text("abc", min_size=1, max_size=4), moments), st.integers(1, 5))
def test_the_newest_exports_stay(made: dict[str, datetime], keep: int) -> None:
    going = to_remove(made, keep)
    staying = set(made) - set(going)
    assert len(staying) == min(keep, len(made))
    assert all(made[name] <= min((made[s] for s in staying), default=made[name]) for name in going)
