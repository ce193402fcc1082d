"""Images that were members of several sets, one after the other: whose descriptor counts. Pure.

What survives of a set of which images were destroyed has a set of its own with new parity and a descriptor, over images
whose bytes go on naming the old one. So the newest descriptor that names an image says which set it is a member of, and
what it says to be kept no more counts for nothing, wherever a medium with it turns up.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from archived.language import _
from archived.policy.rebuilding import Claim, Difference


@dataclass(frozen=True, slots=True)
class Current:
    """Claims as members of the sets that they are in now, and what is told of those that count for nothing."""

    claims: tuple[Claim, ...]
    retired: tuple[Difference, ...] = ()


def in_newest_sets(claims: Collection[Claim]) -> Current:
    """Every claim under the set that the newest descriptor puts it in; claims of members that are kept no more go.

    What the newest of them says of a name counts. What was left behind once is never taken up again, whoever was left
    behind since.
    """
    retired: dict[str, Claim] = {}
    members: dict[str, tuple[Claim, int]] = {}
    for claim in _newest_first(claims):
        adopts = claim.adopts if claim.name not in retired else ()
        members |= {name: (claim, at) for name, at in adopts if name not in members and name not in retired}
        retired |= {name: claim for name in claim.retired if name not in members and name not in retired}
    current, told = [], []
    for claim in claims:
        newer = retired.get(claim.name)
        if newer is not None:
            words = _(
                "medium {medium} carries {name}, which set {set} left behind: it is kept no more"
            ).format(medium=claim.medium_id, name=claim.name, set=newer.set_id)
            advice = f"archivectl media {claim.medium_id}"
            told.append(Difference("kept-no-more", claim.medium_id, words, advice))
        elif claim.name in members:
            by, position = members[claim.name]
            current.append(replace(claim, set_id=by.set_id, n=by.n, m=by.m, position=position))
        else:
            current.append(claim)
    return Current(tuple(current), tuple(told))


def _newest_first(claims: Collection[Claim]) -> Sequence[Claim]:
    telling = [claim for claim in claims if claim.adopts or claim.retired]
    return sorted(telling, key=lambda claim: (claim.written_at, claim.set_id, claim.position), reverse=True)
