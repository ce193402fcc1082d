"""Names of files and volumes in OSTA CS0, the character set of UDF (UDF 2.1.1 to 2.1.3). Pure."""

import re

from backends.optical.udf.constants import NAME_UNITS_MAX, PATH_BYTES_MAX

#: Control characters, the separators of any system, lone surrogates, and the code points that CS0 excludes.
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f/\\\\\ud800-\udfff\ufeff\ufffe\uffff]")


def problem_with_name(name: str) -> str | None:
    """Why one file or folder name cannot stand on a disc, in words, or None if it can.

    A backslash is refused although UDF has no objection: Windows and libudfread take it for a separator.
    """
    if not name:
        return "it is empty"
    if name in {".", ".."}:
        return f"{name!r} means a folder itself"
    if found := _FORBIDDEN.search(name):
        return f"it holds the character U+{ord(found.group()):04X}, which a disc cannot hold"
    units = len(name) if name.isascii() else len(name.encode("utf-16-be")) // 2
    if units > NAME_UNITS_MAX:
        return f"it has {units} UTF-16 units, more than {NAME_UNITS_MAX}"
    return None


def problem_with_path(path: str) -> str | None:
    """Why a relative POSIX path cannot stand on a disc, in words, or None: any bad name, or too long in all.

    The length of a resolved path (4/8.7.1) counts the CS0 bytes of each name and one more for each.
    """
    names = path.split("/")
    for name in names:
        if problem := problem_with_name(name):
            return problem if len(names) == 1 else f"of its part {name!r}: {problem}"
    length = sum(len(encode_cs0(name)) + 1 for name in names)
    if length > PATH_BYTES_MAX:
        return f"it takes {length} bytes in UDF, more than {PATH_BYTES_MAX}"
    return None


def encode_cs0(text: str) -> bytes:
    """Compressed Unicode (UDF 2.1.1): 8 bits a character where all fit in Latin-1, else UTF-16 big-endian.

    Raises UnicodeEncodeError for lone surrogates.
    """
    try:
        return b"\x08" + text.encode("latin-1")
    except UnicodeEncodeError:
        return b"\x10" + text.encode("utf-16-be")


def dstring(text: str, field_bytes: int) -> bytes:
    """A fixed field of characters with its length in the last byte (UDF 2.1.3), cut at a whole character."""
    if not text:
        return bytes(field_bytes)
    while len(encoded := encode_cs0(text)) > field_bytes - 1:
        text = text[:-1]
    return encoded.ljust(field_bytes - 1, b"\0") + bytes([len(encoded)])
