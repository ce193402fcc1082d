"""How a simulated device behind a line answers: lazily, so that what it moves moves while time goes by."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from simulator.latency import scaled


@dataclass(frozen=True, slots=True)
class Sent:
    """Bytes (or one USB transfer) that a device sends `after_s` seconds after what it sent or heard last.

    Silence is a device that sends nothing more. What is said `in_rhythm`, again and again, keeps its time however
    quickly the room runs: else it would never end.
    """

    data: bytes
    after_s: float = 0.0
    in_rhythm: bool = False

    def pause_s(self, speed: float) -> float:
        """The seconds before it, in a room of that speed."""
        return self.after_s if self.in_rhythm else scaled(self.after_s, speed)


class LineDevice(Protocol):
    """A device at the far end of a serial line or of a pair of USB endpoints.

    The harness (a pseudo terminal with a thread, or a line in this process on the simulated clock) draws the answers
    one by one and lets their time go by, divided by the speed of the room.
    """

    def hear(self, data: bytes) -> Iterator[Sent]:
        """What it sends upon these bytes (for USB: one packet). Its state may change between two of them."""

    def unasked(self) -> Iterator[Sent]:
        """What it sends from time to time when nobody asks; nothing at all for most."""

    def reset(self) -> None:
        """The port was reset, or its power came back: it forgets what it was asked."""
