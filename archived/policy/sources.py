"""Where wanted bytes are read from: a copy of the image, else enough other members of its set.

Every byte is checked before it is handed over, so a doubtful copy may be tried when nothing better is
left; it is never preferred. Copies outside the library are not sources: no robot can bring them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from archived.states import CopyState

#: Readable states, most trusted first.
TRUST = (CopyState.VERIFIED, CopyState.WRITTEN, CopyState.SUSPECT)


@dataclass(frozen=True, slots=True)
class CopyView:
    """One copy of one image, as far as reading it goes."""

    copy_id: int
    image_id: str
    medium_id: str
    state: CopyState
    in_drive: bool
    in_library: bool


@dataclass(frozen=True, slots=True)
class SetSources:
    """Members to read, by 1-based position, or the words that say why the set cannot give the bytes."""

    members: tuple[tuple[int, CopyView], ...] = ()
    shortage: str = ""


@dataclass(frozen=True, slots=True)
class Paces:
    """What a library does as a rule; measured or from its data sheet."""

    #: From a slot into a drive until it answers, and back.
    load_s: float
    unload_s: float
    read_bytes_per_s: float


def direct_source(copies: Sequence[CopyView], *, excluded: Collection[int] = ()) -> CopyView | None:
    """The cheapest good copy: verified before merely written before suspect, then one already in a drive.

    `excluded` are ids of copies that failed in this recall. A caller that prefers the set to a suspect
    copy looks at the answer's state.
    """
    usable = [c for c in copies if _readable(c) and c.copy_id not in excluded]
    return min(usable, key=_cost, default=None)


def set_sources(
    members: Mapping[int, Sequence[CopyView]],
    *,
    n: int,
    m: int,
    absent: Collection[int] = (),
    excluded: Collection[int] = (),
) -> SetSources:
    """The cheapest members that make every byte of the set: as many as it has data images.

    Args:
        members: copies by 1-based position, data 1…n, parity n+1…n+m.
        absent: data positions that a short set never had; they count as known zeros.
        excluded: ids of copies not to use, such as those of the image that is wanted.
    """
    needed = n - len(set(absent))
    found: list[tuple[int, CopyView]] = []
    for position in range(1, n + m + 1):
        copy = None if position in absent else direct_source(members.get(position, ()), excluded=excluded)
        if copy is not None:
            found.append((position, copy))
    if len(found) < needed:
        at_hand = ", ".join(str(position) for position, _ in found) or "none"
        return SetSources(
            shortage=f"{needed} members of the set are needed and {len(found)} can be read "
            f"(positions at hand: {at_hand})"
        )
    # Data before parity at equal cost: a data member is its own share of the answer.
    found.sort(key=lambda pair: (*_cost(pair[1])[:2], pair[0]))
    return SetSources(members=tuple(sorted(found[:needed], key=lambda pair: pair[0])))


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


def _readable(copy: CopyView) -> bool:
    return copy.state in TRUST and (copy.in_drive or copy.in_library)


def _cost(copy: CopyView) -> tuple[int, bool, int]:
    return TRUST.index(copy.state), not copy.in_drive, copy.copy_id
