"""What is drawn is drawn again for the same seed; what a sample promises to find, it finds."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archived.policy.verify.confidence import SURE, least_found, least_share_percent, missed
from archived.policy.verify.findings import grown
from archived.policy.verify.sampling import (
    chunk_count,
    chunks_to_read,
    drawn,
    edge_chunks,
    layers_of,
    random_chunks,
    share_of,
)

HOW = st.sampled_from(("full", "sampled", "edges"))
PERCENT = st.floats(0.01, 100)
TOTAL = st.integers(0, 3000)
CAPACITY = st.sampled_from((0, 2_500_000, 25_025_314_816, 50_050_629_632, 100_103_356_416, 128_001_769_472))


@given(TOTAL, HOW, PERCENT, st.booleans(), st.text(max_size=8), CAPACITY)
def test_the_same_seed_draws_the_same_chunks_and_as_many_as_were_announced(
    total: int, how: str, percent: float, edges: bool, seed: str, capacity: int
) -> None:
    terms = {"how": how, "percent": percent, "edges": edges, "capacity_bytes": capacity}
    chosen = chunks_to_read(total, seed=seed, name="M1/I1", **terms)
    assert chosen == chunks_to_read(total, seed=seed, name="M1/I1", **terms)
    assert list(chosen) == sorted(set(chosen))
    assert set(chosen) <= set(range(total))
    assert len(chosen) == chunk_count(total, **terms)
    assert random_chunks(total, **terms) <= len(chosen)
    if how == "full":
        assert chosen == tuple(range(total))
    elif edges or how == "edges":
        assert set(edge_chunks(total, capacity_bytes=capacity)) <= set(chosen)


@given(st.integers(1, 3000), CAPACITY)
def test_edges_hold_both_ends(total: int, capacity: int) -> None:
    found = edge_chunks(total, capacity_bytes=capacity)
    assert {0, total - 1} <= set(found) <= set(range(total))


def test_a_disc_of_three_layers_is_looked_at_where_they_change() -> None:
    capacity = 100_103_356_416
    total = capacity // (1 << 20)
    found = edge_chunks(total, capacity_bytes=capacity)
    for layer in (1, 2):
        assert capacity * layer // 3 // (1 << 20) in found
    assert len(found) < 60
    assert [layers_of(size * 10**9) for size in (25, 51, 101, 129)] == [1, 2, 3, 4]


@given(st.lists(st.text(max_size=4), unique=True, max_size=40), st.integers(0, 50), st.text(max_size=4))
def test_drawing_does_not_depend_on_the_order_and_more_are_the_same_and_others(
    names: list[str], count: int, seed: str
) -> None:
    some = drawn(names, count, seed)
    assert some == drawn(sorted(names), count, seed)
    assert some == drawn(names, len(names), seed)[:count]


def test_an_auditor_draws_the_same_by_hand() -> None:
    # printf 'lot/M3' | sha256sum begins with the least of these four digests.
    assert drawn(["M1", "M2", "M3", "M4"], 4, "lot") == ["M3", "M1", "M2", "M4"]


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_the_probability_to_miss_is_that_of_drawing_without_laying_back(
    total: int, read: int, bad: int
) -> None:
    read, bad = min(read, total), min(bad, total)
    assert missed(total, read, bad) == pytest.approx(comb(total - bad, read) / comb(total, read))


@given(st.integers(1, 400), st.integers(0, 400))
def test_the_least_that_is_found_is_found_and_one_less_is_not(total: int, read: int) -> None:
    read = min(read, total)
    least = least_found(total, read)
    if least <= total:
        assert 1 - missed(total, read, least) >= SURE
    if least > 1:
        assert 1 - missed(total, read, least - 1) < SURE
    assert 0 < least_share_percent(total, read) <= 100


def test_what_is_read_in_full_finds_a_single_bad_chunk_and_what_is_not_read_promises_nothing() -> None:
    assert least_found(1000, 1000) == 1
    assert least_found(1000, 0) == 1001
    assert least_share_percent(1000, 0) == 100
    # Ten of a hundred: the rule of three says 30 percent, and without laying back it is a little less.
    assert least_found(23_000, 2_300) == 29
    with pytest.raises(ValueError, match="cannot be"):
        missed(10, 11, 0)


@given(st.integers(0, 10_000), PERCENT)
def test_a_share_is_never_nothing_and_never_more_than_all(total: int, percent: float) -> None:
    count = share_of(total, percent)
    assert count <= total
    assert (count == 0) is (total == 0)
    assert count >= total * percent / 100 or count == total


@given(st.lists(st.tuples(st.sampled_from(("clean", "bad", "failed")), st.integers(0, 9)), max_size=20))
def test_a_report_is_the_sum_of_what_was_found(found: list[tuple[str, int]]) -> None:
    report: dict[str, object] = {}
    for outcome, chunks in found:
        named = {"medium": "M1"} if outcome == "bad" else None
        report = grown(report, {"outcome": outcome, "chunks": chunks, "named": named})
    assert report.get("examined", 0) == len(found)
    assert report.get("chunks", 0) == sum(chunks for _outcome, chunks in found)
    counted = [outcome for outcome, _chunks in found]
    for key, word in (("clean", "clean"), ("bad_items", "bad"), ("failed", "failed")):
        assert report.get(key, 0) == counted.count(word)
    assert len(report.get("bad", ())) == counted.count("bad")
