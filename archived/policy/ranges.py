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
    left = list(merge(ranges))
    for at, size in merge(holes):
        left = [piece for item in left for piece in _around(item, at, at + size)]
    return tuple(left)


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


def _around(item: Range, start: int, end: int) -> list[Range]:
    """The parts of one range before and behind a hole."""
    offset, length = item
    pieces = [(offset, min(start, offset + length) - offset), (max(end, offset), 0)]
    pieces[1] = (pieces[1][0], offset + length - pieces[1][0])
    return [piece for piece in pieces if piece[1] > 0]


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
