"""Laws of the vendors' commands for quality scans: what is said comes back, and rubbish is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.interface import DriveIdentity
from backends.optical.mmc import Seek10
from backends.optical.quality.choice import DIALECTS, KNOWN, dialect_for
from backends.optical.quality.f3h import ErrorReport, ScanCommand
from backends.optical.quality.interface import Family, family_of
from backends.optical.quality.liteon import LiteOn
from backends.optical.quality.optiarc import Optiarc
from backends.optical.quality.pioneer import READ_BUFFER, WRITE_BUFFER, MeasureSectors, buffer_command
from devices.failures import WireDamaged

BYTE, WORD = st.integers(0, 0xFF), st.integers(0, 0xFFFF)
FAMILIES = st.sampled_from(Family)


@given(BYTE, BYTE)
def test_a_scan_command_comes_back_as_it_was(action: int, number: int) -> None:
    cdb = ScanCommand(action, number).encode()
    assert len(cdb) == 12
    assert ScanCommand.decode(cdb) == ScanCommand(action, number)


@given(st.sampled_from([Family.DVD, Family.BD]), st.integers(0, 2**32 - 1), WORD, WORD, st.binary(max_size=9))
def test_an_error_report_comes_back_with_rubbish_behind_it(
    family: Family, lba: int, first: int, second: int, rest: bytes
) -> None:
    report = ErrorReport(lba, first, second)
    assert ErrorReport.decode(family, report.encode(family) + rest) == report


@given(st.integers(0, 255 * 4500 + 4499), WORD, WORD)
def test_a_place_on_a_cd_is_told_in_minutes_seconds_and_frames(lba: int, first: int, second: int) -> None:
    report = ErrorReport(lba, first, second)
    assert ErrorReport.decode(Family.CD, report.encode(Family.CD)) == report


def test_a_place_behind_the_last_minute_of_a_cd_is_refused() -> None:
    with pytest.raises(WireDamaged):
        ErrorReport(256 * 4500, 0, 0).encode(Family.CD)


@given(FAMILIES, st.binary(max_size=7))
def test_an_answer_that_is_cut_is_named(family: Family, data: bytes) -> None:
    with pytest.raises(WireDamaged):
        ErrorReport.decode(family, data)


@given(st.binary(max_size=16))
def test_any_other_command_is_no_scan_command(cdb: bytes) -> None:
    if len(cdb) == 12 and cdb[0] == 0xF3:
        assert ScanCommand.decode(cdb).encode()[0] == 0xF3
    else:
        with pytest.raises(WireDamaged):
            ScanCommand.decode(cdb)


@given(st.integers(0, 2**32 - 1))
def test_a_seek_comes_back_as_it_was(lba: int) -> None:
    assert Seek10.decode(Seek10(lba).encode()) == Seek10(lba)


@given(st.sampled_from([Family.CD, Family.DVD]), st.integers(0, 2**23), st.integers(0, 2**16))
def test_a_request_to_measure_comes_back_as_it_was(family: Family, lba: int, sectors: int) -> None:
    request = MeasureSectors(family, lba, sectors)
    assert MeasureSectors.decode(family, request.encode()) == request


@given(FAMILIES, st.integers(-(2**30), 2**30))
def test_a_place_that_a_request_cannot_hold_is_refused(family: Family, lba: int) -> None:
    try:
        encoded = MeasureSectors(family, lba, 16).encode()
    except WireDamaged:
        return
    assert family is not Family.BD
    assert MeasureSectors.decode(family, encoded).lba == lba


@given(st.sampled_from(sorted(DIALECTS)), FAMILIES, st.integers(0, 2**23), st.binary(max_size=64))
def test_no_answer_takes_a_dialect_down(name: str, family: Family, lba: int, data: bytes) -> None:
    dialect = DIALECTS[name]
    if family not in dialect.families:
        return
    try:
        found = dialect.read(family, lba, [data, data])
    except WireDamaged:
        return
    assert found is None or (found.lba >= 0 and found.first >= 0 and found.second >= 0)


def test_the_bytes_are_those_that_the_sources_give() -> None:
    begin = [exchange.cdb.hex() for exchange in Optiarc().begin(Family.BD, 0)]
    assert begin == ["2b000000000000000000", "f30100000000000000000000", "f30200000000000002000000"]
    assert Optiarc().begin(Family.CD, 0)[2].cdb[8] == 75
    assert Optiarc().begin(Family.DVD, 0)[2].cdb[8] == 1
    assert Optiarc().ask(Family.BD, 0)[0].cdb[:2].hex() == "f303"
    assert Optiarc().finish(Family.BD)[0].cdb[:2].hex() == "f30f"
    seek, ask = LiteOn().begin(Family.BD, 0x1234)
    assert (seek.cdb.hex(), ask.cdb.hex(), ask.data_in) == (
        "2b000000123400000000",
        "f30e00000000000000000000",
        16,
    )
    assert LiteOn().ask(Family.DVD, 0)[0].cdb[8] == 0x10
    assert buffer_command(WRITE_BUFFER).hex() == "3b02e100000000002000"
    assert buffer_command(READ_BUFFER).hex() == "3c02e100000000002000"
    measured = MeasureSectors(Family.DVD, 0x100, 0x80).encode()
    assert measured[:16].hex() == "ff01000003010000" + "0000800000000100"


def test_what_a_liteon_says_of_the_last_cluster_is_no_measurement() -> None:
    for first, second in ((9701, 0), (0, 768)):
        data = ErrorReport(64, first, second).encode(Family.BD)
        assert LiteOn().read(Family.BD, 64, [data]) is None
    assert LiteOn().read(Family.BD, 64, [ErrorReport(64, 9700, 767).encode(Family.BD)]) is not None


def test_a_drive_is_known_by_what_it_says_that_it_is() -> None:
    liteon = DriveIdentity("ATAPI", "iHBS312   2", "PL17", "")
    assert dialect_for(liteon, Family.BD) is DIALECTS["liteon"]
    assert dialect_for(DriveIdentity("PIONEER", "DVD-RW  DVR-112", "1.0", ""), Family.BD) is None
    assert dialect_for(DriveIdentity("HL-DT-ST", "BD-RE WH16NS60", "1.02", ""), Family.BD) is None
    told = dialect_for(DriveIdentity("HL-DT-ST", "BD-RE WH16NS60", "1.02", ""), Family.BD, "liteon")
    assert told is DIALECTS["liteon"]
    assert {one.dialect for one in KNOWN} <= set(DIALECTS)
    assert all(one.source for one in KNOWN)


def test_profiles_have_families() -> None:
    assert [family_of(profile) for profile in (0x08, 0x1B, 0x41, 0x43, 0)] == [
        Family.CD,
        Family.DVD,
        Family.BD,
        Family.BD,
        None,
    ]
