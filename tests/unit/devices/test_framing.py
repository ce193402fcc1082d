"""Frames of the room socket."""

import pytest

from devices.failures import WireDamaged
from devices.transports.framing import HEADER_BYTES_MAX, Frame, FrameDecoder, encode, encode_head


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


def test_a_payload_received_straight_to_its_place_gives_the_same_frame() -> None:
    stream = (
        encode({"op": "scsi"}, bytes(range(256)) * 40) + encode({"op": "ping"}) + encode({"n": 1}, b"abc")
    )
    for step in (1, 7, 100, 5000):
        decoder, left, frames = FrameDecoder(), stream, []
        while left or not decoder.is_between_frames:
            if (frame := decoder.next_frame()) is not None:
                frames.append((frame.header, frame.payload))
                continue
            rest = decoder.rest()
            count = min(step, len(rest) or 1, len(left))
            if rest:
                rest[:count] = left[:count]
                decoder.filled(count)
            else:
                decoder.feed(left[:count])
            left = left[count:]
        assert frames == [
            ({"op": "scsi"}, bytes(range(256)) * 40),
            ({"op": "ping"}, b""),
            ({"n": 1}, b"abc"),
        ]


def test_a_head_and_its_payload_are_the_frame() -> None:
    assert encode_head({"op": "ping"}, 3) + b"abc" == encode({"op": "ping"}, b"abc")
