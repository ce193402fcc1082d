"""Tag files of a BagIt bag that are lists of labels and values: bagit.txt and bag-info.txt (RFC 8493).

Pure: bytes and text to values and back. Readers never raise on what is wrong; they tell every problem.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from archived.formats.bag_findings import Findings
from archived.formats.bag_text import BYTE_ORDER_MARK, lines_of
from archived.language import _
from archived.text_encodings import encoding_named

#: Versions that can be read. 0.93 to 0.97 are the drafts before RFC 8493.
VERSIONS: Final = frozenset({(0, 93), (0, 94), (0, 95), (0, 96), (0, 97), (1, 0)})
DECLARATION_NAME: Final = "bagit.txt"
INFO_NAME: Final = "bag-info.txt"
#: What drafts before 0.96 called it.
OLD_INFO_NAME: Final = "package-info.txt"
INFO_NAMES: Final = (INFO_NAME, OLD_INFO_NAME)

_STRICT = re.compile(r"BagIt-Version: \d+\.\d+\nTag-File-Character-Encoding: \S+", re.ASCII)
_VERSION = re.compile(r"BagIt-Version\s*:\s*(\d+)\.(\d+)\s*", re.ASCII | re.IGNORECASE)
_ENCODING = re.compile(r"Tag-File-Character-Encoding\s*:\s*(\S+)\s*", re.ASCII | re.IGNORECASE)
#: The drafts' own examples write the labels in other case.
_PLAIN_DRAFT = re.compile(
    r"BagIt-Version: \d+\.\d+\nTag-File-Character-Encoding: \S+", re.ASCII | re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Declaration:
    """What bagit.txt says (RFC 8493, section 2.1.1)."""

    version: tuple[int, int]
    #: As it is written there.
    encoding: str

    @property
    def is_rfc(self) -> bool:
        """True for 1.0, whose wording is binding; False for the drafts."""
        return self.version >= (1, 0)

    @property
    def info_names(self) -> tuple[str, ...]:
        """Files that hold the bag's metadata in this version."""
        return INFO_NAMES if self.version < (0, 96) else (INFO_NAME,)


def read_declaration(data: bytes, findings: Findings) -> Declaration | None:
    """What `bagit.txt` declares; None when nobody knows how to read the rest of the bag by it."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        findings.refuse(_("bagit.txt is not UTF-8"))
        return None
    if text.startswith(BYTE_ORDER_MARK):
        findings.refuse(_("bagit.txt begins with a byte order mark"))
        text = text.removeprefix(BYTE_ORDER_MARK)
    lines = lines_of(text)
    version = _VERSION.fullmatch(lines[0]) if lines else None
    encoding = _ENCODING.fullmatch(lines[1]) if len(lines) > 1 else None
    if version is None:
        findings.refuse(_("bagit.txt: the first line is not 'BagIt-Version: M.N'"))
    if encoding is None:
        findings.refuse(_("bagit.txt: the second line is not 'Tag-File-Character-Encoding: NAME'"))
    if version is None or encoding is None:
        return None
    found = Declaration((int(version[1]), int(version[2])), encoding[1])
    usable = True
    if found.version not in VERSIONS:
        usable = False
        findings.refuse(
            _("bagit.txt: version {version} is not one of 0.93 to 0.97 or 1.0").format(
                version=f"{version[1]}.{version[2]}"
            )
        )
    if encoding_named(found.encoding) is None:
        usable = False
        findings.refuse(
            _("bagit.txt: there is no character set {encoding!r}").format(encoding=found.encoding)
        )
    form = "\n".join(lines)
    if not (_STRICT if found.is_rfc else _PLAIN_DRAFT).fullmatch(form):
        findings.rule(
            _("bagit.txt is not exactly two lines 'Label: value' (RFC 8493, section 2.1.1)"),
            binding=found.is_rfc,
        )
    return found if usable else None


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
            problems.append(_("line {number} is not 'Label: value'").format(number=number))
            continue
        if strict and (label != label.strip() or (value and value[0] not in " \t")):
            problems.append(
                _("line {number}: white space around the label, or none after the colon").format(
                    number=number
                )
            )
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
