"""Lines to simulated devices: answers come in their time, what goes wrong on lines does, and nothing stays."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devices.clock import SimulatedClock, SystemClock
from devices.failures import TransportLost
from devices.lines import PacketLine, SerialLine
from devices.polling import wait_until
from devices.transports.room_usb import RoomPacketLine
from devices.transports.serial import SerialPort
from simulator.control import control
from simulator.inprocess import furnish_room
from simulator.line_devices import Sent
from simulator.line_ends import InProcessPacketLine, InProcessSerialLine, LineEnd
from simulator.line_faults import LATE_S, FaultyLine
from simulator.packet_sockets import PacketSocket
from simulator.pty_lines import PtyLine
from simulator.room import Room
from tests.unit.simulator.conftest import stacker_plan


class Parrot:
    """Says what it hears, letter by letter, one second after another; counts what it has said."""

    def __init__(self) -> None:
        self.said: list[bytes] = []
        self.resets = 0

    def hear(self, data: bytes) -> Iterator[Sent]:
        for letter in data:
            self.said.append(bytes((letter,)))
            yield Sent(bytes((letter,)), after_s=1.0)

    def unasked(self) -> Iterator[Sent]:
        yield from ()

    def reset(self) -> None:
        self.resets += 1


@pytest.fixture
def parrot() -> Parrot:
    return Parrot()


@pytest.fixture
def end(room: Room, parrot: Parrot) -> LineEnd:
    return LineEnd(FaultyLine(parrot, room.estate, "L1"), room.estate, "L1")


@contextmanager
def nothing_left(folder: Path) -> Iterator[None]:
    """No thread, no descriptor and no file more than before."""
    threads, descriptors, files = set(threading.enumerate()), os.listdir("/proc/self/fd"), os.listdir(folder)
    yield
    assert set(threading.enumerate()) == threads
    assert len(os.listdir("/proc/self/fd")) == len(descriptors)
    assert os.listdir(folder) == files


@contextmanager
def on_terminal(parrot: Parrot, room: Room, folder: Path) -> Iterator[SerialLine]:
    with nothing_left(folder):
        served = PtyLine(FaultyLine(parrot, room.estate, "L1"), folder / "L1.line", room.estate)
        line = SerialPort(folder / "L1.line")
        try:
            yield line
        finally:
            line.close()
            served.close()


@contextmanager
def on_socket(parrot: Parrot, room: Room, folder: Path) -> Iterator[PacketLine]:
    with nothing_left(folder):
        served = PacketSocket(FaultyLine(parrot, room.estate, "L1"), folder / "L1.line", room.estate)
        line = RoomPacketLine(folder / "L1.line")
        try:
            yield line
        finally:
            line.close()
            served.close()


@pytest.fixture
def fast(tmp_path: Path) -> Iterator[Room]:
    room = furnish_room(tmp_path / "fast", stacker_plan(), clock=SystemClock(), sync=lambda descriptor: None)
    room.estate.speed = 0
    yield room
    room.close()


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    folder = tmp_path / "lines"
    folder.mkdir()
    return folder


def read_all(read: Callable[[], bytes], count: int) -> bytes:
    taken = b""
    while len(taken) < count and (data := read()):
        taken += data
    return taken


def test_a_reader_in_this_process_lets_the_time_of_the_answer_go_by(
    end: LineEnd, clock: SimulatedClock
) -> None:
    line = InProcessSerialLine(end)
    line.write(b"ab")
    assert line.read(timeout_s=0.5) == b""
    assert clock.monotonic() == 0.5
    assert line.read(timeout_s=10) == b"a"
    assert clock.monotonic() == 1.0
    assert line.read(timeout_s=10) == b"b"
    assert line.read(timeout_s=10) == b""
    assert clock.monotonic() == 12.0


def test_what_came_while_nobody_read_is_taken_at_once(end: LineEnd, clock: SimulatedClock) -> None:
    line = InProcessSerialLine(end)
    line.write(b"abc")
    clock.sleep(2.5)
    assert line.discard() == b"ab"
    assert line.read(timeout_s=1) == b"c"
    assert clock.monotonic() == 3.0


def test_packets_stay_apart_and_a_reset_makes_an_end_of_what_was_asked(end: LineEnd, parrot: Parrot) -> None:
    line = InProcessPacketLine(end)
    line.write(b"abc")
    assert line.read(timeout_s=5) == b"a"
    line.reset()
    assert line.read(timeout_s=5) is None
    assert parrot.said == [b"a", b"b", b"c"]
    assert parrot.resets == 1


@pytest.mark.parametrize(
    ("fault", "heard", "said"),
    [
        ("line-silent", b"", [b"a", b"b"]),
        ("line-deaf", b"", []),
        ("line-double", b"abb", [b"a", b"b"]),
    ],
)
def test_what_goes_wrong_on_a_line(
    room: Room, end: LineEnd, parrot: Parrot, fault: str, heard: bytes, said: list[bytes]
) -> None:
    control(room, "fault", {"name": fault, "drive": "L1"})
    line = InProcessSerialLine(end)
    line.write(b"ab")
    assert read_all(lambda: line.read(timeout_s=10), 9) == heard
    assert parrot.said == said
    line.write(b"c")
    assert line.read(timeout_s=10) == b"c"


def test_a_late_answer_comes_late_and_rubbish_comes_first(
    room: Room, end: LineEnd, clock: SimulatedClock
) -> None:
    line = InProcessSerialLine(end)
    control(room, "fault", {"name": "line-late"})
    line.write(b"a")
    assert line.read(timeout_s=60) == b""
    assert line.read(timeout_s=60) == b"a"
    assert clock.monotonic() == LATE_S + 1
    control(room, "fault", {"name": "line-garbage", "seed": 3})
    line.write(b"a")
    rubbish = line.read(timeout_s=10)
    assert rubbish != b"a"
    assert line.read(timeout_s=10) == b"a"


def test_a_line_that_is_pulled_out_was_not_heard_and_works_again(
    room: Room, end: LineEnd, parrot: Parrot
) -> None:
    control(room, "fault", {"name": "line-lost"})
    line = InProcessSerialLine(end)
    line.write(b"a")
    with pytest.raises(TransportLost):
        line.read(timeout_s=10)
    assert not parrot.said
    line.write(b"b")
    assert line.read(timeout_s=10) == b"b"


def test_a_terminal_carries_all_bytes_both_ways_and_leaves_nothing(
    parrot: Parrot, fast: Room, lines: Path
) -> None:
    every = bytes(range(256))
    with on_terminal(parrot, fast, lines) as line:
        line.write(every)
        assert read_all(lambda: line.read(timeout_s=5), 256) == every


def test_a_terminal_that_is_pulled_out_ends_for_its_reader_and_is_there_again(
    parrot: Parrot, fast: Room, lines: Path
) -> None:
    with on_terminal(parrot, fast, lines) as line:
        before = os.lstat(lines / "L1.line").st_mtime_ns
        control(fast, "fault", {"name": "line-lost"})
        line.write(b"a")
        with pytest.raises(TransportLost):
            read_all(lambda: line.read(timeout_s=5) or pytest.fail("no end"), 1)
        wait_until(
            lambda: os.path.lexists(lines / "L1.line") and os.lstat(lines / "L1.line").st_mtime_ns != before,
            clock=SystemClock(),
            timeout_s=5,
            interval_s=0.01,
        )
        line.write(b"b")
        assert line.read(timeout_s=5) == b"b"


def test_a_socket_keeps_packets_apart_and_leaves_nothing(parrot: Parrot, fast: Room, lines: Path) -> None:
    with on_socket(parrot, fast, lines) as line:
        line.write(b"ab")
        assert line.read(timeout_s=5) == b"a"
        line.reset()
        assert line.read(timeout_s=0.05) is None
        line.write(b"c")
        assert line.read(timeout_s=5) == b"c"
        assert parrot.resets == 1


def test_the_next_client_of_a_socket_is_served_after_the_first(
    parrot: Parrot, fast: Room, lines: Path
) -> None:
    with on_socket(parrot, fast, lines) as line:
        for letter in (b"a", b"b"):
            line.write(letter)
            assert line.read(timeout_s=5) == letter
            line.close()


def test_a_line_whose_room_is_gone_is_lost(lines: Path) -> None:
    with pytest.raises(TransportLost):
        RoomPacketLine(lines / "L1.line").write(b"a")
