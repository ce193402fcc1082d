"""How surely a sample finds what is wrong: the hypergeometric distribution, without approximation.

Of `total` things `bad` are bad and `read` were drawn at random, each at most once. All of the bad ones are missed with
the probability C(total - bad, read) / C(total, read). It does not matter where the bad ones lie.
"""

from functools import lru_cache

#: "Surely" in every statement of ours.
SURE = 0.95


def missed(total: int, read: int, bad: int) -> float:
    """The probability that a sample of `read` of `total` things holds none of `bad`. Raises ValueError."""
    if not (0 <= read <= total and 0 <= bad <= total):
        raise ValueError(f"{read} read and {bad} bad of {total} cannot be")
    few, many = min(read, bad), max(read, bad)
    if few + many > total:
        return 0.0
    probability = 1.0
    for drawn in range(few):
        probability *= (total - many - drawn) / (total - drawn)
    return probability


@lru_cache(maxsize=4096)
def least_found(total: int, read: int, sure: float = SURE) -> int:
    """The least number of bad things of which a sample finds at least one with the probability `sure`.

    `total` + 1 when no number of them would be found so surely: nothing was drawn.
    """
    low, high = 1, total + 1
    while low < high:
        middle = (low + high) // 2
        if 1.0 - missed(total, read, middle) >= sure:
            high = middle
        else:
            low = middle + 1
    return low


def least_share_percent(total: int, read: int, sure: float = SURE) -> float:
    """The same as a share of all, in percent; 100 when nothing is promised."""
    return min(100.0, 100.0 * least_found(total, read, sure) / total) if total else 100.0
