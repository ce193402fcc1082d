"""Media changer commands (SMC-3): values in, bytes out, and back. No I/O here.

Element status data, the answer to READ ELEMENT STATUS, is in `robotics.wire.element_status`.
"""

import struct
from dataclasses import dataclass
from typing import ClassVar

from devices.failures import WireDamaged
from devices.scsi import require, require_command
from robotics.model import ElementKind, ElementLayout, ElementRange

#: Allocation lengths above this are cut to their low 16 bits by some changers.
ALLOCATION_BYTES_MAX = 0xFFFF

_MOVE_MEDIUM = struct.Struct(">BxHHHxxBx")
_EXCHANGE_MEDIUM = struct.Struct(">BxHHHHBx")
_INITIALIZE_RANGE = struct.Struct(">BBHxxHxx")
_OPEN_CLOSE = struct.Struct(">BxHBx")
_READ_ELEMENT_STATUS = struct.Struct(">BBHHB3sxx")
_ADDRESS_PAGE = struct.Struct(">BBHHHHHHHHxx")
_MODE_HEADER_BYTES = 4


@dataclass(frozen=True, slots=True)
class InitializeElementStatus:
    """INITIALIZE ELEMENT STATUS (SMC-3): look into every element again."""

    OPCODE: ClassVar[int] = 0x07

    def encode(self) -> bytes:
        return bytes([self.OPCODE, 0, 0, 0, 0, 0])

    @classmethod
    def decode(cls, cdb: bytes) -> "InitializeElementStatus":
        """Raises WireDamaged for another command."""
        require_command(cdb, cls.OPCODE, 6, "INITIALIZE ELEMENT STATUS")
        return cls()


@dataclass(frozen=True, slots=True)
class InitializeElementStatusWithRange:
    """INITIALIZE ELEMENT STATUS WITH RANGE (SMC-3): look into `count` elements from `first` on.

    `opcode` is 37h or E7h: changers know the one or the other. `fast` looks for media and not for barcodes.
    """

    OPCODES: ClassVar[tuple[int, ...]] = (0x37, 0xE7)
    first: int
    count: int
    fast: bool = False
    opcode: int = 0x37

    def encode(self) -> bytes:
        return _INITIALIZE_RANGE.pack(self.opcode, 1 | (2 if self.fast else 0), self.first, self.count)

    @classmethod
    def decode(cls, cdb: bytes) -> "InitializeElementStatusWithRange":
        """Raises WireDamaged for another command. Without its RANGE bit it is about every element."""
        opcode = cdb[0] if cdb and cdb[0] in cls.OPCODES else cls.OPCODES[0]
        require_command(cdb, opcode, 10, "INITIALIZE ELEMENT STATUS WITH RANGE")
        _, flags, first, count = _INITIALIZE_RANGE.unpack(cdb)
        if not flags & 1:
            first, count = 0, 0xFFFF
        return cls(first, count, bool(flags & 2), opcode)


@dataclass(frozen=True, slots=True)
class ReadElementStatus:
    """READ ELEMENT STATUS (SMC-3); `kind` None asks for every type, which some changers answer wrongly.

    `volume_tags` asks for barcodes, `device_ids` (DVCID) for the serial numbers of drives, `current_data`
    (CURDATA) for what is known without moving anything.
    """

    OPCODE: ClassVar[int] = 0xB8
    kind: ElementKind | None
    first: int = 0
    count: int = 0xFFFF
    volume_tags: bool = True
    device_ids: bool = False
    current_data: bool = False
    allocation: int = ALLOCATION_BYTES_MAX

    def encode(self) -> bytes:
        return _READ_ELEMENT_STATUS.pack(
            self.OPCODE,
            (0x10 if self.volume_tags else 0) | (self.kind or 0),
            self.first,
            self.count,
            (2 if self.current_data else 0) | (1 if self.device_ids else 0),
            self.allocation.to_bytes(3, "big"),
        )

    @classmethod
    def decode(cls, cdb: bytes) -> "ReadElementStatus":
        """Raises WireDamaged for another command or a type that does not exist."""
        require_command(cdb, cls.OPCODE, 12, "READ ELEMENT STATUS")
        _, what, first, count, flags, allocation = _READ_ELEMENT_STATUS.unpack(cdb)
        code = what & 0x0F
        if code > max(ElementKind):
            raise WireDamaged(f"READ ELEMENT STATUS: there is no element type {code}")
        return cls(
            kind=ElementKind(code) if code else None,
            first=first,
            count=count,
            volume_tags=bool(what & 0x10),
            device_ids=bool(flags & 1),
            current_data=bool(flags & 2),
            allocation=int.from_bytes(allocation, "big"),
        )


@dataclass(frozen=True, slots=True)
class MoveMedium:
    """MOVE MEDIUM (SMC-3): carry one medium from one element to another."""

    OPCODE: ClassVar[int] = 0xA5
    source_element: int
    destination_element: int
    transport_element: int = 0  # 0 lets the library choose its default arm
    invert: bool = False

    def encode(self) -> bytes:
        return _MOVE_MEDIUM.pack(
            self.OPCODE,
            self.transport_element,
            self.source_element,
            self.destination_element,
            1 if self.invert else 0,
        )

    @classmethod
    def decode(cls, cdb: bytes) -> "MoveMedium":
        """Raises WireDamaged for another command."""
        require_command(cdb, cls.OPCODE, 12, "MOVE MEDIUM")
        _, transport, source, destination, invert = _MOVE_MEDIUM.unpack(cdb)
        return cls(source, destination, transport, bool(invert & 1))


@dataclass(frozen=True, slots=True)
class ExchangeMedium:
    """EXCHANGE MEDIUM (SMC-3): the medium of `source_element` goes to `first_destination`, and what lay there to
    `second_destination`, which may be the source.
    """

    OPCODE: ClassVar[int] = 0xA6
    source_element: int
    first_destination: int
    second_destination: int
    transport_element: int = 0  # 0 lets the library choose its default arm
    invert_first: bool = False
    invert_second: bool = False

    def encode(self) -> bytes:
        return _EXCHANGE_MEDIUM.pack(
            self.OPCODE,
            self.transport_element,
            self.source_element,
            self.first_destination,
            self.second_destination,
            (2 if self.invert_first else 0) | (1 if self.invert_second else 0),
        )

    @classmethod
    def decode(cls, cdb: bytes) -> "ExchangeMedium":
        """Raises WireDamaged for another command."""
        require_command(cdb, cls.OPCODE, 12, "EXCHANGE MEDIUM")
        _, transport, source, first, second, invert = _EXCHANGE_MEDIUM.unpack(cdb)
        return cls(source, first, second, transport, bool(invert & 2), bool(invert & 1))


@dataclass(frozen=True, slots=True)
class OpenCloseImportExport:
    """OPEN/CLOSE IMPORT/EXPORT ELEMENT (SMC-3): let a person reach it, or shut it."""

    OPCODE: ClassVar[int] = 0x1B
    element: int
    close: bool

    def encode(self) -> bytes:
        return _OPEN_CLOSE.pack(self.OPCODE, self.element, 1 if self.close else 0)

    @classmethod
    def decode(cls, cdb: bytes) -> "OpenCloseImportExport":
        """Raises WireDamaged for another command, and for an action that is neither."""
        require_command(cdb, cls.OPCODE, 6, "OPEN/CLOSE IMPORT/EXPORT ELEMENT")
        _, element, action = _OPEN_CLOSE.unpack(cdb)
        if action > 1:
            raise WireDamaged(f"OPEN/CLOSE IMPORT/EXPORT ELEMENT: there is no action {action}")
        return cls(element, bool(action))


@dataclass(frozen=True, slots=True)
class ModeSense:
    """MODE SENSE(6) without block descriptors (SPC-4); of a changer's address page by default."""

    OPCODE: ClassVar[int] = 0x1A
    page: int = 0x1D
    allocation: int = 0xFF

    def encode(self) -> bytes:
        return bytes([self.OPCODE, 0x08, self.page, 0, self.allocation, 0])

    @classmethod
    def decode(cls, cdb: bytes) -> "ModeSense":
        """Raises WireDamaged for another command."""
        require_command(cdb, cls.OPCODE, 6, "MODE SENSE")
        return cls(page=cdb[2] & 0x3F, allocation=cdb[4])


@dataclass(frozen=True, slots=True)
class ElementAddressAssignment:
    """Mode data with page 1Dh, element address assignment (SMC-3)."""

    PAGE: ClassVar[int] = 0x1D
    layout: ElementLayout

    def encode(self) -> bytes:
        layout = self.layout
        ranges = (layout.transport, layout.storage, layout.import_export, layout.drive)
        numbers = [number for r in ranges for number in (r.first, r.count)]
        page = _ADDRESS_PAGE.pack(self.PAGE, _ADDRESS_PAGE.size - 2, *numbers)
        return bytes([_MODE_HEADER_BYTES - 1 + len(page), 0, 0, 0]) + page

    @classmethod
    def decode(cls, data: bytes) -> "ElementAddressAssignment":
        """Raises WireDamaged when the page is not there or is short; block descriptors are stepped over."""
        require(data, _MODE_HEADER_BYTES, "mode data")
        page = data[_MODE_HEADER_BYTES + data[3] :]
        # Two reserved bytes end the page; some changers leave them out.
        require(page, _ADDRESS_PAGE.size - 2, "element address page")
        if page[0] & 0x3F != cls.PAGE:
            raise WireDamaged(f"element address page: page {page[0] & 0x3F:02x} came instead")
        _, _, *numbers = _ADDRESS_PAGE.unpack(page[: _ADDRESS_PAGE.size].ljust(_ADDRESS_PAGE.size, b"\0"))
        ranges = [ElementRange(*numbers[i : i + 2]) for i in range(0, 8, 2)]
        return cls(ElementLayout(*ranges))
