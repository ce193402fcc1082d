"""Promise 5 as a law: while at most m members are bad at a chunk, the chunk comes back; else it is named."""

from hypothesis import given
from hypothesis import strategies as st

from archived.policy.chunk_sources import CopyChunks, Member, plan_chunks
from archived.policy.sources import CopyView
from archived.states import CopyState

CHUNKS = 5


@st.composite
def damaged_sets(draw: st.DrawFn) -> tuple[int, int, list[tuple[frozenset[int], CopyState, bool]]]:
    """n, m, and for each of the n + m members: chunks that will turn out bad, its copy's state, in a drive."""
    n, m = draw(st.integers(1, 5)), draw(st.integers(0, 3))
    spots = st.frozensets(st.integers(0, CHUNKS - 1))
    whole = st.just(frozenset(range(CHUNKS)))
    states = st.sampled_from([CopyState.VERIFIED, CopyState.WRITTEN, CopyState.SUSPECT])
    members = st.tuples(st.one_of(st.just(frozenset()), spots, whole), states, st.booleans())
    return n, m, draw(st.lists(members, min_size=n + m, max_size=n + m))


@given(damaged_sets())
def test_every_chunk_with_at_most_m_bad_members_comes_back_and_the_others_are_named(
    case: tuple[int, int, list[tuple[frozenset[int], CopyState, bool]]],
) -> None:
    n, m, members = case
    read: dict[int, set[int]] = {position: set() for position in range(1, n + m + 1)}
    missing = set(range(CHUNKS))
    for _ in range(CHUNKS * (n + m) + 1):
        views = [picture(position, members[position - 1], read[position]) for position in read]
        plan = plan_chunks(missing, views[0], views[1:], needed=n)
        if not plan.readings:
            break
        for reading in plan.readings:
            assert not read[reading.position].intersection(reading.chunks), "a chunk was read twice"
            read[reading.position].update(reading.chunks)
        missing = {chunk for chunk in missing if not recovered(chunk, n, members, read)}
    bad_at = [sum(chunk in bad for bad, _, _ in members) for chunk in range(CHUNKS)]
    hopeless = {chunk for chunk in range(CHUNKS) if chunk in members[0][0] and bad_at[chunk] > m}
    assert missing == hopeless
    assert bool(plan.shortage) == bool(hopeless)
    for chunk in hopeless:
        assert says(plan.shortage, chunk)


@given(damaged_sets())
def test_nothing_suspect_is_read_while_verified_discs_suffice(
    case: tuple[int, int, list[tuple[frozenset[int], CopyState, bool]]],
) -> None:
    n, m, members = case
    views = [picture(position, members[position - 1], set()) for position in range(1, n + m + 1)]
    plan = plan_chunks({0}, views[0], views[1:], needed=n)
    trusted = [state is not CopyState.SUSPECT for _, state, _ in members]
    if trusted[0] or sum(trusted[1:]) >= n:
        assert all(reading.view.state is not CopyState.SUSPECT for reading in plan.readings)


def picture(position: int, truth: tuple[frozenset[int], CopyState, bool], read: set[int]) -> Member:
    """What is known of a member: bad chunks only once they were read."""
    bad, state, in_drive = truth
    view = CopyView(position, f"I{position}", f"D{position}", state, in_drive, in_library=True)
    return Member(position, CHUNKS, (CopyChunks(view, frozenset(read), frozenset(read & bad)),))


def recovered(
    chunk: int, n: int, members: list[tuple[frozenset[int], CopyState, bool]], read: dict[int, set[int]]
) -> bool:
    good = [
        position for position in read if chunk in read[position] and chunk not in members[position - 1][0]
    ]
    return 1 in good or len(good) >= n


def says(shortage: str, chunk: int) -> bool:
    """Whether the words name the chunk, alone or in a run."""
    for part in shortage.split("for chunks ")[1:]:
        for run in part.split(":")[0].split(", "):
            first, _, last = run.partition("-")
            if int(first) <= chunk <= int(last or first):
                return True
    return "more groups" in shortage
