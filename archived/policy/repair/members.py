"""Which members of a set have to be made again, and how much the set can still bear. Pure.

A member is whole while a copy of it at home is verified (or found, and nobody doubts it) on a medium that is not in
doubt, wherever that medium is: what lies in a vault is not lost. A copy about whose medium witnesses disagree waits for
the case; only a medium that is given up, doubted, or set aside is replaced.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, unique

from archived.states import CopyState, ImageState, MediumState, SetState

#: What is done with an item of a run: a member of a set is made again; a copy beside it is made; packages of an image
#: are packed for one pool more.
MEMBER, COPY, POOL = "member", "copy", "pool"
_COUNTS = (CopyState.VERIFIED, CopyState.FOUND)
_COMING = (CopyState.PLANNED, CopyState.WRITING, CopyState.WRITTEN, CopyState.VERIFYING)
_SOUND = (MediumState.GOOD, MediumState.WATCH, MediumState.APPENDABLE, MediumState.WRITING)
#: Copies that a new one replaces; others are no more, or were never whole.
REPLACEABLE = (CopyState.VERIFIED, CopyState.FOUND, CopyState.SUSPECT)


@unique
class Lack(Enum):
    """Why a member has no copy that counts."""

    LOST = "lost"  # none of its copies is there any more
    SUSPECT = "suspect"  # the one that is there gave wrong or unreadable bytes, or its medium is in doubt
    SET_ASIDE = "set aside"  # its medium was taken out of use


@dataclass(frozen=True, slots=True)
class MemberCopy:
    """A copy at home, with its medium."""

    copy_id: int
    state: CopyState
    medium_id: str
    medium_state: MediumState
    #: Witnesses disagree about its medium.
    frozen: bool = False

    @property
    def undecided(self) -> bool:
        """Whether somebody has to say first what the medium is: a person, or a look."""
        unseen = self.medium_state is MediumState.UNKNOWN
        return self.state in REPLACEABLE and (self.frozen or unseen)

    @property
    def counts(self) -> bool:
        return self.state in _COUNTS and self.medium_state in _SOUND


@dataclass(frozen=True, slots=True)
class Member:
    """One image of a set and its copies at home."""

    image_id: str
    position: int
    kind: str
    state: ImageState
    pool: str
    copies: tuple[MemberCopy, ...] = ()
    held: bool = False

    @property
    def whole(self) -> bool:
        return any(copy.counts for copy in self.copies)

    @property
    def coming(self) -> bool:
        """Whether a copy of it is on its way."""
        return any(copy.state in _COMING for copy in self.copies)


@dataclass(frozen=True, slots=True)
class SetPicture:
    """A set whose media were all written once."""

    set_id: str
    state: SetState
    #: Members that make any other: data images that exist.
    needed: int
    opened_at: datetime
    members: tuple[Member, ...]

    @property
    def spare(self) -> int:
        """How many members more may be lost; below 0 when it takes parts of doubtful ones to make the others."""
        return sum(member.whole for member in self.members) - self.needed


@dataclass(frozen=True, slots=True)
class Broken:
    """A member that has to be made again."""

    image_id: str
    set_id: str
    position: int
    kind: str
    pool: str
    lack: Lack
    spare: int
    opened_at: datetime
    #: The copy that is replaced, and its medium; None when nothing of it is left.
    copy_id: int | None = None
    medium_id: str | None = None


@dataclass(frozen=True, slots=True)
class Waits:
    """A member that lacks a copy and is left alone, by the reason: "case" or "held"."""

    image_id: str
    set_id: str
    why: str


def lacking(picture: SetPicture) -> tuple[tuple[Broken, ...], tuple[Waits, ...]]:
    """Members of a set that have to be made again, and those that wait for a person."""
    broken, waits = [], []
    stopped = any(member.held for member in picture.members)
    for member in picture.members:
        lack = lack_of(member)
        if lack is None:
            continue
        if stopped:
            waits.append(Waits(member.image_id, picture.set_id, "held"))
        elif any(copy.undecided for copy in member.copies):
            waits.append(Waits(member.image_id, picture.set_id, "case"))
        else:
            old = replaced_by_new(member)
            broken.append(
                Broken(
                    member.image_id,
                    picture.set_id,
                    member.position,
                    member.kind,
                    member.pool,
                    lack,
                    picture.spare,
                    picture.opened_at,
                    old.copy_id if old else None,
                    old.medium_id if old else None,
                )
            )
    return tuple(broken), tuple(waits)


def lack_of(member: Member) -> Lack | None:
    """Why a member has to be made again; None for one that is whole, or is kept elsewhere by now."""
    if member.whole or member.state not in (ImageState.KEPT, ImageState.FOUND, ImageState.PROTECTED):
        return None
    there = [copy for copy in member.copies if copy.state in REPLACEABLE]
    if any(copy.state is CopyState.SUSPECT or copy.medium_state is MediumState.SUSPECT for copy in there):
        return Lack.SUSPECT
    if any(copy.medium_state is not MediumState.LOST for copy in there):
        return Lack.SET_ASIDE
    return Lack.LOST


def replaced_by_new(member: Member) -> MemberCopy | None:
    """The newest copy that a new one replaces, if any is left."""
    there = [copy for copy in member.copies if copy.state in REPLACEABLE]
    return max(there, key=lambda copy: copy.copy_id, default=None)


def in_order(broken: Collection[Broken]) -> Sequence[Broken]:
    """What is made first: sets with the fewest members to spare; then data before parity; then the oldest set.

    Data comes first since parity is made again from data.
    """
    return sorted(broken, key=lambda b: (b.spare, b.kind != "data", b.opened_at, b.set_id, b.position))
