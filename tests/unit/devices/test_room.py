"""The room socket against a small peer that plays what a test says."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.failures import DeviceRefused, TransportLost, TransportTimeout, WireDamaged
from devices.sense import Sense
from devices.transports.framing import Frame, FrameDecoder, encode
from devices.transports.room import RoomRefused, RoomSocket, RoomTransport

Play = Callable[[Frame], bytes | None]


class Peer:
    """Answers each frame with the bytes that `play` returns; None says nothing, b"" closes the connection."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.play: Play = lambda frame: encode({"ok": True, "echo": frame.header}, frame.payload)
        self.connections = 0
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen()
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        decoder = FrameDecoder()
        try:
            while data := connection.recv(65536):
                decoder.feed(data)
                while (frame := decoder.next_frame()) is not None:
                    answer = self.play(frame)
                    if answer == b"":
                        return
                    connection.sendall(answer or b"")
        except OSError:
            return
        finally:
            connection.close()

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)
        for connection in self._open:
            connection.close()


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Peer]:
    peer = Peer(tmp_path / "room")
    yield peer
    peer.stop()


def test_a_request_gets_its_answer(peer: Peer) -> None:
    room = RoomSocket(peer.path)
    answer, payload = room.request({"op": "ping"}, b"\x01\x02", timeout_s=5)
    assert answer == {"ok": True, "echo": {"op": "ping"}}
    assert payload == b"\x01\x02"
    room.close()


def test_one_connection_serves_many_requests(peer: Peer) -> None:
    room = RoomSocket(peer.path)
    for number in range(3):
        assert room.request({"n": number}, timeout_s=5)[0]["echo"] == {"n": number}
    assert peer.connections == 1
    room.close()


def test_no_room_is_a_lost_transport(tmp_path: Path) -> None:
    with pytest.raises(TransportLost, match="No such file"):
        RoomSocket(tmp_path / "nobody").request({"op": "ping"}, timeout_s=5)


def test_silence_is_a_timeout_and_the_next_request_connects_again(peer: Peer) -> None:
    room = RoomSocket(peer.path)
    echo, peer.play = peer.play, lambda frame: None
    with pytest.raises(TransportTimeout, match=r"within 0\.05 s"):
        room.request({"op": "ping"}, timeout_s=0.05)
    peer.play = echo
    assert room.request({"n": 2}, timeout_s=5)[0]["echo"] == {"n": 2}
    assert peer.connections == 2
    room.close()


def test_a_room_that_dies_within_an_answer_is_a_lost_transport(peer: Peer) -> None:
    room = RoomSocket(peer.path)
    peer.play = lambda frame: b""
    with pytest.raises(TransportLost, match="closed before the answer"):
        room.request({"op": "ping"}, timeout_s=5)


def test_an_error_of_the_room_is_told_in_its_words(peer: Peer) -> None:
    room = RoomSocket(peer.path)
    peer.play = lambda frame: encode({"error": "there is no device x9"})
    with pytest.raises(RoomRefused, match="there is no device x9"):
        room.request({"op": "scsi"}, timeout_s=5)
    assert peer.connections == 1
    room.close()


def test_two_answers_to_one_request_are_damage(peer: Peer) -> None:
    room = RoomSocket(peer.path)
    peer.play = lambda frame: encode({"ok": True}) + encode({"ok": True})
    with pytest.raises(WireDamaged, match="more than one answer"):
        room.request({"op": "ping"}, timeout_s=5)


def answering(header: dict[str, Any], payload: bytes = b"") -> Play:
    return lambda frame: encode(header, payload)


def test_a_command_goes_out_and_its_data_comes_back(peer: Peer) -> None:
    seen: list[Frame] = []

    def play(frame: Frame) -> bytes:
        seen.append(frame)
        return encode({"status": 0, "sense": "", "residual": 2}, b"abcdef")

    peer.play = play
    transport = RoomTransport(peer.path, "burner-1")
    result = transport.execute(bytes.fromhex("120000002400"), data_in=8, timeout_s=5)
    assert (result.data, result.residual) == (b"abcdef", 2)
    header = {"op": "scsi", "device": "burner-1", "cdb": "120000002400", "data_in": 8}
    assert seen == [Frame(header)]
    transport.close()


def test_data_travels_to_the_device(peer: Peer) -> None:
    seen: list[bytes] = []
    peer.play = lambda frame: seen.append(frame.payload) or encode({"status": 0, "residual": 0})
    transport = RoomTransport(peer.path, "burner-1")
    assert transport.execute(bytes(10), data_out=bytes(65536), timeout_s=5).data == b""
    assert seen == [bytes(65536)]
    transport.close()


def test_check_condition_is_a_refusal_with_its_sense(peer: Peer) -> None:
    sense = Sense(5, 0x3B, 0x0E)
    peer.play = answering({"status": 2, "sense": sense.encode().hex(), "residual": 0})
    transport = RoomTransport(peer.path, "robot")
    with pytest.raises(DeviceRefused, match=r"robot refused command 00.*source element empty") as caught:
        transport.execute(bytes(6), timeout_s=5)
    assert caught.value.sense == sense
    transport.close()


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 8, "residual": 0},
        {},
        {"status": 2, "sense": "zz"},
        {"status": 2, "sense": 5},
        {"status": 0, "residual": "none"},
    ],
)
def test_an_answer_that_makes_no_sense_is_damage(peer: Peer, answer: dict[str, Any]) -> None:
    peer.play = answering(answer)
    transport = RoomTransport(peer.path, "robot")
    with pytest.raises(WireDamaged):
        transport.execute(bytes(6), timeout_s=5)
    transport.close()


def test_more_data_than_was_asked_for_is_damage(peer: Peer) -> None:
    peer.play = answering({"status": 0, "residual": 0}, b"12345")
    transport = RoomTransport(peer.path, "robot")
    with pytest.raises(WireDamaged, match="5 bytes where 4 were asked"):
        transport.execute(bytes(6), data_in=4, timeout_s=5)
    transport.close()
