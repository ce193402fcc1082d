"""Lines to devices that speak no SCSI: bytes over a serial line, packets over a pair of USB endpoints.

A line carries bytes and knows nothing of what they mean. Silence is no failure of the line: whoever asked decides what
it means (`devices.failures.OutcomeUnknown` where something may have moved).
"""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SerialSettings:
    """How a serial line is opened. `parity` is N, E or O; `dtr` None leaves the line as the system opens it."""

    baud: int = 9600
    data_bits: int = 8
    parity: str = "N"
    stop_bits: int = 1
    hardware_flow: bool = False
    dtr: bool | None = None


class SerialLine(Protocol):
    """Bytes both ways. Opened by its first use; one caller at a time."""

    def write(self, data: bytes) -> None:
        """Send all of it. Raises TransportLost."""

    def read(self, *, timeout_s: float) -> bytes:
        """What comes next, at least one byte; b"" after `timeout_s` of silence. Raises TransportLost."""

    def discard(self) -> bytes:
        """Take and return what came unasked, without waiting. Raises TransportLost."""

    def close(self) -> None:
        """Give the line back; the next use opens it again."""


class PacketLine(Protocol):
    """One IN and one OUT endpoint of a USB device. Opened by its first use; one caller at a time."""

    def write(self, packet: bytes) -> None:
        """Send one packet. Raises TransportLost."""

    def read(self, *, timeout_s: float) -> bytes | None:
        """One transfer (it may be empty); None after `timeout_s` of silence. Raises TransportLost."""

    def reset(self) -> None:
        """Reset the port: the device forgets what it was asked. Raises TransportLost."""

    def close(self) -> None:
        """Give the device back; the next use opens it again."""
