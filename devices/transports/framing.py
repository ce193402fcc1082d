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
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    if len(text) > HEADER_BYTES_MAX or len(payload) > PAYLOAD_BYTES_MAX:
        raise ValueError(
            f"a frame of {len(text)} + {len(payload)} bytes is longer than the room socket carries"
        )
    return _LENGTHS.pack(len(text), len(payload)) + text + payload


class FrameDecoder:
    """Takes bytes as they come and gives whole frames; after WireDamaged the stream is of no more use."""

    def __init__(self) -> None:
        self._pending = bytearray()

    @property
    def is_between_frames(self) -> bool:
        """Whether a stream that ends here ends cleanly."""
        return not self._pending

    def feed(self, data: bytes) -> None:
        """Add what was received."""
        self._pending += data

    def next_frame(self) -> Frame | None:
        """The next whole frame, or None until more bytes have come.

        Raises WireDamaged for absurd lengths and for a header that is not a JSON object.
        """
        if len(self._pending) < _LENGTHS.size:
            return None
        header_bytes, payload_bytes = _LENGTHS.unpack_from(self._pending)
        if header_bytes > HEADER_BYTES_MAX or payload_bytes > PAYLOAD_BYTES_MAX:
            raise WireDamaged(f"room socket: a frame of {header_bytes} + {payload_bytes} bytes is announced")
        start = _LENGTHS.size + header_bytes
        if len(self._pending) < start + payload_bytes:
            return None
        header = _read_header(bytes(self._pending[_LENGTHS.size : start]))
        payload = bytes(memoryview(self._pending)[start : start + payload_bytes])
        del self._pending[: start + payload_bytes]
        return Frame(header, payload)


def _read_header(text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WireDamaged(f"room socket: a frame's header is not JSON ({error})") from error
    if not isinstance(header, dict):
        raise WireDamaged("room socket: a frame's header is not a JSON object")
    return header
