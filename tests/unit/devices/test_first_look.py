"""Who is behind a transport, asked by INQUIRY alone; the bytes of tgt 1.0.85, as it sent them."""

import pytest

from devices.failures import DeviceRefused, TransportTimeout, WireDamaged
from devices.first_look import Sight, look_at
from devices.luns import ReportLuns, UnitNumbers
from devices.scsi import TYPE_TAPE, Inquiry, InquiryData
from devices.sense import ILLEGAL_REQUEST, Sense
from devices.vpd import Designator, DeviceIdentification
from tests.unit.devices.scripted import ScriptedTransport, Step

STANDARD = bytes.fromhex("018005123d000002") + b"IBM     ULT3580-TD8     P380" + bytes(30)
PAGE_80 = bytes.fromhex("01800024") + b"DRV0000001".rjust(36)
PAGE_83 = bytes.fromhex(
    "01830048020100244945542020202020303030313030303100000000000000000000000000000000000000000103000830000001"
    "000000010103001060000000000000000e00000000010001"
)
ASK, ASK_80, ASK_83 = (
    Inquiry().encode(),
    Inquiry(255, page=0x80).encode(),
    Inquiry(255, page=0x83).encode(),
)
DRIVE = InquiryData(TYPE_TAPE, "IBM", "ULT3580-TD8", "P380")


def test_a_device_tells_what_it_is_and_its_names() -> None:
    line = ScriptedTransport(Step(ASK, STANDARD), Step(ASK_80, PAGE_80), Step(ASK_83, PAGE_83))
    sight = look_at(line, timeout_s=7)
    assert (sight.inquiry, sight.serial) == (DRIVE, "DRV0000001")
    assert [one.text for one in sight.designators] == [
        "IET     00010001",
        "3000000100000001",
        "60000000000000000e00000000010001",
    ]
    assert line.timeouts_s == [7, 7, 7]


@pytest.mark.parametrize(
    "answer", [Sense(ILLEGAL_REQUEST, 0x24, 0), b"\x01\x83", b""], ids=["refused", "rubbish", "nothing"]
)
def test_pages_that_a_device_has_not_stay_empty(answer: bytes | Sense) -> None:
    line = ScriptedTransport(Step(ASK, STANDARD), Step(ASK_80, answer), Step(ASK_83, answer))
    assert look_at(line, timeout_s=7) == Sight(DRIVE)


def test_what_says_not_even_what_it_is_is_a_failure() -> None:
    with pytest.raises(TransportTimeout):
        look_at(ScriptedTransport(Step(ASK, TransportTimeout("silence"))), timeout_s=1)
    with pytest.raises(DeviceRefused):
        look_at(ScriptedTransport(Step(ASK, Sense(4, 0x44, 0))), timeout_s=1)
    with pytest.raises(WireDamaged):
        look_at(ScriptedTransport(Step(ASK, STANDARD[:20])), timeout_s=1)


def test_names_of_ports_and_of_groups_are_none_of_the_unit() -> None:
    unit = Designator(1, 3, 0, bytes(8))
    others = (Designator(1, 3, 1, b"port"), Designator(1, 4, 0, b"\0\0\0\1"), Designator(3, 8, 2, b"target"))
    page = DeviceIdentification(1, (*others, unit)).encode()
    line = ScriptedTransport(Step(ASK, STANDARD), Step(ASK_80, PAGE_80), Step(ASK_83, page))
    assert look_at(line, timeout_s=1).designators == (unit,)


def test_a_name_in_letters_loses_its_padding() -> None:
    assert Designator(2, 1, 0, b"IBM     X \0\0").text == "IBM     X"
    assert Designator(3, 8, 0, "iqn.ü\0\0".encode()).text == "iqn.ü"


def test_units_are_numbered_in_one_level_or_left_out() -> None:
    assert ReportLuns(4096).encode().hex() == "a00000000000000010000000"
    data = bytes.fromhex("0000002800000000" + "0004" + "00" * 6 + "4123" + "00" * 6 + "c101" + "00" * 6)
    assert UnitNumbers.decode(data + bytes(8) + b"\0\1\2").numbers == (4, 0x123, 0)
    behind_a_bridge = bytes.fromhex("0000000800000000" + "0105" + "0001" + "00" * 4)
    assert UnitNumbers.decode(behind_a_bridge).numbers == ()
    with pytest.raises(ValueError, match="20000"):
        UnitNumbers((20000,)).encode()


@pytest.mark.parametrize("qualifier", [1, 3], ids=["not connected", "not supported"])
def test_a_unit_that_a_target_has_not_is_asked_nothing_more(qualifier: int) -> None:
    line = ScriptedTransport(Step(ASK, bytes([qualifier << 5 | TYPE_TAPE]) + STANDARD[1:]))
    assert not look_at(line, timeout_s=1).is_connected
    assert line.is_done
