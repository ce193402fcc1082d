"""SCSI: the transport's interface, and the commands that every kind of device knows (SPC-4, SBC-3).

Wire values encode and decode on both sides, so that drivers and simulated devices share one table. No I/O
here.
"""

import struct
from dataclasses import dataclass
from typing import ClassVar, Protocol

from devices.failures import WireDamaged

#: Peripheral device types (SPC-4).
TYPE_TAPE, TYPE_MULTIMEDIA, TYPE_CHANGER = 0x01, 0x05, 0x08


@dataclass(frozen=True, slots=True)
class Result:
    """What came back with GOOD status: the bytes, and how many of the bytes asked for did not come."""

    data: bytes = b""
    residual: int = 0


#: What a command sends. Nobody keeps it after the answer: whoever sends it uses his buffer again.
OutgoingBytes = bytes | bytearray | memoryview


class Transport(Protocol):
    """Carries command blocks to one device. One caller at a time; no waiting, no retry."""

    def execute(
        self, cdb: bytes, *, data_in: int = 0, data_out: OutgoingBytes | None = None, timeout_s: float
    ) -> Result:
        """Send one command and return its answer; at most one of `data_in` (bytes to receive) and `data_out`.

        Raises DeviceRefused on CHECK CONDITION, OutcomeUnknown when no reliable answer came.
        """

    def close(self) -> None:
        """Give the connection up; may be called twice."""


def require(data: bytes, length: int, what: str) -> None:
    """Raise WireDamaged unless `data` has at least `length` bytes."""
    if len(data) < length:
        raise WireDamaged(f"{what}: {len(data)} bytes, at least {length} are needed")


def require_command(cdb: bytes, opcode: int, length: int, what: str) -> None:
    """Raise WireDamaged unless `cdb` is a command block of this operation code and length."""
    if len(cdb) != length or cdb[0] != opcode:
        raise WireDamaged(f"{what}: {bytes(cdb).hex() or 'nothing'} is not {opcode:02x} with {length} bytes")


def ascii_field(text: str, length: int) -> bytes:
    """Left-aligned printable ASCII, padded with spaces (SPC-4); what is longer is cut."""
    printable = "".join(c if " " <= c <= "~" else "?" for c in text)
    return printable.encode("ascii")[:length].ljust(length)


def ascii_text(data: bytes) -> str:
    """The text of an ASCII field without padding; devices pad with spaces and with NULs."""
    return bytes(data).decode("ascii", errors="replace").strip(" \0")


@dataclass(frozen=True, slots=True)
class TestUnitReady:
    """TEST UNIT READY (SPC-4)."""

    # pytest would take the class for a test case by its name.
    __test__: ClassVar[bool] = False
    OPCODE: ClassVar[int] = 0x00

    def encode(self) -> bytes:
        return bytes(6)

    @classmethod
    def decode(cls, cdb: bytes) -> "TestUnitReady":
        require_command(cdb, cls.OPCODE, 6, "TEST UNIT READY")
        return cls()


@dataclass(frozen=True, slots=True)
class Inquiry:
    """INQUIRY (SPC-4); `page` None asks for the standard data, else for that vital product data page."""

    OPCODE: ClassVar[int] = 0x12
    allocation: int = 36
    page: int | None = None

    def encode(self) -> bytes:
        evpd = 0 if self.page is None else 1
        return struct.pack(">BBBHx", self.OPCODE, evpd, self.page or 0, self.allocation)

    @classmethod
    def decode(cls, cdb: bytes) -> "Inquiry":
        require_command(cdb, cls.OPCODE, 6, "INQUIRY")
        _, evpd, page, allocation = struct.unpack(">BBBHx", cdb)
        return cls(allocation, page if evpd & 1 else None)


@dataclass(frozen=True, slots=True)
class InquiryData:
    """Standard INQUIRY data, its first 36 bytes."""

    device_type: int
    vendor: str
    product: str
    revision: str
    removable: bool = True

    def encode(self) -> bytes:
        head = bytes([self.device_type & 0x1F, 0x80 if self.removable else 0, 0x06, 0x02, 31, 0, 0, 0])
        return (
            head + ascii_field(self.vendor, 8) + ascii_field(self.product, 16) + ascii_field(self.revision, 4)
        )

    @classmethod
    def decode(cls, data: bytes) -> "InquiryData":
        require(data, 36, "INQUIRY data")
        return cls(
            device_type=data[0] & 0x1F,
            vendor=ascii_text(data[8:16]),
            product=ascii_text(data[16:32]),
            revision=ascii_text(data[32:36]),
            removable=bool(data[1] & 0x80),
        )


@dataclass(frozen=True, slots=True)
class UnitSerialNumber:
    """Vital product data page 80h (SPC-4)."""

    PAGE: ClassVar[int] = 0x80
    device_type: int
    serial: str

    def encode(self) -> bytes:
        text = ascii_field(self.serial, len(self.serial))
        return struct.pack(">BBH", self.device_type & 0x1F, self.PAGE, len(text)) + text

    @classmethod
    def decode(cls, data: bytes) -> "UnitSerialNumber":
        require(data, 4, "unit serial number page")
        if data[1] != cls.PAGE:
            raise WireDamaged(f"unit serial number page: page {data[1]:02x} came instead")
        (length,) = struct.unpack_from(">H", data, 2)
        return cls(data[0] & 0x1F, ascii_text(data[4 : 4 + length]))


@dataclass(frozen=True, slots=True)
class StartStopUnit:
    """START STOP UNIT (SBC-3, MMC-6): with `load_eject`, start closes the tray, stop opens it."""

    OPCODE: ClassVar[int] = 0x1B
    start: bool
    load_eject: bool = False
    immediate: bool = False

    def encode(self) -> bytes:
        flags = (2 if self.load_eject else 0) | (1 if self.start else 0)
        return bytes([self.OPCODE, 1 if self.immediate else 0, 0, 0, flags, 0])

    @classmethod
    def decode(cls, cdb: bytes) -> "StartStopUnit":
        require_command(cdb, cls.OPCODE, 6, "START STOP UNIT")
        return cls(start=bool(cdb[4] & 1), load_eject=bool(cdb[4] & 2), immediate=bool(cdb[1] & 1))


@dataclass(frozen=True, slots=True)
class PreventAllowRemoval:
    """PREVENT ALLOW MEDIUM REMOVAL (SPC-4)."""

    OPCODE: ClassVar[int] = 0x1E
    prevent: bool

    def encode(self) -> bytes:
        return bytes([self.OPCODE, 0, 0, 0, 1 if self.prevent else 0, 0])

    @classmethod
    def decode(cls, cdb: bytes) -> "PreventAllowRemoval":
        require_command(cdb, cls.OPCODE, 6, "PREVENT ALLOW MEDIUM REMOVAL")
        return cls(prevent=bool(cdb[4] & 1))
