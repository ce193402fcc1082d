"""Frames of readers of tags: round trips, every split of the stream, rubbish anywhere, and no bytes that crash."""

from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.failures import WireDamaged
from robotics.wire import pn532, rdm6300, yrm100
from robotics.wire.pn532_commands import FirmwareVersion, ListedTag, TagsListed
from robotics.wire.yrm100_commands import ReadTid, SetPower, SetSelect, TagSeen

READERS: dict[str, Callable[[], Any]] = {
    "pn532": pn532.FrameReader,
    "yrm100": yrm100.FrameReader,
    "rdm6300": rdm6300.FrameReader,
}
pn532_frames = st.builds(
    pn532.Frame, st.sampled_from([pn532.HOST, pn532.READER]), st.binary(min_size=1, max_size=264)
)
yrm100_frames = st.builds(
    yrm100.Frame, st.sampled_from(yrm100.FrameType), st.integers(0, 255), st.binary(max_size=40)
)
tags_heard = st.builds(rdm6300.TagHeard, st.binary(min_size=5, max_size=5))
#: Between the frames of each reader: bytes with which none of its frames can begin.
FRAMES = {
    "pn532": (pn532_frames, st.binary(max_size=8).map(lambda data: data.replace(b"\xff", b"\x00"))),
    "yrm100": (yrm100_frames, st.binary(max_size=8).map(lambda data: data.replace(b"\xbb", b"\x7e"))),
    "rdm6300": (tags_heard, st.binary(max_size=8).map(lambda data: data.replace(b"\x02", b"\x03"))),
}


def split(data: bytes, cuts: list[int]) -> list[bytes]:
    at = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[one:other] for one, other in pairwise(at)]


@pytest.mark.parametrize("kind", READERS)
@given(st.data())
def test_frames_are_found_between_rubbish_however_the_stream_is_cut(kind: str, data: st.DataObject) -> None:
    frames, rubbish = FRAMES[kind]
    said = data.draw(st.lists(frames, max_size=4))
    stream = data.draw(rubbish) + b"".join(one.encode() + data.draw(rubbish) for one in said)
    reader = READERS[kind]()
    pieces = split(stream, data.draw(st.lists(st.integers(0, 1 << 16), max_size=12)))
    assert [item for piece in pieces for item in reader.feed(piece)] == said


@pytest.mark.parametrize("kind", READERS)
@given(st.data())
def test_any_bytes_are_heard_alike_however_they_are_cut(kind: str, data: st.DataObject) -> None:
    frames, _ = FRAMES[kind]
    parts = st.binary(max_size=12) | frames.map(lambda one: one.encode()[: data.draw(st.integers(0, 60))])
    stream = b"".join(data.draw(st.lists(parts, max_size=6)))
    whole = READERS[kind]().feed(stream)
    one_by_one = READERS[kind]()
    assert [item for byte in stream for item in one_by_one.feed(bytes([byte]))] == whole


@pytest.mark.parametrize("kind", READERS)
@given(st.data())
def test_after_any_bytes_and_a_silence_the_next_frame_is_heard(kind: str, data: st.DataObject) -> None:
    reader = READERS[kind]()
    reader.feed(data.draw(st.binary(max_size=60)))
    reader.forget()
    frame = data.draw(FRAMES[kind][0])
    assert reader.feed(frame.encode()) == [frame]


uids = st.sampled_from([4, 7, 10]).flatmap(lambda n: st.binary(min_size=n, max_size=n))
listed = st.builds(
    ListedTag, st.integers(0, 255), st.integers(0, 0xFFFF), st.sampled_from([0x00, 0x08, 0x18]), uids
) | st.builds(
    ListedTag, st.integers(0, 255), st.integers(0, 0xFFFF), st.just(0x20), uids, st.binary(max_size=20)
)


@given(st.lists(listed, max_size=2).map(tuple))
def test_lists_of_tags_come_back(tags: tuple[ListedTag, ...]) -> None:
    assert TagsListed.decode(TagsListed(tags).encode()) == TagsListed(tags)


@given(
    st.integers(0, 31).flatmap(lambda n: st.binary(min_size=2 * n, max_size=2 * n)), st.integers(-128, 127)
)
def test_tags_of_the_uhf_come_back_whole(epc: bytes, rssi_dbm: int) -> None:
    seen = TagSeen.of(epc, rssi_dbm)
    assert seen.intact
    assert TagSeen.decode(seen.encode()) == seen


@given(st.binary(max_size=80))
def test_no_answer_crashes_who_reads_it(data: bytes) -> None:
    decoders: list[Callable[[bytes], object]] = [
        TagsListed.decode,
        FirmwareVersion.decode,
        TagSeen.decode,
        SetSelect.decode,
        SetPower.decode,
        ReadTid.decode_answer,
    ]
    for decode in decoders:
        with suppress(WireDamaged):
            assert decode(data) is not None
