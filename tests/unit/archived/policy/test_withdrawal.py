"""Taking a package back."""

import pytest

from archived.policy.withdrawal import HomeView, MemberView, Withdrawal, may_withdraw
from archived.states import CopyState, ImageState, PackageState

ACCEPTED = PackageState.ACCEPTED


def home(state: ImageState, *others: MemberView, copies: tuple[CopyState, ...] = ()) -> HomeView:
    return HomeView("I1", "7K3F", (MemberView("I1", state, copies), *others))


def test_a_package_that_waits_for_its_image_goes_alone() -> None:
    assert may_withdraw(ACCEPTED, []) == Withdrawal()
    assert may_withdraw(ACCEPTED, [home(ImageState.OPEN)]) == Withdrawal()


def test_withdrawing_from_a_closed_image_voids_every_image_of_its_set() -> None:
    others = (MemberView("I2", ImageState.CLOSED), MemberView("P1", ImageState.PROTECTED))
    assert may_withdraw(ACCEPTED, [home(ImageState.PROTECTED, *others)]) == Withdrawal(
        voided_images=("I1", "I2", "P1"), voided_sets=("7K3F",)
    )


def test_planned_and_cancelled_copies_do_not_stand_in_the_way() -> None:
    at_home = home(ImageState.PROTECTED, copies=(CopyState.CANCELLED, CopyState.PLANNED))
    assert may_withdraw(ACCEPTED, [at_home]).voided_images == ("I1",)


@pytest.mark.parametrize("state", [s for s in CopyState if s.value not in ("planned", "cancelled")])
def test_a_write_intent_of_any_member_of_the_set_ends_withdrawal(state: CopyState) -> None:
    other = MemberView("I2", ImageState.PROTECTED, (state,))
    answer = may_withdraw(ACCEPTED, [home(ImageState.PROTECTED, other)])
    assert answer.voided_images == ()
    assert answer.refusal.startswith("writing of set 7K3F has begun (image I2)")


def test_an_intent_in_one_pool_refuses_the_whole_withdrawal() -> None:
    other = HomeView("T1", None, (MemberView("T1", ImageState.CLOSED, (CopyState.WRITING,)),))
    answer = may_withdraw(ACCEPTED, [home(ImageState.CLOSED), other])
    assert "T1" in answer.refusal
    assert answer.voided_sets == ()


@pytest.mark.parametrize("state", [s for s in PackageState if s is not ACCEPTED])
def test_only_an_accepted_package_can_be_withdrawn(state: PackageState) -> None:
    assert state.value in may_withdraw(state, []).refusal


def test_images_voided_before_have_no_say() -> None:
    gone = home(ImageState.VOID, MemberView("I2", ImageState.PROTECTED, (CopyState.WRITING,)))
    assert may_withdraw(ACCEPTED, [gone]) == Withdrawal()


def test_a_home_that_forgets_its_own_image_is_an_error_not_a_permission() -> None:
    with pytest.raises(ValueError, match="I1"):
        may_withdraw(ACCEPTED, [HomeView("I1", "7K3F", ())])
