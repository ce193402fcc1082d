"""Frames of the room socket."""

import pytest

from devices.failures import WireDamaged
from devices.transports.framing import HEADER_BYTES_MAX, Frame, FrameDecoder, encode


def test_a_frame_is_its_bytes() -> None:
    frame = encode({"op": "ping", "室": 1}, b"\x00\x01")
    assert frame == b"\x00\x00\x00\x15\x00\x00\x00\x02" + '{"op":"ping","室":1}'.encode() + b"\x00\x01"


def test_frames_come_out_whole_however_the_bytes_came() -> None:
    stream = encode({"n": 1}, b"abc") + encode({"n": 2}) + encode({"n": 3}, bytes(100))
    decoder = FrameDecoder()
    frames = []
    for byte in stream:
        decoder.feed(bytes([byte]))
        while (frame := decoder.next_frame()) is not None:
            frames.append(frame)
    assert frames == [Frame({"n": 1}, b"abc"), Frame({"n": 2}), Frame({"n": 3}, bytes(100))]
    assert decoder.is_between_frames


def test_a_torn_frame_is_seen() -> None:
    decoder = FrameDecoder()
    decoder.feed(encode({"n": 1}, b"abc")[:-1])
    assert decoder.next_frame() is None
    assert not decoder.is_between_frames


@pytest.mark.parametrize(
    "stream",
    [
        b"\xff" * 8,
        b"\x00\x00\x00\x02\x00\x00\x00\x00[]",
        b"\x00\x00\x00\x02\x00\x00\x00\x00{,",
        b"\x00\x00\x00\x02\x00\x00\x00\x00\xff\xfe",
        b"\x00\x00\x00\x00\x00\x00\x00\x00",
    ],
)
def test_damage_is_named(stream: bytes) -> None:
    decoder = FrameDecoder()
    decoder.feed(stream)
    with pytest.raises(WireDamaged, match="room socket"):
        decoder.next_frame()


def test_what_the_other_side_would_refuse_is_not_sent() -> None:
    with pytest.raises(ValueError, match="longer than the room socket carries"):
        encode({"text": "x" * HEADER_BYTES_MAX})
