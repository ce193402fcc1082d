"""Listening to a reader on a serial line until a moment: bytes become frames, and silence ends it."""

from collections import deque
from typing import Generic, Protocol, TypeVar

from devices.clock import Clock
from devices.lines import SerialLine

Item = TypeVar("Item")


class Frames(Protocol[Item]):
    """What cuts a stream of bytes into frames: `robotics.wire.*.FrameReader`."""

    def feed(self, data: bytes) -> list[Item]:
        """What became whole with these bytes."""

    def forget(self) -> bool:
        """Drop what has begun and not ended."""


class Listener(Generic[Item]):
    """The frames that come over one line, one at a time."""

    def __init__(self, line: SerialLine, frames: Frames[Item], clock: Clock) -> None:
        self._line = line
        self._frames = frames
        self._clock = clock
        self._heard: deque[Item] = deque()

    def deadline(self, timeout_s: float) -> float:
        """The moment in `timeout_s` seconds, for `next`."""
        return self._clock.monotonic() + timeout_s

    def next(self, deadline_s: float) -> Item | None:
        """The next frame; None when none became whole before that moment, whatever else came. Raises TransportLost."""
        while not self._heard:
            left_s = deadline_s - self._clock.monotonic()
            if left_s <= 0:
                return None
            self._heard.extend(self._frames.feed(self._line.read(timeout_s=left_s)))
        return self._heard.popleft()

    def half_heard(self) -> bool:
        """Whether a frame has begun that did not end; it is forgotten."""
        return self._frames.forget()

    def begin_anew(self) -> None:
        """Forget all that came so far: it is no answer to what is asked next. Raises TransportLost."""
        self._line.discard()
        self._frames.forget()
        self._heard.clear()
