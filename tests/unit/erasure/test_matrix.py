from itertools import combinations

import pytest
import reedsolo

from erasure.errors import BadShape, TooManyLost
from erasure.field import invert, mul
from erasure.matrix import decode_rows, location_of, parity_matrix, power_of, syndrome_rows


def columns_by_reedsolo(n: int, m: int) -> list[bytes]:
    """Unit vectors through the oracle; its message starts with the highest power, ours with the lowest."""
    oracle = reedsolo.RSCodec(m)
    return [bytes(oracle.encode(bytes(int(j == n - 1 - k) for j in range(n))))[n:] for k in range(n)]


@pytest.mark.parametrize(("n", "m"), [(1, 1), (4, 2), (8, 2), (10, 4), (16, 4), (239, 16), (253, 2)])
def test_parity_matrix_is_that_of_reedsolo(n: int, m: int) -> None:
    expected = columns_by_reedsolo(n, m)
    assert [bytes(column) for column in zip(*parity_matrix(n, m), strict=True)] == expected


def test_parity_matrix_of_four_and_two_is_the_published_one() -> None:
    assert [bytes(row[::-1]).hex() for row in parity_matrix(4, 2)] == ["1f0f0703", "1e0e0602"]


def test_a_column_depends_on_the_position_and_not_on_the_size_of_the_set() -> None:
    large = parity_matrix(200, 4)
    for n in (1, 3, 10, 77):
        assert parity_matrix(n, 4) == tuple(row[:n] for row in large)


def test_powers_count_from_the_parity_end() -> None:
    assert [power_of(i, 4, 2) for i in range(6)] == [2, 3, 4, 5, 1, 0]
    assert [location_of(i, 4, 2) for i in range(6)] == [4, 8, 16, 32, 2, 1]


@pytest.mark.parametrize(("n", "m"), [(0, 2), (4, 0), (254, 2), (252, 4), (-1, 3)])
def test_sets_that_are_no_code_are_refused(n: int, m: int) -> None:
    with pytest.raises(BadShape, match="not possible"):
        parity_matrix(n, m)


def test_a_member_that_the_set_does_not_have_is_refused() -> None:
    with pytest.raises(BadShape, match="no member 6"):
        decode_rows(4, 2, [6])


def test_a_member_cannot_be_lost_and_readable() -> None:
    with pytest.raises(BadShape, match="both lost and readable"):
        decode_rows(4, 2, [1], [0, 1, 2, 3])


def test_one_loss_more_than_parity_files_says_how_many_are_missing() -> None:
    with pytest.raises(TooManyLost, match="bring 1 more"):
        decode_rows(4, 2, [0, 2, 5])


def test_data_are_read_before_parity_and_no_more_members_than_needed() -> None:
    assert decode_rows(4, 2, [1])[0] == (0, 2, 3, 4)
    assert decode_rows(4, 2, [5])[0] == (0, 1, 2, 3)
    assert decode_rows(4, 2, [1], readable=[0, 2, 3, 5])[0] == (0, 2, 3, 5)


def test_a_member_neither_readable_nor_wanted_is_worked_around() -> None:
    use, rows = decode_rows(4, 2, [1], readable=[0, 3, 4, 5])
    assert use == (0, 3, 4, 5)
    assert len(rows) == 1
    assert len(rows[0]) == 4


@pytest.mark.parametrize(("n", "m"), [(4, 2), (10, 4), (6, 3)])
def test_every_loss_of_m_members_can_be_solved(n: int, m: int) -> None:
    for lost in combinations(range(n + m), m):
        use, rows = decode_rows(n, m, lost)
        assert len(use) == n
        assert not set(use) & set(lost)
        assert len(rows) == m


def test_every_pair_of_columns_of_the_widest_double_parity_set_is_independent() -> None:
    first, second = parity_matrix(253, 2)
    for i, j in combinations(range(253), 2):
        assert mul(first[i], second[j]) != mul(first[j], second[i])


def test_syndromes_of_a_code_word_are_zero_and_the_first_is_plain_xor() -> None:
    word = bytes(reedsolo.RSCodec(4).encode(b"ten bytes!"))
    ours = [*word[:10][::-1], *word[10:]]
    rows = syndrome_rows(10, 4)
    assert rows[0] == (1,) * 14
    for row in rows:
        total = 0
        for coefficient, value in zip(row, ours, strict=True):
            total ^= mul(coefficient, value)
        assert total == 0


def test_each_known_loss_uses_up_one_syndrome_and_drops_out_of_the_rest() -> None:
    rows = syndrome_rows(10, 4, lost=[2, 11])
    assert len(rows) == 2
    assert all(row[2] == 0 and row[11] == 0 for row in rows)
    for member in set(range(14)) - {2, 11}:
        assert mul(rows[0][member], location_of(member, 10, 4)) == rows[1][member] != 0
    with pytest.raises(TooManyLost, match="nothing is left"):
        syndrome_rows(4, 2, lost=[0, 1])


def test_inverse_of_a_parity_square_rebuilds_what_it_multiplied() -> None:
    square = [list(row[:4]) for row in parity_matrix(10, 4)]
    assert invert(invert(square)) == square
