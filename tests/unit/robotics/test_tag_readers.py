"""What the drivers of readers send, byte by byte, and what they make of answers that should be others."""

import pytest

from devices.clock import SimulatedClock
from devices.failures import OutcomeUnknown, TransportTimeout, WireDamaged
from robotics.errors import ReaderRefused
from robotics.readers.cartridge_chip import CartridgeChipReader, ChipWords, uid_of_serial
from robotics.readers.interface import Tag, TagKind
from robotics.readers.pn532 import Pn532Reader
from robotics.readers.rdm6300 import Rdm6300Reader
from robotics.readers.yrm100 import UhfManners, Yrm100Reader
from robotics.wire.pn532 import ACK, NACK, READER, WAKE_UP, Frame, encode_syntax_refused
from robotics.wire.pn532_commands import Done, FirmwareVersion, ListedTag, TagsListed
from robotics.wire.rdm6300 import TagHeard
from robotics.wire.yrm100 import Frame as UhfFrame
from robotics.wire.yrm100 import FrameType, encode_sibling
from robotics.wire.yrm100_commands import (
    GetPower,
    GetVersion,
    Region,
    SetPower,
    SetRegion,
    SetSelect,
    SetSelectMode,
    SinglePoll,
    StopPolling,
    TagSeen,
    command_frame,
    refusal_frame,
)
from tests.unit.robotics.scripted_line import Said, ScriptedLine

UID = bytes.fromhex("04a1b2c3d4e5f6")
OURS, NEAR, FAR = (bytes.fromhex(epc) for epc in ("30751feb", "e2801170", "e2801171"))
POLL, QUIET = command_frame(SinglePoll()), refusal_frame(0x15)


@pytest.fixture
def line() -> ScriptedLine:
    return ScriptedLine(SimulatedClock())


def host(data: str) -> bytes:
    return Frame(0xD4, bytes.fromhex(data)).encode()


def said(data: bytes) -> bytes:
    return ACK + Frame(READER, data).encode()


VERSION, LISTED = host("02"), host("4a0200")
OFF, RELEASE = host("320102"), host("5200")
DONE_SAM, DONE_RF, DONE_RELEASE = (said(Done(code).encode()) for code in (0x14, 0x32, 0x52))


def woken(line: ScriptedLine) -> Pn532Reader:
    """A PN532 that is asked first for its version."""
    line.expects(WAKE_UP)
    line.expects(host("14010000"), DONE_SAM).expects(host("3205ff0102"), DONE_RF)
    line.expects(VERSION, said(FirmwareVersion(0x32, 1, 6, 7).encode()))
    reader = Pn532Reader(line, line.clock, name="desk")
    assert reader.identify().product == "PN532"
    return reader


def test_a_pn532_is_woken_and_set_up_once(line: ScriptedLine) -> None:
    reader = woken(line)
    tags = TagsListed((ListedTag(1, 0x44, 0, UID), ListedTag(2, 0x44, 0, UID)))
    line.expects(OFF, DONE_RF).expects(LISTED, said(tags.encode()))
    line.expects(RELEASE, DONE_RELEASE).expects(OFF, DONE_RF)
    assert reader.read() == (Tag(UID.hex(), TagKind.HF),)
    line.expects(OFF, DONE_RF).expects(LISTED, said(TagsListed(()).encode())).expects(OFF, DONE_RF)
    assert reader.read() == ()
    line.assert_all_was_said()


@pytest.mark.parametrize("first", [NACK, ACK + Frame(READER, b"\x03\x32").encode()[:-2] + b"\x00\x00"])
def test_a_pn532_is_asked_once_more_after_a_damaged_answer(line: ScriptedLine, first: bytes) -> None:
    reader = woken(line)
    line.expects(VERSION, first).expects(VERSION, said(FirmwareVersion(0x32, 1, 6, 7).encode()))
    assert reader.identify().revision == "1.6"
    line.expects(VERSION, first).expects(VERSION, first)
    with pytest.raises(WireDamaged, match="desk"):
        reader.identify()
    line.assert_all_was_said()


def test_a_pn532_that_hears_and_does_not_answer_is_told_to_give_up(line: ScriptedLine) -> None:
    reader = woken(line)
    line.expects(VERSION, ACK).expects(ACK)
    began_s = line.clock.monotonic()
    with pytest.raises(TransportTimeout, match="heard and did not answer"):
        reader.identify()
    line.assert_all_was_said()
    assert line.clock.monotonic() - began_s == pytest.approx(3.0)


def test_an_answer_to_an_earlier_question_is_passed_over(line: ScriptedLine) -> None:
    reader = woken(line)
    late = Frame(READER, TagsListed((ListedTag(1, 4, 8, b"\1\2\3\4"),)).encode()).encode()
    right = said(FirmwareVersion(0x32, 1, 6, 7).encode())
    line.expects(VERSION, Said(late, 0.1), Said(right, 0.1))
    assert reader.identify().product == "PN532"
    line.expects(VERSION, Said(ACK, 0.1), Said(late, 0.1), Said(right[len(ACK) :], 0.1))
    assert reader.identify().product == "PN532"


def test_a_pn532_that_knows_no_such_command_says_no(line: ScriptedLine) -> None:
    reader = woken(line)
    line.expects(VERSION, ACK, encode_syntax_refused())
    with pytest.raises(ReaderRefused, match="does not know command 02h"):
        reader.identify()


def uhf(line: ScriptedLine, manners: UhfManners | None = None, *, told_centi_dbm: int = 1500) -> Yrm100Reader:
    """A UHF reader that takes everything it is set to."""
    manners = manners or UhfManners(identical=2)

    def done(command: int) -> bytes:
        return UhfFrame(FrameType.ANSWER, command, b"\x00").encode()

    line.expects(command_frame(StopPolling()), done(StopPolling.COMMAND))
    if manners.region:
        line.expects(command_frame(SetRegion(manners.region)), done(SetRegion.COMMAND))
    line.expects(command_frame(SetPower(round(manners.power_dbm * 100))), done(SetPower.COMMAND))
    power = UhfFrame(FrameType.ANSWER, GetPower.COMMAND, SetPower(told_centi_dbm).encode()).encode()
    line.expects(command_frame(GetPower()), power)
    if told_centi_dbm <= round(manners.power_dbm * 100):
        if manners.mask:
            line.expects(command_frame(SetSelect(manners.mask)), done(SetSelect.COMMAND))
        line.expects(command_frame(SetSelectMode(on=bool(manners.mask))), done(SetSelectMode.COMMAND))
    return Yrm100Reader(line, line.clock, name="bay", manners=manners)


def seen(*tags: tuple[bytes, int]) -> bytes:
    frames = (
        UhfFrame(FrameType.NOTIFICATION, 0x22, TagSeen.of(epc, rssi).encode()).encode() for epc, rssi in tags
    )
    return b"".join(frames)


def test_a_uhf_reader_is_set_up_with_region_power_and_mask(line: ScriptedLine) -> None:
    manners = UhfManners(power_dbm=12.0, identical=1, mask=OURS, region=Region.EUROPE)
    reader = uhf(line, manners, told_centi_dbm=1200)
    line.expects(POLL, seen((OURS, -40)))
    assert reader.read() == (Tag(OURS.hex(), TagKind.UHF, -40),)
    line.assert_all_was_said()


def test_a_uhf_reader_that_sends_more_strongly_than_told_is_not_used(line: ScriptedLine) -> None:
    reader = uhf(line, told_centi_dbm=2600)
    with pytest.raises(ReaderRefused, match="26 dBm, and was told 15"):
        reader.read()


def test_only_what_was_read_often_enough_and_is_strong_counts_the_strongest_first(line: ScriptedLine) -> None:
    reader = uhf(line)
    line.expects(POLL, seen((NEAR, -46), (OURS, -40), (FAR, -70)))
    line.expects(POLL, seen((OURS, -41), (FAR, -70)))
    line.expects(POLL, seen((OURS, -41), (NEAR, -45)))
    line.expects(POLL, QUIET)
    assert [(tag.uid, tag.rssi_dbm) for tag in reader.read()] == [(OURS.hex(), -40), (NEAR.hex(), -45)]
    line.assert_all_was_said()


def test_a_neighbour_that_is_alone_is_told_by_its_weakness(line: ScriptedLine) -> None:
    reader = uhf(line)
    line.expects(POLL, seen((FAR, -56))).expects(POLL, seen((FAR, -57)))
    assert reader.read() == ()
    line.expects(POLL, seen((FAR, -55))).expects(POLL, seen((FAR, -57)))
    assert [tag.uid for tag in reader.read()] == [FAR.hex()]


def test_a_tag_that_was_heard_once_is_none(line: ScriptedLine) -> None:
    reader = uhf(line)
    line.expects(POLL, seen((OURS, -40))).expects(POLL, QUIET).expects(POLL, QUIET).expects(POLL, QUIET)
    assert reader.read() == ()


def test_polls_that_are_all_damaged_are_no_empty_place(line: ScriptedLine) -> None:
    reader = uhf(line)
    air = TagSeen(-40, 0x1000, OURS, 0x0000).encode()
    wrong = UhfFrame(FrameType.NOTIFICATION, 0x22, air).encode()
    short = UhfFrame(FrameType.NOTIFICATION, 0x22, air[:-1]).encode()
    for answer in (wrong, short, wrong, seen((OURS, -40))[:9]):
        line.expects(POLL, answer)
    with pytest.raises(WireDamaged, match="4 of 4 polls"):
        reader.read()


def test_a_uhf_reader_that_refuses_says_why(line: ScriptedLine) -> None:
    reader = uhf(line)
    line.expects(POLL, refusal_frame(0x20))
    with pytest.raises(ReaderRefused, match="no free channel"):
        reader.read()


def test_the_other_family_is_found_out_and_refused_in_words(line: ScriptedLine) -> None:
    ask = encode_sibling(0, 3, b"\x01")
    line.expects(command_frame(GetVersion(0)))
    line.expects(ask, encode_sibling(1, 3, b"RED4S"))
    with pytest.raises(ReaderRefused, match="CRC-16"):
        Yrm100Reader(line, line.clock, name="bay").identify()
    line.expects(command_frame(GetVersion(0))).expects(ask)
    with pytest.raises(TransportTimeout, match="bay"):
        Yrm100Reader(line, line.clock, name="bay").identify()


def test_an_rdm6300_is_never_asked_and_believed_when_it_repeats(line: ScriptedLine) -> None:
    one, other = TagHeard(bytes.fromhex("0900b0c1d2")), TagHeard(bytes.fromhex("0900b0c1d3"))
    reader = Rdm6300Reader(line, line.clock, name="roll")
    for number, data in enumerate((one.encode()[5:], other.encode(), one.encode(), one.encode()), 1):
        line.comes_unasked(data, after_s=0.1 * number)
    assert reader.read() == (Tag(one.uid.hex(), TagKind.LF),)
    began_s = line.clock.monotonic()
    assert reader.read() == ()
    assert line.clock.monotonic() - began_s == pytest.approx(0.5)
    line.comes_unasked(b"\x02noise\x02\x02", after_s=0.1)
    with pytest.raises(OutcomeUnknown, match="only one"):
        reader.read()
    assert line.heard == []


def test_a_cartridge_is_told_by_the_serial_number_of_its_chip() -> None:
    reader = CartridgeChipReader(lambda: ChipWords(" A1B2C3 ", "A00001L8"), drive="T1")
    (tag,) = reader.read()
    assert (tag.kind, bytes.fromhex(tag.uid)) == (TagKind.CHIP, b"A1B2C3")
    assert tag.uid == uid_of_serial("A1B2C3")
    assert reader.identify().product == "cartridge memory in T1"
    reader.close()
