"""A PN532 that answers over a line: asleep until it is woken, and mute for ever about no tag until it is told to give
up.
"""

from collections.abc import Iterator

from robotics.wire.pn532 import (
    ACK,
    HOST,
    READER,
    AskedAgain,
    Frame,
    FrameReader,
    encode_syntax_refused,
)
from robotics.wire.pn532_commands import (
    TAGS_MAX,
    Done,
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
from simulator.line_devices import Sent
from simulator.spoilt_frames import spoilt
from simulator.tag_field import Field

FIRMWARE = FirmwareVersion(0x32, 1, 6, 7)
_WAKING = 0x55
_ACK_S, _ANSWER_S, _SEARCH_S = 0.002, 0.01, 0.05
_ATQA = {4: 0x0004, 7: 0x0044, 10: 0x0084}
_SAK = 0x08


class Pn532Device:
    """Implements `simulator.line_devices.LineDevice`."""

    def __init__(self, field: Field) -> None:
        self._field = field
        self._awake = self._gives_up = False
        self._last = b""
        self.reset()

    def hear(self, data: bytes) -> Iterator[Sent]:
        """See `LineDevice`."""
        if not self._awake:
            at = data.find(_WAKING)
            if at < 0:
                return
            self._awake, data = True, data[at:]
        for item in self._frames.feed(data):
            if isinstance(item, AskedAgain) and self._last:
                yield Sent(self._last, _ANSWER_S)
            elif isinstance(item, Frame) and item.direction == HOST:
                yield Sent(ACK, _ACK_S)
                yield from self._answered(item.data)

    def unasked(self) -> Iterator[Sent]:
        """See `LineDevice`. It says nothing unasked."""
        yield from ()

    def reset(self) -> None:
        """See `LineDevice`."""
        self._frames = FrameReader()
        self._awake = self._gives_up = False
        self._last = b""
        #: Tags that were listed are silent until the field is off.
        self._halted: set[bytes] = set()

    def _answered(self, command: bytes) -> Iterator[Sent]:
        code = command[0] if command else 0
        if code == GetFirmwareVersion.CODE:
            yield self._said(FIRMWARE.encode())
        elif code == InListPassiveTarget.CODE:
            yield from self._listed(InListPassiveTarget.decode(command))
        elif code == RfRetries.CODE and command[1:2] in (bytes([RfRetries.ITEM]), bytes([RfField.ITEM])):
            if command[1] == RfRetries.ITEM:
                self._gives_up = command[-1] != 0xFF
            elif not command[-1] & 1:
                self._halted.clear()
            yield self._said(Done(code).encode())
        elif code in (SamConfiguration.CODE, InRelease.CODE):
            yield self._said(Done(code).encode())
        else:
            yield Sent(encode_syntax_refused(), _ANSWER_S)

    def _listed(self, command: InListPassiveTarget) -> Iterator[Sent]:
        near, trouble = self._field()
        tags = [tag.uid for tag in near if tag.distance == 0]
        if trouble == "tag-neighbour":
            tags += [tag.uid for tag in near if tag.distance][:1]
        awake = [uid for uid in dict.fromkeys(tags) if uid not in self._halted]
        if trouble in ("tag-collision", "tag-missed"):
            awake = []
        found = awake[: min(command.tags_max, TAGS_MAX)]
        if not found and not self._gives_up:
            return
        self._halted.update(found)
        tagged = (ListedTag(n, _ATQA[len(uid)], _SAK, uid) for n, uid in enumerate(found, 1))
        said = self._said(TagsListed(tuple(tagged)).encode(), after_s=_SEARCH_S)
        yield from spoilt(said, trouble)

    def _said(self, data: bytes, *, after_s: float = _ANSWER_S) -> Sent:
        self._last = Frame(READER, data).encode()
        return Sent(self._last, after_s)
