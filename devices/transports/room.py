"""The way to a simulated room: one local socket, one request and one answer at a time.

Not for real devices. A room that says nothing in time leaves the stream out of step, so the connection is
given up and the next request makes a new one.
"""

import socket
import threading
from pathlib import Path
from typing import Any

from devices.clock import Clock, SystemClock
from devices.failures import DeviceFailure, DeviceRefused, TransportLost, TransportTimeout, WireDamaged
from devices.scsi import OutgoingBytes, Result
from devices.sense import Sense
from devices.transports.framing import FrameDecoder, encode_head

#: Of a header; payloads are received straight to their place.
_RECEIVE_BYTES = 4096
_GOOD, _CHECK_CONDITION = 0, 2


class RoomRefused(DeviceFailure):
    """The room answered a request with an error in words; nothing was done."""


class RoomSocket:
    """A connection to a room server at a local socket, made when first needed and renewed after a failure.

    Threads take turns. Whoever commands a slow device should have a socket of its own.
    """

    def __init__(self, path: Path, *, clock: Clock | None = None) -> None:
        self._path = Path(path)
        self._clock = clock or SystemClock()
        self._turn = threading.Lock()
        self._connection: socket.socket | None = None

    def request(
        self, header: dict[str, Any], payload: OutgoingBytes = b"", *, timeout_s: float
    ) -> tuple[dict[str, Any], bytes]:
        """Send one frame and return the header and payload of the answer.

        Raises TransportLost, TransportTimeout, WireDamaged; RoomRefused for an answer `{"error": words}`.
        """
        head = encode_head(header, len(payload))
        with self._turn:
            try:
                answer, data = self._exchange(head, payload, timeout_s)
            except TimeoutError as error:
                self._drop()
                raise TransportTimeout(f"room {self._path}: no answer within {timeout_s:g} s") from error
            except OSError as error:
                self._drop()
                raise TransportLost(f"room {self._path}: {error.strerror or error}") from error
            except BaseException:
                self._drop()
                raise
        if "error" in answer:
            raise RoomRefused(f"room {self._path}: {answer['error']}")
        return answer, data

    def close(self) -> None:
        """Give the connection up; a later request makes a new one."""
        with self._turn:
            self._drop()

    def _exchange(
        self, head: bytes, payload: OutgoingBytes, timeout_s: float
    ) -> tuple[dict[str, Any], bytes]:
        deadline_s = self._clock.monotonic() + timeout_s
        connection = self._connected(timeout_s)
        connection.settimeout(timeout_s)
        # In two pieces: putting a large payload behind its head would copy it.
        connection.sendall(head)
        if payload:
            connection.sendall(payload)
        decoder = FrameDecoder()
        while (answer := decoder.next_frame()) is None:
            left_s = deadline_s - self._clock.monotonic()
            if left_s <= 0:
                raise TimeoutError
            connection.settimeout(left_s)
            if not _receive(connection, decoder):
                raise TransportLost(f"room {self._path}: closed before the answer was complete")
        if not decoder.is_between_frames:
            raise WireDamaged(f"room {self._path}: more than one answer to one request")
        return answer.header, answer.payload

    def _connected(self, timeout_s: float) -> socket.socket:
        if self._connection is None:
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                connection.settimeout(timeout_s)
                connection.connect(str(self._path))
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class RoomTransport:
    """Carries command blocks to one named device of a room."""

    def __init__(self, path: Path, device: str, *, clock: Clock | None = None) -> None:
        self._socket = RoomSocket(path, clock=clock)
        self._device = device

    def execute(
        self, cdb: bytes, *, data_in: int = 0, data_out: OutgoingBytes | None = None, timeout_s: float
    ) -> Result:
        """See `devices.scsi.Transport`. Raises RoomRefused when the room has no such device."""
        header = {"op": "scsi", "device": self._device, "cdb": bytes(cdb).hex(), "data_in": data_in}
        answer, data = self._socket.request(header, data_out or b"", timeout_s=timeout_s)
        status = answer.get("status")
        residual = answer.get("residual", 0)
        is_known = status in (_GOOD, _CHECK_CONDITION)
        if not is_known or not isinstance(residual, int) or len(data) > data_in:
            raise WireDamaged(
                f"{self._device}: status {status!r}, {len(data)} bytes where {data_in} were asked"
            )
        if status == _CHECK_CONDITION:
            sense = Sense.decode(_sense_bytes(answer))
            raise DeviceRefused(sense, cdb, self._device, data=data, residual=residual)
        return Result(data, residual)

    def close(self) -> None:
        self._socket.close()


def _receive(connection: socket.socket, decoder: FrameDecoder) -> int:
    """Take what is there, the payload straight to its place; 0 when the other side has closed."""
    rest = decoder.rest()
    if rest:
        count = connection.recv_into(rest)
        decoder.filled(count)
        return count
    data = connection.recv(_RECEIVE_BYTES)
    decoder.feed(data)
    return len(data)


def _sense_bytes(answer: dict[str, Any]) -> bytes:
    try:
        return bytes.fromhex(answer.get("sense", ""))
    except (TypeError, ValueError) as error:
        raise WireDamaged(f"sense that is not hexadecimal: {answer.get('sense')!r}") from error
