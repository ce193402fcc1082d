"""In which order stretches of one cartridge are read, so that the tape is wound as little as possible.

The order of blocks is no order along the tape: a serpentine tape of 208 wraps goes past everything 208 times. So what
lies on wraps that run away from the beginning is read on the way out, the rest on the way back, which the tape has to
go anyhow before it can be unloaded. Where that would wind it further (long stretches, or stretches that follow each
other), the order of blocks stands. Nothing here depends on where the tape stands: an order that is made again after
each stretch goes on where the last one was.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backends.tape.serpentine import SKIP_BYTES_MAX, Serpentine

#: Of the order that makers of drives give: stopping and starting again, and the speed of locating and rewinding.
_TURN_S, _METRES_PER_S = 2.0, 10.0


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """Bytes of the data of one cartridge that are read in one go, from the first to behind the last."""

    start_byte: int
    end_byte: int
    #: The caller's: which of his this is.
    number: int


@dataclass(frozen=True, slots=True)
class Winding:
    """How often a tape is sent somewhere, and how far it is wound without reading."""

    locates: int
    metres: float

    @property
    def seconds(self) -> float:
        return self.locates * _TURN_S + self.metres / _METRES_PER_S


def reading_order(stretches: Iterable[Stretch], tape: Serpentine) -> tuple[Stretch, ...]:
    """All of them, in the order in which to read them after a load. Deterministic."""
    by_block = tuple(sorted(stretches))
    return min(by_block, _out_and_back(by_block, tape), key=lambda order: winding(order, tape).seconds)


def winding(order: Sequence[Stretch], tape: Serpentine) -> Winding:
    """What it takes from the beginning of the tape to each in turn, and back to the beginning.

    A small gap to the next stretch is read over, and counts nothing.
    """
    locates, metres, at_m, at_byte = 0, 0.0, 0.0, 0
    for stretch in order:
        if not 0 <= stretch.start_byte - at_byte <= SKIP_BYTES_MAX:
            locates += 1
            metres += abs(tape.metres(stretch.start_byte) - at_m)
        at_byte, at_m = stretch.end_byte, tape.metres(stretch.end_byte)
    return Winding(locates, metres + at_m)


def _out_and_back(stretches: Iterable[Stretch], tape: Serpentine) -> tuple[Stretch, ...]:
    """By the direction of the wrap on which each begins, then by distance; of one wrap in the order of blocks."""

    def along(stretch: Stretch) -> tuple[bool, float, Stretch]:
        back, metres = tape.runs_back(stretch.start_byte), tape.metres(stretch.start_byte)
        return back, -metres if back else metres, stretch

    return tuple(sorted(stretches, key=along))
