"""Names of character sets, as people and files write them."""

import codecs
from typing import Final

#: Encodings of Python's own that are no character sets of IANA.
_NOT_REGISTERED: Final = frozenset(
    {
        "idna",
        "mbcs",
        "oem",
        "palmos",
        "punycode",
        "raw-unicode-escape",
        "undefined",
        "unicode-escape",
        "utf-8-sig",
    }
)


def encoding_named(written: str) -> str | None:
    """Python's name of the character set that somebody wrote, or None when there is no such set."""
    try:
        # Not every codec is one of text, and LookupError is how encode says so.
        "a".encode(written)
        name = codecs.lookup(written).name.replace("_", "-")
    except (LookupError, UnicodeError, ValueError):
        return None
    return None if name in _NOT_REGISTERED else name
