"""The frames of UHF readers, byte by byte, with rubbish around them, and what they carry."""

from collections.abc import Iterable

import pytest

from devices.failures import WireDamaged
from robotics.wire import yrm100_commands as commands
from robotics.wire.yrm100 import Damaged, Frame, FrameReader, FrameType, Item, SiblingFrame, encode_sibling
from robotics.wire.yrm100_commands import (
    GetPower,
    GetVersion,
    MultiPoll,
    ReadTid,
    Region,
    SetPower,
    SetRegion,
    SetSelect,
    SetSelectMode,
    SinglePoll,
    StopPolling,
    TagSeen,
    command_frame,
    error_words,
    refusal_frame,
)

TAG = "BB02220011C9340030751FEB705C5904E3D50D703A76EF7E"
EPC = bytes.fromhex("30751FEB705C5904E3D50D70")
FRAMES: dict[str, commands.Command] = {
    "BB00030001000 47E": GetVersion(),
    "BB00220000227E": SinglePoll(),
    "BB0027000322271083 7E": MultiPoll(10000),
    "BB00280000287E": StopPolling(),
    "BB00390009000000000200000006 4A7E": ReadTid(),
    "BB0007000101097E": SetRegion(Region.CHINA_900),
    "BB00B70000B77E": GetPower(),
    "BB00B6000207D08F7E": SetPower(2000),
    "BB000C0013010000002060 00 30751FEB705C5904E3D50D70 AD7E": SetSelect(EPC),
    "BB0012000100137E": SetSelectMode(on=True),
    "BB0012000101147E": SetSelectMode(on=False),
}


def known(told: str) -> bytes:
    return bytes.fromhex(told.replace(" ", ""))


def read(pieces: Iterable[bytes]) -> list[Item]:
    reader = FrameReader()
    return [item for piece in pieces for item in reader.feed(piece)]


@pytest.mark.parametrize("told", FRAMES, ids=lambda told: told[4:6])
def test_commands_are_the_known_bytes_whole_and_byte_by_byte(told: str) -> None:
    command = FRAMES[told]
    assert command_frame(command) == known(told)
    frame = Frame(FrameType.COMMAND, command.COMMAND, command.encode())
    assert read([known(told)]) == [frame]
    assert read(bytes([byte]) for byte in known(told)) == [frame]


def test_a_tag_is_read_as_the_known_bytes() -> None:
    (frame,) = read([known(TAG)])
    assert isinstance(frame, Frame)
    seen = TagSeen.decode(frame.parameters)
    assert seen == TagSeen(-55, 0x3400, EPC, 0x3A76)
    assert seen.intact
    assert Frame(FrameType.NOTIFICATION, SinglePoll.COMMAND, seen.encode()).encode() == known(TAG)


def test_an_epc_is_as_long_as_its_control_word_says() -> None:
    for words in (0, 1, 6, 8, 31):
        seen = TagSeen.of(bytes(range(2 * words)), -60)
        assert seen.intact
        assert TagSeen.decode(seen.encode()) == seen
    with pytest.raises(WireDamaged, match="announced"):
        TagSeen.decode(known("C9 3400 30751FEB 3A76"))
    with pytest.raises(ValueError, match="words"):
        TagSeen.of(bytes(3), -60)


def test_a_tag_whose_own_sum_is_wrong_is_not_intact() -> None:
    assert not TagSeen(-55, 0x3400, EPC, 0x3A77).intact


def test_nothing_seen_is_the_known_refusal() -> None:
    assert refusal_frame(0x15) == known("BB01FF000115167E")


def test_the_end_and_the_beginning_may_stand_inside() -> None:
    inside = Frame(FrameType.NOTIFICATION, 0x22, bytes.fromhex("7EBB7E00BB01"))
    assert read(bytes([byte]) for byte in inside.encode()) == [inside]
    # A length of 7Eh, and a sum of 7Eh.
    long = Frame(FrameType.ANSWER, 0x03, bytes(0x7E))
    ends = Frame(FrameType.ANSWER, 0x03, bytes([0x79]))
    assert ends.encode()[-2:] == b"\x7e\x7e"
    assert read([long.encode() + ends.encode()]) == [long, ends]


def test_the_other_family_is_told_apart() -> None:
    sibling = encode_sibling(0, 3, b"\x00")
    assert sibling[:-2] == known("BB00030001007E")
    assert read(bytes([byte]) for byte in sibling) == [SiblingFrame(3)]
    assert read([sibling + known(TAG)])[-1] == read([known(TAG)])[0]


def test_rubbish_and_a_line_that_begins_in_the_middle_of_a_frame_are_stepped_over() -> None:
    rubbish = known("00 7E BB 05 7E BB 01 FF FF")
    items = read([known(TAG)[9:] + rubbish + known(TAG) + rubbish])
    assert [item for item in items if isinstance(item, Frame)] == read([known(TAG)])


def test_a_wrong_sum_is_told_and_what_comes_after_it_is_heard() -> None:
    wrong = bytearray(known(TAG))
    wrong[8] ^= 1
    items = read([bytes(wrong) + known(TAG)])
    assert isinstance(items[0], Damaged)
    assert items[-1:] == read([known(TAG)])


def test_half_a_frame_is_forgotten_when_nothing_more_comes() -> None:
    reader = FrameReader()
    assert reader.feed(known(TAG)[:9]) == []
    assert reader.forget()
    assert reader.feed(known(TAG)) == read([known(TAG)])


def test_parameters_are_read_again() -> None:
    assert SetPower.decode(known("07D0")) == SetPower(2000)
    assert SetPower.decode(SetPower(-900).encode()) == SetPower(-900)
    assert SetSelect.decode(SetSelect(EPC).encode()) == SetSelect(EPC)
    assert MultiPoll.decode(MultiPoll(7).encode()) == MultiPoll(7)
    assert GetVersion.decode_answer(b"\x00M100 26dBm V1.0") == "M100 26dBm V1.0"
    tid = bytes.fromhex("E28011700000020A")
    assert ReadTid.decode_answer(ReadTid.encode_answer(0x3400, EPC, tid)) == (EPC, tid)
    with pytest.raises(ValueError, match="65535"):
        MultiPoll(0).encode()
    with pytest.raises(ValueError, match="512"):
        Frame(FrameType.ANSWER, 3, bytes(513)).encode()


@pytest.mark.parametrize("parameters", ["", "01000000", "0200000020 08 00 AA", "0100000020 10 00 AA"])
def test_select_parameters_that_ask_for_something_else_are_damaged(parameters: str) -> None:
    with pytest.raises(WireDamaged):
        SetSelect.decode(known(parameters))


def test_an_error_has_words_also_when_nobody_knows_it() -> None:
    assert error_words(0x09) == "no tag to read from"
    assert error_words(0x16) == "the password of the tag is another"
    assert error_words(0xA3) == "the tag refused reading: there is no such place in its memory"
    assert error_words(0xB4) == "the tag refused writing: this part of its memory is locked"
    assert error_words(0xA7) == "the tag refused reading: error 7h"
    assert "33h" in error_words(0x33)
