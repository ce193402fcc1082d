"""May a package still be taken back, and what falls with it.

Until the first write intent of any member of its set. Taking it out of a closed image voids every image
of that set, none of which is written then; their other packages wait again and close under new ids.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from archived.states import CopyState, ImageState, PackageState

#: Nothing physical has happened to the medium of such a copy.
UNTOUCHED = frozenset({CopyState.PLANNED, CopyState.CANCELLED})


@dataclass(frozen=True, slots=True)
class MemberView:
    """An image (data or parity) and the states of all its copies."""

    image_id: str
    state: ImageState
    copies: tuple[CopyState, ...] = ()


@dataclass(frozen=True, slots=True)
class HomeView:
    """An image that carries the package, with every member of its set, itself among them."""

    image_id: str
    set_id: str | None
    members: tuple[MemberView, ...]


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Either a refusal in words, or what becomes void with the package."""

    refusal: str = ""
    voided_images: tuple[str, ...] = ()
    voided_sets: tuple[str, ...] = ()


def may_withdraw(state: PackageState, homes: Sequence[HomeView]) -> Withdrawal:
    """Whether a package in `state` may be withdrawn, and the consequences in `homes`, one per pool.

    Raises:
        ValueError: a home does not list its own image among its members.
    """
    if state is not PackageState.ACCEPTED:
        return Withdrawal(refusal=f"it is {state.value}; only an accepted package can be withdrawn")
    live = [home for home in homes if _carries(home)]
    for home in live:
        spent = write_intents(home.members)
        if spent:
            return Withdrawal(
                refusal=f"writing of set {home.set_id or '(none)'} has begun (image {', '.join(spent)}): "
                "what is on write-once media stays. Submit a correction as a new version instead"
            )
    voided = {m.image_id for home in live for m in home.members if m.state is not ImageState.VOID}
    return Withdrawal(
        voided_images=tuple(sorted(voided)),
        voided_sets=tuple(sorted({home.set_id for home in live if home.set_id is not None})),
    )


def write_intents(members: Collection[MemberView]) -> tuple[str, ...]:
    """Ids of the members that a medium was or may have been touched for; empty: all can still be undone.

    The same limit holds for holding and releasing an image.
    """
    return tuple(
        sorted(
            m.image_id for m in members if m.state is ImageState.KEPT or not UNTOUCHED.issuperset(m.copies)
        )
    )


def _carries(home: HomeView) -> bool:
    """False for images that hold nothing yet (OPEN: contents are decided at closing) or nothing any more."""
    states = {m.image_id: m.state for m in home.members}
    if home.image_id not in states:
        raise ValueError(f"image {home.image_id} is not among the members given for it")
    return states[home.image_id] not in (ImageState.OPEN, ImageState.VOID)
