"""The room server: alone in its room, stopped cleanly, and nothing lost when it is killed."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backends.interface import DiscStatus
from backends.optical.drive import MmcDrive
from devices.clock import SystemClock
from devices.failures import OutcomeUnknown, TransportLost
from devices.polling import wait_until
from devices.transports.framing import FrameDecoder, encode
from devices.transports.room import RoomRefused, RoomSocket, RoomTransport
from robotics.changers.smc import SmcChanger
from robotics.wire.smc import MoveMedium
from simulator.damage import CLUSTER_BYTES
from simulator.errors import RoomDamaged, RoomOccupied, SimulatorError
from simulator.estate import create_room
from simulator.server import RoomServer, serve
from tests.unit.simulator.conftest import small_plan

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import sys
from pathlib import Path
from devices.clock import SystemClock
from simulator.server import serve
serve(Path(sys.argv[1]), Path(sys.argv[2]), SystemClock(), print)
"""


@pytest.fixture
def room_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "room"
    create_room(folder, small_plan(speed=0))
    return folder


@contextmanager
def server(room_dir: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A room server in its own process; killed at the end if it is still there."""
    path = room_dir.parent / "r.sock"
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM, str(room_dir), str(path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        wait_until(lambda: answers(path) or None, clock=SystemClock(), timeout_s=20, interval_s=0.02)
        yield process, path
    finally:
        process.kill()
        process.communicate()


def answers(path: Path) -> bool:
    line = RoomSocket(path)
    try:
        return bool(line.request({"op": "ping"}, timeout_s=2)[0]["ok"])
    except TransportLost:
        return False
    finally:
        line.close()


def place_of(changer: SmcChanger, barcode: str) -> int:
    element = changer.inventory().holding(barcode)
    assert element is not None
    return element.address


@contextmanager
def devices(path: Path) -> Iterator[tuple[SmcChanger, MmcDrive, RoomSocket]]:
    line, robot, burner = RoomSocket(path), RoomTransport(path, "L1"), RoomTransport(path, "B1")
    try:
        yield SmcChanger(robot), MmcDrive(burner), line
    finally:
        for open_one in (line, robot, burner):
            open_one.close()


def test_a_second_server_in_the_same_room_is_refused(room_dir: Path, tmp_path: Path) -> None:
    def open_room() -> RoomServer:
        return RoomServer(room_dir, tmp_path / "s", SystemClock(), lambda line: None)

    with open_room():
        with pytest.raises(RoomOccupied):
            serve(room_dir, tmp_path / "t", SystemClock(), lambda line: None)
        assert not (tmp_path / "t").exists()
    with open_room():
        assert (tmp_path / "s").exists()
    assert not (tmp_path / "s").exists()


def test_a_folder_without_a_room_is_refused_and_left_unlocked(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(RoomDamaged, match="holds no room"):
            RoomServer(tmp_path, tmp_path / "s", SystemClock(), lambda line: None)
    with pytest.raises(SimulatorError, match="no room in"):
        RoomServer(tmp_path / "missing", tmp_path / "s", SystemClock(), lambda line: None)


@pytest.mark.parametrize("way", ["request", "SIGTERM"])
def test_it_stops_when_told_and_leaves_nothing(room_dir: Path, way: str) -> None:
    with server(room_dir) as (process, path), devices(path) as (_, drive, line):
        assert drive.identify().serial == "SIMBD00001"
        if way == "request":
            line.request({"op": "stop"}, timeout_s=5)
        else:
            process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=10)
        assert process.returncode == 0, output
        assert b"room closed" in output
        assert not path.exists()


def test_a_killed_server_leaves_the_world_as_it_was_last_seen(room_dir: Path) -> None:
    with server(room_dir) as (process, path):
        with devices(path) as (changer, drive, line):
            changer.move(source=1024, destination=256)
            drive.load()
            drive.is_ready()
            drive.write(0, b"a" * CLUSTER_BYTES)
            line.request({"op": "control", "verb": "fault", "name": "robot-refuses-move"}, timeout_s=5)
            before = changer.inventory()
        process.kill()
        process.wait()
    with server(room_dir) as (_, path), devices(path) as (changer, drive, line):
        assert changer.inventory() == before
        disc = drive.inspect()
        assert (disc.status, disc.written_sectors) == (DiscStatus.APPENDABLE, 32)
        shown = line.request({"op": "control", "verb": "show"}, timeout_s=5)[0]["answer"]
        assert [fault["name"] for fault in shown["faults"]] == ["robot-refuses-move"]


def test_killed_in_a_move_the_robot_puts_the_disc_back_when_it_wakes(room_dir: Path) -> None:
    with server(room_dir) as (process, path):
        with devices(path) as (changer, _, line):
            line.request({"op": "control", "verb": "fault", "name": "robot-timeout-in-hand"}, timeout_s=5)
            transport = RoomTransport(path, "L1")
            with pytest.raises(OutcomeUnknown):
                transport.execute(MoveMedium(1024, 256).encode(), timeout_s=0.3)
            transport.close()
            assert place_of(changer, "D0001") == 1
        process.kill()
        process.wait()
    with server(room_dir) as (_, path), devices(path) as (changer, _, _line):
        assert place_of(changer, "D0001") == 1024


def test_killed_in_a_burn_the_disc_is_appendable_and_its_clusters_are_right(
    room_dir: Path, tmp_path: Path
) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    image = room_dir / "discs" / "c00001" / "image.raw"
    with server(room_dir) as (process, path), devices(path) as (changer, drive, line):
        changer.move(source=1024, destination=256)
        drive.is_ready()
        line.request({"op": "declare", "device": "B1", "fifo": str(fifo), "sectors": 640}, timeout_s=5)
        with open(fifo, "wb", buffering=0) as pipe:
            pipe.write(b"a" * (3 * CLUSTER_BYTES + 5000))
            wait_until(
                lambda: image.exists() and image.stat().st_size > 3 * CLUSTER_BYTES,
                clock=SystemClock(),
                timeout_s=5,
                interval_s=0.01,
            )
            with pytest.raises(RoomRefused, match="has begun"):
                line.request({"op": "withdraw", "device": "B1"}, timeout_s=5)
            process.kill()
            process.wait()
            with pytest.raises(BrokenPipeError):
                pipe.write(b"a")
    with server(room_dir) as (_, path), devices(path) as (_, drive, _line):
        disc = drive.inspect()
        assert (disc.status, disc.next_writable) == (DiscStatus.APPENDABLE, 4 * 32)
        assert drive.read(0, 96) == b"a" * (3 * CLUSTER_BYTES)


def test_nonsense_is_answered_in_words_and_the_line_stays(room_dir: Path, tmp_path: Path) -> None:
    with server(room_dir) as (_, path), devices(path) as (_, drive, line):
        for request, words in (
            ({"op": "dance"}, "no operation 'dance'"),
            ({}, "no operation None"),
            ({"op": "scsi", "device": "B9", "cdb": "00", "data_in": 0}, "no device 'B9'"),
            ({"op": "scsi", "device": "B1", "cdb": "zz", "data_in": 0}, "hexadecimal"),
            ({"op": "scsi", "device": "B1"}, "lacks 'cdb'"),
            ({"op": "control", "verb": "lose", "medium": "X"}, "no medium 'X'"),
            ({"op": "declare", "device": "B1", "fifo": "x", "sectors": 32}, "cannot burn"),
        ):
            with pytest.raises(RoomRefused, match=words):
                line.request(request, timeout_s=5)
        assert drive.identify().serial == "SIMBD00001"


def test_rubbish_on_the_socket_ends_that_connection_only(room_dir: Path) -> None:
    with server(room_dir) as (_, path):
        with socket.socket(socket.AF_UNIX) as rubbish:
            rubbish.connect(str(path))
            rubbish.sendall(b"\xff" * 64)
            assert rubbish.recv(1) == b""
        assert answers(path)


def test_two_requests_in_one_packet_get_two_answers(room_dir: Path) -> None:
    with server(room_dir) as (_, path), socket.socket(socket.AF_UNIX) as line:
        line.connect(str(path))
        line.sendall(encode({"op": "ping"}) * 2)
        decoder = FrameDecoder()
        frames: list[bool] = []
        while len(frames) < 2:
            decoder.feed(line.recv(65536))
            while (frame := decoder.next_frame()) is not None:
                frames.append(frame.header["ok"])
        assert frames == [True, True]
