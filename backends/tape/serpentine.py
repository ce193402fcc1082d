"""Where the bytes of a tape lie along it, and how far it has to be wound between them. Pure.

A tape is written in wraps, forth and back in turns: what lies two wraps further on in the order of blocks lies
beside it, and half of what lies between two blocks need not be wound over.
"""

from dataclasses import dataclass

#: So much is read and thrown away rather than gone over by LOCATE: it takes the slowest generation that we know
#: (LTO-5, 140 MB/s) less than the 2 s that stopping and starting the tape takes any of them.
SKIP_BYTES_MAX = 256 << 20


@dataclass(frozen=True, slots=True)
class Serpentine:
    """One cartridge: `wraps` of equal length, `length_m` metres each, on which `capacity_bytes` lie evenly."""

    wraps: int
    length_m: float
    capacity_bytes: int

    @property
    def wrap_bytes(self) -> float:
        """What lies on one wrap."""
        return max(1.0, self.capacity_bytes / self.wraps)

    def metres(self, offset: int) -> float:
        """How far from the beginning of the tape the byte lies that is `offset` bytes into the data."""
        wrap, along = divmod(offset, self.wrap_bytes)
        share = along / self.wrap_bytes
        return self.length_m * (share if wrap % 2 == 0 else 1 - share)

    def runs_back(self, offset: int) -> bool:
        """Whether the tape goes back to its beginning while that byte is read."""
        return int(offset // self.wrap_bytes) % 2 == 1
