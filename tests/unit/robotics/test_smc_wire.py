"""Media changer commands and mode data, byte by byte."""

from typing import Any

import pytest

from devices.failures import WireDamaged
from robotics.model import ElementKind, ElementLayout, ElementRange
from robotics.wire.smc import (
    ElementAddressAssignment,
    ExchangeMedium,
    InitializeElementStatus,
    InitializeElementStatusWithRange,
    ModeSense,
    MoveMedium,
    OpenCloseImportExport,
    ReadElementStatus,
)

COMMANDS: list[tuple[Any, str]] = [
    (MoveMedium(32, 64, transport_element=15), "a500000f0020004000000000"),
    (MoveMedium(0x0401, 0x0100, invert=True), "a50000000401010000000100"),
    (InitializeElementStatus(), "070000000000"),
    (InitializeElementStatusWithRange(0x0400, 3), "37010400000000030000"),
    (InitializeElementStatusWithRange(0x0400, 3, fast=True, opcode=0xE7), "e7030400000000030000"),
    (ExchangeMedium(0x0401, 0x0100, 0x0402), "a60000000401010004020000"),
    (ExchangeMedium(32, 64, 33, transport_element=15, invert_first=True), "a600000f0020004000210200"),
    (ExchangeMedium(32, 64, 33, invert_second=True), "a60000000020004000210100"),
    (OpenCloseImportExport(16, close=False), "1b0000100000"),
    (OpenCloseImportExport(16, close=True), "1b0000100100"),
    (ModeSense(), "1a081d00ff00"),
    (ReadElementStatus(ElementKind.STORAGE), "b8120000ffff0000ffff0000"),
    (
        ReadElementStatus(ElementKind.DRIVE, 256, 2, volume_tags=True, device_ids=True, current_data=True),
        "b814010000020300ffff0000",
    ),
    (ReadElementStatus(None, volume_tags=False, allocation=0x123456), "b8000000ffff001234560000"),
]
LAYOUT = ElementLayout(
    transport=ElementRange(1, 1),
    storage=ElementRange(1024, 60),
    import_export=ElementRange(16, 2),
    drive=ElementRange(256, 2),
)
MODE_DATA = "17000000 1d12 0001 0001 0400 003c 0010 0002 0100 0002 0000".replace(" ", "")


@pytest.mark.parametrize(("command", "cdb"), COMMANDS, ids=[cdb for _, cdb in COMMANDS])
def test_command_is_its_bytes_and_back(command: Any, cdb: str) -> None:
    assert command.encode().hex() == cdb
    assert type(command).decode(bytes.fromhex(cdb)) == command


@pytest.mark.parametrize(("command", "cdb"), COMMANDS, ids=[cdb for _, cdb in COMMANDS])
def test_a_command_cut_short_or_another_one_is_damage(command: Any, cdb: str) -> None:
    for wrong in (b"", bytes.fromhex(cdb)[:-1], b"\xee" + bytes.fromhex(cdb)[1:]):
        with pytest.raises(WireDamaged):
            type(command).decode(wrong)


def test_a_range_that_is_not_said_to_be_one_is_everything() -> None:
    everything = InitializeElementStatusWithRange.decode(bytes.fromhex("37000400000000030000"))
    assert (everything.first, everything.count) == (0, 0xFFFF)


def test_a_port_is_opened_or_closed_and_nothing_else() -> None:
    with pytest.raises(WireDamaged, match="no action 2"):
        OpenCloseImportExport.decode(bytes.fromhex("1b0000100200"))


def test_an_element_type_that_does_not_exist_is_damage() -> None:
    with pytest.raises(WireDamaged, match="type 5"):
        ReadElementStatus.decode(bytes.fromhex("b8150000ffff0000ffff0000"))


def test_element_address_page_is_its_bytes_and_back() -> None:
    data = ElementAddressAssignment(LAYOUT).encode()
    assert data.hex() == MODE_DATA
    assert ElementAddressAssignment.decode(data + b"rubbish").layout == LAYOUT


def test_element_address_page_may_lack_its_reserved_end() -> None:
    assert ElementAddressAssignment.decode(bytes.fromhex(MODE_DATA)[:-2]).layout == LAYOUT


def test_a_block_descriptor_before_the_page_is_stepped_over() -> None:
    data = bytes.fromhex("1f000008") + bytes(8) + bytes.fromhex(MODE_DATA)[4:]
    assert ElementAddressAssignment.decode(data).layout == LAYOUT


@pytest.mark.parametrize("data", ["", "17000000", MODE_DATA[:40], MODE_DATA.replace("1d12", "1f12")])
def test_mode_data_without_the_page_is_damage(data: str) -> None:
    with pytest.raises(WireDamaged, match=r"mode data|element address page"):
        ElementAddressAssignment.decode(bytes.fromhex(data))


def test_layout_knows_its_addresses() -> None:
    assert LAYOUT.kind_of(1024 + 59) is ElementKind.STORAGE
    assert LAYOUT.kind_of(17) is ElementKind.IMPORT_EXPORT
    assert LAYOUT.kind_of(1) is ElementKind.TRANSPORT
    assert LAYOUT.kind_of(1024 + 60) is None
    assert LAYOUT.range_of(ElementKind.DRIVE) == ElementRange(256, 2)
