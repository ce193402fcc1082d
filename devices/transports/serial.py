"""A serial line by pyserial: a UART, a USB adapter, or a pseudo terminal.

One program works with a line at a time, by flock on its node. Timeouts are the kernel's. A Linux kernel raises DTR
while it opens a line; where DTR is to stay low it is put down again in the same step, some microseconds later.
"""

import errno
import grp
import os
import termios
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import serial

from devices.failures import TransportLost, TransportTimeout
from devices.lines import SerialSettings
from devices.node_lock import LOCKS, NodeUnavailable, lock_holder

#: How long a device may hold our bytes back by hardware flow control.
WRITE_TIMEOUT_S = 10.0
#: What a pseudo terminal answers to questions about DTR.
_NO_MODEM_LINES = (errno.EINVAL, errno.ENOTTY)

#: Major numbers of pseudo terminals (Linux, Documentation/admin-guide/devices.txt).
_PSEUDO_TERMINALS = range(136, 144)

#: Makes a `serial.Serial` that is not open yet.
MakePort = Callable[[], Any]


class SerialPort:
    """Implements `devices.lines.SerialLine` over one node, which is opened by the first use.

    A line that was lost (its adapter pulled out) is closed, and the next use opens it again: whoever sent something
    over it has an unknown outcome.
    """

    def __init__(
        self,
        node: Path,
        settings: SerialSettings | None = None,
        *,
        make: MakePort = serial.Serial,
        locks: Path = LOCKS,
    ) -> None:
        self._node = Path(node)
        self._settings = settings or SerialSettings()
        self._make = make
        self._locks = locks
        self._port: Any = None

    def write(self, data: bytes) -> None:
        """See `SerialLine`. Raises TransportTimeout when hardware flow control holds the bytes back."""
        port = self._opened()
        try:
            port.write(data)
        except serial.SerialTimeoutException as error:
            raise TransportTimeout(
                f"{self._node}: the device took no bytes for {WRITE_TIMEOUT_S:g} s; is it switched on, and does its "
                "cable carry RTS and CTS?"
            ) from error
        except (OSError, termios.error) as error:
            raise self._lost(error) from error

    def read(self, *, timeout_s: float) -> bytes:
        """See `SerialLine`."""
        port = self._opened()
        try:
            port.timeout = timeout_s
            first: bytes = port.read(1)
            return first + (port.read(port.in_waiting) if first else b"")
        except (OSError, termios.error) as error:
            raise self._lost(error) from error

    def discard(self) -> bytes:
        """See `SerialLine`."""
        port = self._opened()
        try:
            waiting: bytes = port.read(port.in_waiting)
        except (OSError, termios.error) as error:
            raise self._lost(error) from error
        return waiting

    def close(self) -> None:
        """See `SerialLine`."""
        port, self._port = self._port, None
        if port is not None:
            port.close()

    def _lost(self, error: Exception) -> TransportLost:
        self.close()
        return TransportLost(f"{self._node}: the line was lost ({error}); is its adapter still plugged in?")

    def _opened(self) -> Any:
        if self._port is not None:
            return self._port
        settings, port = self._settings, self._make()
        port.port = str(self._node)
        port.baudrate, port.bytesize = settings.baud, settings.data_bits
        # A pseudo terminal carries none, and a kernel refuses whoever asks it again for what it did not take.
        port.parity = "N" if self._is_pseudo_terminal() else settings.parity
        port.stopbits = settings.stop_bits
        port.rtscts, port.exclusive = settings.hardware_flow, True
        port.write_timeout = WRITE_TIMEOUT_S
        if settings.dtr is not None:
            # Before it is open, so that pyserial does not raise it first.
            port.dtr = settings.dtr
        try:
            port.open()
        except (OSError, termios.error) as error:
            raise self._unavailable(error) from error
        self._port = port
        if settings.dtr is not None:
            self._keep_dtr(port, settings.dtr)
        return port

    def _is_pseudo_terminal(self) -> bool:
        with suppress(OSError):
            return os.major(os.stat(self._node).st_rdev) in _PSEUDO_TERMINALS
        return False

    def _keep_dtr(self, port: Any, level: bool) -> None:
        """Once more, now that speed and parity are set: some drivers raise DTR at that."""
        try:
            port.dtr = level
        except OSError as error:
            if error.errno not in _NO_MODEM_LINES:
                raise self._lost(error) from error

    def _unavailable(self, error: Exception) -> NodeUnavailable:
        """Why the line cannot be opened, in words that say what to do."""
        reason = getattr(error, "errno", None) or errno.EIO
        holder = None
        if reason in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
            words = "there is no such line; is the device switched on and its adapter plugged in?"
        elif reason in (errno.EACCES, errno.EPERM):
            words = f"not permitted; make the user of this program a member of the group {self._group()}"
        elif reason in (errno.EWOULDBLOCK, errno.EBUSY):
            with suppress(OSError):
                holder = lock_holder(os.stat(self._node), locks=self._locks)
            who = "another program" if holder is None else f"process {holder}"
            words = f"{who} has it open and locked; one line serves one program at a time"
        else:
            words = f"it cannot be opened as a serial line ({error})"
        return NodeUnavailable(f"{self._node}: {words}", reason, holder)

    def _group(self) -> str:
        try:
            return grp.getgrgid(os.stat(self._node).st_gid).gr_name
        except (OSError, KeyError):
            return "dialout"
