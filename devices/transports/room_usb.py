"""The way to a USB device of a simulated room: a local socket that keeps packets apart, one letter before each.

Not for real devices (`devices.transports.usb`). P is a packet, R a reset of the port and its confirmation.
"""

import socket
from pathlib import Path

from devices.failures import TransportLost, TransportTimeout

PACKET, RESET = b"P", b"R"
_PACKET_BYTES_MAX = 4096
_RESET_TIMEOUT_S = 30.0


class RoomPacketLine:
    """Implements `devices.lines.PacketLine` over the socket at `path`, opened by the first use and after a loss."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: socket.socket | None = None

    def write(self, packet: bytes) -> None:
        """See `PacketLine`."""
        self._send(PACKET + packet)

    def read(self, *, timeout_s: float) -> bytes | None:
        """See `PacketLine`."""
        message = self._receive(timeout_s)
        return None if message is None else message[1:]

    def reset(self) -> None:
        """See `PacketLine`. Raises TransportTimeout when the room does not confirm it."""
        self._send(RESET)
        while (message := self._receive(_RESET_TIMEOUT_S)) is not None:
            if message[:1] == RESET:
                return
        raise TransportTimeout(f"{self._path}: the port was not reset within {_RESET_TIMEOUT_S:g} s")

    def close(self) -> None:
        """See `PacketLine`."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _send(self, message: bytes) -> None:
        try:
            self._opened().send(message)
        except OSError as error:
            raise self._lost(error) from error

    def _receive(self, timeout_s: float) -> bytes | None:
        """One message; None after that time."""
        try:
            connection = self._opened()
            connection.settimeout(timeout_s)
            message = connection.recv(_PACKET_BYTES_MAX)
        except (TimeoutError, BlockingIOError):
            return None
        except OSError as error:
            raise self._lost(error) from error
        if not message:
            raise self._lost(ConnectionResetError("the room ended the line"))
        return message

    def _lost(self, error: OSError) -> TransportLost:
        self.close()
        return TransportLost(f"{self._path}: {error.strerror or error}")

    def _opened(self) -> socket.socket:
        if self._connection is None:
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            try:
                connection.connect(str(self._path))
            except OSError:
                connection.close()
                raise
            self._connection = connection
        return self._connection
