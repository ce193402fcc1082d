"""An RDM6300 behind a serial line: EM4100 tags at 125 kHz. It speaks while a tag is there, and is never asked."""

from devices.clock import Clock
from devices.failures import WireDamaged
from devices.lines import SerialLine, SerialSettings
from robotics.readers.interface import ReaderIdentity, Tag, TagKind
from robotics.readers.listening import Listener
from robotics.wire.rdm6300 import Damaged, FrameReader, TagHeard

SETTINGS = SerialSettings(baud=9600)
#: It repeats a tag that is there; after so much silence the tag is gone.
SILENCE_S = 0.5
#: Its sum is weak: a number counts when it came so often in a row.
IDENTICAL = 2
_PATIENCE_S = 3.0


class Rdm6300Reader:
    """Implements `robotics.readers.interface.TagReader`. Two tags at its antenna drown each other out."""

    def __init__(
        self,
        line: SerialLine,
        clock: Clock,
        *,
        name: str = "reader",
        identical: int = IDENTICAL,
        silence_s: float = SILENCE_S,
    ) -> None:
        self._line = line
        self._heard: Listener[TagHeard | Damaged] = Listener(line, FrameReader(), clock)
        self._name = name
        self._identical = identical
        self._silence_s = silence_s

    def identify(self) -> ReaderIdentity:
        """See `TagReader`. It tells nothing of itself: that its line can be opened is all that is known."""
        self._line.discard()
        return ReaderIdentity("RDM6300")

    def read(self) -> tuple[Tag, ...]:
        """See `TagReader`. What it said before it was asked does not count: that tag may be gone."""
        self._heard.begin_anew()
        until_s, damaged = self._heard.deadline(_PATIENCE_S), False
        last, times = None, 0
        while (item := self._heard.next(min(until_s, self._heard.deadline(self._silence_s)))) is not None:
            if isinstance(item, Damaged):
                damaged = True
                continue
            times = times + 1 if item == last else 1
            last = item
            if times >= self._identical:
                return (Tag(item.uid.hex(), TagKind.LF),)
        if damaged:
            raise WireDamaged(
                f"{self._name}: what came is damaged; is there one tag at the antenna, and only one?"
            )
        return ()

    def close(self) -> None:
        """See `TagReader`."""
        self._line.close()


__all__ = ["IDENTICAL", "SETTINGS", "SILENCE_S", "Rdm6300Reader"]
