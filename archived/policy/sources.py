"""Where wanted bytes are read from: a copy of the image; what that cannot give, see `chunk_sources`.

Every byte is checked before it is handed over, so a doubtful copy may be tried when nothing better is
left; it is never preferred. Copies outside the library are not sources: no robot can bring them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from archived.states import CopyState

#: Readable states, most trusted first.
TRUST = (CopyState.VERIFIED, CopyState.FOUND, CopyState.WRITTEN, CopyState.SUSPECT, CopyState.RETIRED)
#: Read when nothing better is left.
LAST_RESORTS = (CopyState.SUSPECT, CopyState.RETIRED)


@dataclass(frozen=True, slots=True)
class CopyView:
    """One copy of one image, as far as reading it goes."""

    copy_id: int
    image_id: str
    medium_id: str
    state: CopyState
    in_drive: bool
    in_library: bool
    #: A recall that is not over wants it, or has read of it: its medium is mounted anyway, or its bytes are at hand.
    in_use: bool = False
    #: Somebody has to carry it by hand.
    by_hand: bool = False
    #: Of a copy with an earlier wrapper: where parity.bin begins in it. Only that is of use, and only to its set.
    payload_offset: int | None = None

    @property
    def mounted_anyway(self) -> bool:
        """Whether reading it costs no mount of its own."""
        return self.in_drive or self.in_use


@dataclass(frozen=True, slots=True)
class Paces:
    """What a library does as a rule; measured or from its data sheet."""

    #: From a slot into a drive until it answers, and back.
    load_s: float
    unload_s: float
    read_bytes_per_s: float


def direct_source(copies: Sequence[CopyView], *, excluded: Collection[int] = ()) -> CopyView | None:
    """The cheapest good copy: in the order of TRUST; then one that is mounted anyway.

    `excluded` are ids of copies that failed in this recall. A caller that prefers the set to a suspect
    copy looks at the answer's state.
    """
    whole = [c for c in copies if c.payload_offset is None]
    usable = [c for c in whole if readable(c) and c.copy_id not in excluded]
    return min(usable, key=_cost, default=None)


def estimate_s(sources: Sequence[CopyView], *, bytes_each: int, paces: Paces, drives: int) -> float:
    """About how many seconds it takes to load `sources` and read `bytes_each` of every one.

    The one robot loads them in turn and unloads what stands in the way when there are more media than
    drives; up to `drives` of them are read at once.

    Raises:
        ValueError: there is no drive to read with.
    """
    if drives < 1:
        raise ValueError("an estimate needs at least one drive")
    loads = sum(not source.in_drive for source in sources)
    unloads = max(0, len(sources) - drives)
    rounds = -(-len(sources) // drives)
    return loads * paces.load_s + unloads * paces.unload_s + rounds * bytes_each / paces.read_bytes_per_s


def readable(copy: CopyView) -> bool:
    """Whether a robot can bring it and its state allows a try."""
    return copy.state in TRUST and (copy.in_drive or copy.in_library)


def drives_to_try(up: Sequence[str], tried_in: Collection[str]) -> tuple[str, ...]:
    """The drives for a reading: those that did not fail in it yet, or all when every one did."""
    return tuple(name for name in up if name not in tried_in) or tuple(up)


def _cost(copy: CopyView) -> tuple[int, bool, bool, int]:
    return TRUST.index(copy.state), not copy.mounted_anyway, copy.by_hand, copy.copy_id
