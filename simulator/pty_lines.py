"""A pseudo terminal at the end of which a simulated device hears and answers, in a thread of its own.

Bytes only: a pseudo terminal knows neither parity nor DTR. The device answers in its time, divided by the speed of the
room.
"""

import contextlib
import os
import select
import threading
import tty
from pathlib import Path

from simulator.answers import ConnectionEnds
from simulator.estate import Estate
from simulator.line_devices import LineDevice, Sent

_READ_BYTES = 4096
#: Rest between two times that a device with nothing to say unasked is listened to.
_QUIET_S = 0.2


class PtyLine:
    """One line: `path` becomes a link to the pseudo terminal, and is removed by `close`."""

    def __init__(self, device: LineDevice, path: Path, estate: Estate) -> None:
        self._device = device
        self._path = path
        self._estate = estate
        self._wake_read, self._wake_write = os.pipe()
        self._open_line()
        self._thread = threading.Thread(target=self._converse, name=f"line {path.name}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread and take the line away; waits until both are gone."""
        os.write(self._wake_write, b".")
        self._thread.join()
        self._path.unlink(missing_ok=True)
        for descriptor in (self._far, self._near, self._wake_read, self._wake_write):
            os.close(descriptor)

    def _open_line(self) -> None:
        # The near end is kept open here too: else whoever closes it would end the line for the next.
        self._far, self._near = os.openpty()
        tty.setraw(self._near)
        self._path.unlink(missing_ok=True)
        self._path.symlink_to(os.ttyname(self._near))

    def _converse(self) -> None:
        unasked = self._device.unasked()
        while True:
            coming = next(unasked, None)
            pause_s = _QUIET_S if coming is None else coming.pause_s(self._estate.speed)
            ended, data = self._listen(pause_s)
            if ended:
                return
            if data:
                if not self._answer(data):
                    return
            elif coming is not None:
                self._send(coming.data)
            if coming is None or data:
                unasked = self._device.unasked()

    def _listen(self, timeout_s: float) -> tuple[bool, bytes]:
        """Whether the line is to end, and the bytes that came meanwhile."""
        ready, _, _ = select.select((self._wake_read, self._far), (), (), timeout_s)
        if self._wake_read in ready:
            return True, b""
        return False, os.read(self._far, _READ_BYTES) if ready else b""

    def _answer(self, data: bytes) -> bool:
        """Hear, and send what is answered; False when the line is to end meanwhile."""
        try:
            for sent in self._device.hear(data):
                if not self._waited(sent):
                    return False
                self._send(sent.data)
        except ConnectionEnds:
            self._pull_out()
        return True

    def _waited(self, sent: Sent) -> bool:
        pause_s = sent.pause_s(self._estate.speed)
        return not (pause_s > 0 and select.select((self._wake_read,), (), (), pause_s)[0])

    def _send(self, data: bytes) -> None:
        # Nobody reads for a long time: what does not go into the terminal's buffer is lost, as on a wire.
        if select.select((), (self._far,), (), 0)[1]:
            with contextlib.suppress(BlockingIOError):
                os.write(self._far, data)

    def _pull_out(self) -> None:
        """The line ends for whoever has it open, and there is a new one at the same path."""
        os.close(self._near)
        os.close(self._far)
        self._open_line()
