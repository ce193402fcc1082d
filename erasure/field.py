"""Arithmetic in GF(2^8) with polynomial 0x11d and generator 2, the usual field of storage codes.

Addition is XOR. Multiplication goes through logarithms (Plank, "A Tutorial on Reed–Solomon Coding for
Fault-Tolerance in RAID-like Systems", 1997). This is the arbiter for small numbers; bulk data goes to
`kernels.py`.
"""

from collections.abc import Sequence
from functools import cache

from erasure.errors import BadShape

POLYNOMIAL = 0x11D
#: The number of elements that have a logarithm, and so the period of EXP.
ORDER = 255


def _build_tables() -> tuple[tuple[int, ...], tuple[int, ...]]:
    exp, log, value = [0] * (2 * ORDER), [0] * 256, 1
    for power in range(ORDER):
        exp[power] = exp[power + ORDER] = value
        log[value] = power
        value <<= 1
        if value & 0x100:
            value ^= POLYNOMIAL
    return tuple(exp), tuple(log)


#: EXP[p] = 2**p for 0 <= p < 510; LOG is its inverse on 1..255 (LOG[0] has no meaning).
EXP, LOG = _build_tables()


def mul(a: int, b: int) -> int:
    """The product of two elements."""
    return EXP[LOG[a] + LOG[b]] if a and b else 0


def div(a: int, b: int) -> int:
    """a / b; raises ZeroDivisionError when b is 0."""
    if b == 0:
        raise ZeroDivisionError("division by the zero of GF(2^8)")
    return EXP[LOG[a] - LOG[b] + ORDER] if a else 0


def inverse(a: int) -> int:
    """1 / a; raises ZeroDivisionError for 0."""
    return div(1, a)


@cache
def times_table(factor: int) -> bytes:
    """The 256 products of `factor` with 0, 1, … 255, fit for `bytes.translate`."""
    return bytes(mul(factor, value) for value in range(256))


def invert(matrix: Sequence[Sequence[int]]) -> list[list[int]]:
    """The inverse of a square matrix by Gauss–Jordan elimination; raises BadShape when it is singular."""
    size = len(matrix)
    work = [[*row, *(int(i == j) for j in range(size))] for i, row in enumerate(matrix)]
    for column in range(size):
        pivot = next((i for i in range(column, size) if work[i][column]), None)
        if pivot is None:
            raise BadShape(f"the {size} x {size} matrix is singular at column {column}")
        work[column], work[pivot] = work[pivot], work[column]
        scale = times_table(inverse(work[column][column]))
        work[column] = [scale[value] for value in work[column]]
        for i in range(size):
            if i != column and work[i][column]:
                table = times_table(work[i][column])
                work[i] = [a ^ table[b] for a, b in zip(work[i], work[column], strict=True)]
    return [row[size:] for row in work]
