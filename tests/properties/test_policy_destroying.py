"""What destroying takes: for every room nothing that goes is forgotten, and nothing that stays is touched."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from archived.policy.retention.destroying import (
    CopySeen,
    ImageSeen,
    MediumSeen,
    PackageSeen,
    Seen,
    SetSeen,
    plan,
    still_agreed,
)
from archived.states import CopyState, ImageState, MediumState, PackageState, SetState

COPIES = st.sampled_from(
    [CopyState.VERIFIED, CopyState.RETIRED, CopyState.ABANDONED, CopyState.LOST, CopyState.PLANNED]
)


@st.composite
def rooms(draw: st.DrawFn) -> Seen:
    """One set of three data images and a parity, some of them with more copies; the first one goes."""
    media: dict[str, MediumSeen] = {}
    members = []
    for position in range(1, 5):
        copies = [CopySeen(f"M{position}0", CopyState.VERIFIED, True)]
        for number, state in enumerate(draw(st.lists(COPIES, max_size=2)), start=1):
            copies.append(CopySeen(f"M{position}{number}", state, False))
        for copy in copies:
            lost = copy.state is CopyState.LOST
            state_ = (
                MediumState.LOST if lost else draw(st.sampled_from([MediumState.GOOD, MediumState.SUSPECT]))
            )
            media[copy.medium_id] = MediumSeen(copy.medium_id, state_)
        kind = "data" if position < 4 else "parity"
        members.append(
            ImageSeen(f"I{position}", f"S-{position}", kind, ImageState.KEPT, "S", ("S",), tuple(copies))
        )
    package = PackageSeen("P1", PackageState.FORGOTTEN)
    return Seen((package,), (members[0],), tuple(members), (SetSeen("S", SetState.COMPLETE, 3, 1),), media)


@given(rooms())
def test_every_medium_with_a_copy_that_could_bring_it_back_is_named(room: Seen) -> None:
    found = plan(room)
    going = [room.members[0], room.members[3]]
    there = {c.medium_id for image in going for c in image.copies if c.state is not CopyState.PLANNED}
    assert {*found.media, *found.lost} == there
    assert all(room.media[name].state is MediumState.LOST for name in found.lost)
    staying = {copy.medium_id for image in room.members[1:3] for copy in image.copies}
    assert not staying.intersection(found.media)
    assert [(item.replaces, item.images) for item in found.new_sets] == [("S", ("I2", "I3"))]
    assert (found.parity, found.refusals, found.repacked) == (("I4",), (), ())
    assert still_agreed(found.as_document(), found)


@given(rooms(), st.sampled_from([1, 2]))
def test_nothing_goes_while_what_survives_cannot_be_read_without_its_set(room: Seen, which: int) -> None:
    doubtful = replace(
        room.members[which], copies=tuple(replace(c, at_hand=False) for c in room.members[which].copies)
    )
    members = tuple(doubtful if image.id == doubtful.id else image for image in room.members)
    (words,) = plan(replace(room, members=members)).refusals
    assert f"S-{which + 1}" in words


@given(rooms(), st.sampled_from(list(PackageState)))
def test_only_what_is_forgotten_and_not_held_goes(room: Seen, state: PackageState) -> None:
    refused = plan(replace(room, packages=(replace(room.packages[0], state=state),))).refusals
    assert bool(refused) == (state is not PackageState.FORGOTTEN)
    assert plan(replace(room, packages=(replace(room.packages[0], holds=("court",)),))).refusals == ("court",)


@given(rooms())
def test_a_set_with_a_shared_image_is_packed_again_and_gets_no_new_parity(room: Seen) -> None:
    shared = replace(room.members[0], packages=("P1", "P9"))
    found = plan(replace(room, doomed=(shared,), members=(shared, *room.members[1:])))
    assert (found.to_repack, found.repacked, found.new_sets) == (("P9",), ("S",), ())


@given(rooms())
def test_what_is_agreed_to_is_that_list_and_no_other(room: Seen) -> None:
    agreed = plan(room).as_document()
    media = {**room.media, "M9": MediumSeen("M9", MediumState.GOOD)}
    more = replace(
        room.members[0], copies=(*room.members[0].copies, CopySeen("M9", CopyState.VERIFIED, True))
    )
    now = plan(replace(room, doomed=(more,), members=(more, *room.members[1:]), media=media))
    assert not still_agreed(agreed, now)


@given(rooms(), st.sampled_from([CopyState.WRITING, CopyState.WRITTEN, CopyState.VERIFYING]))
def test_nothing_is_given_up_while_a_drive_is_at_what_goes(room: Seen, state: CopyState) -> None:
    busy = replace(room.members[3], copies=(CopySeen("M40", state, True),))
    (words,) = plan(replace(room, members=(*room.members[:3], busy))).refusals
    assert "S-4" in words


@given(rooms())
def test_a_cartridge_that_carries_more_is_not_given_up_before_that_is_elsewhere(room: Seen) -> None:
    media = {**room.media, "M10": replace(room.media["M10"], others=("T-1", "T-2"))}
    (words,) = plan(replace(room, media=media)).refusals
    assert "T-1, T-2" in words
    assert "archivectl migrate run" in words


@given(rooms(), st.sampled_from([MediumState.BLANK, MediumState.RESERVED, MediumState.UNKNOWN]))
def test_a_medium_that_is_something_else_by_now_is_set_right_first(room: Seen, state: MediumState) -> None:
    media = {**room.media, "M10": replace(room.media["M10"], state=state)}
    (words,) = plan(replace(room, media=media)).refusals
    assert "M10" in words
