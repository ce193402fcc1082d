"""Which cartridge each image goes to: few cartridges open, the diversity floor kept, one confidentiality on each.

The fullest cartridge with room comes first, and a blank one is begun only when no begun one can take the image.
At most M members of a set share a cartridge, a magazine or a purchase batch, all members or none; a waiver gives the
widest spread that there is. Copies that a class asks for are no members: each finds its own room.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from archived.language import _
from archived.policy.placement import PlacedMember, Placement, ways_out

#: What stands around an image that has a session of its own on a new cartridge, a filemark counted as a block like
#: everything that a cartridge's used bytes are counted by: header, trailer and index with the mark of each, the mark
#: of the image, the label with its own. The blocks of the index come on top.
OVERHEAD_BLOCKS: Final = 8
#: An index of a thousand images and more.
INDEX_BYTES: Final = 1 << 20
#: Steps of the search for cartridges; it needs a few dozen unless magazines and batches contradict each other.
SEARCH_STEPS_MAX: Final = 5_000
#: What may be lost at once with several members in it; a single cartridge more easily than all of a batch.
_EASILY_LOST: Final = ("cartridge", "magazine", "batch")


@dataclass(frozen=True, slots=True)
class Cartridge:
    """A cartridge that may be written, with what is left of it when all that is planned is on it."""

    medium_id: str
    room_bytes: int
    #: Images are on it or planned for it.
    begun: bool
    #: Of the images on it or planned for it; None for a blank one.
    confidentiality: str | None
    magazine: str | None
    batch: str


@dataclass(frozen=True, slots=True)
class WantedImage:
    """An image that wants a place on tape; `cost_bytes` is what it takes there, all included."""

    image_id: str
    cost_bytes: int
    confidentiality: str
    #: Media that carry it, or are going to.
    carried_by: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CopyPlan:
    """Cartridges for copies (image id → medium id), and why each of the others has none."""

    assignments: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)


def cost_on_tape(size_bytes: int, block_bytes: int) -> int:
    """Bytes of a cartridge that an image of `size_bytes` takes in blocks of `block_bytes`, at most."""
    blocks = -(-size_bytes // block_bytes) - (-INDEX_BYTES // block_bytes) + OVERHEAD_BLOCKS
    return blocks * block_bytes


def room_of(capacity_bytes: int, used_bytes: int, planned_bytes: int, reserve_percent: float) -> int:
    """Bytes that are left on a cartridge; 0 when it is full."""
    return max(0, int(capacity_bytes * (1 - reserve_percent / 100)) - used_bytes - planned_bytes)


def place_copies(images: Sequence[WantedImage], cartridges: Sequence[Cartridge]) -> CopyPlan:
    """A cartridge for each of `images`, in their order, as far as there is room. Deterministic."""
    shelf = _Shelf(cartridges)
    assignments: dict[str, str] = {}
    refused: dict[str, str] = {}
    for image in images:
        fitting = shelf.fitting(image)
        if fitting:
            shelf.put(fitting[0], image)
            assignments[image.image_id] = fitting[0].medium_id
        else:
            refused[image.image_id] = _no_room(image, shelf)
    return CopyPlan(assignments, refused)


def place_members(
    members: Sequence[WantedImage],
    placed: Sequence[PlacedMember],
    cartridges: Sequence[Cartridge],
    m: int,
    *,
    waived: bool = False,
    set_id: str = "SET",
) -> Placement:
    """A cartridge for each of the `members` of a set that go to tape, given where its other members lie, discs too.

    Deterministic. Finds a placement whenever there is one, within SEARCH_STEPS_MAX steps.
    """
    chosen, best = _search(members, placed, cartridges, dict.fromkeys(_EASILY_LOST, m))
    if chosen is None and waived:
        chosen = _widest(members, placed, cartridges, m)
    if chosen is not None:
        return Placement(assignments=chosen)
    words = _refusal(members, placed, cartridges, m, best, set_id)
    return Placement(refusal=words, shortage=max(1, len(members) - best))


def _widest(
    members: Sequence[WantedImage], placed: Sequence[PlacedMember], cartridges: Sequence[Cartridge], m: int
) -> dict[str, str] | None:
    """The widest spread that there is, over what is lost most easily first; None when there is no room."""
    most = max(m, len(members) + len(placed))
    floor = dict.fromkeys(_EASILY_LOST, most)
    chosen: dict[str, str] | None = None
    for kind in _EASILY_LOST:
        for limit in range(m, most + 1):
            found, _best = _search(members, placed, cartridges, floor | {kind: limit})
            if found is not None:
                chosen, floor[kind] = found, limit
                break
    return chosen


class _Shelf:
    """Cartridges with the room that is left while a plan is made."""

    def __init__(self, cartridges: Sequence[Cartridge]) -> None:
        self.cartridges = tuple(cartridges)
        self._room = {item.medium_id: item.room_bytes for item in cartridges}
        self._holds: dict[str, list[str]] = {
            item.medium_id: [] if item.confidentiality is None else [item.confidentiality]
            for item in cartridges
        }
        self._begun = {item.medium_id: int(item.begun) for item in cartridges}

    def room(self, item: Cartridge) -> int:
        return self._room[item.medium_id]

    def may_take(self, item: Cartridge, image: WantedImage) -> bool:
        """Whether only its room can keep the image off it."""
        held = self._holds[item.medium_id]
        return item.medium_id not in image.carried_by and (not held or held[0] == image.confidentiality)

    def fitting(self, image: WantedImage) -> list[Cartridge]:
        """Cartridges with room for an image: begun ones first, the fullest first."""
        found = [c for c in self.cartridges if self.may_take(c, image) and self.room(c) >= image.cost_bytes]
        return sorted(found, key=lambda c: (not self._begun[c.medium_id], self.room(c), c.medium_id))

    def put(self, item: Cartridge, image: WantedImage) -> None:
        self._room[item.medium_id] -= image.cost_bytes
        self._begun[item.medium_id] += 1
        self._holds[item.medium_id].append(image.confidentiality)

    def take_back(self, item: Cartridge, image: WantedImage) -> None:
        self._room[item.medium_id] += image.cost_bytes
        self._begun[item.medium_id] -= 1
        self._holds[item.medium_id].pop()

    def look(self, item: Cartridge) -> tuple[object, ...]:
        """Cartridges that look the same are the same to a search."""
        held = self._holds[item.medium_id]
        return item.magazine, item.batch, self.room(item), self._begun[item.medium_id] > 0, tuple(held[:1])


def _search(
    members: Sequence[WantedImage],
    placed: Sequence[PlacedMember],
    cartridges: Sequence[Cartridge],
    floor: Mapping[str, int],
) -> tuple[dict[str, str] | None, int]:
    """Cartridges for all members, or None; and how many members found one together at most.

    `floor` says how many members may lie in one place of each kind of `_EASILY_LOST`.
    """
    shelf = _Shelf(cartridges)
    order = sorted(members, key=lambda w: -w.cost_bytes)
    loads = Counter(place for member in placed for place in _places(member))
    chosen: dict[str, str] = {}
    best = steps = 0

    def search() -> bool:
        nonlocal best, steps
        steps += 1
        best = max(best, len(chosen))
        if len(chosen) == len(order):
            return True
        image = order[len(chosen)]
        seen = set()
        for item in shelf.fitting(image):
            places = _places(item)
            look = (shelf.look(item), loads["cartridge", item.medium_id])
            if look in seen or any(loads[place] >= floor[place[0]] for place in places):
                continue
            if steps > SEARCH_STEPS_MAX:
                return False
            seen.add(look)
            chosen[image.image_id] = item.medium_id
            shelf.put(item, image)
            loads.update(places)
            if search():
                return True
            del chosen[image.image_id]
            shelf.take_back(item, image)
            loads.subtract(places)
        return False

    return (dict(chosen), best) if search() else (None, best)


def _places(item: Cartridge | PlacedMember) -> list[tuple[str, str]]:
    """What can be lost at once, with a member in it."""
    cage = [] if item.magazine is None else [("magazine", item.magazine)]
    return [("cartridge", item.medium_id), ("batch", item.batch), *cage]


def _no_room(image: WantedImage, shelf: _Shelf) -> str:
    """Why an image has no cartridge, with the sizes and what to do."""
    allowed = [item for item in shelf.cartridges if shelf.may_take(item, image)]
    roomiest = max((shelf.room(item) for item in allowed), default=0)
    return _(
        "image {image_id} takes {cost_bytes} bytes on tape; {allowed} of {there} cartridges in the library may hold "
        "its confidentiality {confidentiality!r}, and the roomiest has {roomiest} bytes left. Put blank cartridges "
        "into the library, then: archivectl media register"
    ).format(
        image_id=image.image_id,
        cost_bytes=image.cost_bytes,
        allowed=len(allowed),
        there=len(shelf.cartridges),
        confidentiality=image.confidentiality,
        roomiest=roomiest,
    )


def _refusal(
    members: Sequence[WantedImage],
    placed: Sequence[PlacedMember],
    cartridges: Sequence[Cartridge],
    m: int,
    best: int,
    set_id: str,
) -> str:
    alone = place_copies(members, cartridges)
    if alone.refused:
        words = next(iter(alone.refused.values()))
        return _("set {set_id}: {words}").format(set_id=set_id, words=words)
    return _(
        "set {set_id} needs room on tape for {wanted} members, and at most {limit} members of a set may share "
        "a cartridge, a magazine or a purchase batch: the cartridges at hand have room for {best}. {ways_out}"
    ).format(
        set_id=set_id,
        wanted=len(members),
        limit=m,
        best=best,
        ways_out=ways_out(set_id),
    )
