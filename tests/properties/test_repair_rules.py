"""What repair decides: who is whole, who is first, the next step, and the fewest bytes that do."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archived.care import RunState
from archived.policy.repair.cost import least_bytes
from archived.policy.repair.members import (
    Broken,
    Lack,
    Member,
    MemberCopy,
    SetPicture,
    in_order,
    lack_of,
    lacking,
)
from archived.policy.repair.steps import Progress, Step, next_step
from archived.regained import Where
from archived.states import CopyState, ImageState, MediumState, SetState
from erasure.chunks import CHUNK_BYTES

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def member(
    *copies: tuple[CopyState, MediumState], position: int = 1, state: ImageState = ImageState.KEPT
) -> Member:
    kept = tuple(MemberCopy(k, copy, f"M{k}", medium) for k, (copy, medium) in enumerate(copies, 1))
    return Member(f"I{position}", position, "data", state, "pool", kept)


@pytest.mark.parametrize(
    ("copy", "medium", "lack"),
    [
        (CopyState.VERIFIED, MediumState.GOOD, None),
        (CopyState.FOUND, MediumState.WATCH, None),
        (CopyState.VERIFIED, MediumState.APPENDABLE, None),
        (CopyState.VERIFIED, MediumState.QUARANTINED, Lack.SET_ASIDE),
        (CopyState.VERIFIED, MediumState.SUSPECT, Lack.SUSPECT),
        (CopyState.SUSPECT, MediumState.GOOD, Lack.SUSPECT),
        (CopyState.LOST, MediumState.LOST, Lack.LOST),
        (CopyState.RETIRED, MediumState.RETIRED, Lack.LOST),
        (CopyState.DESTROYED, MediumState.DESTROYED, Lack.LOST),
        (CopyState.ABANDONED, MediumState.SUSPECT, Lack.LOST),
    ],
)
def test_a_member_is_whole_while_a_copy_that_nobody_doubts_is_anywhere(
    copy: CopyState, medium: MediumState, lack: Lack | None
) -> None:
    assert lack_of(member((copy, medium))) is lack
    assert lack_of(member((copy, medium), (CopyState.VERIFIED, MediumState.GOOD))) is None


@given(st.sampled_from([ImageState.RETIRED, ImageState.VOID, ImageState.OPEN, ImageState.CLOSED]))
def test_what_is_kept_elsewhere_or_nowhere_is_never_made_again(state: ImageState) -> None:
    assert lack_of(member(state=state)) is None


def test_what_a_person_holds_or_a_case_is_about_waits() -> None:
    good = member((CopyState.VERIFIED, MediumState.GOOD), position=2)
    bad = member((CopyState.SUSPECT, MediumState.SUSPECT))
    frozen = Member(
        "I1", 1, "data", ImageState.KEPT, "pool",
        (MemberCopy(1, CopyState.SUSPECT, "M1", MediumState.SUSPECT, frozen=True),),
    )  # fmt: skip
    held = Member("I2", 2, "data", ImageState.KEPT, "pool", good.copies, held=True)

    def picture(*members: Member) -> SetPicture:
        return SetPicture("S", SetState.COMPLETE, 1, NOW, members)

    broken, waits = lacking(picture(bad, good))
    assert ([b.image_id for b in broken], broken[0].spare, waits) == (["I1"], 0, ())
    assert [w.why for w in lacking(picture(frozen, good))[1]] == ["case"]
    assert [w.why for w in lacking(picture(bad, held))[1]] == ["held"]


BROKEN = st.builds(
    Broken,
    st.sampled_from(["I1", "I2", "I3", "I4"]),
    st.sampled_from(["S1", "S2"]),
    st.integers(1, 6),
    st.sampled_from(["data", "parity"]),
    st.just("pool"),
    st.sampled_from(Lack),
    st.integers(-2, 3),
    st.integers(0, 9).map(lambda days: NOW + timedelta(days=days)),
)


@given(st.lists(BROKEN))
def test_sets_with_the_fewest_to_spare_are_first_and_data_before_parity(broken: list[Broken]) -> None:
    found = in_order(broken)
    assert sorted(found, key=repr) == sorted(broken, key=repr)
    for before, after in itertools.pairwise(found):
        assert before.spare <= after.spare
        if before.spare == after.spare:
            assert (before.kind, after.kind) != ("parity", "data")


PROGRESS = st.builds(
    Progress,
    st.sampled_from(RunState),
    st.sets(st.sampled_from(CopyState)),
    st.booleans(),
    st.sampled_from(Where),
    st.booleans(),
    st.booleans(),
)


@given(PROGRESS)
def test_a_step_never_writes_what_is_written_or_on_its_way(progress: Progress) -> None:
    step = next_step(progress)
    under_way = {CopyState.PLANNED, CopyState.WRITING, CopyState.WRITTEN, CopyState.VERIFYING}
    if step in (Step.PLACE, Step.BEGIN):
        assert progress.run is RunState.RUNNING or progress.run is RunState.DONE
        assert progress.lacks
        assert not set(progress.fresh) & (under_way | {CopyState.VERIFIED})
    if step is Step.PLACE:
        assert progress.where is Where.READY
    if step is Step.FINISH:
        assert CopyState.VERIFIED in progress.fresh
    if step is Step.TAKE_BACK:
        assert CopyState.PLANNED in progress.fresh


@given(
    st.integers(1, 6),
    st.lists(st.integers(0, 4), min_size=6, max_size=9),
    st.sets(st.integers(0, 4)),
    st.integers(0, 5),
)
def test_the_fewest_bytes_are_the_own_ones_and_the_shortest_of_the_others(
    needed: int, chunks: list[int], missing: set[int], own: int
) -> None:
    lengths = [count * CHUNK_BYTES for count in chunks]
    given_ranges = [(0, own * CHUNK_BYTES)]
    wanted = [(number * CHUNK_BYTES, CHUNK_BYTES) for number in missing]
    found = least_bytes(given_ranges, wanted, lengths, needed)
    most = own * CHUNK_BYTES + len(missing) * needed * CHUNK_BYTES
    assert own * CHUNK_BYTES <= found <= most
    reaching = [sum(number < count for count in chunks) for number in missing]
    absent = [len(chunks) - reach for reach in reaching]
    assert found == own * CHUNK_BYTES + sum(max(0, needed - zeros) for zeros in absent) * CHUNK_BYTES
