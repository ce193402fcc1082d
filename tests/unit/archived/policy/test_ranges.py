"""Ranges and the chunks in them."""

import pytest

from archived.policy.ranges import Range, chunk_numbers, covers, merge, subtract, words


def test_neighbours_and_overlaps_are_joined_and_empty_ranges_left_out() -> None:
    assert merge([(10, 5), (0, 4), (4, 2), (12, 1), (30, 0)]) == ((0, 6), (10, 5))


@pytest.mark.parametrize(
    ("hole", "left"),
    [
        ((0, 10), ((10, 10),)),
        ((12, 3), ((10, 2), (15, 5))),
        ((5, 10), ((15, 5),)),
        ((15, 50), ((10, 5),)),
        ((0, 50), ()),
        ((20, 5), ((10, 10),)),
    ],
)
def test_a_hole_leaves_what_is_around_it(hole: Range, left: tuple[Range, ...]) -> None:
    assert subtract([(10, 10)], [hole]) == left


def test_a_range_is_covered_by_one_that_holds_all_of_it() -> None:
    assert covers(((0, 10), (20, 5)), (21, 4))
    assert not covers(((0, 10), (20, 5)), (8, 4))
    assert covers((), (8, 0))


def test_chunks_are_those_that_hold_a_byte() -> None:
    assert chunk_numbers([(99, 2), (300, 100), (500, 0)], 100) == {0, 1, 3}


def test_numbers_are_told_as_runs() -> None:
    assert words([3, 1, 2, 7]) == "1-3, 7"
    assert words([]) == ""
