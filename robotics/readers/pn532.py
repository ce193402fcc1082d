"""A PN532 behind a serial line: tags of ISO 14443 A at 13.56 MHz, within a few centimetres, at most two at a time."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from devices.clock import Clock
from devices.failures import OutcomeUnknown, TransportTimeout, WireDamaged
from devices.lines import SerialLine, SerialSettings
from robotics.errors import ReaderRefused
from robotics.readers.interface import ReaderIdentity, Tag, TagKind
from robotics.readers.listening import Listener
from robotics.wire.pn532 import (
    ACK,
    HOST,
    READER,
    WAKE_UP,
    Acknowledged,
    AskedAgain,
    Damaged,
    Frame,
    FrameReader,
    Item,
    SyntaxRefused,
)
from robotics.wire.pn532_commands import (
    TAGS_MAX,
    FirmwareVersion,
    GetFirmwareVersion,
    InListPassiveTarget,
    InRelease,
    ListedTag,
    RfField,
    RfRetries,
    SamConfiguration,
    TagsListed,
)

SETTINGS = SerialSettings(baud=115200)
#: ISO 14443-3: a single-size uid that begins so is made up anew whenever the tag comes into the field.
_RANDOM = 0x08


class _Command(Protocol):
    CODE: ClassVar[int]

    def encode(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Pn532Timeouts:
    """How long it may take to say that it has heard, and then to answer."""

    ack_s: float = 1.5
    answer_s: float = 2.0


class Pn532Reader:
    """Implements `robotics.readers.interface.TagReader`. It is woken up and set up by the first question."""

    def __init__(
        self, line: SerialLine, clock: Clock, *, name: str = "reader", timeouts: Pn532Timeouts | None = None
    ) -> None:
        self._line = line
        self._heard: Listener[Item] = Listener(line, FrameReader(), clock)
        self._name = name
        self._timeouts = timeouts or Pn532Timeouts()
        self._ready = False

    def identify(self) -> ReaderIdentity:
        """See `TagReader`."""
        version = FirmwareVersion.decode(self._ask(GetFirmwareVersion()))
        return ReaderIdentity(f"PN5{version.chip:02x}", f"{version.version}.{version.revision}")

    def read(self) -> tuple[Tag, ...]:
        """See `TagReader`. It cannot tell how strong a tag is."""
        try:
            listed = self._listed()
        except WireDamaged:
            listed = self._listed()
        if listed:
            self._ask(InRelease())
        self._ask(RfField(on=False))
        return tuple(dict.fromkeys(_tag(found.uid) for found in listed))

    def close(self) -> None:
        """See `TagReader`."""
        self._ready = False
        self._line.close()

    def _listed(self) -> tuple[ListedTag, ...]:
        # A tag that was listed is silent until it loses its power: so also when the answer never came.
        self._ask(RfField(on=False))
        return TagsListed.decode(self._ask(InListPassiveTarget(TAGS_MAX), again=False)).tags

    def _ask(self, command: _Command, *, again: bool = True) -> bytes:
        """The data of the answer. `again` asks a second time when the first answer was damaged."""
        try:
            if not self._ready:
                self._set_up()
            return self._exchanged(command) if again else self._once(command)
        except OutcomeUnknown:
            self._ready = False
            raise

    def _set_up(self) -> None:
        self._line.write(WAKE_UP)
        self._exchanged(SamConfiguration())
        self._exchanged(RfRetries())
        self._ready = True

    def _exchanged(self, command: _Command) -> bytes:
        try:
            return self._once(command)
        except WireDamaged:
            return self._once(command)

    def _once(self, command: _Command) -> bytes:
        self._heard.begin_anew()
        self._line.write(Frame(HOST, command.encode()).encode())
        acknowledged = False
        deadline_s = self._heard.deadline(self._timeouts.ack_s)
        while (item := self._heard.next(deadline_s)) is not None:
            if isinstance(item, Damaged | AskedAgain):
                raise WireDamaged(f"{self._name}: command {command.CODE:02x}h or its answer came damaged")
            if isinstance(item, SyntaxRefused):
                raise ReaderRefused(f"{self._name}: the reader does not know command {command.CODE:02x}h")
            if isinstance(item, Acknowledged):
                acknowledged = True
                deadline_s = self._heard.deadline(self._timeouts.answer_s)
            elif acknowledged and (item.direction, item.data[:1]) == (READER, bytes([command.CODE + 1])):
                return item.data
            # What else comes answers an earlier question, which was given up.
        if self._heard.half_heard():
            raise WireDamaged(f"{self._name}: the answer to command {command.CODE:02x}h ended in the middle")
        if acknowledged:
            self._line.write(ACK)  # which cancels the command, so that its answer does not come later
        said = "heard and did not answer" if acknowledged else "did not say that it heard"
        raise TransportTimeout(f"{self._name}: the reader {said} command {command.CODE:02x}h")


def _tag(uid: bytes) -> Tag:
    return Tag(uid.hex(), TagKind.HF, fixed=not (len(uid) == 4 and uid[0] == _RANDOM))


__all__ = ["SETTINGS", "Pn532Reader", "Pn532Timeouts"]
