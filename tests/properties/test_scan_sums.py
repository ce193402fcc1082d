"""Laws of summing a scan up: put down anywhere and taken up again it says the same, and it says what was sampled."""

import json

from hypothesis import given
from hypothesis import strategies as st

from archived.policy.health.scan_sums import STRETCHES, ScanSums

SAMPLES = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 200)), min_size=1, max_size=80)


def summed(samples: list[tuple[int, int]], sums: ScanSums, start: int = 0) -> ScanSums:
    for number, (first, second) in enumerate(samples[start:], start):
        sums.add(number * 32, first, second, 32)
    return sums


@given(SAMPLES)
def test_what_is_said_is_what_was_sampled(samples: list[tuple[int, int]]) -> None:
    sums = summed(samples, ScanSums(len(samples) * 32))
    firsts = [first for first, _second in samples]
    assert sums.first.samples == len(samples)
    assert abs(sums.first.mean - sum(firsts) / len(firsts)) < 1e-9
    assert sums.first.highest == max(firsts)
    assert sums.first.high == max(firsts), "of so few samples none is left out"
    assert sums.most_together == max(sum(firsts[i : i + 8]) for i in range(max(1, len(firsts) - 7)))
    assert len(sums.first.curve) == STRETCHES
    assert sums.lba == len(samples) * 32


@given(SAMPLES, st.data())
def test_a_scan_that_is_put_down_anywhere_and_taken_up_says_the_same(samples, data) -> None:
    stop = data.draw(st.integers(0, len(samples)))
    back = data.draw(st.integers(0, stop))
    before = summed(samples[:stop], ScanSums(len(samples) * 32))
    again = ScanSums.from_json(json.loads(json.dumps(before.to_json())))
    # The drive may begin again anywhere before: what was counted already is not counted twice.
    assert summed(samples, again, start=back) == summed(samples, ScanSums(len(samples) * 32))


def test_one_burst_among_thousands_is_no_high_value() -> None:
    sums = ScanSums(32 * 5000)
    for number in range(5000):
        sums.add(number * 32, 4, 700 if number == 77 else 2, 32)
    assert (sums.second.highest, sums.second.high) == (700, 2)


def test_places_that_cannot_be_followed_are_gone_over_and_kept() -> None:
    sums = ScanSums(32 * 10)
    sums.add(0, 4, 1, 32)
    sums.lose(32, 32)
    sums.add(64, 6, 1, 32)
    assert (sums.lost, sums.lba, sums.first.samples) == ([32], 96, 2)
