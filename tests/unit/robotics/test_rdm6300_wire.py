"""What an RDM6300 says, byte by byte and with rubbish around it."""

from collections.abc import Iterable

import pytest

from robotics.wire.rdm6300 import Damaged, FrameReader, TagHeard

KNOWN = bytes.fromhex("0230393030423043314432414103")
TAG = TagHeard(bytes.fromhex("0900B0C1D2"))


def read(pieces: Iterable[bytes]) -> list[TagHeard | Damaged]:
    reader = FrameReader()
    return [item for piece in pieces for item in reader.feed(piece)]


def test_a_tag_is_the_known_bytes_whole_and_byte_by_byte() -> None:
    assert TAG.encode() == KNOWN
    assert read([KNOWN]) == [TAG]
    assert read(bytes([byte]) for byte in KNOWN * 2) == [TAG, TAG]


def test_rubbish_around_is_stepped_over() -> None:
    assert read([b"\xff\x03A0" + KNOWN + b"0900\x03"]) == [TAG]
    assert read([KNOWN[5:] + KNOWN]) == [TAG]


@pytest.mark.parametrize(
    "wrong",
    [KNOWN[:3] + b"8" + KNOWN[4:], KNOWN[:-1] + b"0", KNOWN[:5] + b"\x03", KNOWN[:5] + b"x", KNOWN[:7]],
    ids=["sum", "end", "short", "no digit", "half"],
)
def test_what_is_damaged_is_told_and_the_next_is_heard(wrong: bytes) -> None:
    items = read([wrong + KNOWN])
    assert items[-1:] == [TAG]
    assert items[:-1] == [Damaged()]


def test_half_a_frame_is_forgotten_when_nothing_more_comes() -> None:
    reader = FrameReader()
    assert reader.feed(KNOWN[:6]) == []
    assert reader.forget()
    assert reader.feed(KNOWN) == [TAG]
