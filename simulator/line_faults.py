"""What goes wrong on the way to and from a device behind a line, for all of them alike."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from simulator.answers import ConnectionEnds
from simulator.estate import Estate
from simulator.faults import Fault, Occasion
from simulator.line_devices import LineDevice, Sent

LATE_S = 90.0
_RUBBISH_BYTES_MAX = 12


class FaultyLine:
    """A `LineDevice` whose answers are late, lost, doubled, or come behind rubbish, as armed for its name.

    A device that is late, silent or doubled has done what it was asked; one that is deaf, or whose line is lost
    (`ConnectionEnds`), has not.
    """

    def __init__(self, device: LineDevice, estate: Estate, name: str) -> None:
        self._device = device
        self._estate = estate
        self._name = name

    def hear(self, data: bytes) -> Iterator[Sent]:
        """See `LineDevice.hear`."""
        # What a device must hear at once, it hears at once: what it answers is drawn later.
        fault = self._estate.fault(Occasion.LINE, drive=self._name)
        if fault is None:
            return self._device.hear(data)
        if fault.kind == "line-deaf":
            return iter(())
        if fault.kind == "line-lost":
            return _ended()
        return _spoilt(self._device.hear(data), fault)

    def unasked(self) -> Iterator[Sent]:
        """See `LineDevice.unasked`."""
        return self._device.unasked()

    def reset(self) -> None:
        """See `LineDevice.reset`."""
        self._device.reset()


def _ended() -> Iterator[Sent]:
    raise ConnectionEnds
    yield  # so that the line ends when it is listened to


def _spoilt(answers: Iterator[Sent], fault: Fault) -> Iterator[Sent]:
    late_s = LATE_S if fault.kind == "line-late" else 0.0
    if fault.kind == "line-garbage":
        chance = Random(fault.seed)
        yield Sent(chance.randbytes(chance.randint(1, _RUBBISH_BYTES_MAX)))
    last = None
    for sent in answers:
        # Drawn all the same: what it moves is moved, whether anybody hears of it or not.
        if fault.kind != "line-silent":
            yield replace(sent, after_s=sent.after_s + late_s)
        late_s, last = 0.0, sent
    if fault.kind == "line-double" and last is not None:
        yield replace(last, after_s=0.0)


__all__ = ["FaultyLine"]
