"""The sets of the catalog as repair sees them."""

from sqlalchemy import Connection

from archived.catalog import cases, images, media
from archived.model import Copy, Image, ProtectionSet
from archived.policy.owed import is_home
from archived.policy.repair.members import Member, MemberCopy, SetPicture
from archived.states import CopyState, SetState

#: Sets whose members were all written once; others are still in the hands of placement.
REPAIRED = (SetState.COMPLETE, SetState.FOUND)


def pictures(read: Connection) -> list[SetPicture]:
    """Every set that repair looks after."""
    frozen = cases.frozen_media(read)
    return [picture_of(read, item, frozen) for item in images.sets_in_state(read, *REPAIRED)]


def picture_of(read: Connection, item: ProtectionSet, frozen: frozenset[str]) -> SetPicture:
    """One set with its members and their copies at home."""
    members = tuple(_member(read, image, frozen) for image in images.of_set(read, item.id))
    return SetPicture(item.id, item.state, item.n - len(item.absent), item.opened_at, members)


def home_copies(read: Connection, image: Image) -> list[Copy]:
    """Copies of an image as a member of its set, oldest first."""
    return [copy for copy in media.copies_of(read, image.id) if is_home(copy, image)]


def _state(copy: Copy) -> CopyState:
    """One with an earlier wrapper does not make its member whole, however well it reads: the new one is still owed."""
    earlier = copy.payload_offset is not None and copy.state in (CopyState.VERIFIED, CopyState.FOUND)
    return CopyState.SUSPECT if earlier else copy.state


def _member(read: Connection, image: Image, frozen: frozenset[str]) -> Member:
    copies = tuple(
        MemberCopy(
            copy.id,
            _state(copy),
            copy.medium_id,
            media.get(read, copy.medium_id).state,
            copy.medium_id in frozen,
        )
        for copy in home_copies(read, image)
    )
    return Member(image.id, image.position or 0, image.kind, image.state, image.pool, copies, image.held)
