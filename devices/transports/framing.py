"""The frames of the room socket: two lengths, a JSON header, a payload. Pure; no I/O.

A frame is `>II` (bytes of the header, bytes of the payload), the header as a JSON object in UTF-8, the
payload.
"""

import json
import struct
from dataclasses import dataclass, field
from typing import Any

from devices.failures import WireDamaged

_LENGTHS = struct.Struct(">II")
#: Longer frames are taken for damage: lengths read from the wrong place are usually huge.
HEADER_BYTES_MAX = 4 * 1024 * 1024
PAYLOAD_BYTES_MAX = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Frame:
    """One message of the room socket, in either direction."""

    header: dict[str, Any]
    payload: bytes = field(default=b"", repr=False)


def encode(header: dict[str, Any], payload: bytes = b"") -> bytes:
    """The bytes of one frame. Raises ValueError for what the other side would refuse as too long."""
    return encode_head(header, len(payload)) + payload


def encode_head(header: dict[str, Any], payload_bytes: int) -> bytes:
    """The bytes of a frame up to its payload, which its sender sends next. Raises ValueError as `encode`."""
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    if len(text) > HEADER_BYTES_MAX or payload_bytes > PAYLOAD_BYTES_MAX:
        raise ValueError(
            f"a frame of {len(text)} + {payload_bytes} bytes is longer than the room socket carries"
        )
    return _LENGTHS.pack(len(text), payload_bytes) + text


class FrameDecoder:
    """Takes bytes as they come and gives whole frames; after WireDamaged the stream is of no more use.

    Bytes are fed, or received straight into `rest` once a header has come, which spares large payloads the
    copies.
    """

    def __init__(self) -> None:
        self._pending = bytearray()
        self._header: dict[str, Any] | None = None
        self._payload = bytearray()
        self._filled = 0

    @property
    def is_between_frames(self) -> bool:
        """Whether a stream that ends here ends cleanly."""
        return not self._pending and self._header is None

    def feed(self, data: bytes) -> None:
        """Add what was received."""
        self._pending += data

    def rest(self) -> memoryview:
        """Where the missing bytes of the present payload belong, after `next_frame` gave None; often empty.

        Who puts bytes there, from its beginning, says so with `filled`.
        """
        return memoryview(self._payload)[self._filled :]

    def filled(self, count: int) -> None:
        """`count` bytes were put into `rest`."""
        self._filled += count

    def next_frame(self) -> Frame | None:
        """The next whole frame, or None until more bytes have come.

        Raises WireDamaged for absurd lengths and for a header that is not a JSON object.
        """
        if self._header is None and not self._take_header():
            return None
        missing = len(self._payload) - self._filled
        if missing and self._pending:
            count = min(missing, len(self._pending))
            self._payload[self._filled : self._filled + count] = memoryview(self._pending)[:count]
            del self._pending[:count]
            self._filled += count
        if self._header is None or self._filled < len(self._payload):
            return None
        frame = Frame(self._header, bytes(self._payload))
        self._header, self._payload, self._filled = None, bytearray(), 0
        return frame

    def _take_header(self) -> bool:
        """Read lengths and header when they are whole; False until then."""
        if len(self._pending) < _LENGTHS.size:
            return False
        header_bytes, payload_bytes = _LENGTHS.unpack_from(self._pending)
        if header_bytes > HEADER_BYTES_MAX or payload_bytes > PAYLOAD_BYTES_MAX:
            raise WireDamaged(f"room socket: a frame of {header_bytes} + {payload_bytes} bytes is announced")
        start = _LENGTHS.size + header_bytes
        if len(self._pending) < start:
            return False
        self._header = _read_header(bytes(self._pending[_LENGTHS.size : start]))
        self._payload = bytearray(payload_bytes)
        del self._pending[:start]
        return True


def _read_header(text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WireDamaged(f"room socket: a frame's header is not JSON ({error})") from error
    if not isinstance(header, dict):
        raise WireDamaged("room socket: a frame's header is not a JSON object")
    return header
