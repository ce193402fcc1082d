"""Every wire module: what is written is read back, and no bytes at all make a reader crash or hang."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from backends.optical import mmc
from backends.optical.mmc_disc import (
    BluRayDiscInformation,
    Capacity,
    DiscInformation,
    RecordedState,
    SessionState,
    TrackInformation,
)
from backends.optical.mmc_drive import ConfigurationHeader, MediaEvent
from devices import scsi
from devices.failures import WireDamaged
from devices.sense import Blame, Sense, blame_of
from devices.transports.framing import Frame, FrameDecoder, encode
from robotics.model import ElementKind, ElementLayout, ElementRange
from robotics.wire import smc
from robotics.wire.element_status import ElementDescriptor, decode_element_status, encode_element_status

byte = st.integers(0, 0xFF)
u16 = st.integers(0, 0xFFFF)
u24 = st.integers(0, 0xFFFFFF)
u32 = st.integers(0, 0xFFFFFFFF)
flag = st.booleans()
#: A field's text as it can come back: no spaces at its ends.
words = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1)
kinds = st.sampled_from(ElementKind)
ranges = st.builds(ElementRange, u16, u16)
exceptions = st.none() | st.tuples(byte, byte)
senses = st.builds(
    Sense, st.integers(0, 15), byte, byte, flag, flag, flag,
    st.none() | st.integers(-(2**31), 2**31 - 1), flag,
)  # fmt: skip

VALUES = st.one_of(
    st.builds(scsi.TestUnitReady),
    st.builds(scsi.Inquiry, u16, st.none() | byte),
    st.builds(
        scsi.InquiryData, st.integers(0, 31), words.filter(lambda t: len(t) <= 8),
        words.filter(lambda t: len(t) <= 16), words.filter(lambda t: len(t) <= 4), flag,
    ),
    st.builds(scsi.UnitSerialNumber, st.integers(0, 31), words),
    st.builds(scsi.StartStopUnit, flag, flag, flag),
    st.builds(scsi.PreventAllowRemoval, flag),
    st.builds(smc.InitializeElementStatus),
    st.builds(smc.ReadElementStatus, st.none() | kinds, u16, u16, flag, flag, flag, u24),
    st.builds(smc.MoveMedium, u16, u16, u16, flag),
    st.builds(smc.ModeSense, st.integers(0, 0x3F), byte),
    st.builds(smc.ElementAddressAssignment, st.builds(ElementLayout, ranges, ranges, ranges, ranges)),
    st.builds(mmc.GetConfiguration, st.integers(0, 3), u16, u16),
    st.builds(mmc.GetEventStatus, byte, u16),
    st.builds(mmc.ReadDiscInformation, u16),
    st.builds(mmc.ReadTrackInformation, u32, st.sampled_from(mmc.AddressType), u16),
    st.builds(mmc.ReadCapacity),
    st.builds(mmc.ReadDiscStructure, st.integers(0, 15), byte, u32, byte, u16),
    st.builds(mmc.Read10, u32, u16),
    st.builds(mmc.Read12, u32, u32),
    st.builds(mmc.Write10, u32, u16),
    st.builds(mmc.SynchronizeCache, flag),
    st.builds(mmc.CloseTrackSession, st.sampled_from(mmc.CloseFunction), u16, flag),
    st.builds(
        DiscInformation, st.sampled_from(RecordedState), st.sampled_from(SessionState), flag,
        u16, byte, u16, u16,
    ),
    st.builds(TrackInformation, u16, u16, u32, u32, u32, st.none() | u32, st.none() | u32, flag, flag),
    st.builds(Capacity, u32, u32),
    st.builds(
        BluRayDiscInformation, words.filter(lambda t: len(t) <= 3),
        words.filter(lambda t: len(t) <= 6), words.filter(lambda t: len(t) <= 3),
    ),
    st.builds(ConfigurationHeader, u16),
    st.builds(MediaEvent, st.integers(0, 15), flag, flag),
    senses,
)  # fmt: skip

DECODERS: list[Callable[[bytes], Any]] = [
    scsi.TestUnitReady.decode, scsi.Inquiry.decode, scsi.InquiryData.decode, scsi.UnitSerialNumber.decode,
    scsi.StartStopUnit.decode, scsi.PreventAllowRemoval.decode,
    smc.InitializeElementStatus.decode, smc.ReadElementStatus.decode, smc.MoveMedium.decode,
    smc.ModeSense.decode, smc.ElementAddressAssignment.decode, decode_element_status,
    mmc.GetConfiguration.decode, mmc.GetEventStatus.decode, mmc.ReadDiscInformation.decode,
    mmc.ReadTrackInformation.decode, mmc.ReadCapacity.decode, mmc.ReadDiscStructure.decode,
    mmc.Read10.decode, mmc.Read12.decode, mmc.Write10.decode, mmc.SynchronizeCache.decode,
    mmc.CloseTrackSession.decode,
    DiscInformation.decode, TrackInformation.decode, Capacity.decode, BluRayDiscInformation.decode,
    ConfigurationHeader.decode, MediaEvent.decode, Sense.decode,
]  # fmt: skip

descriptors = st.builds(
    ElementDescriptor,
    kind=kinds,
    address=u16,
    full=flag,
    barcode=st.none() | words.filter(lambda t: len(t) <= 32),
    source_address=st.none() | u16,
    access=flag,
    exception=exceptions,
    drive_serial=st.none() | words.filter(lambda t: len(t) <= 40),
    operator_placed=flag,
    export_enabled=flag,
    import_enabled=flag,
    inverted=flag,
    medium_type=st.integers(0, 7),
)


@given(VALUES)
def test_what_is_written_is_read_back(value: Any) -> None:
    assert type(value).decode(value.encode()) == value


@given(st.lists(descriptors, max_size=12), flag)
def test_element_status_is_read_back(elements: list[ElementDescriptor], sorted_by_kind: bool) -> None:
    if sorted_by_kind:
        elements.sort(key=lambda e: e.kind)
    data = encode_element_status(elements, volume_tags=True, device_ids=True)
    assert decode_element_status(data) == tuple(elements)


@given(st.lists(descriptors, min_size=1, max_size=6), st.data())
def test_element_status_cut_anywhere_says_nothing_false(
    elements: list[ElementDescriptor], data: st.DataObject
) -> None:
    whole = encode_element_status(elements, volume_tags=True, device_ids=True)
    cut = whole[: data.draw(st.integers(8, len(whole)))]
    for found, element in zip(decode_element_status(cut), elements, strict=False):
        assert found.address == element.address
        assert found.barcode in (None, element.barcode)
        assert found.drive_serial in (None, element.drive_serial)


@given(st.sampled_from(DECODERS), st.binary(max_size=200))
def test_any_bytes_are_read_or_named_as_damage(decode: Callable[[bytes], Any], data: bytes) -> None:
    with suppress(WireDamaged):
        value = decode(data)
        assert value == decode(data)


@given(st.sampled_from(DECODERS), VALUES, st.data())
def test_near_misses_are_read_or_named_as_damage(
    decode: Callable[[bytes], Any], value: Any, data: st.DataObject
) -> None:
    raw = bytearray(value.encode())
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(byte)
    with suppress(WireDamaged):
        value_read = decode(bytes(raw))
        assert value_read == decode(bytes(raw))


@given(st.binary(max_size=400))
def test_any_element_status_ends(data: bytes) -> None:
    assert len(decode_element_status(bytes(8) + data)) <= len(data)


@given(senses)
def test_every_sense_has_words_and_blame(sense: Sense) -> None:
    assert f"{sense.key:X}/{sense.asc:02X}/{sense.ascq:02X} " in str(sense)
    assert isinstance(blame_of(sense), Blame)


json_headers = st.dictionaries(
    st.text(max_size=8), st.none() | st.integers() | st.text(max_size=12), max_size=4
)


@given(st.lists(st.builds(Frame, json_headers, st.binary(max_size=50)), max_size=4), st.data())
def test_frames_survive_any_cutting(frames: list[Frame], data: st.DataObject) -> None:
    stream = b"".join(encode(f.header, f.payload) for f in frames)
    decoder, found = FrameDecoder(), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        decoder.feed(stream[:size])
        stream = stream[size:]
        while (frame := decoder.next_frame()) is not None:
            found.append(frame)
    assert found == frames
    assert decoder.is_between_frames


@given(st.binary(max_size=100))
def test_any_stream_gives_frames_or_damage(data: bytes) -> None:
    decoder = FrameDecoder()
    decoder.feed(data)
    with suppress(WireDamaged):
        while (frame := decoder.next_frame()) is not None:
            assert isinstance(frame.header, dict)
