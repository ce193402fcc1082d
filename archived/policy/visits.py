"""Readings of many recalls as visits: one copy in one mount, every byte read once, in order of offset.

Recalls do not know of each other; whoever wants bytes of a copy says so as a wish. What one recall has got of a
copy already, another takes from the recall area instead of from the medium.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from archived.policy.ranges import Range, merge, subtract
from archived.policy.sources import Paces


@dataclass(frozen=True, slots=True)
class Wish:
    """Ranges of one copy that one reading wants: (offset, length) in bytes of the image."""

    reading_id: int
    copy_id: int
    medium_id: str
    ranges: tuple[Range, ...]
    #: Stretches of the copy that lie in the recall area already, whoever asked for them.
    at_hand: tuple[Range, ...] = ()

    @property
    def left(self) -> tuple[Range, ...]:
        """What the medium has to give."""
        return subtract(self.ranges, self.at_hand)


@dataclass(frozen=True, slots=True)
class Visit:
    """One mount of one medium: what is read there, and for which readings."""

    copy_id: int
    medium_id: str
    #: Sorted and apart: no byte is read twice.
    ranges: tuple[Range, ...]
    #: Readings that it serves, also those that need nothing of the medium any more.
    reading_ids: tuple[int, ...]

    @property
    def size_bytes(self) -> int:
        return sum(length for _, length in self.ranges)


def visits(wishes: Iterable[Wish], *, loaded: Collection[str] = ()) -> tuple[Visit, ...]:
    """One visit for each copy that has to give something; those of media in drives (`loaded`) come first."""
    by_copy: dict[int, list[Wish]] = {}
    for wish in wishes:
        by_copy.setdefault(wish.copy_id, []).append(wish)
    found = []
    for copy_id, wanted in by_copy.items():
        ranges = merge(piece for wish in wanted for piece in wish.left)
        if ranges:
            ids = tuple(sorted(wish.reading_id for wish in wanted))
            found.append(Visit(copy_id, wanted[0].medium_id, ranges, ids))
    return tuple(
        sorted(found, key=lambda visit: (visit.medium_id not in loaded, visit.medium_id, visit.copy_id))
    )


def estimate_visits_s(
    planned: Sequence[Visit], *, loaded: Collection[str], paces: Paces, drives: int
) -> float:
    """About how many seconds the visits take: one robot that loads in turn, `drives` of them reading at once.

    Raises:
        ValueError: there is no drive to read with.
    """
    if drives < 1:
        raise ValueError("an estimate needs at least one drive")
    media = {visit.medium_id for visit in planned}
    loads = len(media - set(loaded))
    unloads = max(0, len(media) - drives)
    total_bytes = sum(visit.size_bytes for visit in planned)
    longest_bytes = max((visit.size_bytes for visit in planned), default=0)
    reading_s = max(longest_bytes, total_bytes / drives) / paces.read_bytes_per_s
    return loads * paces.load_s + unloads * paces.unload_s + reading_s
