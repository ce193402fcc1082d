"""What is enough to call a set complete and a package archived, and to let staging go."""

import pytest

from archived.policy.sufficiency import (
    may_release_parity,
    missing_copies,
    missing_members,
    missing_pools,
    reasons_to_stay,
)
from archived.states import CopyState, ImageState, PackageState, SetState

WHOLE = {position: [CopyState.VERIFIED] for position in range(1, 7)}
KEPT = {"bluray": [ImageState.KEPT]}


def test_a_set_is_complete_when_every_member_was_read_back() -> None:
    assert missing_members(WHOLE, n=4, m=2) == ()


@pytest.mark.parametrize("state", [s for s in CopyState if s is not CopyState.VERIFIED])
def test_no_other_state_of_a_copy_counts(state: CopyState) -> None:
    assert missing_members({**WHOLE, 5: [state]}, n=4, m=2) == (5,)


def test_a_second_copy_makes_good_for_an_abandoned_first() -> None:
    assert missing_members({**WHOLE, 1: [CopyState.ABANDONED, CopyState.VERIFIED]}, n=4, m=2) == ()


def test_a_member_without_any_copy_is_missing_unless_it_is_absent_by_design() -> None:
    short = {position: WHOLE[position] for position in (1, 2, 5, 6)}
    assert missing_members(short, n=4, m=2) == (3, 4)
    assert missing_members(short, n=4, m=2, absent=(3, 4)) == ()


def test_a_package_is_sufficient_when_every_pool_of_its_class_keeps_it() -> None:
    assert missing_pools(KEPT, ["bluray"]) == ()
    assert missing_pools(KEPT, ["bluray", "tape"]) == ("pool tape: waits for an image to close",)


def test_what_is_missing_is_told_by_the_furthest_image() -> None:
    states = {"bluray": [ImageState.VOID, ImageState.PROTECTED]}
    assert missing_pools(states, ["bluray"]) == ("pool bluray: its set is not yet written and read back",)


def staying(state: PackageState = PackageState.ARCHIVED, **more: object) -> tuple[str, ...]:
    given = {"images": KEPT, "class_pools": ["bluray"], "missing_positions": {"7K3F": []}, **more}
    return reasons_to_stay(state, **given)  # type: ignore[arg-type]


def test_staged_bytes_may_go_when_nothing_is_missing() -> None:
    assert staying() == ()


def test_staged_bytes_stay_for_each_reason() -> None:
    assert staying(PackageState.ACCEPTED) == ("the package is accepted, not archived",)
    assert staying(images={}) == ("pool bluray: waits for an image to close",)
    assert staying(missing_positions={"7K3F": [6, 2]}) == ("set 7K3F: no verified copy of member 2, 6",)
    assert staying(in_use=True) == ("a recall is reading them",)


def test_bytes_of_a_withdrawn_package_may_go() -> None:
    assert staying(PackageState.WITHDRAWN, images={}) == ()
    assert staying(PackageState.ABANDONED, images={}, in_use=True) == ("a recall is reading them",)


def test_parity_goes_no_earlier_than_the_packages_it_protects() -> None:
    assert may_release_parity(SetState.COMPLETE, missing_positions=(), packages_waiting=0)
    assert not may_release_parity(SetState.COMPLETE, missing_positions=(), packages_waiting=1)
    assert not may_release_parity(SetState.COMPLETE, missing_positions=(3,), packages_waiting=0)
    assert not may_release_parity(SetState.PROTECTED, missing_positions=(), packages_waiting=0)
    assert may_release_parity(SetState.VOID, missing_positions=(1,), packages_waiting=4)


def test_a_copy_that_the_class_asks_for_is_missing_until_it_was_read_back_for_every_image() -> None:
    assert missing_copies({"I1": {"tapes"}}, ["tapes"]) == ()
    assert missing_copies({"I1": {"tapes"}, "I2": set()}, ["tapes"]) == (
        "pool tapes: image I2 has no copy there that was read back",
    )
    assert missing_copies({"I1": set()}, []) == ()


def test_staged_bytes_stay_while_a_copy_is_owed() -> None:
    assert staying(owed=("pool tapes: …",)) == ("pool tapes: …",)
