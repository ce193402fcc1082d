"""The coefficients of the code: which multiples of which members give parity, lost members and syndromes.

The code is the systematic Reed–Solomon code with generator g(x) = (x - 2^0)(x - 2^1)…(x - 2^(M-1)), the code
of the `reedsolo` package. A member's place in the code word is its *power*: data position k has power M + k,
parity file r has power M - 1 - r. So a column of the matrix depends on the position alone and not on the size
of the set, and a set that stays short equals the shorter code. Members are numbered 0 … n-1 (data), n … n+m-1
(parity).
"""

from collections.abc import Collection
from functools import lru_cache

from erasure.errors import BadShape, TooManyLost
from erasure.field import EXP, ORDER, invert, mul, times_table

Row = tuple[int, ...]
Rows = tuple[Row, ...]


def check_size(n: int, m: int) -> None:
    """Refuse what is no code: 2^255 = 2^0, so more than 255 members cannot all be told apart (BadShape)."""
    if n < 1 or m < 1 or n + m > ORDER:
        raise BadShape(f"a set of {n}+{m} is not possible: at least 1+1 and at most {ORDER} members in all")


def power_of(member: int, n: int, m: int) -> int:
    """The power of x that a member's byte is the coefficient of, in the code word polynomial."""
    if not 0 <= member < n + m:
        raise BadShape(f"there is no member {member} in a set of {n}+{m}")
    return m + member if member < n else m - 1 - (member - n)


def location_of(member: int, n: int, m: int) -> int:
    """The member's location value X = 2^power: the ratio of successive syndromes of an error in it."""
    return EXP[power_of(member, n, m)]


@lru_cache(maxsize=64)
def parity_matrix(n: int, m: int) -> Rows:
    """m rows of n coefficients: parity r = sum over k of rows[r][k] * data k; column k is x^(m+k) mod g."""
    check_size(n, m)
    generator = [1]
    for i in range(m):
        shifted = [*generator, 0]
        for k, coefficient in enumerate(generator):
            shifted[k + 1] ^= mul(coefficient, EXP[i])
        generator = shifted
    tail = generator[1:]
    columns, column = [], list(tail)
    for _ in range(n):
        columns.append(column)
        table = times_table(column[0])
        column = [a ^ table[b] for a, b in zip([*column[1:], 0], tail, strict=True)]
    return tuple(tuple(c[r] for c in columns) for r in range(m))


def decode_rows(
    n: int, m: int, lost: Collection[int], readable: Collection[int] | None = None
) -> tuple[tuple[int, ...], Rows]:
    """How to rebuild `lost` members: the n members to read, and for each lost one a row of n coefficients.

    `readable` are the members that can be read (default: all but `lost`); what is neither readable nor asked
    for is a loss too. All readable data members are used, and as many parity files as data members are
    missing. Raises TooManyLost when fewer than n members are readable.
    """
    check_size(n, m)
    wanted = tuple(sorted(lost))
    usable = set(range(n + m)) - set(wanted) if readable is None else set(readable)
    for member in {*wanted, *usable}:
        power_of(member, n, m)
    if usable & set(wanted):
        raise BadShape(f"members {sorted(usable & set(wanted))} are called both lost and readable")
    return _decode_rows(n, m, wanted, tuple(sorted(usable)))


@lru_cache(maxsize=256)
def _decode_rows(n: int, m: int, lost: Row, readable: Row) -> tuple[Row, Rows]:
    parity = parity_matrix(n, m)
    kept = [i for i in readable if i < n]
    missing = [i for i in range(n) if i not in kept]
    helpers = [i for i in readable if i >= n][: len(missing)]
    if len(helpers) < len(missing):
        raise TooManyLost(
            f"{len(kept) + len(helpers)} members of the {n}+{m} set are readable and any {n} are needed; "
            f"lost: {', '.join(str(i) for i in range(n + m) if i not in readable)}; "
            f"bring {len(missing) - len(helpers)} more of them"
        )
    # Move what is known to one side: the missing data are (square of coefficients)^-1 times (parity + known
    # data).
    solver = invert([[parity[h - n][k] for k in missing] for h in helpers])
    rebuilt: dict[int, Row] = {}
    for k, weights in zip(missing, solver, strict=True):
        known = [0] * len(kept)
        for weight, h in zip(weights, helpers, strict=True):
            known = [a ^ mul(weight, parity[h - n][i]) for a, i in zip(known, kept, strict=True)]
        rebuilt[k] = (*known, *weights)
    for member in lost:
        if member >= n:
            coefficients = parity[member - n]
            row = [coefficients[i] for i in kept] + [0] * len(helpers)
            for k in missing:
                table = times_table(coefficients[k])
                row = [a ^ table[b] for a, b in zip(row, rebuilt[k], strict=True)]
            rebuilt[member] = tuple(row)
    return (*kept, *helpers), tuple(rebuilt[member] for member in lost)


def syndrome_rows(n: int, m: int, lost: Collection[int] = ()) -> Rows:
    """Rows over all n+m members whose results are zero wherever every member is right.

    Without losses row r holds X_i^r (row 0 is all ones: the XOR of all members is zero). Each known loss l
    uses up one row, H[r+1] + X_l * H[r], in which its own coefficient is zero; the ratio between the results
    of successive rows still is the location value of a single wrong member. Raises TooManyLost when no row is
    left.
    """
    check_size(n, m)
    places = [location_of(i, n, m) for i in range(n + m)]
    rows: list[list[int]] = [[1] * (n + m)]
    for _ in range(m - 1):
        rows.append([mul(x, value) for x, value in zip(places, rows[-1], strict=True)])
    for member in sorted(set(lost)):
        table = times_table(location_of(member, n, m))
        rows = [
            [b ^ table[a] for a, b in zip(rows[r], rows[r + 1], strict=True)] for r in range(len(rows) - 1)
        ]
    if not rows:
        raise TooManyLost(
            f"with {len(set(lost))} members of a {n}+{m} set lost nothing is left to check the others by"
        )
    return tuple(tuple(row) for row in rows)
