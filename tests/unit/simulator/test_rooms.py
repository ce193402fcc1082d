"""Several rooms of a site as one: devices by name, and verbs that find the room they are for."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backends.optical.drive import MmcDrive
from backends.tape.ssc_drive import SscTapeDrive
from devices.clock import SimulatedClock, SystemClock
from devices.failures import DeviceRefused
from devices.transports.room import RoomRefused, RoomSocket, RoomTransport
from robotics.changers.smc import SmcChanger
from simulator.errors import ControlRefused, PlanRefused
from simulator.inprocess import furnish_room
from simulator.plan import CartridgePlan, RoomPlan, standard_drives, standard_tape_drives
from simulator.room import Room
from simulator.rooms import Rooms
from simulator.server import RoomServer
from simulator.tag_field import HAND, ReaderPlan
from tests.unit.simulator.conftest import small_plan


def tape_plan(library: str = "TL1", first: int = 1) -> RoomPlan:
    return RoomPlan(
        kind="tape",
        library=library,
        drives=standard_tape_drives(1, first=first),
        slots=4,
        magazine_slots=4,
        import_export_slots=1,
        cartridges=(CartridgePlan(f"{library}01L8", 1, capacity_bytes=1 << 20),),
        speed=0,
    )


def furnished(folder: Path, plan: RoomPlan) -> Room:
    return furnish_room(folder / plan.library, plan, clock=SimulatedClock(), sync=lambda descriptor: None)


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[Rooms]:
    opened = [furnished(tmp_path, plan) for plan in (small_plan(speed=0), tape_plan(), tape_plan("TL2", 2))]
    yield Rooms(opened)
    for room in opened:
        room.close()


def test_two_libraries_must_not_share_a_name(tmp_path: Path) -> None:
    one = furnished(tmp_path, tape_plan("TL1"))
    other = furnished(tmp_path, tape_plan("TL2"))
    with pytest.raises(PlanRefused, match="T1"):
        Rooms([one, other])
    one.close()
    other.close()


def test_show_tells_of_all_rooms_and_says_where_each_thing_is(rooms: Rooms) -> None:
    shown = rooms.control("show", {})
    assert shown["libraries"] == ["L1", "TL1", "TL2"]
    assert {(drive["library"], drive["name"]) for drive in shown["drives"]} >= {("L1", "B1"), ("TL2", "T2")}
    (cartridge,) = [medium for medium in shown["media"] if medium["barcode"] == "TL101L8"]
    assert (cartridge["library"], cartridge["state"], cartridge["files"]) == ("TL1", "blank", 0)
    assert rooms.control("show", {"library": "TL2"})["library"] == "TL2"


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("lose", {"medium": "TL201L8"}),
        ("fault", {"name": "dirty-head", "drive": "T2"}),
        ("fault", {"name": "tape-write-error", "medium": "TL201L8"}),
        ("protect", {"medium": "TL201L8"}),
        ("insert", {"medium": "N00001L8", "media_id": "lto-8", "library": "TL2"}),
    ],
)
def test_a_verb_is_carried_out_in_the_room_that_it_is_about(
    rooms: Rooms, verb: str, arguments: dict[str, Any]
) -> None:
    before = [rooms.control("show", {"library": name}) for name in ("L1", "TL1", "TL2")]
    rooms.control(verb, arguments)
    after = [rooms.control("show", {"library": name}) for name in ("L1", "TL1", "TL2")]
    assert before[:2] == after[:2]
    assert before[2] != after[2]


def test_what_is_about_no_room_in_particular_is_done_in_all_or_asked_back(rooms: Rooms) -> None:
    rooms.control("speed", {"speed": 5})
    assert {rooms.control("show", {"library": name})["speed"] for name in ("L1", "TL1", "TL2")} == {5.0}
    assert {"write-error", "tape-write-error"} <= set(rooms.control("faults", {}))
    assert rooms.control("fault", {"name": "write-error"})["fault"] == "write-error"
    with pytest.raises(ControlRefused, match="say which: L1, TL1, TL2"):
        rooms.control("fault", {"name": "robot-timeout"})
    with pytest.raises(ControlRefused, match="NOBODY"):
        rooms.control("lose", {"medium": "NOBODY"})
    with pytest.raises(ControlRefused, match="no verb"):
        rooms.control("dance", {})
    with pytest.raises(ControlRefused, match="no library"):
        rooms.control("show", {"library": "L9"})


def test_one_socket_serves_them_all(tmp_path: Path) -> None:
    plans = (small_plan(speed=0, drives=standard_drives(1)), tape_plan())
    for plan in plans:
        furnished(tmp_path, plan).close()
    path = tmp_path / "s"
    folders = [tmp_path / plan.library for plan in plans]
    with RoomServer(folders, path, SystemClock(), lambda line: None) as server:
        thread = threading.Thread(target=server.run)
        thread.start()
        transports = {name: RoomTransport(path, name) for name in ("L1", "B1", "TL1", "T1", "T9")}
        line = RoomSocket(path)
        try:
            assert MmcDrive(transports["B1"]).identify().serial == "SIMBD00001"
            SmcChanger(transports["TL1"]).move(source=1024, destination=256)
            assert SmcChanger(transports["L1"]).inventory().holding("TL101L8") is None
            tape = SscTapeDrive(transports["T1"])
            with pytest.raises(DeviceRefused):
                tape.position()
            tape.write_block(b"on tape")
            tape.write_filemarks(1)
            assert tape.position().block == 2
            with pytest.raises(RoomRefused, match="T9"):
                SscTapeDrive(transports["T9"]).identify()
            answer, _ = line.request({"op": "control", "verb": "raw", "medium": "TL101L8"}, timeout_s=5)
            assert Path(answer["answer"]["path"]).read_bytes() == b"on tape"
        finally:
            for one in (*transports.values(), line):
                one.close()
            server.stop()
            thread.join()


def test_a_desk_of_one_library_sees_what_is_brought_from_another(tmp_path: Path) -> None:
    main, vault = furnished(tmp_path, small_plan()), furnished(tmp_path, tape_plan())
    main.install_readers([ReaderPlan("desk", "pn532", HAND)])
    rooms = Rooms([main, vault])
    tags = {"D0001": "deadbeef", "TL101L8": "04a1b2c3d4e5f6"}
    for medium, uid in tags.items():
        rooms.control("stick-tag", {"medium": medium, "uid": uid})

    def seen() -> list[str]:
        return [tag.uid.hex() for tag in main.tag_fields["desk"]()[0] if tag.distance == 0]

    for medium, uid in tags.items():
        rooms.control("hold-to", {"reader": "desk", "medium": medium})
        assert seen() == [uid]
    rooms.control("stick-tag", {"medium": "TL101L8"})
    rooms.control("hold-to", {"reader": "desk", "medium": "TL101L8"})
    assert seen() == []
    rooms.control("hold-to", {"reader": "desk"})
    assert seen() == []
    with pytest.raises(ControlRefused, match="no medium"):
        rooms.control("hold-to", {"reader": "desk", "medium": "NONE"})
    for room in (main, vault):
        room.close()
