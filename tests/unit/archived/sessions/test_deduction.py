"""Where a medium is after a motion that nobody watched: by the drives, the hand and what the machine said."""

from collections.abc import Iterator
from itertools import product

import pytest

from archived.sessions.deduction import Answered, Whereabouts, whereabouts
from robotics.model import Element, ElementKind, Inventory

HAND, DRIVE, OTHER, PLACE, BENEATH = 1, 256, 257, 1025, 1024
#: It does not say.
SILENT = None
DONE, REFUSED, BROKEN = Answered.DONE, Answered.REFUSED, Answered.BROKEN
UNKNOWN, INTERRUPTED = Answered.UNKNOWN, Answered.INTERRUPTED

ONLY_A_PERSON = Whereabouts("vanished", in_doubt=True)
ASK_AGAIN = Whereabouts("vanished", sensed=False)
IN_THE_HAND = Whereabouts("vanished", HAND)


def arrived(address: int) -> Whereabouts:
    return Whereabouts("arrived", address)


def stayed(address: int) -> Whereabouts:
    return Whereabouts("stayed", address)


def seen(hand: bool | None, drive: bool | None, bins: bool | None = SILENT) -> Inventory:
    """A look at a hand, a drive, another one with another disc, and a bin, which tells at most that it is empty."""

    def element(address: int, kind: ElementKind, felt: bool | None) -> Element:
        return Element(address, kind, full=bool(felt), told=felt is not SILENT)

    return Inventory(
        (
            element(HAND, ElementKind.TRANSPORT, hand),
            element(DRIVE, ElementKind.DRIVE, drive),
            element(OTHER, ElementKind.DRIVE, True),
            element(BENEATH, ElementKind.STORAGE, bins),
            element(PLACE, ElementKind.STORAGE, bins),
        )
    )


@pytest.mark.parametrize(
    ("answered", "source", "destination", "hand", "drive", "found"),
    [
        # It refused: what lies in the drive is another one.
        (REFUSED, PLACE, DRIVE, False, True, stayed(PLACE)),
        (REFUSED, PLACE, DRIVE, SILENT, True, stayed(PLACE)),
        (REFUSED, PLACE, DRIVE, False, False, stayed(PLACE)),
        (REFUSED, PLACE, DRIVE, False, SILENT, stayed(PLACE)),
        (REFUSED, DRIVE, PLACE, SILENT, SILENT, stayed(DRIVE)),
        (REFUSED, HAND, DRIVE, SILENT, True, stayed(HAND)),
        # ... unless the hand feels one, or the drive that it came from feels none.
        (REFUSED, PLACE, DRIVE, True, False, IN_THE_HAND),
        (REFUSED, PLACE, DRIVE, True, True, arrived(DRIVE)),
        (REFUSED, DRIVE, PLACE, False, True, stayed(DRIVE)),
        (REFUSED, DRIVE, PLACE, False, False, ONLY_A_PERSON),
        (REFUSED, HAND, PLACE, False, False, ONLY_A_PERSON),
        # What is felt at an end of the motion, or in the hand, is it.
        (DONE, PLACE, DRIVE, False, True, arrived(DRIVE)),
        (UNKNOWN, PLACE, DRIVE, SILENT, True, arrived(DRIVE)),
        (BROKEN, DRIVE, PLACE, False, True, stayed(DRIVE)),
        (DONE, DRIVE, PLACE, False, True, stayed(DRIVE)),
        (INTERRUPTED, DRIVE, DRIVE, SILENT, True, arrived(DRIVE)),
        (INTERRUPTED, PLACE, DRIVE, True, False, IN_THE_HAND),
        (UNKNOWN, HAND, PLACE, True, False, stayed(HAND)),
        # A drive that does not say is asked again before anything is concluded.
        (DONE, PLACE, DRIVE, False, SILENT, ASK_AGAIN),
        (DONE, DRIVE, PLACE, False, SILENT, ASK_AGAIN),
        (INTERRUPTED, DRIVE, DRIVE, SILENT, SILENT, ASK_AGAIN),
        (UNKNOWN, PLACE, DRIVE, True, SILENT, IN_THE_HAND),
        # It said that it is done.
        (DONE, DRIVE, PLACE, False, False, arrived(PLACE)),
        (DONE, HAND, PLACE, SILENT, False, arrived(PLACE)),
        (DONE, DRIVE, HAND, SILENT, False, arrived(HAND)),
        (DONE, PLACE, DRIVE, False, False, ONLY_A_PERSON),
        # Nobody heard how it ended, and no trouble is known: what is nowhere else is in the bin, or in the hand.
        (INTERRUPTED, PLACE, DRIVE, False, False, stayed(PLACE)),
        (INTERRUPTED, DRIVE, PLACE, False, False, arrived(PLACE)),
        (INTERRUPTED, HAND, PLACE, False, False, arrived(PLACE)),
        (INTERRUPTED, DRIVE, HAND, SILENT, False, arrived(HAND)),
        (INTERRUPTED, HAND, DRIVE, SILENT, False, stayed(HAND)),
        (INTERRUPTED, PLACE, DRIVE, SILENT, False, ONLY_A_PERSON),
        (INTERRUPTED, DRIVE, PLACE, SILENT, False, ONLY_A_PERSON),
        (INTERRUPTED, HAND, PLACE, SILENT, False, ONLY_A_PERSON),
        (INTERRUPTED, DRIVE, DRIVE, False, False, ONLY_A_PERSON),
        # Trouble, and nothing is felt anywhere.
        (UNKNOWN, PLACE, DRIVE, False, False, ONLY_A_PERSON),
        (UNKNOWN, DRIVE, PLACE, SILENT, False, ONLY_A_PERSON),
        (BROKEN, PLACE, DRIVE, False, False, ONLY_A_PERSON),
    ],
)
def test_what_ended_the_motion_and_what_is_felt_tell_where_the_medium_is(
    answered: Answered,
    source: int,
    destination: int,
    hand: bool | None,
    drive: bool | None,
    found: Whereabouts,
) -> None:
    assert whereabouts(seen(hand, drive), source, destination, answered) == found


@pytest.mark.parametrize("answered", [DONE, INTERRUPTED])
def test_nothing_is_concluded_into_a_bin_that_feels_that_it_is_empty(answered: Answered) -> None:
    assert whereabouts(seen(False, False, bins=False), DRIVE, PLACE, answered) == ONLY_A_PERSON


def test_a_refusal_is_not_believed_of_a_bin_that_feels_that_it_is_empty() -> None:
    look = seen(False, True, bins=False)
    assert whereabouts(look, PLACE, DRIVE, REFUSED) == arrived(DRIVE)


def test_a_machine_without_a_hand_of_its_own_is_as_one_that_does_not_feel_it() -> None:
    whole = seen(SILENT, False)
    handless = Inventory(tuple(one for one in whole.elements if one.kind is not ElementKind.TRANSPORT))
    for answered in Answered:
        for ends in ((PLACE, DRIVE), (DRIVE, PLACE), (DRIVE, DRIVE)):
            assert whereabouts(handless, *ends, answered) == whereabouts(whole, *ends, answered)


#: Where a medium can be when a motion ended so; None is the floor.
TRUTHS: dict[Answered, tuple[str, ...]] = {
    DONE: ("destination",),
    REFUSED: ("source",),
    INTERRUPTED: ("source", "hand", "destination"),
    UNKNOWN: ("source", "hand", "destination", "floor"),
    BROKEN: ("source", "hand", "destination", "floor"),
}


def worlds() -> Iterator[tuple[Inventory, int, int, Answered, int | None]]:
    """Every look, motion and word there can be, with the truth: sensors tell it or nothing.

    A machine that refuses may have done so over a stranger in the drive.
    """
    ends = [(PLACE, DRIVE), (DRIVE, PLACE), (DRIVE, DRIVE), (HAND, PLACE)]
    # Machines that keep a disc in the hand to lay it on a tray do not feel it there.
    unfelt = [*ends, (DRIVE, HAND), (HAND, DRIVE)]
    for answered, feels, says, tells, is_stranger in product(Answered, *[(True, False)] * 4):
        for (source, destination), where in product(ends if feels else unfelt, TRUTHS[answered]):
            truth = {"source": source, "destination": destination, "hand": HAND, "floor": None}[where]
            if is_stranger and not (answered is REFUSED and destination == DRIVE != source):
                continue
            hand = truth == HAND if feels else SILENT
            drive = (truth == DRIVE or is_stranger) if says else SILENT
            bins = False if tells and truth != PLACE else SILENT
            yield seen(hand, drive, bins), source, destination, answered, truth


def test_no_medium_is_ever_said_to_be_where_it_is_not() -> None:
    every = list(worlds())
    assert {truth for *_rest, truth in every} == {HAND, DRIVE, PLACE, None}
    for look, source, destination, answered, truth in every:
        found = whereabouts(look, source, destination, answered)
        case = (look, source, destination, answered, truth, found)
        assert found.place in (None, truth), case
        assert {"arrived": destination, "stayed": source}.get(found.kind, found.place) == found.place, case
        assert found.kind != "vanished" or found.place in (None, HAND), case
        assert not found.in_doubt or (found.place is None and found.sensed), case
