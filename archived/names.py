"""Names as text that anybody can read, type and keep, and back to the very bytes: percent-escapes.

A path of a package may hold bytes that are no UTF-8, control characters, anything that a file system allows. In
documents, tables and on command lines it stands *escaped*: `%` and two hexadecimal digits for each byte that
cannot be shown safely, and for `%` itself. Everything else stands as it is, so most names are their own escape.
"""

import re
from typing import Final

#: Never changes: it is part of the disc format. Control characters, %, the backslash, line and paragraph
#: separators, what is invisible or turns the direction of writing, what UTF-8 or CS0 cannot hold.
_UNSAFE: Final = re.compile(
    "[%\\\\\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufffe\uffff]"
)
_ESCAPE: Final = re.compile(b"%([0-9A-Fa-f]{2})")


def raw(path: str) -> bytes:
    """The bytes of a path as Python has it (surrogateescape)."""
    return path.encode("utf-8", "surrogateescape")


def as_text(path: bytes) -> str:
    """A path as Python has it, from its bytes."""
    return path.decode("utf-8", "surrogateescape")


def escaped(path: str) -> str:
    """The escaped form of a path as Python has it; valid UTF-8 on one line, whatever the path is."""
    return _UNSAFE.sub(_as_escapes, path)


def unescaped(text: str) -> str:
    """The path that an escaped form stands for, as Python has it. A `%` without two digits stands for itself."""
    if "%" not in text:
        return text
    return as_text(_ESCAPE.sub(lambda found: bytes((int(found[1], 16),)), raw(text)))


def _as_escapes(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in raw(found.group()))
