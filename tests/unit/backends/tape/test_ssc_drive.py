"""The driver's judgement: what each answer of a tape drive means, and what is sent to it."""

from collections.abc import Callable

import pytest

from backends.errors import (
    BackendError,
    BeginningOfMedium,
    BlockTooLong,
    BlockUnreadable,
    EndOfData,
    FilemarkMet,
    MediumFull,
    MediumRefused,
    PositionLost,
    WriteFailed,
    WriteProtected,
)
from backends.interface import (
    Cartridge,
    CartridgeMemory,
    CartridgeWear,
    DriveCounters,
    DriveIdentity,
    TapePosition,
)
from backends.tape.log_pages import LogSense, tape_alert
from backends.tape.modes import DataCompressionPage, ModeParameters, ModeSelect6, ModeSense6
from backends.tape.positioning import (
    LongPosition,
    PositionForm,
    ReadPosition,
    ShortPosition,
    Space6,
    SpaceCode,
)
from backends.tape.profiles import STANDARD, TGT, profile_for
from backends.tape.ssc import LoadUnload, Read6, Rewind, Write6, WriteFilemarks6
from backends.tape.ssc_drive import SscTapeDrive
from devices.failures import DeviceRefused, TransportTimeout, WireDamaged, WorldDiffers
from devices.scsi import TYPE_CHANGER, Inquiry, InquiryData, TestUnitReady
from devices.sense import Sense
from tests.unit.devices.scripted import Answer, ScriptedTransport, Step

NOT_SUPPORTED = Sense(5, 0x20, 0x00)
READY = Step(TestUnitReady().encode())
#: The drive is as we want it already, so nothing has to be changed.
SET_UP = Step(
    ModeSense6(0x0F).encode(),
    ModeParameters(pages=((0x0F, DataCompressionPage(enabled=False).encode()),)).encode(),
)


def drive_that(*steps: Step, **options: object) -> SscTapeDrive:
    return SscTapeDrive(ScriptedTransport(*steps), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"12345678", b"12345678"),
        ((Sense(0, ili=True, information=3), b"12345???"), b"12345"),
        ((Sense(1, 0x17, 0x01), b"12345678"), b"12345678"),
        ((Sense(0, ili=True, information=-4), b"12345678"), BlockTooLong),
        ((Sense(0, ili=True), b"12345678"), BlockTooLong),
        ((Sense(0, 0, 1, filemark=True, information=8), b"old bytes"), FilemarkMet),
        (Sense(8, 0x00, 0x05), EndOfData),
        (Sense(8, 0x00, 0x00, eom=True), EndOfData),
        (Sense(0, 0x00, 0x05), EndOfData),
        (Sense(3, 0x11, 0x00), BlockUnreadable),
        (Sense(3, 0x0C, 0x00, deferred=True), WriteFailed),
        (Sense(4, 0x15, 0x01), DeviceRefused),
        (Sense(6, 0x29, 0x00), DeviceRefused),
        ((Sense(0, ili=True, information=3), b"12"), WireDamaged),
        (TransportTimeout("silence"), TransportTimeout),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_what_comes_of_reading_a_block(answer: Answer, expected: bytes | type[Exception]) -> None:
    drive = drive_that(SET_UP, Step(Read6(8).encode(), answer))
    if isinstance(expected, bytes):
        assert drive.read_block(8) == expected
    else:
        with pytest.raises(expected):
            drive.read_block(8)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"", False),
        (Sense(0, 0x00, 0x02, eom=True, information=0), True),
        (Sense(0, 0x00, 0x00, eom=True), True),
        (Sense(1, 0x0C, 0x01), False),
        (Sense(0, 0x00, 0x02, eom=True, information=4), MediumFull),
        (Sense(13, 0x00, 0x02, eom=True), MediumFull),
        (Sense(13, 0x00, 0x02, eom=True, deferred=True), MediumFull),
        (Sense(7, 0x27, 0x00), WriteProtected),
        (Sense(7, 0x30, 0x0C), WriteProtected),
        (Sense(5, 0x30, 0x0C), WriteProtected),
        (Sense(5, 0x30, 0x05), MediumRefused),
        (Sense(3, 0x0C, 0x00), WriteFailed),
        (Sense(4, 0x44, 0x00), WriteFailed),
        (Sense(3, 0x0C, 0x00, deferred=True), WriteFailed),
        (Sense(2, 0x04, 0x01), DeviceRefused),
        (Sense(6, 0x28, 0x00), DeviceRefused),
        (Sense(5, 0x24, 0x00), DeviceRefused),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)) if not isinstance(value, Sense | bytes) else "",
)
def test_what_comes_of_writing_a_block(answer: Answer, expected: bool | type[Exception]) -> None:
    drive = drive_that(SET_UP, Step(Write6(4).encode(), answer))
    if isinstance(expected, bool):
        assert drive.write_block(b"data") is expected
    else:
        with pytest.raises(expected) as raised:
            drive.write_block(b"data")
        if isinstance(raised.value, WriteFailed):
            assert raised.value.deferred == (isinstance(answer, Sense) and answer.deferred)


def test_a_warning_holds_until_the_tape_is_moved_also_from_a_drive_that_says_it_once() -> None:
    warning = Sense(0, 0x00, 0x02, eom=True, information=0)
    drive = drive_that(
        SET_UP,
        Step(Write6(1).encode()),
        Step(Write6(1).encode(), warning),
        Step(WriteFilemarks6(1).encode()),
        Step(Rewind().encode()),
        Step(Write6(1).encode()),
    )
    assert [drive.write_block(b"a"), drive.write_block(b"b"), drive.write_filemarks(1)] == [False, True, True]
    drive.rewind()
    assert not drive.write_block(b"c")


@pytest.mark.parametrize("block", [b"", bytearray(), memoryview(b"")])
def test_an_empty_block_is_no_block(block: bytes) -> None:
    with pytest.raises(ValueError, match="0 bytes"):
        drive_that().write_block(block)


def test_it_sets_the_drive_up_once_and_again_after_a_reset() -> None:
    page = DataCompressionPage(enabled=True).encode()
    told = ModeParameters(density_code=0x5E, block_bytes=512, buffered=False, pages=((0x0F, page),))
    wanted = ModeParameters(density_code=0x5E, pages=((0x0F, bytes([page[0] & 0x7F]) + page[1:]),)).encode(
        for_select=True
    )
    transport = ScriptedTransport(
        Step(ModeSense6(0x0F).encode(), told.encode()),
        Step(ModeSelect6(len(wanted)).encode()),
        Step(Write6(3).encode()),
        Step(Write6(3).encode()),
        Step(WriteFilemarks6(1).encode(), Sense(6, 0x29, 0x00)),
        SET_UP,
        Step(Write6(3).encode()),
    )
    drive = SscTapeDrive(transport)
    for _ in range(2):
        drive.write_block(b"abc")
    with pytest.raises(DeviceRefused):
        drive.write_filemarks(1)
    drive.write_block(memoryview(b"abc"))
    assert transport.sent == [wanted, b"abc", b"abc", b"abc"]
    assert transport.is_done


def test_a_drive_without_the_compression_page_is_set_up_by_its_block_descriptor() -> None:
    wanted = ModeParameters().encode(for_select=True)
    transport = ScriptedTransport(
        Step(ModeSense6(0x0F).encode(), Sense(5, 0x24, 0x00)),
        Step(ModeSense6(0).encode(), ModeParameters(block_bytes=512).encode()),
        Step(ModeSelect6(len(wanted)).encode()),
        Step(Write6(1).encode()),
    )
    SscTapeDrive(transport).write_block(b"a")
    assert transport.sent == [wanted, b"a"]


def test_the_position_comes_from_the_long_form_or_else_from_the_short_one() -> None:
    long, short = ReadPosition(PositionForm.LONG), ReadPosition(PositionForm.SHORT)
    drive = drive_that(
        Step(long.encode(), LongPosition(7, 2, at_end=True).encode()),
        Step(long.encode(), NOT_SUPPORTED),
        Step(short.encode(), ShortPosition(9).encode()),
        Step(short.encode(), ShortPosition(None).encode()),
    )
    assert drive.position() == TapePosition(7, 2, at_end=True)
    assert drive.position() == TapePosition(9, None)
    with pytest.raises(PositionLost):
        drive.position()


@pytest.mark.parametrize(
    ("sense", "expected"),
    [
        (Sense(8, 0x00, 0x05, information=1), EndOfData),
        (Sense(0, 0x00, 0x04, eom=True, information=1), BeginningOfMedium),
        (Sense(3, 0x11, 0x00), BlockUnreadable),
        (Sense(4, 0x15, 0x01), DeviceRefused),
        (Sense(3, 0x0C, 0x00, deferred=True), WriteFailed),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_what_stops_a_tape_on_its_way(sense: Sense, expected: type[Exception]) -> None:
    drive = drive_that(Step(Space6(SpaceCode.FILEMARKS, 2).encode(), sense))
    with pytest.raises(expected):
        drive.space_filemarks(2)


@pytest.mark.parametrize(
    ("answer", "is_ready", "cartridge"),
    [
        (Sense(2, 0x3A, 0x00), False, Cartridge(present=False)),
        (Sense(2, 0x04, 0x01), False, Cartridge(present=True)),
        (Sense(2, 0x30, 0x03), False, Cartridge(present=True, cleaning=True)),
        (Sense(6, 0x28, 0x00), False, None),
        (Sense(2, 0x30, 0x00), None, Cartridge(present=True)),
        (Sense(3, 0x31, 0x00), None, Cartridge(present=True)),
    ],
    ids=["empty", "threading", "cleaning", "changed", "incompatible", "bad format"],
)
def test_what_lies_in_a_drive_that_is_not_ready(
    answer: Answer, is_ready: bool | None, cartridge: Cartridge | None
) -> None:
    """What no waiting makes ready is raised by `is_ready`; a change must be heard before the drive is asked more."""
    check = Step(TestUnitReady().encode(), answer)
    calls: list[tuple[Callable[[], object], object]] = [
        (drive_that(check).is_ready, is_ready),
        (drive_that(check).inspect, cartridge),
    ]
    for call, expected in calls:
        if expected is None:
            with pytest.raises(DeviceRefused):
                call()
        else:
            assert call() == expected


def test_a_drive_without_pages_and_chip_reader_tells_nothing_and_nothing_breaks() -> None:
    class Bare(ScriptedTransport):
        def execute(self, cdb: bytes, **_: object):  # type: ignore[no-untyped-def,override]
            raise DeviceRefused(NOT_SUPPORTED, cdb, "bare")

    drive = SscTapeDrive(Bare())
    assert drive.alerts() == ()
    assert drive.counters() == DriveCounters()
    assert drive.wear() == CartridgeWear()
    assert drive.attributes() == CartridgeMemory()
    with pytest.raises(DeviceRefused):
        drive.write_attribute(0x0806, "A00001L8")


def test_what_the_lowering_page_told_holds_until_the_next_load() -> None:
    def asked(*flags: int) -> list[Step]:
        return [
            Step(LogSense(0x12).encode(), Sense(5, 0x24, 0x00)),
            Step(LogSense(0x2E).encode(), tape_alert(flags).encode()),
        ]

    unload = Step(LoadUnload(load=False).encode())
    drive = drive_that(*asked(20), *asked(), *asked(5), unload, *asked())
    told = [[alert.flag for alert in drive.alerts()] for _ in range(3)]
    drive.unload()
    assert [*told, list(drive.alerts())] == [[20], [20], [5, 20], []]


def test_an_answer_of_another_page_is_no_answer() -> None:
    drive = drive_that(Step(LogSense(0x12).encode(), bytes.fromhex("2e000000")))
    with pytest.raises(WireDamaged):
        drive.alerts()


def test_a_device_that_is_no_tape_drive_is_named() -> None:
    other = InquiryData(TYPE_CHANGER, "ACME", "ROBOT", "1").encode()
    with pytest.raises(WorldDiffers, match="ACME ROBOT"):
        drive_that(Step(Inquiry().encode(), other)).identify()


def test_a_profile_is_chosen_by_what_the_drive_says_it_is() -> None:
    assert profile_for(DriveIdentity("IBM", "ULT3580-TD8", "P380", "1")) is STANDARD
    assert profile_for(DriveIdentity("IET", "VIRTUAL TAPE", "0001", "1")) is TGT


def test_a_drive_that_never_says_full_is_taken_for_full_some_way_behind_its_warning() -> None:
    warning = Sense(0, 0x00, 0x00, eom=True)
    size = 8 * 1024 * 1024
    write = Step(Write6(size).encode(), warning)
    drive = drive_that(SET_UP, write, write, write, Step(Rewind().encode()), profile=TGT)
    block = bytes(size)
    assert [drive.write_block(block) for _ in range(3)] == [True] * 3
    with pytest.raises(MediumFull):
        drive.write_block(block)
    drive.rewind()


def test_every_error_of_a_tape_is_one_of_the_backends() -> None:
    for error in (
        FilemarkMet,
        EndOfData,
        BeginningOfMedium,
        PositionLost,
        MediumFull,
        WriteProtected,
        BlockTooLong,
    ):
        assert issubclass(error, BackendError)
    assert "block 4 of the tape" in str(BlockUnreadable(4))
    assert "block 4 (something that was handed over before)" in str(
        WriteFailed(4, "why", unit="block", deferred=True)
    )
