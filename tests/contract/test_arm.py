"""What every arm promises (`robotics/arms/interface.py`), whatever its robot speaks and whatever goes wrong."""

from collections.abc import Callable, Iterator

import pytest

from devices.failures import OutcomeUnknown
from robotics.errors import (
    ChangerBroken,
    DestinationFull,
    MoveRefused,
    NotSupported,
    RoboticsError,
    SourceEmpty,
)
from tests.contract.arm_places import IN_HAND, ON_FLOOR, ROWS, ArmPlace, arm_place

NOWHERE = 99


@pytest.fixture(params=sorted(ROWS))
def place(request: pytest.FixtureRequest) -> Iterator[ArmPlace]:
    with arm_place(ROWS[request.param]) as place:
        yield place
        assert place.strikes == 0
        assert len(set(place.discs().values())) == len(place.discs()), "two discs in one place"


# What it reaches, and what it says


def test_it_reaches_the_drives_and_bins_of_its_room(place: ArmPlace) -> None:
    geometry, plan = place.arm.geometry, place.room.estate.plan
    assert geometry.drives == len(plan.drives)
    assert geometry.bins == plan.bins
    assert geometry.tells_hand == ("hand that is told" not in place.lacks)


def test_it_says_who_it_is_and_how_it_is_and_moves_nothing(place: ArmPlace) -> None:
    before = place.discs()
    identity = place.arm.identify()
    assert identity.vendor
    assert identity.product
    assert place.arm.state().words
    assert place.discs() == before


def test_preparing_it_again_moves_no_disc(place: ArmPlace) -> None:
    place.load()
    before = place.discs()
    place.arm.prepare()
    assert place.discs() == before


def test_it_tells_of_its_hand_what_is_so_or_nothing(place: ArmPlace) -> None:
    assert place.arm.state().holding in (None, False)
    _hold(place)
    assert place.arm.state().holding in (None, True)
    place.needs("hand that is told")
    assert place.arm.state().holding is True


def test_it_tells_of_trays_and_bins_what_is_so_or_nothing(place: ArmPlace) -> None:
    assert place.arm.state().occupied.get(place.source, True)
    place.open(1)
    assert not place.arm.state().on_tray.get(1, False)
    place.arm.load(bin=place.source, drive=1)
    assert place.arm.state().on_tray.get(1, True)
    for _ in range(3):
        place.close(1)
        place.unload(place.accept)
        place.open(1)
        place.arm.load(bin=place.source, drive=1)
    assert not place.arm.state().occupied.get(place.source, False)
    place.needs("tray that is told")
    assert place.arm.state().on_tray[1] is True


# Motions


def test_loading_lays_the_next_disc_on_the_open_tray(place: ArmPlace) -> None:
    for drive in range(1, place.arm.geometry.drives + 1):
        disc = place.next_disc()
        place.load(drive)
        assert place.where(disc) == f"drive {drive}"


def test_good_and_bad_discs_come_to_lie_on_top_of_their_bins(place: ArmPlace) -> None:
    for bin in (place.accept, place.reject):
        for position in (1, 2):
            disc = place.next_disc()
            drive = place.arm.geometry.drives
            place.load(drive)
            place.unload(bin, drive)
            assert place.where(disc) == (bin, position)


def test_tray_may_be_closed_once_and_only_when_the_disc_is_off_it(place: ArmPlace) -> None:
    for bin in (place.accept, place.reject):
        disc = place.next_disc()
        place.load()
        told: list[object] = []

        def lifted(disc: str = disc, told: list[object] = told) -> None:
            told.append(place.where(disc))
            place.close(1)

        place.open(1)
        place.arm.unload(drive=1, bin=bin, lifted=lifted)
        assert len(told) == 1
        assert told[0] != "drive 1"
        assert place.where(disc) == (bin, 1)


def test_tray_that_does_not_close_ends_the_motion_with_the_disc_in_the_hand(place: ArmPlace) -> None:
    disc = _hold(place)
    assert place.where(disc) == IN_HAND


def test_held_disc_is_put_away(place: ArmPlace) -> None:
    disc = _hold(place)
    place.close(1)
    place.arm.put_away(bin=place.reject)
    assert place.where(disc) == (place.reject, 1)


def test_putting_away_nothing_is_harmless(place: ArmPlace) -> None:
    before = place.discs()
    _harmless(lambda: place.arm.put_away(bin=place.reject))
    assert place.discs() == before
    disc = place.next_disc()
    place.load()
    assert place.where(disc) == "drive 1"


def test_held_disc_is_put_on_a_tray_where_the_arm_says_that_it_can(place: ArmPlace) -> None:
    disc = _hold(place)
    if place.arm.geometry.puts_in_again:
        place.close(1)
        drive = place.arm.geometry.drives
        place.open(drive)
        place.arm.put_on_tray(drive=drive)
        assert place.where(disc) == f"drive {drive}"
    else:
        with pytest.raises(NotSupported):
            place.arm.put_on_tray(drive=1)
        assert place.where(disc) == IN_HAND


# What it refuses


def test_empty_bin_is_said_to_be_empty(place: ArmPlace) -> None:
    for _ in range(2):
        place.load()
        place.unload(place.accept)
    for _ in range(2):
        place.load()
        place.unload(place.reject)
    before = place.discs()
    with pytest.raises(SourceEmpty):
        place.load()
    assert place.discs() == before


def test_empty_tray_is_said_to_be_empty(place: ArmPlace) -> None:
    before = place.discs()
    for bin in (place.accept, place.reject):
        with pytest.raises(SourceEmpty):
            place.unload(bin)
        place.close(1)
    assert place.discs() == before


def test_full_bin_is_an_error_and_the_disc_is_in_the_hand_at_worst(place: ArmPlace) -> None:
    for _ in range(3):
        place.load()
        place.unload(place.accept)
    disc = place.next_disc()
    place.load()
    with pytest.raises((DestinationFull, ChangerBroken, OutcomeUnknown)) as caught:
        place.unload(place.accept)
    assert place.where(disc) in (IN_HAND, "drive 1")
    if isinstance(caught.value, DestinationFull):
        assert place.where(disc) == "drive 1", "a refused motion leaves the disc where it was"
    place.needs("full bin that is told")
    assert isinstance(caught.value, DestinationFull)


def test_closed_tray_is_an_error_and_no_disc_is_lost(place: ArmPlace) -> None:
    before, disc = place.discs(), place.next_disc()
    with pytest.raises((RoboticsError, OutcomeUnknown)) as caught:
        place.arm.load(bin=place.source, drive=1)
    if isinstance(caught.value, MoveRefused):
        assert place.discs() == before
    assert place.where(disc) in (before[disc], IN_HAND)


def test_what_it_has_not_is_not_supported(place: ArmPlace) -> None:
    before = place.discs()
    for act in (
        lambda: place.arm.load(bin=NOWHERE, drive=1),
        lambda: place.arm.load(bin=place.source, drive=NOWHERE),
        lambda: place.arm.load(bin=place.source, drive=0),
        lambda: place.arm.unload(drive=NOWHERE, bin=place.accept),
        lambda: place.arm.unload(drive=1, bin=NOWHERE),
        lambda: place.arm.put_away(bin=NOWHERE),
        lambda: place.arm.put_on_tray(drive=NOWHERE),
    ):
        with pytest.raises(NotSupported):
            act()
    for pile in place.arm.geometry.bins:
        if not pile.takes:
            with pytest.raises(NotSupported):
                place.arm.load(bin=pile.number, drive=1)
        if not pile.puts:
            with pytest.raises(NotSupported):
                place.arm.unload(drive=1, bin=pile.number)
        if not (pile.puts and pile.by_hand):
            with pytest.raises(NotSupported):
                place.arm.put_away(bin=pile.number)
    assert place.discs() == before


# What goes wrong


@pytest.mark.parametrize("word", range(3))
def test_silence_is_an_unknown_outcome_and_the_arm_works_on_after_it(place: ArmPlace, word: int) -> None:
    place.arm_fault("line-silent", after=word)
    _survives(place)


def test_deafness_is_an_unknown_outcome_and_nothing_is_repeated(place: ArmPlace) -> None:
    before, disc = place.discs(), place.next_disc()
    place.open(1)
    place.arm_fault("line-deaf", after=place.row.looks_first)
    with pytest.raises(OutcomeUnknown):
        place.arm.load(bin=place.source, drive=1)
    assert place.discs() == before
    place.arm.load(bin=place.source, drive=1)
    assert place.where(disc) == "drive 1"


@pytest.mark.parametrize("kind", ["line-late", "line-double", "line-lost", "line-deaf"])
@pytest.mark.parametrize("word", range(3))
def test_other_trouble_of_the_line_is_survived(place: ArmPlace, kind: str, word: int) -> None:
    place.arm_fault(kind, after=word)
    _survives(place)


@pytest.mark.parametrize("seed", range(4))
def test_rubbish_is_never_taken_for_an_answer(place: ArmPlace, seed: int) -> None:
    place.arm_fault("line-garbage", times=None, seed=seed)
    disc = place.next_disc()
    place.open(1)
    if _tried(lambda: place.arm.load(bin=place.source, drive=1)):
        assert place.where(disc) == "drive 1"


def test_answer_said_twice_is_not_that_of_the_next_motion(place: ArmPlace) -> None:
    place.arm_fault("line-double", times=None)
    disc = place.next_disc()
    place.load()
    assert place.where(disc) == "drive 1"
    place.room.estate.disarm()
    place.arm_fault("line-deaf", times=None)
    place.open(1)
    with pytest.raises(OutcomeUnknown):
        place.arm.unload(drive=1, bin=place.accept)
    assert place.where(disc) == "drive 1"


def test_jam_is_no_refusal_and_the_disc_is_brought_away_after_a_reset(place: ArmPlace) -> None:
    disc = place.next_disc()
    place.open(1)
    place.arm_fault("arm-jam", after=1)
    with pytest.raises((ChangerBroken, OutcomeUnknown)):
        place.arm.load(bin=place.source, drive=1)
    assert place.where(disc) == IN_HAND
    place.close(1)
    place.row.recover(place.arm)
    if place.arm.state().holding is not False:
        place.arm.put_away(bin=place.reject)
    assert place.where(disc) == (place.reject, 1)


def test_dropped_disc_is_never_said_to_have_arrived(place: ArmPlace) -> None:
    disc = place.next_disc()
    place.open(1)
    place.arm_fault("disc-dropped")
    with pytest.raises((ChangerBroken, OutcomeUnknown)):
        place.arm.load(bin=place.source, drive=1)
    assert place.where(disc) == ON_FLOOR


def test_bin_that_is_taken_for_empty_gives_no_disc_and_loses_none(place: ArmPlace) -> None:
    before = place.discs()
    place.arm_fault("bin-low")
    place.open(1)
    with pytest.raises((MoveRefused, OutcomeUnknown)):
        place.arm.load(bin=place.source, drive=1)
    assert place.discs() == before


def _hold(place: ArmPlace) -> str:
    """Stop an unloading with the disc in the hand, as a tray that does not close does."""
    disc = place.next_disc()
    place.load()
    place.open(1)

    def stuck() -> None:
        raise MoveRefused("the tray does not close")

    with pytest.raises(MoveRefused, match="does not close"):
        place.arm.unload(drive=1, bin=place.reject, lifted=stuck)
    return disc


def _tried(act: Callable[[], object]) -> bool:
    """Whether it was done; an unknown outcome is no answer."""
    try:
        act()
    except OutcomeUnknown:
        return False
    return True


def _harmless(act: Callable[[], None]) -> None:
    """It may say that there was nothing to take; where it tells of no hand, it may say nothing at all."""
    try:
        act()
    except SourceEmpty:
        return


def _survives(place: ArmPlace) -> None:
    """A disc is loaded and taken away again. Whoever asks looks at the room where the outcome is unknown, and goes on
    from there: no motion may be said to be done that was not, and the next one has to work.
    """

    def unload() -> None:
        place.arm.unload(drive=1, bin=place.accept, lifted=lambda: place.close(1))

    disc = place.next_disc()
    home = place.where(disc)
    place.open(1)
    if _tried(lambda: place.arm.load(bin=place.source, drive=1)):
        assert place.where(disc) == "drive 1"
    _look(place)
    if place.where(disc) == home:
        place.arm.load(bin=place.source, drive=1)
    place.close(1)
    if place.where(disc) == "drive 1":
        place.open(1)
        if _tried(unload):
            assert place.where(disc) == (place.accept, 1)
        _look(place)
        if place.where(disc) == "drive 1":
            unload()
        place.close(1)
    if place.where(disc) == IN_HAND:
        place.row.recover(place.arm)
        place.arm.put_away(bin=place.reject)
        assert place.where(disc) == (place.reject, 1)
    else:
        assert place.where(disc) == (place.accept, 1)


def _look(place: ArmPlace) -> None:
    """Let all that was asked come to its end, and be answered."""
    place.clock.sleep(100.0)
    _tried(place.arm.state)
