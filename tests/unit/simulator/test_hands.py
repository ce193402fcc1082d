"""What people's hands do in a room: they put a medium where one can lie, and never on another."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.clock import SimulatedClock
from robotics.model import BinOrder
from simulator.control import control
from simulator.errors import ControlRefused
from simulator.inprocess import furnish_room
from simulator.mechanism import Jammed
from simulator.plan import CabinetPlan, DiscPlan
from simulator.room import Room
from simulator.rooms import Rooms
from tests.unit.simulator.conftest import ACCEPT, INPUT, small_plan, stacker_plan

Do = Callable[..., Any]


@pytest.fixture
def stacker(tmp_path: Path) -> Iterator[Room]:
    room = furnish_room(
        tmp_path / "stacker", stacker_plan(), clock=SimulatedClock(), sync=lambda descriptor: None
    )
    yield room
    room.close()


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Room]:
    plan = small_plan(
        library="vault",
        robot="person",
        cabinets=(CabinetPlan("cabinet 1", 2, 6),),
        import_export_slots=0,
        drives=(),
        discs=tuple(DiscPlan(f"V{number}", "MILLEN/MR1", number) for number in (1, 2, 3)),
    )
    room = furnish_room(tmp_path / "shelf", plan, clock=SimulatedClock(), sync=lambda descriptor: None)
    yield room
    room.close()


@pytest.fixture
def do(stacker: Room) -> Do:
    return lambda verb, **arguments: control(stacker, verb, arguments)


def place(room: Room, medium: str) -> str:
    shown = control(room, "show", {})["media"]
    return str(next(one["place"] for one in shown if one["barcode"] == medium))


def test_a_medium_goes_from_a_drawer_through_the_hands_into_another(shelf: Room) -> None:
    assert control(shelf, "take", {"medium": "V2"})["was_in"] == "cabinet 1, drawer 1, slot 2"
    assert place(shelf, "V2") == "hands"
    control(shelf, "put", {"medium": "V2", "place": "cabinet 1, drawer 2, slot 6"})
    assert shelf.estate.world.at(1024 + 11) == shelf.carrier("V2")
    with pytest.raises(ControlRefused, match="is full"):
        control(shelf, "carry", {"medium": "V1", "place": 1024 + 11})
    assert place(shelf, "V1") == "cabinet 1, drawer 1, slot 1"


def test_only_the_top_of_a_bin_is_taken_by_hand_and_only_its_top_is_laid_on(stacker: Room, do: Do) -> None:
    with pytest.raises(ControlRefused, match="lie on top"):
        do("take", medium="D1")
    assert do("take-from-bin", bin="input", count=2)["media"] == ["D3", "D2"]
    do("put", medium="D2", place="input bin, place 4")
    assert place(stacker, "D2") == "input bin, place 2"
    do("load-bin", bin="accept", media=["D3"])
    assert place(stacker, "D3") == "accept bin, place 1"


def test_what_is_carried_from_beneath_others_lets_them_sink(stacker: Room, do: Do) -> None:
    do("carry", medium="D1", place="accept")
    assert [place(stacker, name) for name in ("D1", "D2", "D3")] == [
        "accept bin, place 1",
        "input bin, place 1",
        "input bin, place 2",
    ]


def test_a_queue_is_lifted_to_lay_a_disc_under_it(tmp_path: Path) -> None:
    plan = stacker_plan(BinOrder.FIFO)
    room = furnish_room(tmp_path / "queue", plan, clock=SimulatedClock(), sync=lambda descriptor: None)
    assert room.mechanism is not None
    room.mechanism.take_from_bin(INPUT)
    room.mechanism.put_in_bin(ACCEPT)
    control(room, "carry", {"medium": "D1", "place": 1024})
    room.mechanism.take_from_bin(INPUT)
    assert place(room, "D1") == "robot hand"
    room.close()


def test_new_blanks_are_loaded_in_the_order_of_their_labels(stacker: Room, do: Do) -> None:
    do("take-from-bin", bin="input")
    assert do("load-bin", bin="input", blanks=3, label="N-0099")["media"] == ["N-0099", "N-0100", "N-0101"]
    assert place(stacker, "N-0101") == "input bin, place 3"
    with pytest.raises(ControlRefused, match="no room for 2"):
        do("load-bin", bin="input", blanks=2, label="N-0200")
    with pytest.raises(ControlRefused, match="already"):
        do("load-bin", bin="accept", blanks=1, label="N-0100")
    with pytest.raises(ControlRefused, match="ends with a number"):
        do("load-bin", bin="accept", blanks=1, label="N")


def test_a_drive_is_loaded_by_hand_when_its_tray_is_out(stacker: Room, do: Do) -> None:
    with pytest.raises(ControlRefused, match="is closed"):
        do("carry", medium="D3", place="drive B1")
    assert do("press-tray", drive="B1") == {"drive": "B1", "tray": "open"}
    do("carry", medium="D3", place="drive B1")
    assert do("press-tray", drive="B1")["tray"] == "closed"
    with pytest.raises(ControlRefused, match="is closed"):
        do("take", medium="D3")
    stacker.execute("B1", bytes((0x1E, 0, 0, 0, 1, 0)))
    with pytest.raises(ControlRefused, match="keeps its tray in"):
        do("press-tray", drive="B1")


def test_a_jammed_arm_is_freed_by_hand_with_what_it_holds(stacker: Room, do: Do) -> None:
    assert stacker.mechanism is not None
    stacker.mechanism.take_from_bin(INPUT)
    do("fault", name="arm-jam")
    with pytest.raises(Jammed):
        stacker.mechanism.put_in_bin(ACCEPT)
    assert do("free-arm") == {"media": ["D3"]}
    assert place(stacker, "D3") == "hands"
    stacker.mechanism.take_from_bin(INPUT)


def test_labels_are_stuck_and_exchanged(stacker: Room, do: Do) -> None:
    first, second = stacker.carrier("D1"), stacker.carrier("D2")
    do("exchange-labels", medium="D1", other="D2")
    assert (stacker.carrier("D1"), stacker.carrier("D2")) == (second, first)
    do("stick-label", medium="D1", label="A-1")
    assert stacker.carrier("A-1") == second
    with pytest.raises(ControlRefused, match="already"):
        do("stick-label", medium="A-1", label="D2")


def test_a_person_carries_a_medium_from_one_library_to_another_with_all_that_is_on_it(
    stacker: Room, shelf: Room
) -> None:
    rooms = Rooms([stacker, shelf])
    with shelf.disc(shelf.carrier("V1")) as disc:
        disc.write(0, b"kept" * 16384)
        disc.flush()
    rooms.control("carry", {"medium": "V1", "library": "L1", "place": "input"})
    assert place(stacker, "V1") == "input bin, place 4"
    assert "V1" not in [one["barcode"] for one in control(shelf, "show", {})["media"]]
    assert stacker.disc_bytes("V1") == b"kept" * 16384
    rooms.control("take", {"medium": "V1"})
    rooms.control("put", {"medium": "V1", "library": "vault", "place": "cabinet 1, drawer 2, slot 1"})
    assert shelf.disc_bytes("V1") == b"kept" * 16384
    assert len(shelf.estate.world.carriers) == 3


def test_a_medium_that_cannot_be_put_there_stays_in_the_hands_of_who_brought_it(
    stacker: Room, shelf: Room
) -> None:
    rooms = Rooms([stacker, shelf])
    with pytest.raises(ControlRefused, match="is closed"):
        rooms.control("carry", {"medium": "V1", "library": "L1", "place": "drive B1"})
    assert place(stacker, "V1") == "hands"


def test_what_fell_on_the_floor_is_picked_up(stacker: Room, do: Do) -> None:
    assert stacker.mechanism is not None
    stacker.mechanism.take_from_bin(INPUT)
    do("fault", name="disc-dropped")
    with pytest.raises(Exception, match="floor"):
        stacker.mechanism.put_in_bin(ACCEPT)
    assert do("take", medium="D3")["was_in"] == "floor"
    do("put", medium="D3", place="accept")
    with pytest.raises(ControlRefused, match="take it first"):
        do("put", medium="D3", place="input")


@pytest.mark.parametrize("words", ["cellar", "input bin, place 9", "9999"])
def test_a_place_that_is_not_there_is_refused(do: Do, words: str) -> None:
    do("take", medium="D3")
    with pytest.raises(ControlRefused, match="there is no"):
        do("put", medium="D3", place=words)
