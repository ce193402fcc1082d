"""The frames of a PN532 on a serial line (NXP UM0701-02 section 6.2.1): values in, bytes out, and back. No I/O here.

What the frames carry is in `robotics.wire.pn532_commands`.
"""

from dataclasses import dataclass, field

HOST, READER = 0xD4, 0xD5
ACK = bytes.fromhex("0000ff00ff00")
NACK = bytes.fromhex("0000ffff0000")
#: What wakes it from its sleep before the first frame; the zeros give it time.
WAKE_UP = bytes([0x55, 0x55]) + bytes(14)
#: The longest frame that it knows: one byte that says whose it is, and 264 more.
FRAME_BYTES_MAX = 265

_START = b"\x00\xff"
_ERROR = b"\x7f"


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The other side has the frame."""


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """The other side wants the last frame once more (NACK)."""


@dataclass(frozen=True, slots=True)
class SyntaxRefused:
    """The error frame: the reader does not understand the command that it was given."""


@dataclass(frozen=True, slots=True)
class Damaged:
    """A frame whose sum is wrong: something was said, and nobody knows what."""

    bytes_seen: int


@dataclass(frozen=True, slots=True)
class Frame:
    """What one side says to the other: `direction` is HOST or READER, `data` begins with the code of the command."""

    direction: int
    data: bytes

    def encode(self) -> bytes:
        """Its bytes; an extended frame where a normal one is too short."""
        return _encode(bytes([self.direction]) + self.data)


Item = Acknowledged | AskedAgain | SyntaxRefused | Damaged | Frame


def encode_syntax_refused() -> bytes:
    """The error frame, as a reader sends it."""
    return _encode(_ERROR)


@dataclass(slots=True)
class FrameReader:
    """Frames out of a stream of bytes, whatever lies between them. Pieces may be of any length.

    A frame whose sum is wrong is told as Damaged, and what lies inside it is looked through again: its length may be
    what was damaged.
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
        half = _START in self._held
        self._held.clear()
        return half


def _encode(body: bytes) -> bytes:
    if len(body) > FRAME_BYTES_MAX:
        raise ValueError(f"a frame carries {FRAME_BYTES_MAX} bytes at most, not {len(body)}")
    count = len(body)
    if count > 0xFF:
        length = bytes([0xFF, 0xFF, count >> 8, count & 0xFF, -(count // 256 + count % 256) & 0xFF])
    else:
        length = bytes([count, -count & 0xFF])
    return b"\x00" + _START + length + body + bytes([-sum(body) & 0xFF, 0])


def _take(held: bytes | bytearray) -> tuple[Item | None, int] | None:
    """The next item, or rubbish (None), with the bytes that it takes; None while more bytes are needed."""
    at = held.find(_START)
    if at < 0:
        keep = 1 if held[-1:] == b"\x00" else 0  # it may be the first half of a start
        return (None, len(held) - keep) if len(held) > keep else None
    if at:
        return None, at
    if len(held) < 4:
        return None
    if held[2:4] == b"\x00\xff":
        return Acknowledged(), 4
    if held[2:4] == b"\xff\x00":
        return AskedAgain(), 4
    if held[2:4] == b"\xff\xff":
        return _body(held, 7, int.from_bytes(held[4:6], "big"), held[4:7])
    return _body(held, 4, held[2], held[2:4])


def _body(
    held: bytes | bytearray, head: int, length: int, summed: bytes | bytearray
) -> tuple[Item | None, int] | None:
    if len(held) < head:
        return None
    if sum(summed) & 0xFF or not 0 < length <= FRAME_BYTES_MAX:
        return None, 1  # no frame begins here
    if len(held) < head + length + 1:
        return None
    body, total = bytes(held[head : head + length]), head + length + 1
    if (sum(body) + held[total - 1]) & 0xFF:
        return Damaged(total), 1
    if body == _ERROR:
        return SyntaxRefused(), total
    return Frame(body[0], body[1:]), total
