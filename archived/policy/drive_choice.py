"""Which drive reads a fresh disc back: the other burner, whenever there is one.

A burner that reads only what it burnt itself may agree with its own faults. At most M members of a set
may depend on one such drive (design, promise 5).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from archived.language import _

#: (drive that wrote, drive that verified) of one member; None where that has not happened.
DrivePair = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class DriveChoice:
    """Drives that may verify, best first; empty with a refusal in words, or with none while all are down."""

    allowed: tuple[str, ...] = ()
    refusal: str = ""

    @property
    def drive(self) -> str | None:
        return self.allowed[0] if self.allowed else None


def drives_for(pairs: Sequence[DrivePair], candidate: DrivePair, m: int) -> bool:
    """True when a member may be written and verified by the drives of `candidate`.

    `pairs` are the other members of the set. Different drives are always allowed.
    """
    written_in, verified_in = candidate
    if written_in != verified_in or written_in is None:
        return True
    return sum(pair == candidate for pair in pairs) < m


def choose_verify_drive(
    written_in: str | None,
    up: Sequence[str],
    pairs: Sequence[DrivePair],
    m: int,
    *,
    waived: bool = False,
    set_id: str = "SET",
) -> DriveChoice:
    """The drives that may verify a member written in `written_in`, in the order of `up`.

    Every other drive that is up, busy or not, comes before the writing one, which is named only when it is
    alone. With `written_in` None (no drive of ours wrote it) any drive will do.
    """
    if not up:
        return DriveChoice(
            refusal=_("no drive is up; take one up with: archivectl drive up NAME --reason TEXT")
        )
    others = tuple(drive for drive in up if drive != written_in)
    if others:
        return DriveChoice(allowed=others)
    if waived or drives_for(pairs, (written_in, written_in), m):
        return DriveChoice(allowed=(up[0],))
    return DriveChoice(
        refusal=_(
            "only drive {written_in} is up, it has written and verified {m} members of set {set_id} already "
            "and no more than {m} may depend on one drive. Take another drive up, or take it upon yourself: "
            "archivectl allow diversity {set_id} --reason TEXT"
        ).format(written_in=written_in, m=m, set_id=set_id)
    )
