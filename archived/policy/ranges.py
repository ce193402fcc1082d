"""Arithmetic of byte ranges, and of the chunks of a code word that they hold. A range is (offset, length)."""

from collections.abc import Collection, Iterable, Iterator

Range = tuple[int, int]


def merge(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """Sorted ranges with neighbours and overlaps joined, empty ones left out."""
    joined: list[Range] = []
    for offset, length in sorted(ranges):
        if length <= 0:
            continue
        if joined and offset <= sum(joined[-1]):
            start, before = joined[-1]
            joined[-1] = (start, max(before, offset + length - start))
        else:
            joined.append((offset, length))
    return tuple(joined)


def subtract(ranges: Iterable[Range], holes: Iterable[Range]) -> tuple[Range, ...]:
    """What of `ranges` lies in none of `holes`, merged."""
    left: list[Range] = []
    apart = merge(holes)
    first = 0
    for offset, length in merge(ranges):
        end = offset + length
        while first < len(apart) and sum(apart[first]) <= offset:
            first += 1
        at = first
        while at < len(apart) and apart[at][0] < end:
            start, size = apart[at]
            if offset < start:
                left.append((offset, start - offset))
            offset = max(offset, start + size)
            at += 1
        if offset < end:
            left.append((offset, end - offset))
    return tuple(left)


def overlap(ranges: Iterable[Range], others: Iterable[Range]) -> tuple[Range, ...]:
    """What lies in both, merged."""
    wanted = merge(ranges)
    return subtract(wanted, subtract(wanted, others))


def covers(ranges: Collection[Range], wanted: Range) -> bool:
    """Whether one of `ranges` (merged) holds all of `wanted`; nothing is held by anything."""
    start, length = wanted
    return length <= 0 or any(at <= start and start + length <= at + size for at, size in ranges)


def chunk_numbers(ranges: Iterable[Range], chunk_bytes: int) -> frozenset[int]:
    """Every chunk that a range touches."""
    found: set[int] = set()
    for offset, length in ranges:
        if length > 0:
            found.update(range(offset // chunk_bytes, (offset + length - 1) // chunk_bytes + 1))
    return frozenset(found)


def words(numbers: Collection[int]) -> str:
    """Numbers for people: `0-3, 7`."""
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in _runs(numbers))


def _runs(numbers: Collection[int]) -> Iterator[tuple[int, int]]:
    first = last = None
    for number in sorted(set(numbers)):
        if first is None or last is None or number != last + 1:
            if first is not None and last is not None:
                yield first, last
            first = number
        last = number
    if first is not None and last is not None:
        yield first, last
