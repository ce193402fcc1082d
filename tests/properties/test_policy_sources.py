"""Laws of reading through a set, of completeness and of withdrawal."""

from hypothesis import given
from hypothesis import strategies as st

from archived.policy.sources import CopyView, direct_source, set_sources
from archived.policy.sufficiency import missing_members
from archived.policy.withdrawal import HomeView, MemberView, may_withdraw, write_intents
from archived.states import CopyState, ImageState, PackageState

COPIES = st.lists(
    st.builds(
        CopyView,
        copy_id=st.integers(1, 99),
        image_id=st.just("I"),
        medium_id=st.just("D"),
        state=st.sampled_from(CopyState),
        in_drive=st.booleans(),
        in_library=st.booleans(),
    ),
    max_size=3,
)
SHAPES = st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(0, 4))


@given(shape=SHAPES, members=st.dictionaries(st.integers(1, 8), COPIES), excluded=st.sets(st.integers(1, 99)))
def test_a_set_is_readable_exactly_when_enough_members_are(
    shape: tuple[int, int, int], members: dict[int, list[CopyView]], excluded: set[int]
) -> None:
    n, m, gone = shape
    absent = tuple(range(max(2, n - gone + 1), n + 1))
    sources = set_sources(members, n=n, m=m, absent=absent, excluded=excluded)
    readable = {
        p
        for p in range(1, n + m + 1)
        if p not in absent and direct_source(members.get(p, []), excluded=excluded)
    }
    needed = n - len(absent)
    assert bool(sources.members) == (len(readable) >= needed)
    assert bool(sources.shortage) != bool(sources.members)
    chosen = [position for position, _ in sources.members]
    assert chosen == sorted(set(chosen))
    assert set(chosen) <= readable
    assert all(copy.copy_id not in excluded for _, copy in sources.members)
    # Nothing doubtful is read while something verified is left over.
    left = {direct_source(members[p], excluded=excluded) for p in readable - set(chosen)}
    if sources.members and any(copy.state is not CopyState.VERIFIED for _, copy in sources.members):
        assert all(copy is not None and copy.state is not CopyState.VERIFIED for copy in left)


@given(
    shape=SHAPES, copies=st.dictionaries(st.integers(1, 8), st.lists(st.sampled_from(CopyState), max_size=3))
)
def test_a_set_misses_exactly_the_members_that_nobody_read_back(
    shape: tuple[int, int, int], copies: dict[int, list[CopyState]]
) -> None:
    n, m, _ = shape
    missing = missing_members(copies, n=n, m=m)
    assert set(missing) == {p for p in range(1, n + m + 1) if CopyState.VERIFIED not in copies.get(p, [])}


@given(
    kinds=st.lists(
        st.tuples(
            st.sampled_from([ImageState.CLOSING, ImageState.CLOSED, ImageState.PROTECTED]),
            st.lists(st.sampled_from(CopyState), max_size=2),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_a_withdrawal_is_refused_or_voids_all_of_a_set_that_nobody_touched(
    kinds: list[tuple[ImageState, list[CopyState]]],
) -> None:
    members = tuple(MemberView(f"I{n}", state, tuple(copies)) for n, (state, copies) in enumerate(kinds))
    answer = may_withdraw(PackageState.ACCEPTED, [HomeView("I0", "7K3F", members)])
    touched = {
        f"I{n}"
        for n, (_, copies) in enumerate(kinds)
        if set(copies) - {CopyState.PLANNED, CopyState.CANCELLED}
    }
    assert set(write_intents(members)) == touched
    assert bool(answer.refusal) == bool(touched)
    assert set(answer.voided_images) == (set() if touched else {m.image_id for m in members})
