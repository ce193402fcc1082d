"""Readers of a configuration are driven as it says, in this process, behind a served room, and on real lines."""

import threading
from pathlib import Path

import pytest

from archived.config import parse
from archived.settings import Config
from archived.wiring_readers import (
    chips_of,
    close_all,
    reader_plans,
    readers_in,
    readers_on_lines,
    readers_on_socket,
)
from backends.interface import Cartridge
from devices.clock import SimulatedClock, SystemClock
from devices.failures import OutcomeUnknown
from robotics.errors import ReaderRefused
from robotics.readers.interface import Tag, TagKind
from simulator.control import control
from simulator.inprocess import furnish_room
from simulator.line_ends import LineEnd
from simulator.plan import DiscPlan, RoomPlan, standard_drives
from simulator.server import RoomServer
from tests.unit.archived.test_reader_settings import BAY, DESK, REAL, TEXT

UID, CAGE = "04a1b2c3d4e5f6", "30751feb705c5904e3d50d70"
ROLL = '[readers.roll]\nkind = "rdm6300"\nplace = "hand"\nlibrary = "main"\n'
PLAN = RoomPlan(
    library="main",
    drives=standard_drives(2),
    slots=10,
    magazine_slots=5,
    import_export_slots=2,
    capacity_sectors=256,
    discs=(DiscPlan("D0001", "MILLEN/MR1", 1), DiscPlan("D0002", "MILLEN/MR1", 2)),
)


@pytest.fixture
def config() -> Config:
    return parse(TEXT + DESK + BAY + "identical = 2\n" + ROLL)


def test_readers_of_rooms_in_this_process_are_mounted_once(tmp_path: Path, config: Config) -> None:
    clock = SimulatedClock()
    room = furnish_room(tmp_path / "room", PLAN, clock=clock, sync=lambda descriptor: None)
    for _life in range(2):
        readers = readers_in(config, [room], clock)
        assert {name: (one.kind, one.place, one.library) for name, one in readers.items()} == {
            "desk": ("pn532", "hand", "main"),
            "bay": ("yrm100", "bay", "main"),
            "roll": ("rdm6300", "hand", "main"),
        }
        assert readers["bay"].magazine == 2
        assert readers["desk"].reader.read() == readers["roll"].reader.read() == ()
    control(room, "stick-tag", {"medium": "D0001", "uid": UID})
    control(room, "hold-to", {"reader": "desk", "medium": "D0001"})
    assert readers["desk"].reader.read() == (Tag(UID, TagKind.HF),)
    room.close()


@pytest.mark.parametrize(
    ("name", "number"), [("china-900", 1), ("usa", 2), ("europe", 3), ("china-800", 4), ("korea", 6)]
)
def test_a_region_is_told_to_its_reader_by_its_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, number: int
) -> None:
    heard: list[bytes] = []
    hear = LineEnd.hear

    def listened(end: LineEnd, data: bytes) -> None:
        heard.append(data)
        hear(end, data)

    monkeypatch.setattr(LineEnd, "hear", listened)
    clock = SimulatedClock()
    room = furnish_room(tmp_path / "room", PLAN, clock=clock, sync=lambda descriptor: None)
    readers = readers_in(parse(TEXT + BAY + f'region = "{name}"\n'), [room], clock)
    assert readers["bay"].reader.read() == ()
    # The command 07h with one byte; the checksum is the sum of all between the marks (0, 7, 0, 1 and the number).
    assert [data for data in heard if data[2] == 0x07] == [
        bytes([0xBB, 0, 7, 0, 1, number, 8 + number, 0x7E])
    ]
    room.close()


def test_readers_of_a_served_room_answer_at_their_lines(tmp_path: Path, config: Config) -> None:
    furnish_room(tmp_path / "room", PLAN, clock=SystemClock(), sync=lambda descriptor: None).close()
    socket = tmp_path / "socket"
    plans = reader_plans(config)
    with RoomServer(tmp_path / "room", socket, SystemClock(), lambda line: None, readers=plans) as server:
        thread = threading.Thread(target=server.run)
        thread.start()
        readers = readers_on_socket(config, socket, SystemClock())
        server.rooms.control("stick-magazine-tag", {"number": 2, "uid": CAGE})
        assert [tag.uid for tag in readers["bay"].reader.read()] == [CAGE]
        assert readers["desk"].reader.identify().product == "PN532"
        close_all(readers)
        server.stop()
        thread.join()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["room"]


def test_real_readers_are_opened_by_their_first_question_only(tmp_path: Path) -> None:
    line = f'path = "{tmp_path}/tty"\n'
    readers = readers_on_lines(
        parse(REAL + DESK + line + DESK.replace("desk", "card").replace("pn532", "pcsc")), SystemClock()
    )
    with pytest.raises(OutcomeUnknown, match="no such line"):
        readers["desk"].reader.identify()
    with pytest.raises((ReaderRefused, OutcomeUnknown), match=r"pyscard|PC/SC"):
        readers["card"].reader.read()
    close_all(readers)


def test_the_chip_of_a_cartridge_is_read_by_its_drive() -> None:
    here = [Cartridge(False), Cartridge(True, serial="A1B2C3D4", barcode="A00001L8")]

    class Tape:
        def inspect(self) -> Cartridge:
            return here.pop(0)

    chips = chips_of({"T1": Tape()})  # type: ignore[dict-item]
    assert chips["T1"].read() == ()
    assert chips["T1"].read() == (Tag(b"A1B2C3D4".hex(), TagKind.CHIP),)
