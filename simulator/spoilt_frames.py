"""What a reader of tags says, half or damaged, when that is what goes wrong this time."""

from collections.abc import Iterator
from dataclasses import replace

from simulator.line_devices import Sent


def spoilt(sent: Sent, trouble: str) -> Iterator[Sent]:
    """It as it goes over the line, where `trouble` is a name of `simulator.faults`."""
    middle = len(sent.data) // 2
    if trouble == "reader-half":
        yield replace(sent, data=sent.data[:middle])
    elif trouble == "reader-damaged":
        wrong = bytes([sent.data[middle] ^ 0x04])
        yield replace(sent, data=sent.data[:middle] + wrong + sent.data[middle + 1 :])
    else:
        yield sent
