"""What is enough: when a set is complete, a package archived, and staged bytes may go.

Only VERIFIED counts, which means read back from its medium after a reload and matched (design, promise 2).
"""

from collections.abc import Collection, Iterable, Mapping

from archived.language import _
from archived.states import CopyState, ImageState, PackageState, SetState

VERIFIED_ONLY = frozenset({CopyState.VERIFIED})
#: Copies that a rebuild found count as present: nobody has read them in full since, and nobody doubts them.
AT_HAND = VERIFIED_ONLY | {CopyState.FOUND}
#: Packages whose staged bytes nobody is owed.
_NOT_KEPT = (
    PackageState.WITHDRAWN,
    PackageState.ABANDONED,
    PackageState.FORGOTTEN,
    PackageState.DESTROYED,
)


def missing_members(
    copies: Mapping[int, Collection[CopyState]],
    *,
    n: int,
    m: int,
    absent: Collection[int] = (),
    counting: Collection[CopyState] = VERIFIED_ONLY,
) -> tuple[int, ...]:
    """Positions (1-based, data then parity) without a verified copy; empty means the set is complete.

    A position that `copies` does not name is missing, unless it is one of the `absent` of a short set.
    `counting` AT_HAND asks another question: which members can be read, whoever vouches for them.
    """
    return tuple(
        position
        for position in range(1, n + m + 1)
        if position not in absent and not set(counting).intersection(copies.get(position, ()))
    )


def missing_pools(
    images: Mapping[str, Collection[ImageState]], class_pools: Iterable[str]
) -> tuple[str, ...]:
    """What keeps a package from being archived, one sentence a pool; empty means that nothing does.

    Args:
        images: states of the images that carry the package, by pool.
        class_pools: every pool that its class names.
    """
    return tuple(
        f"pool {pool}: {_furthest(images.get(pool, ()))}"
        for pool in class_pools
        if ImageState.KEPT not in images.get(pool, ())
    )


def missing_copies(reached: Mapping[str, Collection[str]], class_copies: Iterable[str]) -> tuple[str, ...]:
    """Copies that keep a package from being archived, one sentence each; empty means that nothing does.

    Args:
        reached: pools in which each image that carries the package has a verified copy beside its own, by image id.
        class_copies: every pool in which its class asks for a copy.
    """
    return tuple(
        _("pool {pool}: image {image_id} has no copy there that was read back").format(
            pool=pool, image_id=image_id
        )
        for pool in class_copies
        for image_id, pools in sorted(reached.items())
        if pool not in pools
    )


def reasons_to_stay(
    state: PackageState,
    *,
    images: Mapping[str, Collection[ImageState]],
    class_pools: Iterable[str],
    missing_positions: Mapping[str, Collection[int]],
    owed: Collection[str] = (),
    in_use: bool = False,
    unproven: Collection[str] = (),
) -> tuple[str, ...]:
    """Why the staged bytes of a package must stay; empty means that they may go.

    A package that was archived once keeps its staged bytes while a copy of its sets is doubtful now: they
    are the cheapest source for the repair.

    Args:
        missing_positions: what `missing_members` says today of each set that the package lies in, by set id.
        owed: what `missing_copies` says today.
        in_use: a recall is reading them.
        unproven: images of it of which a copy is planned, being written, or not read back yet.
    """
    if state in _NOT_KEPT:
        return ("a recall is reading them",) if in_use else ()
    reasons = [*missing_pools(images, class_pools), *owed]
    if state is not PackageState.ARCHIVED:
        reasons.append(_("the package is {value}, not archived").format(value=state.value))
    for set_id, positions in sorted(missing_positions.items()):
        if positions:
            listed = ", ".join(str(position) for position in sorted(positions))
            reasons.append(
                _("set {set_id}: no verified copy of member {listed}").format(set_id=set_id, listed=listed)
            )
    if unproven and not reasons:
        reasons.append(_("a copy of {images} was not read back yet").format(images=", ".join(unproven)))
    if in_use:
        reasons.append(_("a recall is reading them"))
    return tuple(reasons)


def may_release_parity(state: SetState, *, missing_positions: Collection[int], packages_waiting: int) -> bool:
    """True when a set's parity files may leave staging.

    Args:
        missing_positions: what `missing_members` says of the set today.
        packages_waiting: packages on its images that are accepted and not yet archived: parity goes no
            earlier than they do, and they wait for every pool of their class.
    """
    if state is SetState.VOID:
        return True
    return state is SetState.COMPLETE and not missing_positions and packages_waiting == 0


def _furthest(states: Collection[ImageState]) -> str:
    words = {
        ImageState.OPEN: "waits for an image to close",
        ImageState.CLOSING: "its image is being closed",
        ImageState.CLOSED: "its image waits for its set",
        ImageState.PROTECTED: "its set is not yet written and read back",
    }
    reached = [state for state in words if state in states]
    return words[reached[-1]] if reached else words[ImageState.OPEN]
