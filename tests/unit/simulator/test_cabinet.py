"""A simulated cabinet lights its lamps and tells what lies in it, in this process and through the room's socket."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devices.clock import SimulatedClock, SystemClock
from devices.transports.room_cabinet import RoomCabinet
from robotics.cabinet import Cabinet
from simulator.cabinet import SimulatedCabinet
from simulator.control import control
from simulator.errors import ControlRefused
from simulator.inprocess import furnish_room
from simulator.plan import CabinetPlan, DiscPlan, RoomPlan
from simulator.room import Room
from simulator.server import RoomServer
from tests.unit.simulator.conftest import small_plan

#: A cabinet of two drawers with sensors, and one of wood behind it.
FULL, EMPTY, WOODEN = 1024, 1025, 1030


def cabinets() -> RoomPlan:
    return small_plan(
        library="vault",
        robot="person",
        slots=12,
        import_export_slots=0,
        cabinets=(CabinetPlan("one", 2, 3, sensors=True), CabinetPlan("two", 1, 6)),
        discs=(DiscPlan("V1", "MILLEN/MR1", 1), DiscPlan("V2", "MILLEN/MR1", 7)),
    )


@contextmanager
def in_process(folder: Path) -> Iterator[tuple[Cabinet, Room]]:
    room = furnish_room(folder / "room", cabinets(), clock=SimulatedClock(), sync=lambda descriptor: None)
    try:
        yield SimulatedCabinet(room), room
    finally:
        room.close()


@contextmanager
def served(folder: Path) -> Iterator[tuple[Cabinet, Room]]:
    furnish_room(folder / "room", cabinets(), clock=SimulatedClock(), sync=lambda descriptor: None).close()
    with RoomServer(folder / "room", folder / "socket", SystemClock(), lambda line: None) as server:
        thread = threading.Thread(target=server.run)
        thread.start()
        cabinet = RoomCabinet(folder / "socket", "vault")
        try:
            yield cabinet, server.rooms.with_device("B1")
        finally:
            cabinet.close()
            server.stop()
            thread.join()


@pytest.mark.parametrize("reached", [in_process, served], ids=["in process", "served"])
def test_lamps_are_lit_and_sensors_see(tmp_path: Path, reached: Callable[..., object]) -> None:
    with reached(tmp_path) as (cabinet, room):  # type: ignore[attr-defined]
        assert cabinet.presence(FULL) is True
        assert cabinet.presence(EMPTY) is False
        assert cabinet.presence(WOODEN) is None
        for place in (FULL, WOODEN):
            cabinet.lamp(place, True)
        assert control(room, "show", {})["lamps"] == ["one, drawer 1, slot 1"]
        cabinet.lamp(FULL, False)
        assert control(room, "show", {})["lamps"] == []
        control(room, "carry", {"medium": "V1", "place": EMPTY})
        assert [cabinet.presence(place) for place in (FULL, EMPTY)] == [False, True]


def test_a_sensor_may_tell_the_opposite_once(tmp_path: Path) -> None:
    with in_process(tmp_path) as (cabinet, room):
        control(room, "fault", {"name": "sensor-wrong"})
        assert [cabinet.presence(FULL), cabinet.presence(FULL)] == [False, True]


def test_a_place_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with in_process(tmp_path) as (_cabinet, room), pytest.raises(ControlRefused, match="no element 9"):
        control(room, "lamp", {"slot": 9, "on": True})
