"""Sources are chosen chunk by chunk: what one disc cannot give of one chunk, it may give of another."""

from archived.policy.chunk_sources import CopyChunks, Member, merged, plan_chunks, plan_everything
from archived.policy.sources import CopyView
from archived.states import CopyState


def member(
    position: int,
    *,
    chunks: int = 4,
    state: CopyState = CopyState.VERIFIED,
    in_drive: bool = False,
    read: set[int] | None = None,
    bad: set[int] | None = None,
) -> Member:
    view = CopyView(position, f"I{position}", f"D{position}", state, in_drive, in_library=True)
    return Member(position, chunks, (CopyChunks(view, frozenset(read or ()), frozenset(bad or ())),))


def lost(position: int, *, chunks: int = 4) -> Member:
    return Member(position, chunks)


def chosen(missing: set[int], own: Member, others: list[Member], needed: int) -> dict[int, tuple[int, ...]]:
    plan = plan_chunks(missing, own, others, needed=needed)
    assert not plan.shortage, plan.shortage
    return {reading.position: reading.chunks for reading in plan.readings}


def test_bad_spots_in_other_chunks_of_two_members_cost_one_member_more_and_nothing_else() -> None:
    others = [member(2, bad={1}), member(3, bad={2}), member(4), member(5)]
    assert chosen({0, 1, 2}, lost(1), others, 3) == {
        2: (0, 2),
        3: (1,),
        4: (0, 1, 2),
        5: (0, 1, 2),
    }


def test_what_was_read_counts_and_is_not_read_again() -> None:
    others = [member(2, read={0, 1}, bad={1}), member(3, read={0, 1})]
    assert chosen({0, 1}, lost(1), [*others, member(4)], 2) == {4: (1,)}


def test_members_in_drives_come_first_and_suspect_ones_last() -> None:
    others = [member(2, state=CopyState.SUSPECT, in_drive=True), member(3), member(4, in_drive=True)]
    assert chosen({0}, lost(1), others, 1) == {4: (0,)}
    assert chosen({0}, lost(1), others, 2) == {3: (0,), 4: (0,)}
    assert chosen({0}, lost(1), others, 3) == {2: (0,), 3: (0,), 4: (0,)}


def test_a_second_good_copy_of_the_image_is_cheaper_than_its_set_and_a_suspect_one_comes_after() -> None:
    others = [member(2), member(3)]
    assert chosen({0, 1}, member(1), others, 2) == {1: (0, 1)}
    assert set(chosen({0}, member(1, state=CopyState.SUSPECT), others, 2)) == {2, 3}
    others[1] = member(3, state=CopyState.SUSPECT)
    assert chosen({0}, member(1, state=CopyState.SUSPECT), others, 2) == {1: (0,)}


def test_zeros_behind_a_short_member_are_known_without_its_disc() -> None:
    assert chosen({0, 3}, lost(1), [member(2, chunks=1), member(3)], 2) == {2: (0,), 3: (0, 3)}
    assert chosen({3}, lost(1), [lost(2, chunks=1), member(3)], 2) == {3: (3,)}


def test_a_shortage_names_chunks_and_members_and_what_can_be_had_is_still_read() -> None:
    others = [member(2, bad={1, 2}), member(3), lost(4)]

    plan = plan_chunks({0, 1, 2}, lost(1), others, needed=2)

    assert {reading.position: reading.chunks for reading in plan.readings} == {2: (0,), 3: (0,)}
    assert plan.shortage == (
        "for chunks 1-2: 2 members of the set are needed and 1 can be read (positions at hand: 3; "
        "bad there: 2; no disc to read: 4)"
    )


def test_a_shortage_tells_discs_that_no_drive_read_from_discs_that_are_gone() -> None:
    plan = plan_chunks({0}, lost(1), [Member(2, 4, given_up=True), lost(3), member(4)], needed=2)
    assert plan.shortage.endswith("(positions at hand: 4; no drive read them: 2; no disc to read: 3)")


def test_many_shortages_are_told_shortly() -> None:
    others = [member(k + 2, chunks=6, bad={k}) for k in range(6)]
    words = plan_chunks(set(range(6)), lost(1, chunks=6), others, needed=6).shortage
    assert words.startswith("for chunks 0: 6 members of the set are needed and 5 can be read")
    assert words.endswith("; and 2 more groups of chunks")


def test_to_find_a_silent_liar_everything_that_was_not_read_is_read() -> None:
    plan = plan_everything({1}, [member(1, read={1}), member(2), member(3, bad={1}), lost(4)])
    assert [(reading.position, reading.chunks) for reading in plan.readings] == [(2, (1,))]


def test_two_plans_ask_a_copy_once() -> None:
    first = plan_chunks({0}, lost(1), [member(2)], needed=1)
    both = merged(first, plan_everything({2}, [member(2)]))
    assert [(reading.position, reading.chunks) for reading in both.readings] == [(2, (0, 2))]
