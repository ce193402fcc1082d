"""Where a disc goes that the hand of a disc robot holds."""

from archived.policy.stacks import Fate, Pile, Stacker, put_down

HAND = 1
INPUT = Pile("input", 1024, 10, lifo=True, takes=True, puts=False, by_hand=False)
ACCEPT = Pile("accept", 1280, 10, lifo=True, takes=False, puts=True)
OUT_OF_REACH = Pile("accept", 1280, 10, lifo=True, takes=False, puts=True, by_hand=False)
REJECT = Pile("reject", 1536, 1, lifo=True, takes=False, puts=True)
FULL = Pile("reject", 1536, 1, lifo=True, takes=False, puts=True, media=((1536, "M9"),))


def destination(*piles: Pile, fate: Fate = Fate.DONE) -> int | None:
    plan = put_down(Stacker(piles, (), HAND, lays_again=False, fates={"M1": fate}), "M1", ())
    return None if plan is None else plan.destination


def test_disc_whose_work_is_done_goes_into_its_bin() -> None:
    assert destination(INPUT, ACCEPT, REJECT) == 1280


def test_bin_that_a_hand_does_not_reach_is_not_chosen_for_what_it_holds() -> None:
    assert destination(INPUT, OUT_OF_REACH, REJECT) == 1536
    assert destination(INPUT, OUT_OF_REACH, REJECT, fate=Fate.KEEP) == 1536
    assert destination(INPUT, OUT_OF_REACH, REJECT, fate=Fate.ASIDE) == 1536


def test_hand_that_reaches_no_bin_with_room_keeps_its_disc() -> None:
    assert destination(INPUT, OUT_OF_REACH, FULL) is None
