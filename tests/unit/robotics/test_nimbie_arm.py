"""The arm of a Nimbie over its emulator: what it moves, what it refuses, and what it makes of silence and rubbish."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.clock import SimulatedClock
from devices.failures import OutcomeUnknown
from robotics.arms.interface import DiscArm
from robotics.arms.nimbie import ACCEPT, QUEUE, REJECT, NimbieArm
from robotics.errors import (
    ChangerBroken,
    DestinationFull,
    MoveRefused,
    NotSupported,
    SourceEmpty,
    TrayInTheWay,
)
from simulator.faults import Fault
from tests.unit.robotics.nimbie_room import NimbieRoom, opened_room

DRIVE_ADDRESS, HAND, ACCEPT_FIRST, REJECT_FIRST = 256, 1, 1280, 1536


@pytest.fixture
def site(tmp_path: Path) -> Iterator[NimbieRoom]:
    with opened_room(tmp_path / "room", SimulatedClock()) as site:
        yield site
        assert site.strikes == 0, "a tray was struck"


@pytest.fixture
def arm(site: NimbieRoom) -> NimbieArm:
    return site.arm


def loaded(site: NimbieRoom) -> None:
    site.tray(out=True)
    site.arm.load(bin=QUEUE, drive=1)


def test_it_is_an_arm_of_one_drive_that_tells_what_its_hand_holds(arm: NimbieArm) -> None:
    of_any_kind: DiscArm = arm
    assert of_any_kind.geometry.drives == 1
    assert arm.geometry.tells_hand
    assert not arm.geometry.puts_in_again
    assert [(b.number, b.takes, b.puts) for b in arm.geometry.bins] == [
        (QUEUE, True, False),
        (ACCEPT, False, True),
        (REJECT, False, True),
    ]
    arm.prepare()
    assert arm.identify().product == "Nimbie NB21"


def test_a_disc_goes_from_the_queue_to_the_tray_and_to_a_pile(site: NimbieRoom, arm: NimbieArm) -> None:
    loaded(site)
    assert site.where()["D1"] == DRIVE_ADDRESS, "the first that was laid in comes out first"
    state = arm.state()
    assert (state.holding, dict(state.occupied), dict(state.on_tray)) == (False, {QUEUE: True}, {1: True})
    site.tray(out=False)
    assert not arm.state().on_tray, "it does not see into a drive"
    site.tray(out=True)
    seen: list[bool | None] = []

    def lifted() -> None:
        seen.append(arm.state().holding)
        site.tray(out=False)

    arm.unload(drive=1, bin=ACCEPT, lifted=lifted)
    assert seen == [True]
    assert site.where()["D1"] == ACCEPT_FIRST
    loaded(site)
    arm.unload(drive=1, bin=REJECT, lifted=lambda: site.tray(out=False))
    assert site.where() == {"D1": ACCEPT_FIRST, "D2": REJECT_FIRST, "D3": 1026}


def test_it_comes_back_only_when_its_sensors_show_the_end(site: NimbieRoom, arm: NimbieArm) -> None:
    began_s = site.clock.monotonic()
    loaded(site)
    assert site.clock.monotonic() - began_s >= 4.0
    assert arm.state().on_tray == {1: True}


def test_a_tray_that_is_in_is_said_before_anything_is_told_to_move(site: NimbieRoom, arm: NimbieArm) -> None:
    with pytest.raises(TrayInTheWay, match="does not see the tray out"):
        arm.load(bin=QUEUE, drive=1)
    with pytest.raises(TrayInTheWay):
        arm.unload(drive=1, bin=ACCEPT)
    assert site.where()["D1"] == 1024


def test_a_tray_with_a_disc_gets_no_second_one(site: NimbieRoom, arm: NimbieArm) -> None:
    loaded(site)
    with pytest.raises(DestinationFull):
        arm.load(bin=QUEUE, drive=1)
    assert site.where() == {"D1": DRIVE_ADDRESS, "D2": 1025, "D3": 1026}


def test_an_empty_tray_and_an_empty_queue_are_sources_without_discs(tmp_path: Path) -> None:
    with opened_room(tmp_path / "empty", SimulatedClock(), discs=()) as site:
        site.tray(out=True)
        with pytest.raises(SourceEmpty, match="queue is empty"):
            site.arm.load(bin=QUEUE, drive=1)
        with pytest.raises(SourceEmpty, match="no disc on the tray"):
            site.arm.unload(drive=1, bin=ACCEPT)


def test_what_it_has_not_is_not_supported(site: NimbieRoom, arm: NimbieArm) -> None:
    for move in (
        lambda: arm.load(bin=ACCEPT, drive=1),
        lambda: arm.load(bin=QUEUE, drive=2),
        lambda: arm.unload(drive=1, bin=QUEUE),
        lambda: arm.unload(drive=2, bin=ACCEPT),
        lambda: arm.put_away(bin=QUEUE),
        lambda: arm.put_on_tray(drive=1),
    ):
        with pytest.raises(NotSupported):
            move()


def test_a_queue_that_is_low_is_not_taken_for_an_empty_one(site: NimbieRoom, arm: NimbieArm) -> None:
    site.room.estate.arm(Fault("bin-low"))
    site.tray(out=True)
    with pytest.raises(MoveRefused, match=r"queue is empty .* discs in the queue") as refused:
        arm.load(bin=QUEUE, drive=1)
    assert not isinstance(refused.value, SourceEmpty)


def test_whatever_lifted_raises_leaves_the_disc_in_the_hand(site: NimbieRoom, arm: NimbieArm) -> None:
    loaded(site)

    def stuck() -> None:
        raise RuntimeError("the tray is stuck")

    with pytest.raises(RuntimeError, match="stuck"):
        arm.unload(drive=1, bin=ACCEPT, lifted=stuck)
    assert arm.state().holding
    with pytest.raises(TrayInTheWay, match="still in the hand"):
        arm.put_away(bin=REJECT)
    site.tray(out=False)
    arm.put_away(bin=REJECT)
    assert site.where()["D1"] == REJECT_FIRST
    assert arm.state().holding is False


def test_a_tray_that_stays_out_after_the_lift_is_an_unknown_outcome(site: NimbieRoom, arm: NimbieArm) -> None:
    loaded(site)
    with pytest.raises(OutcomeUnknown, match="the disc is in the hand, and the tray is still out"):
        arm.unload(drive=1, bin=ACCEPT)
    assert site.where()["D1"] == HAND


def test_an_empty_hand_has_nothing_to_put_away(site: NimbieRoom, arm: NimbieArm) -> None:
    arm.put_away(bin=REJECT)
    assert site.where()["D1"] == 1024


def test_a_full_hand_moves_nothing_over_the_tray(site: NimbieRoom, arm: NimbieArm) -> None:
    loaded(site)
    with pytest.raises(OutcomeUnknown):
        arm.unload(drive=1, bin=ACCEPT)
    for move in (lambda: arm.load(bin=QUEUE, drive=1), lambda: arm.unload(drive=1, bin=ACCEPT)):
        with pytest.raises(MoveRefused, match="its hand holds a disc"):
            move()


def test_after_an_error_without_words_only_a_reset_that_somebody_asks_for_helps(
    site: NimbieRoom, arm: NimbieArm
) -> None:
    site.room.estate.arm(Fault("arm-jam"))
    site.tray(out=True)
    for _ in range(2):
        with pytest.raises(ChangerBroken, match=r"AT\+E09.*reset of its USB port"):
            arm.load(bin=QUEUE, drive=1)
        arm.prepare()
    commanded_s = site.clock.monotonic()
    arm.prepare(reset=True)
    assert site.clock.monotonic() - commanded_s >= 59, "what it was told last has had time to end"
    arm.load(bin=QUEUE, drive=1)
    assert site.where()["D1"] == DRIVE_ADDRESS


@pytest.mark.parametrize("fault", ["line-late", "line-silent", "line-deaf"])
@pytest.mark.parametrize("asks", [0, 1, 2], ids=["first look", "motion", "look after it"])
def test_silence_is_an_unknown_outcome_and_a_look_tells_it(
    site: NimbieRoom, arm: NimbieArm, fault: str, asks: int
) -> None:
    site.tray(out=True)
    site.room.estate.arm(Fault(fault, after=asks))
    with pytest.raises(OutcomeUnknown, match="no answer within 20 s"):
        arm.load(bin=QUEUE, drive=1)
    state = arm_after_silence(site)
    moved = site.where()["D1"] == DRIVE_ADDRESS
    assert state == (False, moved)
    assert moved == (asks == 2 or (asks == 1 and fault != "line-deaf"))


def arm_after_silence(site: NimbieRoom) -> tuple[bool | None, bool]:
    """What a look shows, once it gets an answer: whether a disc is in the hand, and on the tray."""
    for _ in range(10):
        try:
            state = site.arm.state()
        except OutcomeUnknown:
            continue
        site.clock.sleep(10)
        state = site.arm.state()
        return state.holding, state.on_tray[1]
    raise AssertionError("it never answered again")


@pytest.mark.parametrize("fault", ["line-garbage", "line-double"])
@pytest.mark.parametrize("seed", range(5))
def test_rubbish_and_double_answers_change_nothing(
    site: NimbieRoom, arm: NimbieArm, fault: str, seed: int
) -> None:
    site.room.estate.arm(Fault(fault, times=None, seed=seed))
    loaded(site)
    arm.unload(drive=1, bin=ACCEPT, lifted=lambda: site.tray(out=False))
    loaded(site)
    assert site.where() == {"D1": ACCEPT_FIRST, "D2": DRIVE_ADDRESS, "D3": 1026}


def test_a_disc_that_falls_beside_the_tray_is_an_unknown_outcome(site: NimbieRoom, arm: NimbieArm) -> None:
    site.room.estate.arm(Fault("disc-dropped"))
    site.tray(out=True)
    with pytest.raises(OutcomeUnknown, match="its sensors never showed the end"):
        arm.load(bin=QUEUE, drive=1)
    assert site.where()["D1"] == "floor"
    assert arm.state().on_tray == {1: False}
