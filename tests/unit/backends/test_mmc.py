"""Commands to optical drives, byte by byte."""

from typing import Any

import pytest

from backends.optical.mmc import (
    AddressType,
    CloseFunction,
    CloseTrackSession,
    GetConfiguration,
    GetEventStatus,
    Read10,
    Read12,
    ReadCapacity,
    ReadDiscInformation,
    ReadDiscStructure,
    ReadTrackInformation,
    SynchronizeCache,
    Write10,
)
from devices.failures import WireDamaged

COMMANDS: list[tuple[Any, str]] = [
    (GetConfiguration(), "46000000000000000800"),
    (GetConfiguration(2, 0x38, 16), "46020038000000001000"),
    (GetEventStatus(), "4a010000100000000800"),
    (ReadDiscInformation(), "51000000000000002200"),
    (ReadTrackInformation(1), "52010000000100003000"),
    (ReadTrackInformation(0x12345678, AddressType.LBA, 36), "52001234567800002400"),
    (ReadCapacity(), "25000000000000000000"),
    (ReadDiscStructure(), "ad0100000000000010040000"),
    (Read10(0x00BA7400, 32), "280000ba740000002000"),
    (Read12(0x00BA7400, 0x10000), "a80000ba7400000100000000"),
    (Write10(64, 32), "2a000000004000002000"),
    (SynchronizeCache(), "35000000000000000000"),
    (SynchronizeCache(immediate=True), "35020000000000000000"),
    (CloseTrackSession(), "5b000600000000000000"),
    (CloseTrackSession(CloseFunction.TRACK, track=1, immediate=True), "5b010100000100000000"),
]


@pytest.mark.parametrize(("command", "cdb"), COMMANDS, ids=[cdb for _, cdb in COMMANDS])
def test_command_is_its_bytes_and_back(command: Any, cdb: str) -> None:
    assert command.encode().hex() == cdb
    assert type(command).decode(bytes.fromhex(cdb)) == command


@pytest.mark.parametrize(("command", "cdb"), COMMANDS, ids=[cdb for _, cdb in COMMANDS])
def test_a_command_cut_short_or_another_one_is_damage(command: Any, cdb: str) -> None:
    for wrong in (b"", bytes.fromhex(cdb)[:-1], b"\xee" + bytes.fromhex(cdb)[1:]):
        with pytest.raises(WireDamaged):
            type(command).decode(wrong)


@pytest.mark.parametrize(
    ("kind", "cdb"),
    [
        (GetEventStatus, "4a000000100000000800"),
        (ReadTrackInformation, "52030000000100003000"),
        (CloseTrackSession, "5b000700000000000000"),
    ],
)
def test_forms_that_we_do_not_know_are_damage(kind: Any, cdb: str) -> None:
    with pytest.raises(WireDamaged):
        kind.decode(bytes.fromhex(cdb))
