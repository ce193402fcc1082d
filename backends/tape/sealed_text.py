"""Texts on a tape: JSON that checks itself, whole blocks long, filled up with zero bytes.

`check` is the sha256 of the text with its own 64 digits set to 0, so that nobody needs a canonical form of JSON. Behind
the object a text for people may stand; the check covers it too. No I/O here; any bytes are decoded or refused.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from backends.errors import TapeTextDamaged

#: Every text of ours begins so; no image does.
OPENING: Final = b'{\n "magic": "archived-tape-'
#: Bounds of a block: room for a label in one, and what every drive takes.
BLOCK_BYTES_MIN: Final = 32 << 10
BLOCK_BYTES_MAX: Final = 8 << 20
SECTOR_BYTES: Final = 2048
#: No text is longer: an index of ten thousand images takes about 8 MiB.
TEXT_BYTES_MAX: Final = 64 << 20

_UNSEALED: Final = "0" * 64
_CHECK: Final = re.compile(rb'"check": "([0-9a-f]{64})"')
_CLOSING: Final = b"\n}\n"


def is_block_length(count: int) -> bool:
    """Whether blocks of a cartridge may have `count` bytes."""
    return BLOCK_BYTES_MIN <= count <= BLOCK_BYTES_MAX and count % SECTOR_BYTES == 0


def seal(magic: str, version: int, fields: Mapping[str, Any], prose: str = "") -> bytes:
    """The text without filling: magic, version and check first, then `fields` in order, then the prose.

    Raises ValueError for what cannot stand in one (a zero byte, a lone surrogate).
    """
    document = {"magic": magic, "version": version, "check": _UNSEALED, **fields}
    whole = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    text = (whole + (f"\n{prose}" if prose else "")).encode("utf-8")
    if b"\0" in text or not text.startswith(OPENING):
        raise ValueError(f"a text of kind {magic} cannot hold this")
    return text.replace(_UNSEALED.encode(), hashlib.sha256(text).hexdigest().encode(), 1)


def unseal(data: bytes, *, magic: str, version: int) -> dict[str, Any]:
    """The fields of a text, with or without its filling; its check is among them. Raises TapeTextDamaged."""
    text = data.rstrip(b"\0")
    if not text.startswith(OPENING):
        raise TapeTextDamaged(f"this is no text of kind {magic}")
    end = text.find(_CLOSING)
    try:
        document = json.loads(text[: end + len(_CLOSING)].decode("utf-8")) if end >= 0 else None
    except (ValueError, RecursionError) as error:
        raise TapeTextDamaged(f"a text that should be {magic} cannot be read: {error}") from None
    if not isinstance(document, dict) or document.get("magic") != magic:
        raise TapeTextDamaged(f"this is no text of kind {magic}, or only the beginning of one")
    found = document.get("version")
    if type(found) is not int or found != version:
        raise TapeTextDamaged(f"{magic} of version {found!r}; this release reads version {version}")
    check = _CHECK.search(text)
    if check is None or document.get("check") != check[1].decode():
        raise TapeTextDamaged(f"{magic}: it has no check")
    zeroed = text[: check.start(1)] + _UNSEALED.encode() + text[check.end(1) :]
    if hashlib.sha256(zeroed).hexdigest().encode() != check[1]:
        raise TapeTextDamaged(f"{magic}: the check does not hold; the text was changed or is torn")
    return document


def magic_of(data: bytes) -> str:
    """What a text says that it is, whole or not; "" when it is none of ours."""
    found = re.match(rb'\{\n "magic": "(archived-tape-[a-z]{1,16})"', data[:80])
    return found[1].decode("ascii") if found else ""


def in_blocks(text: bytes, block_bytes: int) -> list[bytes]:
    """The text as blocks of that length, the last one filled up with zero bytes."""
    count = max(1, -(-len(text) // block_bytes))
    filled = text.ljust(count * block_bytes, b"\0")
    return [filled[start : start + block_bytes] for start in range(0, len(filled), block_bytes)]


def in_one_block(text: bytes, block_bytes: int) -> bytes:
    """The text as one block. Raises ValueError when it does not fit."""
    if len(text) > block_bytes:
        raise ValueError(f"a text of {len(text)} bytes does not fit into a block of {block_bytes}")
    return text.ljust(block_bytes, b"\0")
