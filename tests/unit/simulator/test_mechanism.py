"""The mechanics of a stacker: a disc is where it was, in the hand, or where it was laid; a tray that is out is hit."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.clock import SimulatedClock
from robotics.model import BinOrder
from simulator.control import control
from simulator.inprocess import furnish_room
from simulator.mechanism import (
    BinEmpty,
    BinFull,
    BinLow,
    DiscDropped,
    HandEmpty,
    HandFull,
    Jammed,
    Mechanism,
    MotionFailed,
    TrayEmpty,
    TrayFull,
    TrayStruck,
    TrayWrong,
)
from simulator.plan import RoomPlan
from simulator.room import Room
from simulator.world import assert_nothing_lost
from tests.unit.simulator.conftest import ACCEPT, INPUT, stacker_plan


def furnished(folder: Path, plan: RoomPlan) -> Room:
    return furnish_room(folder, plan, clock=SimulatedClock(), sync=lambda descriptor: None)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = furnished(tmp_path / "room", stacker_plan())
    yield room
    room.close()


@pytest.fixture
def arm(room: Room) -> Mechanism:
    assert room.mechanism is not None
    return room.mechanism


def tray(room: Room, name: str, out: bool) -> None:
    room.execute(name, bytes((0x1B, 0, 0, 0, 2 if out else 3, 0)))


def where(room: Room, barcode: str) -> int | None:
    return room.estate.world.carriers[room.carrier(barcode)].address


@pytest.mark.parametrize(("order", "first_out"), [(BinOrder.LIFO, "D3"), (BinOrder.FIFO, "D1")])
def test_what_comes_out_of_a_bin_is_the_top_or_the_bottom_of_it(
    tmp_path: Path, order: BinOrder, first_out: str
) -> None:
    room = furnished(tmp_path / "other", stacker_plan(order))
    assert room.mechanism is not None
    room.mechanism.take_from_bin(INPUT)
    assert where(room, first_out) == 1
    room.close()


def test_a_disc_goes_from_a_bin_to_a_tray_and_into_another_bin(room: Room, arm: Mechanism) -> None:
    tray(room, "B1", out=True)
    arm.take_from_bin(INPUT, allowed_out=1)
    assert arm.holding()
    assert arm.count(INPUT) == 2
    arm.lay_on_tray(1)
    assert arm.disc_on_tray(1)
    assert not arm.holding()
    assert arm.tray_open(1), "the library's robot would have drawn it in; this one leaves it to its host"
    tray(room, "B1", out=False)
    assert not arm.disc_on_tray(1)
    assert where(room, "D3") == 256
    tray(room, "B1", out=True)
    arm.lift_from_tray(1)
    tray(room, "B1", out=False)
    arm.put_in_bin(ACCEPT)
    assert where(room, "D3") == 1280
    assert room.estate.world.strikes == 0


def test_a_tray_out_of_its_place_is_struck_and_the_disc_stays_in_the_hand(room: Room, arm: Mechanism) -> None:
    tray(room, "B2", out=True)
    with pytest.raises(TrayStruck):
        arm.take_from_bin(INPUT)
    tray(room, "B2", out=False)
    arm.take_from_bin(INPUT)
    tray(room, "B1", out=True)
    tray(room, "B2", out=True)
    with pytest.raises(TrayStruck):
        arm.lay_on_tray(1)
    assert arm.holding()
    assert room.estate.world.strikes == 2


def test_an_arm_that_homes_passes_every_tray(room: Room, arm: Mechanism) -> None:
    arm.swing()
    tray(room, "B2", out=True)
    with pytest.raises(TrayStruck):
        arm.swing(frees=True)
    assert room.estate.world.strikes == 1


def test_a_jammed_arm_homes_only_where_that_frees_it(room: Room, arm: Mechanism) -> None:
    control(room, "fault", {"name": "arm-jam"})
    with pytest.raises(Jammed):
        arm.take_from_bin(INPUT)
    with pytest.raises(Jammed):
        arm.swing()
    arm.swing(frees=True)
    arm.take_from_bin(INPUT)


def test_strikes_and_jams_outlive_the_power(tmp_path: Path) -> None:
    room = furnished(tmp_path / "other", stacker_plan())
    tray(room, "B2", out=True)
    assert room.mechanism is not None
    with pytest.raises(TrayStruck):
        room.mechanism.take_from_bin(INPUT)
    tray(room, "B2", out=False)
    room.mechanism.take_from_bin(INPUT)
    control(room, "fault", {"name": "arm-jam"})
    with pytest.raises(Jammed):
        room.mechanism.put_in_bin(ACCEPT)
    room.close()
    again = Room(tmp_path / "other", clock=SimulatedClock(), sync=lambda descriptor: None)
    assert again.mechanism is not None
    assert again.estate.world.strikes == 1
    assert again.mechanism.jammed
    assert again.mechanism.holding()
    with pytest.raises(Jammed):
        again.mechanism.put_in_bin(ACCEPT)
    again.mechanism.reset()
    again.mechanism.put_in_bin(ACCEPT)
    again.close()


def test_what_cannot_be_done_moves_nothing(room: Room, arm: Mechanism) -> None:
    with pytest.raises(HandEmpty):
        arm.put_in_bin(ACCEPT)
    with pytest.raises(TrayWrong):
        arm.lift_from_tray(1)
    tray(room, "B1", out=True)
    with pytest.raises(TrayEmpty):
        arm.lift_from_tray(1)
    with pytest.raises(HandEmpty):
        arm.lay_on_tray(1)
    arm.take_from_bin(INPUT, allowed_out=1)
    with pytest.raises(HandFull):
        arm.take_from_bin(INPUT, allowed_out=1)
    arm.lay_on_tray(1)
    arm.take_from_bin(INPUT, allowed_out=1)
    with pytest.raises(TrayFull):
        arm.lay_on_tray(1)
    tray(room, "B1", out=False)
    with pytest.raises(TrayWrong):
        arm.lay_on_tray(1)
    arm.put_in_bin(ACCEPT)
    arm.take_from_bin(INPUT)
    arm.put_in_bin(ACCEPT)
    with pytest.raises(BinEmpty):
        arm.take_from_bin(INPUT)
    tray(room, "B1", out=True)
    arm.lift_from_tray(1)
    tray(room, "B1", out=False)
    with pytest.raises(BinFull):
        arm.put_in_bin(ACCEPT)
    assert arm.holding()
    assert room.estate.world.strikes == 0


def test_a_dropped_disc_lies_on_the_floor(room: Room, arm: Mechanism) -> None:
    arm.take_from_bin(INPUT)
    control(room, "fault", {"name": "disc-dropped"})
    with pytest.raises(DiscDropped):
        arm.put_in_bin(ACCEPT)
    assert not arm.holding()
    assert arm.count(ACCEPT) == 0
    shown = next(one for one in control(room, "show", {})["media"] if one["barcode"] == "D3")
    assert shown["place"] == "floor"
    assert shown["address"] is None


def test_a_bin_that_is_low_gives_nothing_once(room: Room, arm: Mechanism) -> None:
    control(room, "fault", {"name": "bin-low"})
    with pytest.raises(BinLow):
        arm.take_from_bin(INPUT)
    assert arm.count(INPUT) == 3
    arm.take_from_bin(INPUT)


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(1, 2)), max_size=40))
def test_whatever_is_asked_no_disc_is_lost_and_none_shares_a_place(
    tmp_path_factory: pytest.TempPathFactory, asked: list[tuple[int, int]]
) -> None:
    room = furnished(tmp_path_factory.mktemp("any") / "room", stacker_plan())
    arm, first = room.mechanism, room.estate.world
    assert arm is not None
    motions = (arm.take_from_bin, arm.put_in_bin, arm.lay_on_tray, arm.lift_from_tray)
    for what, number in asked:
        out = [drive for drive in (1, 2) if arm.tray_open(drive)]
        strikes = room.estate.world.strikes
        if what < 4:
            held, failed = arm.holding(), None
            try:
                motions[what](number)
            except MotionFailed as error:
                failed = error
            assert room.estate.world.strikes == strikes + isinstance(failed, TrayStruck)
            if failed is None:
                assert not [drive for drive in out if what < 2 or drive != number]
            assert arm.holding() == (held if failed else not held)
        else:
            tray(room, f"B{number}", out=what % 2 == 0)
        assert_nothing_lost(first, room.estate.world)
    room.close()
