"""Every copy stands in one category, and nothing that was not looked at hides behind what was."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archived.catalog.report_rows import CopyRow
from archived.reports import integrity
from archived.reports.integrity import CATEGORIES, Readings, SetRow, category_of
from archived.states import CopyState, ImageState, MediumState

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
SINCE = NOW - 365 * DAY
LONG_AGO = NOW - 800 * DAY
COPY = CopyRow(
    1, CopyState.VERIFIED, "I1", "data", ImageState.KEPT, "7K3F", 1, "bluray", 1000, "D1", MediumState.GOOD,
    "bd-r", "b1", "main", 1025, LONG_AGO, LONG_AGO, LONG_AGO,
)  # fmt: skip
READ = Readings(full_at=NOW - 10 * DAY, due_at=NOW + 700 * DAY)


@pytest.mark.parametrize(
    ("copy", "readings", "category"),
    [
        (COPY, READ, "read in full"),
        (COPY, Readings(LONG_AGO, NOW - DAY, NOW + DAY), "sampled"),
        (COPY, Readings(NOW - 10 * DAY, NOW - DAY, NOW + DAY), "read in full"),
        (COPY, Readings(None, NOW - DAY, NOW + DAY), "sampled"),
        (COPY, Readings(LONG_AGO, None, NOW + DAY), "not due"),
        (COPY, Readings(LONG_AGO, None, None), "not due"),
        (COPY, Readings(LONG_AGO, None, NOW - DAY), "overdue"),
        (COPY, Readings(LONG_AGO, None, NOW - DAY, 2 * DAY), "not due"),
        (COPY, Readings(LONG_AGO, NOW - DAY, NOW - DAY), "overdue"),
        (COPY, Readings(), "never read"),
        (replace(COPY, state=CopyState.FOUND), Readings(), "never read"),
        (replace(COPY, element=None), READ, "unreachable"),
        (replace(COPY, element=None), Readings(), "never read"),
        (replace(COPY, medium_state=MediumState.QUARANTINED), READ, "unreachable"),
        (replace(COPY, medium_state=MediumState.WATCH), READ, "read in full"),
        (replace(COPY, state=CopyState.SUSPECT), READ, "damaged"),
        (replace(COPY, state=CopyState.LOST), READ, "lost"),
        (replace(COPY, medium_state=MediumState.LOST), READ, "lost"),
    ],
)
def test_a_copy_stands_where_its_worst_is(copy: CopyRow, readings: Readings, category: str) -> None:
    assert category_of(copy, readings, SINCE, NOW) == category


moments = st.none() | st.integers(-900, 400).map(lambda days: NOW + days * DAY)
copies = st.builds(
    CopyRow,
    copy_id=st.integers(1, 1000),
    state=st.sampled_from(CopyState),
    image_id=st.sampled_from(["I1", "I2", "I3"]),
    image_kind=st.just("data"),
    image_state=st.just(ImageState.KEPT),
    set_id=st.sampled_from(["7K3F", None]),
    position=st.just(1),
    pool=st.sampled_from(["bluray", "tape"]),
    size_bytes=st.integers(0, 10**12),
    medium_id=st.just("D1"),
    medium_state=st.sampled_from(MediumState),
    kind=st.just("bd-r"),
    batch=st.sampled_from(["b1", ""]),
    library=st.sampled_from(["main", None]),
    element=st.sampled_from([1025, None]),
    planned_at=st.just(LONG_AGO),
    written_at=st.just(LONG_AGO),
    verified_at=moments,
)
readings = st.builds(Readings, moments, moments, moments, st.integers(0, 90).map(lambda days: days * DAY))


@given(st.lists(st.tuples(copies, readings), max_size=30, unique_by=lambda pair: pair[0].copy_id))
def test_the_sum_of_all_categories_is_every_copy_on_record(pairs: list[tuple[CopyRow, Readings]]) -> None:
    known = {copy.copy_id: reading for copy, reading in pairs}
    made = integrity.report([c for c, _ in pairs], known, [], {}, set(), [], [], since=SINCE, now=NOW)
    counted = [copy for copy, _ in pairs if copy.state in integrity.ON_RECORD]
    rows = made.section("copies").rows
    assert {row["category"] for row in rows} == set(CATEGORIES)
    assert sum(row["copies"] for row in rows) == len(counted)
    assert sum(row["size_bytes"] for row in rows) == sum(copy.size_bytes for copy in counted)
    for name in ("pools", "batches"):
        for row in made.section(name).rows:
            assert sum(row[category] for category in CATEGORIES) == row["copies"]
        assert sum(row["copies"] for row in made.section(name).rows) == len(counted)
    bad = sum(row["copies"] for row in rows if row["category"] not in ("read in full", "sampled", "not due"))
    assert len(made.section("wanting").rows) == bad


@pytest.mark.parametrize(
    ("missing", "complete", "word"),
    [((), True, "spare"), ((1,), True, "spare"), ((1, 2), True, "no spare"),
     ((1, 2, 3), True, "not recoverable now"), ((), False, "forming")],
)  # fmt: skip
def test_a_set_stands_by_how_many_more_may_be_lost(
    missing: tuple[int, ...], complete: bool, word: str
) -> None:
    assert integrity.standing_of(SetRow("7K3F", "bluray", complete, 4, 2, missing)) == word


def test_a_package_is_as_safe_as_the_best_of_its_ways() -> None:
    lost = SetRow("AAAA", "bluray", True, 4, 2, (1, 2, 3))
    safe = SetRow("BBBB", "tape", True, 4, 2, ())
    gone = replace(COPY, copy_id=2, image_id="I2", set_id="AAAA", element=None)
    there = replace(COPY, copy_id=3, image_id="I3", set_id="AAAA")
    kept = replace(COPY, copy_id=4, image_id="I4", set_id="BBBB")
    packages = {
        "lost": {"I2"},
        "read alone": {"I3"},
        "twice": {"I2", "I4"},
        "staged": {"I2"},
        "waiting": set[str](),
    }
    rows = (
        integrity.report(
            [gone, there, kept],
            {},
            [lost, safe],
            packages,
            {"staged", "waiting"},
            [],
            [],
            since=SINCE,
            now=NOW,
        )
        .section("recoverability")
        .rows
    )
    assert {row["recoverability"]: (row["sets"], row["packages"]) for row in rows} == {
        "spare": (1, 1),
        "no spare": (0, 1),
        "forming": (0, 2),
        "not recoverable now": (1, 1),
    }
