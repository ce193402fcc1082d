"""Tag files of a BagIt bag that are lists of labels and values: bagit.txt and bag-info.txt (RFC 8493).

Pure: bytes and text to values and back. Readers never raise on what is wrong; they return every problem.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

#: Versions that can be read. 0.93 to 0.97 are the drafts before RFC 8493, and are read leniently.
VERSIONS = frozenset({(0, 93), (0, 94), (0, 95), (0, 96), (0, 97), (1, 0)})
DECLARATION_NAME = "bagit.txt"
#: Drafts before 0.95 called it package-info.txt.
INFO_NAMES = ("bag-info.txt", "package-info.txt")
BYTE_ORDER_MARK = "\ufeff"

_LINE_END = re.compile(r"\r\n|\r|\n")
_STRICT = re.compile(r"BagIt-Version: \d+\.\d+\nTag-File-Character-Encoding: \S+\n?")
_VERSION = re.compile(r"BagIt-Version\s*:\s*(\d+)\.(\d+)\s*")
_ENCODING = re.compile(r"Tag-File-Character-Encoding\s*:\s*(\S+)\s*")


@dataclass(frozen=True, slots=True)
class Declaration:
    """What bagit.txt says (RFC 8493, section 2.1.1)."""

    version: tuple[int, int]
    encoding: str

    @property
    def is_rfc(self) -> bool:
        """True for 1.0, whose wording is binding; False for the drafts."""
        return self.version >= (1, 0)


def lines_of(text: str) -> list[str]:
    """The lines of a tag file, ended by LF, CR or CRLF (RFC 8493, section 2.1.1); no empty last one."""
    lines = _LINE_END.split(text)
    if lines and not lines[-1]:
        lines.pop()
    return lines


def read_declaration(data: bytes) -> tuple[Declaration | None, list[str]]:
    """What `bagit.txt` declares, and everything that is wrong with it; None when it cannot be used."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None, ["bagit.txt is not UTF-8"]
    problems: list[str] = []
    if text.startswith(BYTE_ORDER_MARK):
        problems.append("bagit.txt begins with a byte order mark")
        text = text.removeprefix(BYTE_ORDER_MARK)
    lines = lines_of(text)
    version = _VERSION.fullmatch(lines[0]) if lines else None
    encoding = _ENCODING.fullmatch(lines[1]) if len(lines) > 1 else None
    if version is None:
        problems.append("bagit.txt: the first line is not 'BagIt-Version: M.N'")
    if encoding is None:
        problems.append("bagit.txt: the second line is not 'Tag-File-Character-Encoding: NAME'")
    if version is None or encoding is None:
        return None, problems
    found = Declaration((int(version[1]), int(version[2])), encoding[1])
    if found.version not in VERSIONS:
        problems.append(f"bagit.txt: version {version[1]}.{version[2]} is not one of 0.93 to 0.97 or 1.0")
    if not is_text_encoding(found.encoding):
        problems.append(f"bagit.txt: there is no text encoding {found.encoding!r}")
    if found.is_rfc and not _STRICT.fullmatch("\n".join(lines)):
        problems.append("bagit.txt is not exactly two lines 'Label: value' (RFC 8493, section 2.1.1)")
    return found, problems


def is_text_encoding(name: str) -> bool:
    """True when Python can decode text of this encoding."""
    try:
        b"a".decode(name)
    except LookupError:
        return False
    except (UnicodeError, ValueError):
        return "\0" not in name
    return True


def read_tags(text: str, *, strict: bool) -> tuple[list[tuple[str, str]], list[str]]:
    """Labels and values of a bag-info.txt in their order, and every problem (RFC 8493, section 2.2.2).

    Lines that begin with white space continue the value before them. `strict` asks for what 1.0 asks:
    exactly `label: value`, no white space around the label. Lines without anything are passed over.
    """
    tags: list[tuple[str, str]] = []
    problems: list[str] = []
    for number, line in enumerate(lines_of(text), start=1):
        if not line.strip():
            continue
        if line[0] in " \t" and tags:
            label, value = tags[-1]
            tags[-1] = (label, f"{value} {line.strip()}".strip())
            continue
        label, colon, value = line.partition(":")
        if not colon or not label.strip():
            problems.append(f"line {number} is not 'Label: value'")
            continue
        if strict and (label != label.strip() or (value and value[0] not in " \t")):
            problems.append(f"line {number}: white space around the label, or none after the colon")
        tags.append((label.strip(), value.strip()))
    return tags, problems


def tag_lines(tags: Iterable[tuple[str, str]]) -> bytes:
    """`Label: value` lines in UTF-8; values are put on one line each, empty ones are left out.

    What UTF-8 cannot hold is written as an escape.
    """
    lines = (f"{label}: {' '.join(value.split())}\n" for label, value in tags if value.strip())
    return "".join(lines).encode("utf-8", "backslashreplace")


def parse_oxum(value: str) -> tuple[int, int] | None:
    """(octets, streams) of a Payload-Oxum value, or None when it is not one."""
    found = re.fullmatch(r"(\d+)\.(\d+)", value, re.ASCII)
    return (int(found[1]), int(found[2])) if found else None
