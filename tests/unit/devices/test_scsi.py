"""Commands that every device knows, byte by byte."""

from typing import Any

import pytest

from devices.failures import WireDamaged
from devices.scsi import (
    TYPE_MULTIMEDIA,
    Inquiry,
    InquiryData,
    PreventAllowRemoval,
    StartStopUnit,
    TestUnitReady,
    UnitSerialNumber,
)

COMMANDS: list[tuple[Any, str]] = [
    (TestUnitReady(), "000000000000"),
    (Inquiry(), "120000002400"),
    (Inquiry(allocation=255, page=0x80), "12018000ff00"),
    (StartStopUnit(start=True, load_eject=True), "1b0000000300"),
    (StartStopUnit(start=False, load_eject=True), "1b0000000200"),
    (StartStopUnit(start=True, immediate=True), "1b0100000100"),
    (PreventAllowRemoval(True), "1e0000000100"),
    (PreventAllowRemoval(False), "1e0000000000"),
]


@pytest.mark.parametrize(("command", "cdb"), COMMANDS, ids=lambda v: v if isinstance(v, str) else "")
def test_command_is_its_bytes_and_back(command: Any, cdb: str) -> None:
    assert command.encode().hex() == cdb
    assert type(command).decode(bytes.fromhex(cdb)) == command


@pytest.mark.parametrize(("command", "cdb"), COMMANDS, ids=lambda v: v if isinstance(v, str) else "")
@pytest.mark.parametrize("wrong", ["", "ee0000000000", "00", "12" * 12])
def test_another_command_is_not_taken_for_this_one(command: Any, cdb: str, wrong: str) -> None:
    with pytest.raises(WireDamaged):
        type(command).decode(bytes.fromhex(wrong))


def test_inquiry_data_is_36_bytes() -> None:
    data = InquiryData(TYPE_MULTIMEDIA, "ARCHIVED", "SIM BURNER", "0001").encode()
    assert data.hex() == "058006021f000000" + b"ARCHIVEDSIM BURNER      0001".hex()
    assert InquiryData.decode(data) == InquiryData(TYPE_MULTIMEDIA, "ARCHIVED", "SIM BURNER", "0001")


def test_inquiry_fields_lose_spaces_and_nuls() -> None:
    data = bytes(8) + b"STK\0\0\0\0\0" + b"L700            " + b"01\0 " + b"more"
    assert InquiryData.decode(data) == InquiryData(0, "STK", "L700", "01", removable=False)


def test_short_inquiry_data_is_damage() -> None:
    with pytest.raises(WireDamaged, match="35 bytes"):
        InquiryData.decode(bytes(35))


def test_serial_number_page_is_its_bytes_and_back() -> None:
    page = UnitSerialNumber(TYPE_MULTIMEDIA, "DRV0000001")
    assert page.encode().hex() == "0580000a" + b"DRV0000001".hex()
    assert UnitSerialNumber.decode(page.encode() + b"rubbish") == page


def test_another_page_is_not_a_serial_number() -> None:
    with pytest.raises(WireDamaged, match="page 83"):
        UnitSerialNumber.decode(bytes.fromhex("0583000400000000"))


def test_a_serial_number_longer_than_its_data_is_what_came() -> None:
    assert UnitSerialNumber.decode(b"\x05\x80\x00\xffABC").serial == "ABC"
