"""Whatever a reader says, its driver ends in time, and shows no tag that was not said whole."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.clock import Clock, SimulatedClock
from devices.failures import OutcomeUnknown
from devices.lines import SerialLine
from robotics.errors import ReaderRefused
from robotics.readers.interface import TagReader
from robotics.readers.pn532 import Pn532Reader
from robotics.readers.rdm6300 import Rdm6300Reader
from robotics.readers.yrm100 import Yrm100Reader
from robotics.wire.pn532 import ACK, READER, Frame
from robotics.wire.pn532_commands import Done, ListedTag, TagsListed
from robotics.wire.rdm6300 import TagHeard
from robotics.wire.yrm100 import Frame as UhfFrame
from robotics.wire.yrm100 import FrameType
from robotics.wire.yrm100_commands import SetPower, TagSeen, refusal_frame

UID, EPC, NUMBER = b"\x04\xa1\xb2\xc3\xd4\xe5\xf6", b"\x30\x75\x1f\xeb", b"\x09\x00\xb0\xc1\xd2"
#: What a reader of each kind may say at any moment: right answers in any order, and anything.
RIGHT = {
    "pn532": [
        ACK,
        *(ACK + Frame(READER, Done(code).encode()).encode() for code in (0x14, 0x32, 0x52)),
        ACK + Frame(READER, TagsListed((ListedTag(1, 4, 8, UID),)).encode()).encode(),
        ACK + Frame(READER, TagsListed(()).encode()).encode(),
    ],
    "yrm100": [
        *(UhfFrame(FrameType.ANSWER, code, b"\x00").encode() for code in (0x28, 0xB6, 0x0C, 0x12)),
        UhfFrame(FrameType.ANSWER, 0xB7, SetPower(1500).encode()).encode(),
        UhfFrame(FrameType.NOTIFICATION, 0x22, TagSeen.of(EPC, -40).encode()).encode(),
        refusal_frame(0x15),
    ],
    "rdm6300": [TagHeard(NUMBER).encode()],
}
MAKE: dict[str, Callable[[SerialLine, Clock], TagReader]] = {
    "pn532": Pn532Reader,
    "yrm100": Yrm100Reader,
    "rdm6300": Rdm6300Reader,
}
KNOWN = {"pn532": UID, "yrm100": EPC, "rdm6300": NUMBER}


class Babbling:
    """Says one thing after the other, some time apart, whatever it is asked; then nothing."""

    def __init__(self, clock: SimulatedClock, says: list[tuple[float, bytes]]) -> None:
        self._clock = clock
        self._says = says

    def write(self, data: bytes) -> None:
        """Nobody listens."""

    def read(self, *, timeout_s: float) -> bytes:
        if not self._says or self._says[0][0] > timeout_s:
            self._clock.sleep(timeout_s)
            if self._says:
                self._says[0] = (self._says[0][0] - timeout_s, self._says[0][1])
            return b""
        after_s, data = self._says.pop(0)
        self._clock.sleep(after_s)
        return data

    def discard(self) -> bytes:
        return b""

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize("kind", MAKE)
@given(st.data())
def test_nothing_that_a_reader_says_makes_a_tag_that_it_did_not_say(kind: str, data: st.DataObject) -> None:
    right = st.sampled_from(RIGHT[kind])
    cut = st.tuples(right, st.integers(0, 30)).map(lambda pair: pair[0][: pair[1]])
    times = st.sampled_from([0.0, 0.01, 0.3, 1.2])
    says = data.draw(st.lists(st.tuples(times, right | cut | st.binary(max_size=8)), max_size=25))
    clock = SimulatedClock()
    reader = MAKE[kind](Babbling(clock, says), clock)
    for _ in range(2):
        began_s = clock.monotonic()
        try:
            tags = reader.read()
        except (OutcomeUnknown, ReaderRefused) as said:
            assert "reader" in str(said) or "bytes" in str(said)  # noqa: PT017 - every refusal is words
        else:
            assert {tag.uid for tag in tags} <= {KNOWN[kind].hex()}
        assert clock.monotonic() - began_s < 60
