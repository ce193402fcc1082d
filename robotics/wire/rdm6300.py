"""What an RDM6300 says of an EM4100 tag, 125 kHz: bytes in, values out, and back. It is never asked. No I/O here.

`02`, ten hexadecimal digits (version, and a number of four bytes), two digits of their sum by XOR, `03`; again and
again while the tag is there.
"""

from dataclasses import dataclass, field
from functools import reduce

TAG_BYTES = 5
_BEGIN, _END = 0x02, 0x03
_FRAME_BYTES = 2 + 2 * (TAG_BYTES + 1)
_DIGITS = frozenset(b"0123456789ABCDEFabcdef")


@dataclass(frozen=True, slots=True)
class TagHeard:
    """A tag: its version (or customer) byte and four bytes of number."""

    uid: bytes

    def encode(self) -> bytes:
        said = (self.uid + bytes([_sum(self.uid)])).hex().upper().encode("ascii")
        return bytes([_BEGIN]) + said + bytes([_END])


@dataclass(frozen=True, slots=True)
class Damaged:
    """Something between a beginning and an end that is no tag, or whose sum is wrong."""


@dataclass(slots=True)
class FrameReader:
    """Tags out of a stream of bytes, whatever lies between them. Pieces may be of any length."""

    _held: bytearray = field(default_factory=bytearray)

    def feed(self, data: bytes) -> list[TagHeard | Damaged]:
        """What became whole with these bytes, in order."""
        items: list[TagHeard | Damaged] = []
        for byte in data:
            if byte == _BEGIN:
                if self._held:
                    items.append(Damaged())
                self._held = bytearray([byte])
            elif self._held:
                self._held.append(byte)
                if len(self._held) == _FRAME_BYTES:
                    items.append(_read(bytes(self._held)))
                    self._held.clear()
                elif byte not in _DIGITS:
                    items.append(Damaged())
                    self._held.clear()
        return items

    def forget(self) -> bool:
        """Drop what has begun and not ended; whether there was any of it."""
        half = bool(self._held)
        self._held.clear()
        return half


def _read(frame: bytes) -> TagHeard | Damaged:
    if frame[-1] != _END:
        return Damaged()
    try:
        said = bytes.fromhex(frame[1:-1].decode("ascii"))
    except ValueError:
        return Damaged()
    uid = said[:TAG_BYTES]
    return TagHeard(uid) if _sum(uid) == said[TAG_BYTES] else Damaged()


def _sum(data: bytes) -> int:
    return reduce(lambda one, other: one ^ other, data, 0)
