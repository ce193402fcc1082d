"""Tag files from bytes to lines: the declared encoding, byte order marks, ends of lines (RFC 8493, section 2.3).

Pure. The declaration bagit.txt itself is UTF-8 without a mark and is read in `bag_tags`.
"""

import codecs
import re
from typing import Final

from archived.formats.bag_findings import Findings
from archived.language import _

BYTE_ORDER_MARK: Final = "\ufeff"
_LINE_END = re.compile(r"\r\n|\r|\n")
#: Marks of the encodings that cannot be read without one: two byte orders under one name (RFC 2781, 4.3).
_MARKS: Final = {
    "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
    "utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
}


def decode(data: bytes, encoding: str, name: str, findings: Findings, *, is_rfc: bool) -> str:
    """The text of tag file `name` without a byte order mark; what cannot be decoded is replaced and refused.

    Args:
        encoding: as `encoding_named` gives it.
    """
    marks = _MARKS.get(encoding)
    if marks and data and not data.startswith(marks):
        findings.refuse(
            _("{name} has no byte order mark, which {encoding} needs to be read").format(
                name=name, encoding=encoding.upper()
            )
        )
    try:
        text = data.decode(encoding)
    except UnicodeError:
        findings.refuse(
            _("{name} is not {encoding}, which bagit.txt declares").format(
                name=name, encoding=encoding.upper()
            )
        )
        text = data.decode(encoding, "replace")
    if text.startswith(BYTE_ORDER_MARK):
        findings.rule(
            _("{name} begins with a byte order mark, which {encoding} does not need").format(
                name=name, encoding=encoding.upper()
            ),
            binding=is_rfc,
        )
    return text.removeprefix(BYTE_ORDER_MARK)


def lines_of(text: str) -> list[str]:
    """The lines of a tag file, ended by LF, CR or CRLF; no empty last one."""
    lines = _LINE_END.split(text)
    if lines and not lines[-1]:
        lines.pop()
    return lines
