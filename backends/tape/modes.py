"""How a tape drive is set up: MODE SENSE(6) and MODE SELECT(6) with block descriptor (SPC-4, SSC-4 8.5). Pure."""

from dataclasses import dataclass
from typing import ClassVar

from devices.failures import WireDamaged
from devices.scsi import require, require_command

ALL_PAGES = 0x3F
_HEADER_BYTES, _DESCRIPTOR_BYTES = 4, 8


@dataclass(frozen=True, slots=True)
class ModeSense6:
    """MODE SENSE(6) for one page; page 0 asks for header and block descriptor only."""

    OPCODE: ClassVar[int] = 0x1A
    page: int = 0
    allocation: int = 255

    def encode(self) -> bytes:
        return bytes([self.OPCODE, 0, self.page & 0x3F, 0, self.allocation, 0])

    @classmethod
    def decode(cls, cdb: bytes) -> "ModeSense6":
        require_command(cdb, cls.OPCODE, 6, "MODE SENSE(6)")
        return cls(cdb[2] & 0x3F, cdb[4])


@dataclass(frozen=True, slots=True)
class ModeSelect6:
    """MODE SELECT(6); the parameters are its data, `length` bytes."""

    OPCODE: ClassVar[int] = 0x15
    length: int

    def encode(self) -> bytes:
        return bytes([self.OPCODE, 0x10, 0, 0, self.length, 0])

    @classmethod
    def decode(cls, cdb: bytes) -> "ModeSelect6":
        require_command(cdb, cls.OPCODE, 6, "MODE SELECT(6)")
        return cls(cdb[4])


@dataclass(frozen=True, slots=True)
class ModeParameters:
    """Mode parameter header and block descriptor of a tape drive, and the pages behind them as (code, bytes).

    `block_bytes` 0 means blocks of variable length. A drive ignores `medium_type` and `write_protected` in
    MODE SELECT; `density_code` 0 there means what the medium has. None when there is no block descriptor.
    """

    medium_type: int = 0
    write_protected: bool = False
    buffered: bool = True
    density_code: int | None = 0
    block_bytes: int = 0
    pages: tuple[tuple[int, bytes], ...] = ()

    def encode(self, *, for_select: bool = False) -> bytes:
        descriptor = b""
        if self.density_code is not None:
            descriptor = bytes([self.density_code]) + bytes(4) + self.block_bytes.to_bytes(3, "big")
        body = b"".join(bytes([code, len(content)]) + content for code, content in self.pages)
        specific = 0x10 if self.buffered else 0
        if self.write_protected and not for_select:
            specific |= 0x80
        length = 0 if for_select else _HEADER_BYTES - 1 + len(descriptor) + len(body)
        medium_type = 0 if for_select else self.medium_type
        return bytes([length, medium_type, specific, len(descriptor)]) + descriptor + body

    @classmethod
    def decode(cls, data: bytes) -> "ModeParameters":
        """Read MODE SENSE or MODE SELECT data; the length in the header is not relied on (0 in MODE SELECT)."""
        require(data, _HEADER_BYTES, "mode parameters")
        told = data[0] + 1 if data[0] else len(data)
        end = min(len(data), told)
        descriptor_bytes = data[3]
        density: int | None = None
        block_bytes = 0
        if descriptor_bytes >= _DESCRIPTOR_BYTES and end >= _HEADER_BYTES + _DESCRIPTOR_BYTES:
            density = data[4]
            block_bytes = int.from_bytes(data[9:12], "big")
        pages = []
        at = _HEADER_BYTES + descriptor_bytes
        while at + 2 <= end:
            code, length = data[at], data[at + 1]
            content = bytes(data[at + 2 : at + 2 + length])
            if len(content) == length:
                pages.append((code & 0x3F, content))
            at += 2 + length
        return cls(
            medium_type=data[1],
            write_protected=bool(data[2] & 0x80),
            buffered=bool(data[2] & 0x70),
            density_code=density,
            block_bytes=block_bytes,
            pages=tuple(pages),
        )

    def page(self, code: int) -> bytes | None:
        """The content of a page behind its two bytes of code and length, None when it is not there."""
        return next((content for found, content in self.pages if found == code), None)


@dataclass(frozen=True, slots=True)
class DataCompressionPage:
    """Mode page 0Fh, data compression (SSC-4 8.5.2)."""

    PAGE: ClassVar[int] = 0x0F
    enabled: bool
    capable: bool = True

    def encode(self) -> bytes:
        """The content of the page behind its two bytes of code and length."""
        flags = (0x80 if self.enabled else 0) | (0x40 if self.capable else 0)
        # Decompression stays enabled: what others wrote compressed can still be read.
        return bytes([flags, 0x80]) + (1).to_bytes(4, "big") + (1).to_bytes(4, "big") + bytes(4)

    @classmethod
    def decode(cls, content: bytes) -> "DataCompressionPage":
        require(content, 1, "data compression page")
        return cls(bool(content[0] & 0x80), bool(content[0] & 0x40))

    def changed_in(self, content: bytes) -> bytes:
        """The page that a drive showed, with only our switch changed: nothing else of it is ours to decide."""
        if not content:
            raise WireDamaged("data compression page: it is empty")
        return bytes([content[0] & 0x7F | (0x80 if self.enabled else 0)]) + content[1:]
