"""A walk along a shelf: what was read there, against what should stand there."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, unique

from archived.policy.reconciling import Outcome, Verdict


@unique
class Found(Enum):
    """What came of one medium, or of one reading."""

    PRESENT = "present"  # read, and nothing speaks against its place on record
    MISSING = "missing"  # on record here, and named by no reading
    MISPLACED = "misplaced"  # read where it does not belong by the record
    UNKNOWN = "unknown"  # nobody knows what was read, or it may be several media
    TWICE = "twice"  # one medium was read in two places, or two in one: a copied tag or label, or a slip
    DISAGREE = "disagree"  # what was read of it contradicts itself or the catalog


@dataclass(frozen=True, slots=True)
class Place:
    """Where a medium is by the record; `library` None: in none. `element` None: away from its library."""

    library: str | None
    element: int | None


@dataclass(frozen=True, slots=True)
class ShelfReading:
    """What was read of one medium on the way, with its place where the list says one."""

    read: tuple[str, ...]
    verdict: Verdict
    place: int | None = None


@dataclass(frozen=True, slots=True)
class ShelfLine:
    """One line of the report."""

    found: Found
    medium_id: str | None
    #: By the record, before this walk.
    on_record: Place | None
    #: Where it was read.
    place: int | None
    read: tuple[str, ...] = ()
    #: Which reading it is about; None for a medium that none is about.
    reading: int | None = None


def compare(
    library: str,
    elements: frozenset[int],
    media: Mapping[str, Place],
    readings: Sequence[ShelfReading],
) -> tuple[ShelfLine, ...]:
    """One line for each reading, in their order, then one for each medium on record in `elements` that none names.

    Args:
        elements: the places of the shelf, all of which were walked along.
        media: where every medium on record is.
    """
    names = Counter(r.verdict.medium_id for r in readings if r.verdict.medium_id is not None)
    places = Counter(r.place for r in readings if r.place is not None)
    lines = [
        _line(library, elements, media, number, reading, names, places)
        for number, reading in enumerate(readings)
    ]
    named = {medium_id for reading in readings for medium_id in _named(reading.verdict)}
    lines += [
        ShelfLine(Found.MISSING, medium_id, place, None)
        for medium_id, place in sorted(media.items())
        if place.library == library and place.element in elements and medium_id not in named
    ]
    return tuple(lines)


def _line(
    library: str,
    elements: frozenset[int],
    media: Mapping[str, Place],
    number: int,
    reading: ShelfReading,
    names: Mapping[str, int],
    places: Mapping[int, int],
) -> ShelfLine:
    medium_id = reading.verdict.medium_id
    if reading.verdict.outcome is Outcome.DISAGREE:
        return ShelfLine(Found.DISAGREE, None, None, reading.place, reading.read, number)
    if medium_id is None:
        return ShelfLine(Found.UNKNOWN, None, None, reading.place, reading.read, number)
    where = media[medium_id]
    belongs = where.library == library and where.element in elements
    found = Found.MISPLACED
    if names[medium_id] > 1 or (reading.place is not None and places[reading.place] > 1):
        found = Found.TWICE
    elif belongs and reading.place in (None, where.element):
        found = Found.PRESENT
    return ShelfLine(found, medium_id, where, reading.place, reading.read, number)


def _named(verdict: Verdict) -> set[str]:
    return {*verdict.candidates, *(medium_id for witness in verdict.against for medium_id in witness.says)}
