"""How long the devices take, as data; everything is divided by the room's speed."""

from dataclasses import dataclass, field

from simulator.tape_motion import TapeLatencies

#: One times the nominal Blu-ray rate (4.5 MB/s decimal, BD-R physical format specification: 4.495625 MB/s).
BD_BYTES_PER_S = 4_500_000


@dataclass(frozen=True, slots=True)
class Latencies:
    """Seconds that motions take, multiples of 1x at which discs are written and read, and those of tapes."""

    move_s: float = 12.0
    initialize_s: float = 60.0
    load_s: float = 20.0
    eject_s: float = 4.0
    flush_s: float = 1.0
    close_s: float = 45.0
    write_x: float = 4.0
    read_x: float = 6.0
    tape: TapeLatencies = field(default_factory=TapeLatencies)

    def write_s(self, size_bytes: int) -> float:
        return size_bytes / (self.write_x * BD_BYTES_PER_S)

    def read_s(self, size_bytes: int) -> float:
        return size_bytes / (self.read_x * BD_BYTES_PER_S)


def scaled(seconds: float, speed: float) -> float:
    """What is waited for `seconds` of a real device; speed 0 stands for unlimited and waits nothing."""
    return seconds / speed if speed else 0.0


def parse_speed(text: str | float) -> float:
    """A factor, or "unlimited" (as 0); raises `ValueError` for anything else."""
    if text == "unlimited":
        return 0.0
    try:
        speed = float(text)
    except ValueError:
        raise ValueError(f"speed {text!r} is neither a factor nor 'unlimited'") from None
    if not 0 <= speed < float("inf"):
        raise ValueError(f"speed {text} is neither a factor nor 'unlimited'")
    return speed
