"""The frames of UHF readers that say `BB … 7E` with a sum (YRM100, M100, QM100, R200): bytes in, values out, and back.

`BB type command length(2) parameters sum 7E`. BB and 7E also stand inside parameters, so only the length says where a
frame ends. A family with the same BB and 7E, and with a CRC-16 behind the 7E, is told apart and not spoken. What the
frames carry is in `robotics.wire.yrm100_commands`. No I/O here.
"""

from dataclasses import dataclass, field
from enum import IntEnum, unique

#: Longer parameters than any answer has; a longer length is rubbish.
PARAMETER_BYTES_MAX = 512
_BEGIN, _END = 0xBB, 0x7E
_HEAD_BYTES = 5
_POLYNOMIAL = 0x1021


@unique
class FrameType(IntEnum):
    """Who says something, and whether it was asked."""

    COMMAND = 0
    ANSWER = 1
    NOTIFICATION = 2


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of this family."""

    type: FrameType
    command: int
    parameters: bytes = b""

    def encode(self) -> bytes:
        body = _body(self.type, self.command, self.parameters)
        return bytes([_BEGIN]) + body + bytes([sum(body) & 0xFF, _END])


@dataclass(frozen=True, slots=True)
class SiblingFrame:
    """A frame of the family with a CRC-16 behind its end: nobody here speaks it."""

    command: int


@dataclass(frozen=True, slots=True)
class Damaged:
    """A frame whose sum or end is wrong: something was said, and nobody knows what."""


Item = Frame | SiblingFrame | Damaged


def encode_sibling(type: int, command: int, parameters: bytes = b"") -> bytes:
    """A frame as the other family sends it, to find out whether it is what listens."""
    body = _body(type, command, parameters) + bytes([_END])
    return bytes([_BEGIN]) + body + crc16(body).to_bytes(2, "big")


def crc16(data: bytes, begin: int = 0xFFFF) -> int:
    """The CRC-16 of CCITT, most significant bit first, not inverted."""
    crc = begin
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = ((crc << 1) ^ _POLYNOMIAL if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


@dataclass(slots=True)
class FrameReader:
    """Frames out of a stream of bytes, whatever lies between them. Pieces may be of any length.

    What lies inside a damaged frame is looked through again: its length may be what was damaged.
    """

    _held: bytearray = field(default_factory=bytearray)

    def feed(self, data: bytes) -> list[Item]:
        """What became whole with these bytes, in order."""
        self._held += data
        items: list[Item] = []
        while (taken := _take(self._held)) is not None:
            item, used = taken
            del self._held[:used]
            if item is not None:
                items.append(item)
        return items

    def forget(self) -> bool:
        """Drop what has begun and not ended; whether there was any of it."""
        half = bool(self._held)
        self._held.clear()
        return half


def _body(type: int, command: int, parameters: bytes) -> bytes:
    if len(parameters) > PARAMETER_BYTES_MAX:
        raise ValueError(f"a frame carries {PARAMETER_BYTES_MAX} bytes at most, not {len(parameters)}")
    return bytes([type, command]) + len(parameters).to_bytes(2, "big") + parameters


def _take(held: bytearray) -> tuple[Item | None, int] | None:
    """The next item, or rubbish (None), with the bytes that it takes; None while more bytes are needed."""
    at = held.find(_BEGIN)
    if at:
        used = len(held) if at < 0 else at
        return (None, used) if used else None
    if len(held) >= 2 and held[1] not in FrameType.__members__.values():
        return None, 1
    if len(held) < _HEAD_BYTES:
        return None
    length = int.from_bytes(held[3:5], "big")
    if length > PARAMETER_BYTES_MAX:
        return None, 1
    end = _HEAD_BYTES + length
    if len(held) < end + 2:
        return None
    if held[end + 1] == _END and sum(held[1:end]) & 0xFF == held[end]:
        return Frame(FrameType(held[1]), held[2], bytes(held[_HEAD_BYTES:end])), end + 2
    if held[end] != _END:
        return Damaged(), 1
    if len(held) < end + 3:
        return None
    if int.from_bytes(held[end + 1 : end + 3], "big") in _sibling_sums(bytes(held[1 : end + 1])):
        return SiblingFrame(held[2]), end + 3
    return Damaged(), 1


def _sibling_sums(body: bytes) -> set[int]:
    """What the other family's sum may be: nobody confirmed how it begins, or whether the end is part of it."""
    plain = {crc16(part, begin) for part in (body, body[:-1]) for begin in (0xFFFF, 0)}
    return plain | {crc ^ 0xFFFF for crc in plain}
