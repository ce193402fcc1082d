"""How long a tape takes to get somewhere: a serpentine tape that is wound past a head. Pure.

The tape is written in `wraps` (LTO-8: 208 over 960 m), forth and back in turns, so what lies a whole wrap further
on lies beside it. Wraps and lengths: the LTO generation tables (`backends.tape.densities`). 10 m/s of locating and
rewinding, 15 s from load to ready, 24 s to unload: of the order that makers give for full-height drives (rewind of
960 m up to 98 s, 50 s to a file on average); conditioning of new LTO-9 tapes: 40 minutes on average, up to 2 hours.
"""

from dataclasses import dataclass

from backends.tape.densities import Generation
from backends.tape.serpentine import Serpentine


@dataclass(frozen=True, slots=True)
class TapeLatencies:
    """Seconds that the mechanics take, and the speed of the tape while nothing is read or written.

    `stall_s`: how long the drive's own buffer bridges a host that gives or takes nothing; then the tape stops, and
    starts again with a reposition.
    """

    load_s: float = 15.0
    unload_s: float = 24.0
    condition_s: float = 2400.0
    clean_s: float = 180.0
    turn_s: float = 2.0
    reposition_s: float = 4.0
    flush_s: float = 1.0
    stall_s: float = 2.8
    metres_per_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Reel:
    """The tape of one cartridge, and how long the way between two places on it is."""

    generation: Generation
    capacity_bytes: int
    latencies: TapeLatencies

    def metres(self, offset: int) -> float:
        """How far from the beginning of the tape the byte lies that is `offset` bytes into the data."""
        kind = self.generation
        return Serpentine(kind.wraps, kind.length_m, self.capacity_bytes).metres(offset)

    def seek_s(self, start: int, end: int) -> float:
        """From one byte to another; nothing when the tape stands there already."""
        if start == end:
            return 0.0
        metres = abs(self.metres(end) - self.metres(start))
        return self.latencies.turn_s + metres / self.latencies.metres_per_s

    def rewind_s(self, start: int) -> float:
        """From a byte to the beginning of the tape."""
        return self.metres(start) / self.latencies.metres_per_s

    def transfer_s(self, size_bytes: int) -> float:
        """Reading or writing at the native speed."""
        return size_bytes / self.generation.bytes_per_s
