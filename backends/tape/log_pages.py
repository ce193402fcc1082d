"""LOG SENSE and the pages of a tape drive: errors (02h, 03h), life (14h), volume (17h), TapeAlert (12h, 2Eh). Pure.

SPC-4 7.3, SSC-4 8.3. Any bytes give a page or WireDamaged.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from backends.interface import CartridgeMemory, CartridgeWear, DriveCounters
from devices.failures import WireDamaged
from devices.scsi import require, require_command

SUPPORTED_PAGES, WRITE_ERRORS, READ_ERRORS = 0x00, 0x02, 0x03
ALERT_RESPONSE, DEVICE_STATISTICS, VOLUME_STATISTICS, TAPE_ALERT = 0x12, 0x14, 0x17, 0x2E
#: Parameters of the error counter pages (SPC-4 7.3.5).
CORRECTED, BYTES_PROCESSED, UNCORRECTED = 0x0003, 0x0005, 0x0006
#: Parameters of the device statistics page (SSC-4 8.3.4).
LIFETIME_LOADS, CLEANINGS, POWERED_HOURS, MOTION_HOURS = 0x0000, 0x0001, 0x0002, 0x0003
#: Parameters of the volume statistics page (SSC-4 8.3.11): of the cartridge in the drive, megabytes of 10^6.
PAGE_VALID, VOLUME_LOADS = 0x0000, 0x0001
VOLUME_WRITE_ERRORS, VOLUME_READ_ERRORS = 0x0004, 0x0009
WRITTEN_LIFE_MB, READ_LIFE_MB = 0x0010, 0x0011
BEGINNING_PASSES, MIDDLE_PASSES = 0x0101, 0x0102
_MEGABYTE = 10**6
_FLAGS = 64


@dataclass(frozen=True, slots=True)
class LogSense:
    """LOG SENSE for the cumulative values of one page."""

    OPCODE: ClassVar[int] = 0x4D
    page: int
    allocation: int = 4096

    def encode(self) -> bytes:
        return struct.pack(">BBB4xHx", self.OPCODE, 0, 0x40 | self.page, self.allocation)

    @classmethod
    def decode(cls, cdb: bytes) -> "LogSense":
        require_command(cdb, cls.OPCODE, 10, "LOG SENSE")
        return cls(cdb[2] & 0x3F, int.from_bytes(cdb[7:9], "big"))


@dataclass(frozen=True, slots=True)
class LogPage:
    """A log page and its parameters as (code, value) in the order of the page."""

    page: int
    parameters: tuple[tuple[int, bytes], ...] = ()

    def encode(self) -> bytes:
        body = b"".join(
            struct.pack(">HBB", code, 0x03, len(value)) + value for code, value in self.parameters
        )
        return struct.pack(">BxH", self.page, len(body)) + body

    @classmethod
    def decode(cls, data: bytes, page: int) -> "LogPage":
        """All whole parameters of an answer. Raises WireDamaged for another page than `page`."""
        require(data, 4, "log page")
        if data[0] & 0x3F != page:
            raise WireDamaged(f"log page: page {data[0] & 0x3F:02x} came instead of {page:02x}")
        end = min(len(data), 4 + int.from_bytes(data[2:4], "big"))
        parameters = []
        at = 4
        while at + 4 <= end:
            code, _control, length = struct.unpack_from(">HBB", data, at)
            value = bytes(data[at + 4 : min(end, at + 4 + length)])
            if len(value) == length:
                parameters.append((code, value))
            at += 4 + length
        return cls(page, tuple(parameters))

    def number(self, code: int) -> int | None:
        """A parameter as an unsigned number, None when the page has none."""
        return next((int.from_bytes(value, "big") for found, value in self.parameters if found == code), None)


def counters_of(*, writing: LogPage | None, reading: LogPage | None, life: LogPage | None) -> DriveCounters:
    """What the three pages say together; None for a page that the drive does not have."""

    def told(page: LogPage | None, code: int) -> int | None:
        return None if page is None else page.number(code)

    return DriveCounters(
        written_bytes=told(writing, BYTES_PROCESSED),
        write_errors_corrected=told(writing, CORRECTED),
        write_errors_uncorrected=told(writing, UNCORRECTED),
        read_bytes=told(reading, BYTES_PROCESSED),
        read_errors_corrected=told(reading, CORRECTED),
        read_errors_uncorrected=told(reading, UNCORRECTED),
        lifetime_loads=told(life, LIFETIME_LOADS),
        cleanings=told(life, CLEANINGS),
        powered_hours=told(life, POWERED_HOURS),
        motion_hours=told(life, MOTION_HOURS),
    )


def wear_of(volume: LogPage | None, memory: CartridgeMemory) -> CartridgeWear:
    """By the volume statistics page where the drive keeps one and calls it valid, else by the chip."""

    def told(code: int) -> int | None:
        return volume.number(code) if volume is not None and volume.number(PAGE_VALID) else None

    def megabytes(code: int, otherwise: int | None) -> int | None:
        found = told(code)
        return otherwise if found is None else found * _MEGABYTE

    loads = told(VOLUME_LOADS)
    return CartridgeWear(
        loads=memory.loads if loads is None else loads,
        written_life_bytes=megabytes(WRITTEN_LIFE_MB, memory.written_life_bytes),
        read_life_bytes=megabytes(READ_LIFE_MB, memory.read_life_bytes),
        write_errors_uncorrected=told(VOLUME_WRITE_ERRORS),
        read_errors_uncorrected=told(VOLUME_READ_ERRORS),
        beginning_passes=told(BEGINNING_PASSES),
        middle_passes=told(MIDDLE_PASSES),
    )


def volume_statistics(values: Iterable[tuple[int, int]]) -> LogPage:
    """The volume statistics page (17h) that says these, as (parameter, number)."""
    found = ((code, number.to_bytes(8, "big")) for code, number in values)
    return LogPage(VOLUME_STATISTICS, ((PAGE_VALID, b"\x01"), *found))


def alert_response(flags: Iterable[int]) -> LogPage:
    """The TapeAlert response page (12h): one parameter of 64 bits, flag 1 the most significant."""
    bits = 0
    for flag in flags:
        bits |= 1 << (_FLAGS - flag)
    return LogPage(ALERT_RESPONSE, ((0x0000, bits.to_bytes(8, "big")),))


def tape_alert(flags: Iterable[int]) -> LogPage:
    """The TapeAlert page (2Eh): one parameter of one byte for each of the 64 flags."""
    raised = set(flags)
    return LogPage(
        TAPE_ALERT, tuple((flag, bytes([1 if flag in raised else 0])) for flag in range(1, _FLAGS + 1))
    )


def raised_flags(page: LogPage) -> tuple[int, ...]:
    """The flags that a TapeAlert page of either kind says are raised, in order; those outside 1 to 64 ignored."""
    if page.page == TAPE_ALERT:
        return tuple(
            sorted(
                {
                    code
                    for code, value in page.parameters
                    if 1 <= code <= _FLAGS and value[:1] and value[0] & 1
                }
            )
        )
    value = next((value for code, value in page.parameters if code == 0), b"")
    bits = int.from_bytes(value[:8].ljust(8, b"\0"), "big")
    return tuple(flag for flag in range(1, _FLAGS + 1) if bits >> (_FLAGS - flag) & 1)
