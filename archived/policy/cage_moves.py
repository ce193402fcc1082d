"""Where cages stand, from what a look saw of their media and what readers at the bays said of their tags.

A cage is followed on the word of its tag, or when all that was seen of its media stands in another place of a library,
slot by slot as it did: a person who sorts a shelf moves media, not the order in which they stand.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

#: So many media must have moved alike before a cage is believed to have moved without its tag.
ALIKE_MIN = 2


@dataclass(frozen=True, slots=True)
class CageView:
    """A cage as it is on record."""

    id: str
    #: None while it is out.
    position: str | None
    #: What is with it → the slot where it belongs, or last stood.
    media: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class CageMoves:
    """What a look makes of cages."""

    #: Cages that stand somewhere else than the record says → position.
    moved: Mapping[str, str] = field(default_factory=dict)
    #: Cages in whose place another one stands, and of which nothing was seen.
    gone: frozenset[str] = frozenset()
    #: Positions at which a tag says one cage, and the labels of what stands there another one → cage of the tag.
    contradicted: Mapping[str, str] = field(default_factory=dict)


def follow(
    cages: Mapping[str, CageView],
    slots: Mapping[int, str],
    where: Mapping[str, int],
    tags: Mapping[str, str],
) -> CageMoves:
    """Where cages stand now.

    Args:
        slots: every slot with its position.
        where: media that were seen, with their elements.
        tags: positions at which a reader read the tag of a cage → cage.
    """
    moved: dict[str, str] = {}
    contradicted: dict[str, str] = {}
    said = {cage_id: position for position, cage_id in tags.items()}
    for cage in cages.values():
        seen = {m: slots[where[m]] for m in cage.media if where.get(m) in slots}
        target = said.get(cage.id)
        if target is not None:
            others = any(
                _stands(other, target, slots, where) for other in cages.values() if other is not cage
            )
            if (seen and target not in seen.values()) or (others and not seen):
                contradicted[target] = cage.id
                continue
        else:
            target = _by_media(cage, seen, slots, where)
        if target is not None and target != cage.position:
            moved[cage.id] = target
    # Two cages in one place: only what was seen there alone is believed.
    for cage_id, target in list(moved.items()):
        rivals = [
            other
            for other in cages.values()
            if other.id != cage_id and moved.get(other.id, other.position) == target
        ]
        if any(_stands(other, target, slots, where) or said.get(other.id) == target for other in rivals):
            del moved[cage_id]
    gone = {
        cage.id
        for cage in cages.values()
        if cage.id not in moved and cage.position is not None and cage.position in moved.values()
    }
    return CageMoves(moved, frozenset(gone), contradicted)


def _by_media(
    cage: CageView, seen: Mapping[str, str], slots: Mapping[int, str], where: Mapping[str, int]
) -> str | None:
    """The one position in which everything that was seen of a cage stands, if the cage must have moved there."""
    positions = set(seen.values())
    if len(positions) != 1:
        return None
    (target,) = positions
    if target == cage.position or cage.position is None:
        return target
    number = _numbers(slots)
    alike = [
        medium_id
        for medium_id in seen
        if (home := cage.media[medium_id]) is not None and number.get(home) == number[where[medium_id]]
    ]
    return target if len(alike) == len(seen) >= ALIKE_MIN else None


def _stands(cage: CageView, position: str, slots: Mapping[int, str], where: Mapping[str, int]) -> bool:
    """Whether something of a cage was seen at a position."""
    return any(m in where and slots.get(where[m]) == position for m in cage.media)


def _numbers(slots: Mapping[int, str]) -> dict[int, int]:
    """Slot → which one of its position it is."""
    counts: dict[str, int] = {}
    found = {}
    for element, position in sorted(slots.items()):
        counts[position] = counts.get(position, 0) + 1
        found[element] = counts[position]
    return found
