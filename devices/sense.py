"""Sense data: why a SCSI device said no, and who is to blame (SPC-4 4.5).

Any bytes decode to some `Sense`; a device that answers rubbish must not take its driver down.
"""

import struct
from dataclasses import dataclass, field
from enum import Enum

from devices.sense_words import CODE_WORDS, KEY_WORDS

NO_SENSE, RECOVERED, NOT_READY, MEDIUM_ERROR, HARDWARE_ERROR, ILLEGAL_REQUEST, UNIT_ATTENTION = range(7)
DATA_PROTECT, BLANK_CHECK, VENDOR_SPECIFIC, COPY_ABORTED, ABORTED_COMMAND = range(7, 12)
VOLUME_OVERFLOW, MISCOMPARE = 13, 14

_FIXED_CURRENT, _FIXED_DEFERRED, _DESCRIPTOR_CURRENT, _DESCRIPTOR_DEFERRED = 0x70, 0x71, 0x72, 0x73
_FIXED_BYTES = 18


@dataclass(frozen=True, slots=True)
class Sense:
    """One sense report.

    `information` is signed as in SSC (a residual may be negative); for a block device it is the failing
    address. `deferred` means that the report belongs to an *earlier* command than the one that got it.
    """

    key: int = 0
    asc: int = 0
    ascq: int = 0
    filemark: bool = False
    eom: bool = False
    ili: bool = False
    information: int | None = None
    deferred: bool = False
    raw: bytes = field(default=b"", compare=False, repr=False)

    @property
    def code(self) -> tuple[int, int, int]:
        """(key, asc, ascq), the way tables name a report."""
        return self.key, self.asc, self.ascq

    @classmethod
    def decode(cls, data: bytes) -> "Sense":
        """Read fixed (70h, 71h) or descriptor (72h, 73h) sense; bytes that are missing count as zero."""
        raw = bytes(data)
        kind = raw[0] & 0x7F if raw else 0
        if kind in (_FIXED_CURRENT, _FIXED_DEFERRED):
            return _decode_fixed(raw)
        if kind in (_DESCRIPTOR_CURRENT, _DESCRIPTOR_DEFERRED):
            return _decode_descriptors(raw)
        return cls(raw=raw)

    def encode(self) -> bytes:
        """The 18 bytes of fixed format sense (SPC-4 4.5.3).

        Raises ValueError for an INFORMATION value that does not fit in 32 bits.
        """
        if self.information is not None and not -(2**31) <= self.information < 2**31:
            raise ValueError(f"information {self.information} does not fit in fixed format sense")
        valid = 0x80 if self.information is not None else 0
        flags = (0x80 if self.filemark else 0) | (0x40 if self.eom else 0) | (0x20 if self.ili else 0)
        return struct.pack(
            ">BBBiB4xBB4x",
            valid | (_FIXED_DEFERRED if self.deferred else _FIXED_CURRENT),
            0,
            flags | self.key,
            self.information or 0,
            _FIXED_BYTES - 8,
            self.asc,
            self.ascq,
        )

    def __str__(self) -> str:
        words = CODE_WORDS.get((self.asc, self.ascq)) or CODE_WORDS.get((self.asc, None))
        flags = "".join(
            f", {name}"
            for name, is_set in (
                ("filemark", self.filemark),
                ("end of medium", self.eom),
                ("incorrect length", self.ili),
                ("deferred", self.deferred),
            )
            if is_set
        )
        where = "" if self.information is None else f", information {self.information}"
        text = words or KEY_WORDS.get(self.key, "reserved key")
        return f"{self.key:X}/{self.asc:02X}/{self.ascq:02X} {text}{flags}{where}"


class Blame(Enum):
    """Whose fault a report is, which decides what is set aside and whether to look again."""

    MEDIUM = "medium"
    DRIVE = "drive"
    LIBRARY = "library"
    CALLER = "caller"
    STATE_CHANGED = "state changed"  # what was believed is stale: look first, then decide
    NOT_READY = "not ready"
    NONE = "none"


#: None stands for the device that spoke.
_BY_KEY: dict[int, Blame | None] = {
    NO_SENSE: Blame.NONE,
    RECOVERED: Blame.NONE,
    NOT_READY: Blame.NOT_READY,
    MEDIUM_ERROR: Blame.MEDIUM,
    HARDWARE_ERROR: None,
    ILLEGAL_REQUEST: Blame.CALLER,
    UNIT_ATTENTION: Blame.STATE_CHANGED,
    DATA_PROTECT: Blame.MEDIUM,
    BLANK_CHECK: Blame.MEDIUM,
    VOLUME_OVERFLOW: Blame.MEDIUM,
    MISCOMPARE: Blame.MEDIUM,
}
_BY_CODE: dict[tuple[int, int], Blame] = {
    (NOT_READY, 0x30): Blame.MEDIUM,
    (ILLEGAL_REQUEST, 0x30): Blame.MEDIUM,
    (ILLEGAL_REQUEST, 0x3B): Blame.STATE_CHANGED,
    (ILLEGAL_REQUEST, 0x64): Blame.MEDIUM,
    (ILLEGAL_REQUEST, 0x72): Blame.MEDIUM,
    (HARDWARE_ERROR, 0x83): Blame.LIBRARY,
}


def blame_of(sense: Sense, *, speaker: Blame = Blame.DRIVE) -> Blame:
    """Who is to blame for a report; `speaker` answers for hardware errors and for keys that nobody lists."""
    exact = _BY_CODE.get((sense.key, sense.asc))
    return exact or _BY_KEY.get(sense.key) or speaker


def _decode_fixed(raw: bytes) -> Sense:
    padded = raw.ljust(_FIXED_BYTES, b"\0")
    (information,) = struct.unpack_from(">i", padded, 3)
    return Sense(
        key=padded[2] & 0x0F,
        asc=padded[12],
        ascq=padded[13],
        filemark=bool(padded[2] & 0x80),
        eom=bool(padded[2] & 0x40),
        ili=bool(padded[2] & 0x20),
        information=information if padded[0] & 0x80 else None,
        deferred=padded[0] & 0x7F == _FIXED_DEFERRED,
        raw=raw,
    )


def _decode_descriptors(raw: bytes) -> Sense:
    padded = raw.ljust(8, b"\0")
    information: int | None = None
    flags = 0
    at, end = 8, min(len(raw), 8 + padded[7])
    while at + 2 <= end:
        kind, length = raw[at], raw[at + 1] + 2
        body = raw[at : at + length]
        if kind == 0x00 and len(body) >= 12 and body[2] & 0x80:
            (information,) = struct.unpack_from(">q", body, 4)
        elif kind == 0x04 and len(body) >= 4:
            flags = body[3]
        at += length
    return Sense(
        key=padded[1] & 0x0F,
        asc=padded[2],
        ascq=padded[3],
        filemark=bool(flags & 0x80),
        eom=bool(flags & 0x40),
        ili=bool(flags & 0x20),
        information=information,
        deferred=padded[0] & 0x7F == _DESCRIPTOR_DEFERRED,
        raw=raw,
    )
