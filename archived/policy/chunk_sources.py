"""Which parts of which members are read, so that every missing chunk can be made (design, promise 5).

A set loses nothing while every chunk of the code word has as many good members as the set has data images,
*other members for other chunks*: so sources are chosen chunk by chunk. A copy with a bad spot still gives its
other chunks. What was read is judged by digests afterwards; a suspect copy may therefore be read when nothing
better is left, and the loss of one chunk never spoils the way to another.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from archived.language import _
from archived.policy.ranges import words
from archived.policy.sources import LAST_RESORTS, TRUST, CopyView, readable


@dataclass(frozen=True, slots=True)
class CopyChunks:
    """One copy: chunks that were read of it, and chunks that it cannot give (unreadable, or wrong)."""

    view: CopyView
    read: frozenset[int] = frozenset()
    bad: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Member:
    """One member of the set by its 1-based position, with its copies that did not fail in this recall."""

    position: int
    #: How many chunks it has; behind its end are zeros that nobody needs to read.
    chunks: int
    copies: tuple[CopyChunks, ...] = ()
    #: No drive could read one of its copies to the end in this recall.
    given_up: bool = False

    def gave(self, chunk: int) -> bool:
        """Whether its bytes of this chunk are at hand: read from a copy and not bad, or known zeros."""
        return chunk >= self.chunks or any(chunk in c.read and chunk not in c.bad for c in self.copies)


@dataclass(frozen=True, slots=True)
class ChunkReading:
    """Chunks to read of one copy."""

    position: int
    view: CopyView
    chunks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ChunkPlan:
    """What to read next, and the words about chunks that cannot be made from anything that is left."""

    readings: tuple[ChunkReading, ...] = ()
    shortage: str = ""


@dataclass(frozen=True, slots=True)
class _Offer:
    """A copy, and the missing chunks that nobody gave of its member yet and that it may give."""

    position: int
    view: CopyView
    chunks: frozenset[int]


@dataclass(slots=True)
class _Choice:
    """Readings as they are chosen, by copy."""

    readings: dict[int, tuple[_Offer, set[int]]] = field(default_factory=dict)

    def cover(self, need: Mapping[int, int], offers: Sequence[_Offer]) -> None:
        """Choose until every chunk of `need` has so many members more; one medium at a time, cheapest first."""
        left = {chunk: count for chunk, count in need.items() if count > 0}
        given: set[tuple[int, int]] = set()
        while left:
            gains = {o.view.copy_id: {c for c in o.chunks if c in left and (o.position, c) not in given}
                     for o in offers}  # fmt: skip
            useful = [offer for offer in offers if gains[offer.view.copy_id]]
            if not useful:
                return
            best = min(useful, key=lambda offer: self._cost(offer, len(gains[offer.view.copy_id])))
            gain = gains[best.view.copy_id]
            self.readings.setdefault(best.view.copy_id, (best, set()))[1].update(gain)
            given |= {(best.position, chunk) for chunk in gain}
            left = {c: n for c, count in left.items() if (n := count - (c in gain)) > 0}

    def _cost(self, offer: _Offer, gain: int) -> tuple[int, bool, bool, int, int, int]:
        """Trust first; then what costs no mount; then no walk; then the most chunks for a mount; data before parity."""
        mounted = offer.view.mounted_anyway or offer.view.copy_id in self.readings
        trust = TRUST.index(offer.view.state)
        return trust, not mounted, offer.view.by_hand, -gain, offer.position, offer.view.copy_id

    def plan(self, shortage: str = "") -> ChunkPlan:
        found = sorted(self.readings.values(), key=lambda pair: (pair[0].position, pair[0].view.copy_id))
        readings = (ChunkReading(o.position, o.view, tuple(sorted(chunks))) for o, chunks in found)
        return ChunkPlan(tuple(readings), shortage)


def plan_chunks(missing: Collection[int], own: Member, others: Sequence[Member], *, needed: int) -> ChunkPlan:
    """Readings that make every missing chunk of member `own` decodable, as far as that is possible.

    For each chunk the first of these that can be had: another good copy of the image itself; enough members of
    the set on good copies; a suspect copy of the image; enough members with suspect copies among them.

    Args:
        missing: chunk numbers of the code word that are not right yet.
        own: the image that is wanted.
        others: the other members that exist; absent positions of a short set are left out.
        needed: how many members make a chunk: data images that exist.

    The plan may hold both readings and a shortage: what can be made is not given up for what cannot.
    """
    choice = _Choice()
    # What was read of the image itself and is still missing was of no use.
    mine, theirs = _offers(missing, [own], given=False), _offers(missing, others)
    have = {chunk: sum(member.gave(chunk) for member in others) for chunk in missing}
    left = {chunk for chunk in missing if have[chunk] < needed}
    for trusted in (True, False):
        own_offers = [offer for offer in mine if not trusted or _trusted(offer)]
        set_offers = [offer for offer in theirs if not trusted or _trusted(offer)]
        direct = {chunk for chunk in left if any(chunk in offer.chunks for offer in own_offers)}
        choice.cover(dict.fromkeys(direct, 1), own_offers)
        left -= direct
        reach = _positions_by_chunk(set_offers)
        decodable = {c for c in left if have[c] + len(reach.get(c, ())) >= needed}
        choice.cover({chunk: needed - have[chunk] for chunk in decodable}, set_offers)
        left -= decodable
    return choice.plan(_shortage(left, others, needed) if left else "")


def plan_everything(chunks: Collection[int], members: Sequence[Member]) -> ChunkPlan:
    """Readings of all that was not read of any member yet: to find out which of them is silently wrong."""
    choice = _Choice()
    offers = _offers(chunks, members)
    reach = _positions_by_chunk(offers)
    choice.cover({chunk: len(positions) for chunk, positions in reach.items()}, offers)
    return choice.plan()


def merged(*plans: ChunkPlan) -> ChunkPlan:
    """Several plans as one, with one reading for each copy."""
    chunks: dict[int, set[int]] = {}
    first: dict[int, ChunkReading] = {}
    for reading in (reading for plan in plans for reading in plan.readings):
        first.setdefault(reading.view.copy_id, reading)
        chunks.setdefault(reading.view.copy_id, set()).update(reading.chunks)
    readings = tuple(ChunkReading(r.position, r.view, tuple(sorted(chunks[key]))) for key, r in first.items())
    return ChunkPlan(readings, "; ".join(plan.shortage for plan in plans if plan.shortage))


def _offers(missing: Collection[int], members: Iterable[Member], *, given: bool = True) -> list[_Offer]:
    """What copies can still give; with `given`, only where their member's bytes are not at hand yet."""
    found = []
    for member in members:
        wanted = {c for c in missing if c < member.chunks and not (given and member.gave(c))}
        for copy in member.copies:
            chunks = frozenset(wanted - copy.bad - copy.read)
            if chunks and readable(copy.view):
                found.append(_Offer(member.position, copy.view, chunks))
    return found


def _trusted(offer: _Offer) -> bool:
    return offer.view.state not in LAST_RESORTS


def _positions_by_chunk(offers: Iterable[_Offer]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for offer in offers:
        for chunk in offer.chunks:
            found.setdefault(chunk, set()).add(offer.position)
    return found


def _shortage(left: Collection[int], others: Sequence[Member], needed: int) -> str:
    """Which chunks cannot be made, and what each member has to do with it."""
    groups: dict[tuple[tuple[int, ...], tuple[int, ...]], list[int]] = {}
    for chunk in sorted(left):
        reach = _positions_by_chunk(_offers([chunk], others)).get(chunk, set())
        at_hand = tuple(m.position for m in others if m.gave(chunk) or m.position in reach)
        bad = tuple(
            m.position for m in others if m.position not in at_hand and any(chunk in c.bad for c in m.copies)
        )
        groups.setdefault((at_hand, bad), []).append(chunk)
    said = []
    for (at_hand, bad), chunks in groups.items():
        out = [m for m in others if m.position not in (*at_hand, *bad)]
        no_drive = [m.position for m in out if m.given_up]
        gone = [m.position for m in out if not m.given_up]
        text = _(
            "{needed} members of the set are needed and {at_hand_count} can be read "
            "(positions at hand: {value}"
        ).format(needed=needed, at_hand_count=len(at_hand), value=words(at_hand) or "none")
        text += _("; bad there: {words}").format(words=words(bad)) if bad else ""
        text += _("; no drive read them: {words}").format(words=words(no_drive)) if no_drive else ""
        text += _("; no disc to read: {words}").format(words=words(gone)) if gone else ""
        said.append(_("for chunks {words}: {text})").format(words=words(chunks), text=text))
    more = (
        _("; and {said_count} more groups of chunks").format(said_count=len(said) - 4)
        if len(said) > 4
        else ""
    )
    return "; ".join(said[:4]) + more
