"""An RDM6300 that speaks over a line: about one tag, again and again; two tags at once are noise."""

from collections.abc import Iterator

from robotics.wire.rdm6300 import TagHeard
from simulator.line_devices import Sent
from simulator.spoilt_frames import spoilt
from simulator.tag_field import Field

_REPEAT_S = 0.1


class Rdm6300Device:
    """Implements `simulator.line_devices.LineDevice`. It hears nothing."""

    def __init__(self, field: Field) -> None:
        self._field = field

    def hear(self, data: bytes) -> Iterator[Sent]:
        """See `LineDevice`."""
        yield from ()

    def unasked(self) -> Iterator[Sent]:
        """See `LineDevice`. As long as a tag is there."""
        while True:
            near, trouble = self._field()
            tags = [tag.uid for tag in near if tag.distance == 0]
            if trouble == "tag-neighbour":
                tags += [tag.uid for tag in near if tag.distance][:1]
            if not tags or trouble == "tag-missed":
                return
            if len(tags) > 1 or trouble == "tag-collision":
                both = bytes(one & 0x7F for one in TagHeard(tags[0]).encode()[:7])
                yield Sent(both + b"\x02\x00", _REPEAT_S, in_rhythm=True)
            else:
                yield from spoilt(Sent(TagHeard(tags[0]).encode(), _REPEAT_S, in_rhythm=True), trouble)

    def reset(self) -> None:
        """See `LineDevice`. It keeps nothing."""
