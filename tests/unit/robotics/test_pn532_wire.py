"""The frames of a PN532, byte by byte, with rubbish around them, and what they carry."""

from collections.abc import Iterable

import pytest

from devices.failures import WireDamaged
from robotics.wire import pn532 as wire
from robotics.wire.pn532 import (
    ACK,
    HOST,
    NACK,
    READER,
    Acknowledged,
    AskedAgain,
    Damaged,
    Frame,
    FrameReader,
    Item,
    SyntaxRefused,
)
from robotics.wire.pn532_commands import (
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
    without_cascade,
)

ONE_TAG = "0000FF0CF4D54B0101000408 04DEADBEEF9600"
COMMANDS = {
    "0000FF02FED4022A00": GetFirmwareVersion().encode(),
    "0000FF05FBD414010000 1700": SamConfiguration().encode(),
    "0000FF06FAD43205FF0102F300": RfRetries().encode(),
    "0000FF04FCD44A0100E100": InListPassiveTarget().encode(),
    "0000FF03FDD45200DA00": InRelease().encode(),
}
ANSWERS = {
    "0000FF06FAD50332010607E800": FirmwareVersion(0x32, 1, 6, 7).encode(),
    "0000FF02FED5151600": Done(SamConfiguration.CODE).encode(),
    ONE_TAG: TagsListed((ListedTag(1, 4, 8, bytes.fromhex("DEADBEEF")),)).encode(),
    "0000FF03FDD54B00E000": TagsListed(()).encode(),
}


def read(pieces: Iterable[bytes]) -> list[Item]:
    reader = FrameReader()
    return [item for piece in pieces for item in reader.feed(piece)]


@pytest.mark.parametrize("told", COMMANDS)
def test_commands_are_the_known_bytes(told: str) -> None:
    assert Frame(HOST, COMMANDS[told]).encode() == bytes.fromhex(told)


@pytest.mark.parametrize("told", ANSWERS)
def test_answers_are_the_known_bytes_whole_and_byte_by_byte(told: str) -> None:
    known = bytes.fromhex(told)
    assert Frame(READER, ANSWERS[told]).encode() == known
    frame = Frame(READER, ANSWERS[told])
    assert read([known]) == [frame]
    assert read(bytes([byte]) for byte in known) == [frame]


def test_the_answers_are_understood() -> None:
    assert FirmwareVersion.decode(bytes.fromhex("0332010607")) == FirmwareVersion(0x32, 1, 6, 7)
    frame = read([bytes.fromhex(ONE_TAG)])[0]
    assert isinstance(frame, Frame)
    (tag,) = TagsListed.decode(frame.data).tags
    assert (tag.uid.hex(), tag.sens_res, tag.sak) == ("deadbeef", 4, 8)
    assert TagsListed.decode(b"\x4b\x00").tags == ()
    assert Done.decode(b"\x53\x27", InRelease.CODE) == Done(InRelease.CODE, 0x27)
    assert InListPassiveTarget.decode(b"\x4a\x02\x00") == InListPassiveTarget(2)
    assert RfField(on=False).encode() == bytes.fromhex("320102")


def test_short_frames_of_the_line_are_known() -> None:
    assert read([ACK]) == [Acknowledged()]
    assert read([NACK]) == [AskedAgain()]
    assert wire.encode_syntax_refused() == bytes.fromhex("0000FF01FF7F8100")
    assert read([wire.encode_syntax_refused()]) == [SyntaxRefused()]
    assert read(bytes([byte]) for byte in ACK + NACK + ACK) == [Acknowledged(), AskedAgain(), Acknowledged()]


def test_a_long_frame_is_extended_and_read_again() -> None:
    frame = Frame(READER, bytes(range(256)))
    data = frame.encode()
    assert data[:8] == bytes.fromhex("0000FFFFFF0101FE")
    assert read([data]) == read(bytes([byte]) for byte in data) == [frame]
    assert Frame(READER, bytes(254)).encode()[3:5] == bytes.fromhex("FF01")
    with pytest.raises(ValueError, match="265"):
        Frame(READER, bytes(265)).encode()


def test_rubbish_and_a_line_that_begins_in_the_middle_of_a_frame_are_stepped_over() -> None:
    known = bytes.fromhex(ONE_TAG)
    rubbish = bytes.fromhex("55 FF 12 00 7F 00")
    assert [type(item) for item in read([rubbish + ACK + b"\x37" + known + rubbish])] == [Acknowledged, Frame]
    assert read([known[4:] + ACK]) == [Acknowledged()]


def test_a_wrong_sum_is_told_and_what_comes_after_it_is_heard() -> None:
    known = bytearray(bytes.fromhex(ONE_TAG))
    known[-2] ^= 1
    assert [type(item) for item in read([bytes(known) + ACK])] == [Damaged, Acknowledged]


def test_a_wrong_length_is_no_frame() -> None:
    assert read([bytes.fromhex("0000FF0CF3") + ACK]) == [Acknowledged()]
    assert read([bytes.fromhex("0000FFFFFF0000000000") + ACK]) == [Acknowledged()]


def test_half_a_frame_is_forgotten_when_nothing_more_comes() -> None:
    reader = FrameReader()
    known = bytes.fromhex(ONE_TAG)
    assert reader.feed(known[:9]) == []
    assert reader.forget()
    assert not reader.forget()
    assert len(reader.feed(known)) == 1


@pytest.mark.parametrize(
    "uid", ["deadbeef", "04a1b2c3d4e5f6", "04a1b2c3d4e5f6a7b8c9"], ids=["4 bytes", "7 bytes", "10 bytes"]
)
@pytest.mark.parametrize("ats", [b"", bytes.fromhex("75778102")], ids=["no ATS", "ATS"])
def test_uids_of_every_length_are_read_with_what_stands_behind_them(uid: str, ats: bytes) -> None:
    sak = 0x20 if ats else 0x00
    tags = TagsListed(tuple(ListedTag(n, 0x0344, sak, bytes.fromhex(uid), ats) for n in (1, 2)))
    assert TagsListed.decode(tags.encode()) == tags


def test_cascade_tags_are_no_part_of_a_uid() -> None:
    assert without_cascade(bytes.fromhex("8804a1b2c3d4e5f6")).hex() == "04a1b2c3d4e5f6"
    assert without_cascade(bytes.fromhex("8804a1b288c3d4e5f6a7b8c9")).hex() == "04a1b2c3d4e5f6a7b8c9"
    assert without_cascade(bytes.fromhex("88010203")).hex() == "88010203"


@pytest.mark.parametrize(
    "data",
    ["", "4b", "4b03", "4b01", "4b0101000408", "4b010100040803aabbcc", "4b00ff", "4b01010004200401020304ff00", "0300"],
)  # fmt: skip
def test_answers_that_cannot_be_are_damaged(data: str) -> None:
    with pytest.raises(WireDamaged):
        TagsListed.decode(bytes.fromhex(data))
