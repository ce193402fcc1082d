"""The far end of a line in this process, and both kinds of lines to it, on the clock of the room.

The answers of a device are drawn one by one as their time comes: whoever reads lets it go by. What a device was asked
stays asked when whoever asked is gone, as it does at a real one.
"""

from collections import deque
from collections.abc import Iterator

from devices.failures import TransportLost
from simulator.answers import ConnectionEnds
from simulator.estate import Estate
from simulator.line_devices import LineDevice, Sent

#: How long what came unasked waits for a reader.
_KEPT_S = 1.0


class LineEnd:
    """One device behind a line. `name` is for people."""

    def __init__(self, device: LineDevice, estate: Estate, name: str) -> None:
        self.name = name
        self._device = device
        self._estate = estate
        #: What it was asked and has not answered wholly, with the times at which it heard it.
        self._answers: deque[tuple[float, Iterator[Sent]]] = deque()
        self._unasked: Iterator[Sent] | None = None
        self._next: Sent | None = None
        #: When it last began or said something.
        self._last_s = estate.clock.monotonic()

    def hear(self, data: bytes) -> None:
        """Bytes, or a packet, arrive. What it was asked before comes first, in its time."""
        self._answers.append((self._estate.clock.monotonic(), self._device.hear(data)))

    def next_sent(self, timeout_s: float) -> bytes | None:
        """What it sends next, when that is within `timeout_s`; else None, after that time.

        Raises TransportLost when the line ends by a fault.
        """
        until_s = self._estate.clock.monotonic() + timeout_s
        sent = self._draw() or self._draw_unasked()
        due_s = self._due_s()
        if sent is None or due_s > until_s:
            self._pass(until_s)
            return None
        self._pass(due_s)
        self._next, self._last_s = None, due_s
        return sent.data

    def reset(self) -> None:
        """The port is reset: what was asked is finished at once, and nobody hears of it."""
        while self._draw() is not None:
            self._next = None
        self._device.reset()

    def _draw(self) -> Sent | None:
        """What comes next of what it was asked; None when it has said all of it."""
        while self._next is None and self._answers:
            heard_s, answer = self._answers[0]
            self._last_s = max(self._last_s, heard_s)
            try:
                self._next = next(answer, None)
            except ConnectionEnds:
                self._answers.clear()
                raise TransportLost(f"the line to {self.name} ended") from None
            if self._next is None:
                self._answers.popleft()
        return self._next

    def _draw_unasked(self) -> Sent | None:
        if self._unasked is None:
            self._unasked = self._device.unasked()
        self._last_s = max(self._last_s, self._estate.clock.monotonic() - _KEPT_S)
        self._next = next(self._unasked, None)
        if self._next is None:
            self._unasked = None
        return self._next

    def _due_s(self) -> float:
        pause_s = self._next.pause_s(self._estate.speed) if self._next is not None else 0.0
        return self._last_s + pause_s

    def _pass(self, until_s: float) -> None:
        self._estate.clock.sleep(max(0.0, until_s - self._estate.clock.monotonic()))


class InProcessSerialLine:
    """A `devices.lines.SerialLine` to a device of this process."""

    def __init__(self, end: LineEnd) -> None:
        self._end = end

    def write(self, data: bytes) -> None:
        self._end.hear(data)

    def read(self, *, timeout_s: float) -> bytes:
        return self._end.next_sent(timeout_s) or b""

    def discard(self) -> bytes:
        taken = bytearray()
        while (data := self._end.next_sent(0.0)) is not None:
            taken += data
        return bytes(taken)

    def close(self) -> None:
        """Nothing to give up: the device belongs to the room."""


class InProcessPacketLine:
    """A `devices.lines.PacketLine` to a device of this process."""

    def __init__(self, end: LineEnd) -> None:
        self._end = end

    def write(self, packet: bytes) -> None:
        self._end.hear(packet)

    def read(self, *, timeout_s: float) -> bytes | None:
        return self._end.next_sent(timeout_s)

    def reset(self) -> None:
        self._end.reset()

    def close(self) -> None:
        """Nothing to give up: the device belongs to the room."""
