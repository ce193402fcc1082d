"""A local socket in place of a pair of USB endpoints, at the end of which a simulated device hears and answers.

Every message is one letter and one packet, both ways (`devices.transports.room_usb` is the other end): P a packet,
R a reset of the port. One client at a time, as at a real device.
"""

import contextlib
import os
import select
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

from simulator.answers import ConnectionEnds
from simulator.estate import Estate
from simulator.latency import scaled
from simulator.line_devices import LineDevice, Sent

PACKET, RESET = b"P", b"R"
_PACKET_BYTES_MAX = 4096


class PacketSocket:
    """One device. `path` is its socket, and is removed by `close`."""

    def __init__(self, device: LineDevice, path: Path, estate: Estate) -> None:
        self._device = device
        self._path = path
        self._estate = estate
        self._wake_read, self._wake_write = os.pipe()
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.bind(str(path))
        self._listener.listen()
        self._thread = threading.Thread(target=self._serve, name=f"line {path.name}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread and take the socket away; waits until both are gone."""
        os.write(self._wake_write, b".")
        self._thread.join()
        self._listener.close()
        self._path.unlink(missing_ok=True)
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _serve(self) -> None:
        while self._comes(self._listener):
            connection, _ = self._listener.accept()
            with connection, contextlib.suppress(OSError, ConnectionEnds):
                self._converse(connection)

    def _comes(self, what: socket.socket) -> bool:
        """Wait for something to come there; False when the line is to end."""
        ready, _, _ = select.select((self._wake_read, what.fileno()), (), ())
        return self._wake_read not in ready

    def _converse(self, connection: socket.socket) -> None:
        while self._comes(connection) and (message := connection.recv(_PACKET_BYTES_MAX)):
            if message[:1] == RESET:
                self._device.reset()
                # So that whoever reset it knows from where on answers are to new questions.
                connection.send(RESET)
                continue
            answers = self._device.hear(message[1:])
            for sent in answers:
                pause_s = scaled(sent.after_s, self._estate.speed)
                if pause_s > 0 and select.select((self._wake_read,), (), (), pause_s)[0]:
                    return
                self._send(connection, sent, answers)

    def _send(self, connection: socket.socket, sent: Sent, rest: Iterator[Sent]) -> None:
        try:
            connection.send(PACKET + sent.data)
        except OSError:
            # Whoever asked is gone; what it asked is done all the same.
            for _ in rest:
                pass
            raise
