"""Laws of completeness and of withdrawal."""

from hypothesis import given
from hypothesis import strategies as st

from archived.policy.sufficiency import missing_members
from archived.policy.withdrawal import HomeView, MemberView, may_withdraw, write_intents
from archived.states import CopyState, ImageState, PackageState

SHAPES = st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(0, 4))


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
