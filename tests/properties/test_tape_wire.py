"""The wire of tape drives: any bytes give a value or WireDamaged, and what we encode comes back as it was."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.interface import AttributeFormat, CartridgeMemory, MamAttribute
from backends.tape.alerts import ALERTS, alert_of
from backends.tape.attributes import (
    ReadAttribute,
    WriteAttribute,
    decode_attributes,
    encode_attributes,
    memory_of,
)
from backends.tape.log_pages import (
    ALERT_RESPONSE,
    TAPE_ALERT,
    VOLUME_LOADS,
    VOLUME_STATISTICS,
    WRITE_ERRORS,
    WRITTEN_LIFE_MB,
    LogPage,
    LogSense,
    alert_response,
    counters_of,
    raised_flags,
    tape_alert,
    volume_statistics,
    wear_of,
)
from backends.tape.modes import DataCompressionPage, ModeParameters, ModeSelect6, ModeSense6
from backends.tape.positioning import (
    Destination,
    Locate16,
    LongPosition,
    PositionForm,
    ReadPosition,
    ShortPosition,
    Space6,
    Space16,
    SpaceCode,
)
from backends.tape.ssc import (
    BlockLimits,
    DensitySupport,
    LoadUnload,
    Read6,
    ReadBlockLimits,
    ReportDensitySupport,
    Rewind,
    Write6,
    WriteFilemarks6,
)
from devices.failures import WireDamaged

NUMBERS_24 = st.integers(0, 2**24 - 1)
NUMBERS_64 = st.integers(0, 2**64 - 1)
BOOLS = st.booleans()
PARSERS: dict[str, Callable[[bytes], object]] = {
    "block limits": BlockLimits.decode,
    "densities": DensitySupport.decode_all,
    "short position": ShortPosition.decode,
    "long position": LongPosition.decode,
    "mode parameters": ModeParameters.decode,
    "compression page": DataCompressionPage.decode,
    "write errors": lambda data: counters_of(
        writing=LogPage.decode(data, WRITE_ERRORS), reading=None, life=None
    ),
    "volume statistics": lambda data: wear_of(LogPage.decode(data, VOLUME_STATISTICS), CartridgeMemory()),
    "alert response": lambda data: raised_flags(LogPage.decode(data, ALERT_RESPONSE)),
    "alerts": lambda data: raised_flags(LogPage.decode(data, TAPE_ALERT)),
    "attributes": lambda data: memory_of(decode_attributes(data)),
}
COMMANDS = st.one_of(
    st.builds(ReadBlockLimits),
    st.builds(Rewind, BOOLS),
    st.builds(Read6, NUMBERS_24, BOOLS, BOOLS),
    st.builds(Write6, NUMBERS_24, BOOLS),
    st.builds(WriteFilemarks6, NUMBERS_24, BOOLS),
    st.builds(LoadUnload, BOOLS, BOOLS),
    st.builds(ReportDensitySupport, BOOLS, st.integers(0, 0xFFFF)),
    st.builds(Space6, st.sampled_from(SpaceCode), st.integers(-(2**23), 2**23 - 1)),
    st.builds(Space16, st.sampled_from(SpaceCode), st.integers(-(2**63), 2**63 - 1)),
    st.builds(Locate16, NUMBERS_64, st.sampled_from(Destination), BOOLS),
    st.builds(ReadPosition, st.sampled_from(PositionForm)),
    st.builds(ModeSense6, st.integers(0, 0x3F), st.integers(0, 255)),
    st.builds(ModeSelect6, st.integers(0, 255)),
    st.builds(LogSense, st.integers(0, 0x3F), st.integers(0, 0xFFFF)),
    st.builds(ReadAttribute, st.integers(0, 0xFFFF), st.integers(0, 2**32 - 1)),
    st.builds(WriteAttribute, st.integers(0, 2**32 - 1)),
)
MAM = st.lists(
    st.builds(
        MamAttribute, st.integers(0, 0xFFFF), st.sampled_from(AttributeFormat), st.binary(max_size=40), BOOLS
    ),
    max_size=8,
)
MODES = st.builds(
    ModeParameters,
    medium_type=st.integers(0, 255),
    write_protected=BOOLS,
    buffered=BOOLS,
    density_code=st.integers(0, 255),
    block_bytes=NUMBERS_24,
    pages=st.lists(st.tuples(st.integers(1, 0x3E), st.binary(max_size=20)), max_size=3).map(tuple),
)


def assert_read_or_refused(what: str, data: bytes) -> None:
    """Bytes are a value, the same each time, or `WireDamaged`: any other error is a crash."""
    try:
        found = PARSERS[what](data)
    except WireDamaged as refused:
        with pytest.raises(WireDamaged, match=re.escape(str(refused))):
            PARSERS[what](data)
    else:
        assert PARSERS[what](data) == found


@pytest.mark.parametrize("what", sorted(PARSERS))
@given(data=st.binary(max_size=300))
def test_no_bytes_crash_a_parser(what: str, data: bytes) -> None:
    assert_read_or_refused(what, data)


@pytest.mark.parametrize("what", sorted(PARSERS))
@given(
    head=st.sampled_from([ALERT_RESPONSE, TAPE_ALERT, VOLUME_STATISTICS, WRITE_ERRORS, 0]),
    rest=st.binary(min_size=60, max_size=120),
)
def test_no_bytes_behind_a_likely_beginning_crash_a_parser(what: str, head: int, rest: bytes) -> None:
    assert_read_or_refused(what, bytes([head, 0, 0, len(rest)]) + rest)


@given(loads=st.none() | NUMBERS_64, megabytes=st.none() | NUMBERS_64, chip=st.none() | NUMBERS_64)
def test_the_wear_of_a_cartridge_is_what_the_drive_counts_and_else_what_the_chip_says(
    loads: int | None, megabytes: int | None, chip: int | None
) -> None:
    memory = CartridgeMemory(loads=chip, written_life_bytes=chip)
    values = [(VOLUME_LOADS, loads), (WRITTEN_LIFE_MB, megabytes)]
    page = volume_statistics((code, value) for code, value in values if value is not None)
    found = wear_of(LogPage.decode(page.encode(), VOLUME_STATISTICS), memory)
    assert found.loads == (chip if loads is None else loads)
    assert found.written_life_bytes == (chip if megabytes is None else megabytes * 10**6)
    assert found.read_errors_uncorrected is None

    invalid = LogPage(VOLUME_STATISTICS, ((0, b"\0"), *page.parameters[1:]))
    assert wear_of(invalid, memory) == wear_of(None, memory)
    assert wear_of(None, memory).loads == chip


@given(COMMANDS)
def test_a_command_comes_back_as_it_was_and_refuses_another_length(command: Read6) -> None:
    cdb = command.encode()
    assert len(cdb) in (6, 10, 16)
    assert type(command).decode(cdb) == command
    with pytest.raises(WireDamaged):
        type(command).decode(cdb + b"\0")


@given(st.one_of(st.none(), st.integers(0, 2**32 - 1)), st.integers(0, 255), BOOLS, BOOLS)
def test_a_short_position_comes_back(block: int | None, partition: int, beginning: bool, end: bool) -> None:
    position = ShortPosition(block, partition, beginning, end)
    assert ShortPosition.decode(position.encode() + b"rubbish") == position


@given(
    st.one_of(st.none(), NUMBERS_64),
    st.one_of(st.none(), NUMBERS_64),
    st.integers(0, 2**32 - 1),
    BOOLS,
    BOOLS,
)
def test_a_long_position_comes_back(
    block: int | None, file: int | None, partition: int, beginning: bool, end: bool
) -> None:
    position = LongPosition(block, file, partition, beginning, end)
    assert LongPosition.decode(position.encode() + b"rubbish") == position


@given(MAM)
def test_attributes_come_back_whatever_follows_them(attributes: list[MamAttribute]) -> None:
    assert decode_attributes(encode_attributes(attributes) + b"rubbish") == tuple(attributes)


@given(MAM, st.integers(0, 400))
def test_attributes_whose_length_is_that_of_the_allocation_are_clipped(
    attributes: list[MamAttribute], more: int
) -> None:
    data = encode_attributes(attributes)
    claimed = (len(data) + more).to_bytes(4, "big") + data[4:]
    assert decode_attributes(claimed) == tuple(attributes)


@given(MODES, BOOLS)
def test_mode_parameters_come_back_as_far_as_they_are_sent(parameters: ModeParameters, select: bool) -> None:
    told = ModeParameters.decode(parameters.encode(for_select=select))
    assert (told.density_code, told.block_bytes) == (parameters.density_code, parameters.block_bytes)
    assert (told.buffered, told.pages) == (parameters.buffered, parameters.pages)
    expected = (0, False) if select else (parameters.medium_type, parameters.write_protected)
    assert (told.medium_type, told.write_protected) == expected


@given(st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=16)), max_size=8))
def test_a_log_page_comes_back_and_another_page_is_not_taken_for_it(
    parameters: list[tuple[int, bytes]],
) -> None:
    page = LogPage(WRITE_ERRORS, tuple(parameters))
    assert LogPage.decode(page.encode() + b"rubbish", WRITE_ERRORS) == page
    with pytest.raises(WireDamaged):
        LogPage.decode(page.encode(), TAPE_ALERT)


@given(st.sets(st.integers(1, 64)))
def test_alert_flags_come_back_from_both_pages(flags: set[int]) -> None:
    expected = tuple(sorted(flags))
    assert raised_flags(LogPage.decode(alert_response(flags).encode(), ALERT_RESPONSE)) == expected
    assert raised_flags(LogPage.decode(tape_alert(flags).encode(), TAPE_ALERT)) == expected
    assert all(alert_of(flag).words for flag in flags)


def test_flag_one_is_the_most_significant_bit_and_clean_now_is_twenty() -> None:
    assert alert_response([1]).encode() == bytes.fromhex("1200000c 00000308 8000000000000000")
    assert alert_response([20]).encode()[8:] == bytes.fromhex("0000100000000000")
    assert ALERTS[20].words == "the drive must be cleaned now"


@given(st.lists(st.builds(DensitySupport, st.integers(0, 255), BOOLS, st.integers(0, 2**32 - 1)), max_size=5))
def test_densities_come_back(densities: list[DensitySupport]) -> None:
    assert DensitySupport.decode_all(DensitySupport.encode_all(tuple(densities))) == tuple(densities)


@given(st.integers(0, 2**24 - 1), st.integers(0, 0xFFFF), st.integers(0, 31))
def test_block_limits_come_back(most: int, least: int, granularity: int) -> None:
    limits = BlockLimits(most, least, granularity)
    assert BlockLimits.decode(limits.encode()) == limits


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (Read6(0x100000), "08 00 10 00 00 00"),
        (Read6(3, fixed=True), "08 01 00 00 03 00"),
        (Write6(0x100000), "0a 00 10 00 00 00"),
        (WriteFilemarks6(1), "10 00 00 00 01 00"),
        (Space6(SpaceCode.FILEMARKS, -1), "11 01 ff ff ff 00"),
        (Space16(SpaceCode.END_OF_DATA), "91 03 00 00 00000000 00000000 00000000"),
        (Locate16(0x123456789), "92 00 00 00 00000001 23456789 00000000"),
        (Locate16(2, Destination.FILE), "92 08 00 00 00000000 00000002 00000000"),
        (ReadPosition(PositionForm.LONG), "34 06 00 00 00 00 00 00 00 00"),
        (LoadUnload(load=False), "1b 00 00 00 00 00"),
        (LogSense(ALERT_RESPONSE, 0x200), "4d 00 52 00 00 00 00 02 00 00"),
        (ReadAttribute(0, 0x1000), "8c 00 00000000 00 00 0000 00001000 00 00"),
        (WriteAttribute(12), "8d 01 00000000 00 00 0000 0000000c 00 00"),
    ],
    ids=lambda value: value.replace(" ", "") if isinstance(value, str) else type(value).__name__,
)
def test_command_blocks_are_what_the_standard_says(command: Read6, expected: str) -> None:
    assert command.encode() == bytes.fromhex(expected)
