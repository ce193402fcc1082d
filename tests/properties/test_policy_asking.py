"""What people are asked for at once: motions that do not depend on each other, and none that is asked for already."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from archived.policy.asking import moves_to_ask, still_needed
from archived.policy.fetching import Landing, OfflineWant, what_to_bring
from archived.policy.mounting import KINDS, DriveView, SlotView, Want

AT = datetime(2026, 3, 1, tzinfo=UTC)
MEDIA = [f"D{number}" for number in range(8)]
DRIVES = [256, 257, 258]
SLOTS = list(range(1024, 1034))


@st.composite
def rooms(draw: st.DrawFn) -> tuple[list[DriveView], list[Want], list[SlotView]]:
    """Media in slots and drives, and what is wanted of them."""
    places = draw(st.permutations(DRIVES + SLOTS))[: len(MEDIA)]
    at = dict(zip(MEDIA, places, strict=True))
    drives = []
    for number, element in enumerate(DRIVES, start=1):
        medium = next((m for m, place in at.items() if place == element), None)
        drives.append(
            DriveView(
                f"B{number}", element, up=draw(st.booleans()), busy=draw(st.booleans()), medium_id=medium,
                work_waiting=medium is not None and draw(st.booleans()), home_element=1024 + number,
            )
        )  # fmt: skip
    names = st.lists(st.sampled_from(["B1", "B2", "B3"]), unique=True).map(tuple)
    wants = [
        Want(m, None, at[m], draw(st.sampled_from(KINDS)), draw(names), 0, AT + timedelta(minutes=number))
        for number, m in enumerate(draw(st.lists(st.sampled_from(MEDIA), unique=True)))
    ]
    return drives, wants, [SlotView(slot) for slot in SLOTS if slot not in at.values()]


@given(
    rooms(), st.sets(st.sampled_from(MEDIA), max_size=3), st.sets(st.sampled_from(DRIVES + SLOTS), max_size=4)
)
def test_everything_asked_for_can_be_done_in_one_walk(
    room: tuple[list[DriveView], list[Want], list[SlotView]], asked_media: set[str], asked_places: set[int]
) -> None:
    drives, wants, slots = room
    found = moves_to_ask(drives, wants, slots, asked_media=asked_media, asked_places=asked_places)
    moves = [asked.move for asked in found]
    assert len({move.medium_id for move in moves}) == len(moves)
    ends = [end for move in moves for end in (move.source, move.destination)]
    assert len(set(ends)) == len(ends), "no motion waits for another one"
    assert not asked_media & {move.medium_id for move in moves}
    in_asked_drives = {drive.element for drive in drives} & asked_places
    assert not (in_asked_drives | ({slot.element for slot in slots} & asked_places)) & {
        m.destination for m in moves
    }
    by_element = {drive.element: drive for drive in drives}
    free = {slot.element for slot in slots}
    for move in moves:
        into, out_of = by_element.get(move.destination), by_element.get(move.source)
        assert move.destination in free or into is not None
        if into is not None:
            assert into.up
            assert not into.busy
            assert into.medium_id is None
        if out_of is not None:
            assert not out_of.busy
            assert not out_of.work_waiting
            assert out_of.medium_id == move.medium_id


@given(rooms())
def test_what_was_just_asked_for_is_still_needed(
    room: tuple[list[DriveView], list[Want], list[SlotView]],
) -> None:
    drives, wants, slots = room
    for asked in moves_to_ask(drives, wants, slots):
        assert still_needed(asked.move, drives, wants)


@given(rooms())
def test_asking_again_beside_what_was_asked_finds_nothing_more(
    room: tuple[list[DriveView], list[Want], list[SlotView]],
) -> None:
    drives, wants, slots = room
    moves = [asked.move for asked in moves_to_ask(drives, wants, slots)]
    again = moves_to_ask(
        drives,
        wants,
        slots,
        asked_media={move.medium_id for move in moves},
        asked_places={end for move in moves for end in (move.source, move.destination)},
    )
    assert not again


@given(
    st.lists(
        st.builds(
            OfflineWant, st.sampled_from(MEDIA), st.just("vault"), st.just(1024), st.sampled_from(["disc", "tape"]),
            st.sampled_from(["read", "verify", "look"]), st.just(AT),
        )
    ),
    st.lists(
        st.builds(
            Landing, st.sampled_from(["main", "manual", "tapes"]), st.sampled_from(["disc", "tape"]),
            st.lists(st.integers(16, 30), unique=True).map(tuple), st.booleans(),
        ),
        unique_by=lambda landing: landing.library,
    ),
    st.sets(st.sampled_from(MEDIA)),
)  # fmt: skip
def test_media_are_brought_where_there_is_room_for_their_kind_and_once(
    wants: list[OfflineWant], landings: list[Landing], asked: set[str]
) -> None:
    found = what_to_bring(wants, landings, asked=asked)
    places = [(one.library, one.element) for one in found]
    assert len(set(places)) == len(places)
    assert len({one.want.medium_id for one in found}) == len(found)
    by_name = {landing.library: landing for landing in landings}
    for one in found:
        assert one.want.medium_id not in asked
        assert one.want.media == by_name[one.library].media
        assert one.element in by_name[one.library].free
    left = {(one.library, element) for one in landings for element in one.free} - set(places)
    waiting = {want.medium_id for want in wants} - {one.want.medium_id for one in found} - asked
    kinds_of = {want.medium_id: want.media for want in reversed(wants)}
    for medium_id in waiting:
        holds = {want.media for want in wants if want.medium_id == medium_id}
        assert holds != {kinds_of[medium_id]} or not any(
            by_name[library].media == kinds_of[medium_id] for library, _element in left
        )
