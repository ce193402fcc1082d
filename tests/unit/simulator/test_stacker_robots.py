"""The emulated Nimbie and Auto Publisher byte by byte: what they say, also to what their drivers would not ask."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.clock import SimulatedClock
from robotics.model import Bin, BinOrder
from robotics.wire import aleratec
from robotics.wire.nimbie import Command
from simulator.faults import Fault, kinds_in
from simulator.inprocess import furnish_room
from simulator.plan import DiscPlan, RoomPlan
from simulator.room import Room
from tests.unit.simulator.conftest import stacker_plan

#: Numbers as both machines have them: 1 to take from, and to lay into 2, 3 (Nimbie) and 5 (Auto Publisher).
BINS = (
    Bin(1, "input", 1024, 4, BinOrder.FIFO, takes=True, puts=False),
    Bin(2, "accept", 1280, 1, BinOrder.LIFO, takes=False, puts=True),
    Bin(3, "reject", 1536, 1, BinOrder.LIFO, takes=False, puts=True),
    Bin(5, "post", 1792, 1, BinOrder.LIFO, takes=False, puts=True),
)


def furnished(folder: Path, robot: str, discs: int = 2) -> Room:
    plan = stacker_plan()
    plan = RoomPlan(
        **{
            **{name: getattr(plan, name) for name in plan.__slots__},
            "robot": robot,
            "bins": BINS,
            "discs": tuple(DiscPlan(f"D{number}", "MILLEN/MR1", number) for number in range(1, discs + 1)),
        }
    )
    return furnish_room(folder / robot, plan, clock=SimulatedClock(), sync=lambda descriptor: None)


def tray(room: Room, *, out: bool) -> None:
    room.execute("B1", bytes((0x1B, 0, 0, 0, 2 if out else 3, 0)))


@pytest.fixture
def nimbie(tmp_path: Path) -> Iterator[Room]:
    room = furnished(tmp_path, "nimbie")
    yield room
    room.close()


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[Room]:
    room = furnished(tmp_path, "aleratec")
    yield room
    room.close()


def asked(room: Room, packet: bytes) -> list[bytes]:
    return [sent.data for sent in room.lines["L1"].hear(packet)]


def said(room: Room, command: Command) -> bytes:
    """What a Nimbie says to a command, when everything has come to rest."""
    first, good, code, last = asked(room, command.encode())
    assert (first, good, last) == (b"\0", b"OK\0", b"\0"), "the first message is empty, as the last is"
    room.estate.clock.sleep(30)
    return code.removesuffix(b"\0")


def test_a_nimbie_says_what_it_would_not_do(nimbie: Room) -> None:
    assert said(nimbie, Command.STATE) == b"{0100001xx}"
    assert said(nimbie, Command.PLACE) == b"AT+S10", "the tray is in"
    assert said(nimbie, Command.LIFT) == b"AT+S10"
    assert said(nimbie, Command.ACCEPT) == b"AT+S03", "the hand is empty"
    tray(nimbie, out=True)
    assert said(nimbie, Command.LIFT) == b"AT+S00"
    assert said(nimbie, Command.PLACE) == b"AT+S07"
    assert said(nimbie, Command.STATE) == b"{0101011xx}"
    assert said(nimbie, Command.PLACE) == b"AT+S12"
    assert said(nimbie, Command.LIFT) == b"AT+O"
    assert said(nimbie, Command.STATE) == b"{0100111xx}"
    assert said(nimbie, Command.LIFT) == b"AT+S03", "the hand is full"
    assert said(nimbie, Command.PLACE) == b"AT+S03"
    tray(nimbie, out=False)
    assert said(nimbie, Command.REJECT) == b"AT+O"
    assert said(nimbie, Command.STATE) == b"{0100001xx}"


def test_a_nimbie_answers_before_its_motion_ends_and_takes_no_other_meanwhile(nimbie: Room) -> None:
    tray(nimbie, out=True)
    asked(nimbie, Command.PLACE.encode())
    assert asked(nimbie, Command.STATE.encode())[2] == b"{0100011xx}\0", "as before"
    assert asked(nimbie, Command.LIFT.encode())[2] == b"AT+S03\0"
    nimbie.estate.clock.sleep(10)
    assert asked(nimbie, Command.STATE.encode())[2] == b"{0101011xx}\0"


def test_a_nimbie_whose_queue_is_empty_says_so(tmp_path: Path) -> None:
    room = furnished(tmp_path, "nimbie", discs=0)
    tray(room, out=True)
    assert said(room, Command.PLACE) == b"AT+S14"
    room.close()


def test_a_nimbie_that_has_run_into_the_tray_fails_until_its_port_is_reset(nimbie: Room) -> None:
    tray(nimbie, out=True)
    said(nimbie, Command.PLACE)
    said(nimbie, Command.LIFT)
    assert said(nimbie, Command.ACCEPT) == b"AT+E09", "the tray is out"
    assert nimbie.estate.world.strikes == 1
    nimbie.estate.arm(Fault("arm-jam"))
    tray(nimbie, out=False)
    assert [said(nimbie, Command.ACCEPT) for _ in range(2)] == [b"AT+E09"] * 2
    nimbie.lines["L1"].reset()
    assert said(nimbie, Command.STATE) == b"{0100101xx}", "what it holds it keeps"
    assert said(nimbie, Command.ACCEPT) == b"AT+O"


def test_a_nimbie_says_nothing_to_what_is_no_command(nimbie: Room) -> None:
    assert asked(nimbie, b"hello") == []


def lines(room: Room, *commands: aleratec.Command) -> bytes:
    return b"".join(asked(room, b"".join(command.encode() for command in commands)))


def test_an_auto_publisher_tells_its_progress_and_its_end(publisher: Room) -> None:
    tray(publisher, out=True)
    assert lines(publisher, aleratec.load(1, 1)) == b"T03D1\nT03D2\nT03D3\nT03D4\nC03D01N0001S04\n"
    assert lines(publisher, aleratec.unload(1, 2)) == b"T04D1\nT04D2\nT04D3\nT04D4\nC04D01N0002S08\n"
    assert lines(publisher, aleratec.clear(1, 5)) == b"T10D1\nC10D01N0005S08\n"


def test_an_auto_publisher_in_alarm_obeys_nothing_but_its_clearing(publisher: Room) -> None:
    tray(publisher, out=True)
    assert lines(publisher, aleratec.unload(1, 2)).endswith(b"C04D01N0002S04\n")
    alarm = b"S01C01E00I11111000O11111111\n"
    assert lines(publisher, aleratec.load(1, 1), aleratec.FIRST_PARAMETER) == alarm * 2
    assert lines(publisher, aleratec.CLEAR_ALARM) == b"C01D01\n"
    assert lines(publisher, aleratec.load(1, 1)).endswith(b"S04\n")


@pytest.mark.parametrize("packet", [b"hello\n", b"C99D01\n", b"C03D09N0001\n", b"C03D01N0009\n"])
def test_an_auto_publisher_takes_nothing_else(publisher: Room, packet: bytes) -> None:
    assert asked(publisher, packet) == [b"\x15"]


def test_an_auto_publisher_hears_a_command_in_pieces(publisher: Room) -> None:
    assert asked(publisher, b"C08D") == []
    assert asked(publisher, b"9n2\nC02") == [b"PARAM02D0\n"]
    assert asked(publisher, b"D01\n") == [b"C02D01\n"]


def test_an_auto_publisher_rests_for_its_host_and_then_goes(publisher: Room) -> None:
    tray(publisher, out=True)
    lines(publisher, aleratec.load(1, 1))
    began_s = publisher.estate.clock.monotonic()
    assert lines(publisher, aleratec.clear(1, 5)).endswith(b"T10D3\nS01C01E00I11111000O11111111\n")
    assert publisher.estate.clock.monotonic() - began_s >= 5
    assert publisher.estate.world.strikes == 1


def test_an_auto_publisher_that_forgot_where_everything_is_says_so_until_it_is_calibrated(
    publisher: Room,
) -> None:
    publisher.estate.arm(Fault("calibration-lost"))
    assert lines(publisher, aleratec.FIRST_PARAMETER) == b"PARAM01D0\n"
    assert lines(publisher, aleratec.SECOND_PARAMETER) == b"PARAM02D1\n"
    assert lines(publisher, aleratec.SECOND_PARAMETER) == b"PARAM02D1\n"
    lines(publisher, aleratec.CALIBRATE, aleratec.calibration(11, 637), aleratec.END_CALIBRATION)
    assert lines(publisher, aleratec.SECOND_PARAMETER) == b"PARAM02D0\n"


def test_calibration_is_lost_in_rooms_of_stackers_only(publisher: Room, room: Room) -> None:
    assert "calibration-lost" in kinds_in(publisher.estate.plan)
    assert "calibration-lost" not in kinds_in(room.estate.plan)
