"""Laws of what values of media mean: more errors are never better news, and each reader is judged by itself."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from archived.health_thresholds import shipped
from archived.medium_health import KINDS, SCAN_LDC, HealthEntry
from archived.policy.health.judging import Level, judge
from archived.policy.health.trend import Point, trend_of

NOW = datetime(2030, 1, 1, tzinfo=UTC)
KIND = st.sampled_from(["bd-r", "lto-8"])
ENTRIES = st.lists(
    st.builds(
        HealthEntry,
        id=st.integers(1, 1000),
        at=st.integers(0, 4000).map(lambda days: NOW - timedelta(days=days)),
        medium_id=st.just("M"),
        what=st.sampled_from(KINDS),
        value=st.none() | st.floats(0, 1000),
        unit=st.just(""),
        drive=st.just("d"),
        reader=st.sampled_from(["A", "B"]),
        detail=st.just({}),
    ),
    max_size=12,
)


def entry(what: str, value: float, days_ago: float, reader: str = "A", number: int = 1) -> HealthEntry:
    return HealthEntry(number, NOW - timedelta(days=days_ago), "M", what, value, "", "d", reader, {})


@given(KIND, ENTRIES)
def test_a_verdict_is_as_bad_as_its_worst_reason_and_says_all_of_them(
    kind: str, entries: list[HealthEntry]
) -> None:
    verdict = judge(kind, entries, shipped(), NOW)
    assert verdict.level == max((one.level for one in verdict.reasons), default=Level.GOOD)
    assert bool(verdict.words) == (verdict.level is not Level.GOOD)
    for reason in verdict.reasons:
        assert reason.threshold.name in verdict.words


@given(KIND, ENTRIES, st.randoms(use_true_random=False))
def test_the_order_in_which_things_are_told_does_not_matter(kind, entries, shuffle) -> None:
    numbered = [
        HealthEntry(n, one.at, "M", one.what, one.value, "", "d", one.reader, {})
        for n, one in enumerate(entries)
    ]
    mixed = list(numbered)
    shuffle.shuffle(mixed)
    assert judge(kind, mixed, shipped(), NOW) == judge(kind, numbered, shipped(), NOW)


@given(st.floats(0, 300), st.floats(0, 300))
def test_more_errors_are_never_better_news(one: float, other: float) -> None:
    low, high = sorted((one, other))

    def level(value: float) -> Level:
        return judge("bd-r", [entry(SCAN_LDC, value, 1)], shipped(), NOW).level

    assert level(low) <= level(high)


@given(st.floats(0, 300), st.floats(0, 300))
def test_readers_are_judged_each_by_itself_and_the_worst_counts(one: float, other: float) -> None:
    def level(*entries: HealthEntry) -> Level:
        return judge("bd-r", entries, shipped(), NOW).level

    first, second = entry(SCAN_LDC, one, 5, "A"), entry(SCAN_LDC, other, 1, "B", 2)
    assert level(first, second) == max(level(first), level(second))


def test_who_read_all_of_it_since_knows_better_than_its_values() -> None:
    scan = entry(SCAN_LDC, 100.0, 10)
    assert judge("bd-r", [scan], shipped(), NOW).level is Level.SUSPECT
    for days_ago, level in ((1, Level.WATCH), (20, Level.SUSPECT)):
        clean_at = NOW - timedelta(days=days_ago)
        assert judge("bd-r", [scan], shipped(), NOW, clean_at).level is level


def test_a_rise_is_watched_before_it_arrives() -> None:
    slow = [entry(SCAN_LDC, 4 + 0.1 * n, 365 * (5 - n), number=n) for n in range(6)]
    fast = [entry(SCAN_LDC, 2 + 2.0 * n, 365 * (5 - n), number=n) for n in range(6)]
    assert judge("bd-r", slow, shipped(), NOW).level is Level.GOOD
    verdict = judge("bd-r", fast, shipped(), NOW)
    assert verdict.level is Level.WATCH
    assert verdict.reasons[0].reached_at is not None
    assert "rises" in verdict.words


def test_a_rise_is_that_of_one_reader_alone() -> None:
    mixed = [entry(SCAN_LDC, 2 + 2.0 * n, 365 * (5 - n), reader=f"R{n}", number=n) for n in range(6)]
    assert judge("bd-r", mixed, shipped(), NOW).level is Level.GOOD


@given(st.floats(-50, 50), st.floats(0.001, 20), st.integers(3, 9), st.floats(1, 100))
def test_a_straight_line_is_found_again(start: float, per_year: float, count: int, further: float) -> None:
    points = [Point(NOW + timedelta(days=365.25 * n), start + per_year * n) for n in range(count)]
    trend = trend_of(points)
    assert trend is not None
    assert abs(trend.rise_per_year - per_year) < 1e-6 * (1 + abs(start) + per_year * count)
    when = trend.reaches(trend.value + further)
    if further / trend.rise_per_year < 199:
        assert when is not None
        assert abs((when - trend.at) / timedelta(days=365.25) - further / trend.rise_per_year) < 0.01
    assert trend.reaches(trend.value) == trend.at


@given(st.lists(st.floats(0, 10), min_size=1, max_size=5))
def test_what_falls_or_stands_never_arrives(values: list[float]) -> None:
    points = [Point(NOW + timedelta(days=n), v) for n, v in enumerate(sorted(values, reverse=True))]
    trend = trend_of(points)
    if len(points) < 2:
        assert trend is None
    else:
        assert trend is not None
        if trend.rise_per_year <= 0:
            assert trend.reaches(trend.value + 1) is None
