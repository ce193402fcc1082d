import pytest
import reedsolo

from erasure.errors import BadShape
from erasure.field import EXP, LOG, div, inverse, invert, mul, times_table


def test_products_equal_those_of_reedsolo_for_every_pair() -> None:
    reedsolo.init_tables(0x11D)
    wrong = [(a, b) for a in range(256) for b in range(256) if mul(a, b) != reedsolo.gf_mul(a, b)]
    assert wrong == []


def test_two_generates_every_element_but_zero() -> None:
    assert sorted(EXP[:255]) == list(range(1, 256))
    assert all(EXP[LOG[a]] == a for a in range(1, 256))


def test_division_undoes_multiplication() -> None:
    assert all(div(mul(a, b), b) == a for a in range(256) for b in range(1, 256, 7))
    assert all(mul(a, inverse(a)) == 1 for a in range(1, 256))


def test_nothing_is_divided_by_zero() -> None:
    with pytest.raises(ZeroDivisionError):
        div(7, 0)


def test_a_times_table_holds_all_products_of_its_factor() -> None:
    assert times_table(0x1D) == bytes(mul(0x1D, value) for value in range(256))


def test_a_matrix_times_its_inverse_is_the_identity() -> None:
    matrix = [[0, 3, 7], [1, 5, 6], [9, 2, 4]]
    result = invert(matrix)
    product = [
        [mul(row[0], result[0][j]) ^ mul(row[1], result[1][j]) ^ mul(row[2], result[2][j]) for j in range(3)]
        for row in matrix
    ]
    assert product == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_a_singular_matrix_is_refused() -> None:
    with pytest.raises(BadShape, match="singular"):
        invert([[1, 2], [2, 4]])
