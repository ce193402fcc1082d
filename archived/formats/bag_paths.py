"""Paths as they stand in manifests and fetch.txt: escapes, and what must never lead out of a bag. Pure.

RFC 8493, section 2.1.3 for the form and section 5.1 for what a malicious bag may try.
"""

import re
from typing import Final

from archived.language import _

_ESCAPES: Final = {"%0a": "\n", "%0d": "\r", "%25": "%"}
_RFC_ESCAPE = re.compile("%0a|%0d|%25", re.IGNORECASE)
#: The drafts did not encode the per cent sign itself.
_DRAFT_ESCAPE = re.compile("%0a|%0d", re.IGNORECASE)
_BARE_PERCENT = re.compile("%(?!0a|0d|25)", re.IGNORECASE)
_DRIVE = re.compile("[A-Za-z]:")
#: Variables such as %HomeDrive% that shells of Windows replace.
_VARIABLE = re.compile(r"%[A-Za-z()_]+%")
_SEPARATORS = re.compile(r"[/\\]")


def decode_path(written: str, *, is_rfc: bool) -> str:
    """A path out of a manifest: encoded LF, CR and (from 1.0) % are decoded, nothing else is."""
    if "%" not in written:
        return written
    pattern = _RFC_ESCAPE if is_rfc else _DRAFT_ESCAPE
    return pattern.sub(lambda found: _ESCAPES[found.group().lower()], written)


def has_bare_percent(written: str) -> bool:
    """True when a per cent sign stands for itself, which 1.0 asks to be written %25."""
    return _BARE_PERCENT.search(written) is not None


def way_out(path: str) -> str | None:
    """Why a path may lead out of the bag on some system, as a clause, or None."""
    if path.startswith("/"):
        return _("it is absolute")
    if path.startswith("\\"):
        return _("it is a network path or an absolute path of Windows")
    if _DRIVE.match(path):
        return _("it begins with a drive letter of Windows")
    if path.startswith("~"):
        return _("it begins with '~', which means a home folder")
    if _VARIABLE.match(path):
        return _("it begins with a variable of Windows")
    if ".." in _SEPARATORS.split(path):
        return _("it climbs out by '..'")
    return None


def problem_with_form(path: str) -> str | None:
    """Why a path that is not in the bag cannot name a file of it at all, as a clause, or None."""
    if "\0" in path:
        return _("it holds a NUL")
    if path.endswith("/"):
        return _("it names a folder, and manifests list files only")
    if any(part in ("", ".") for part in path.split("/")):
        return _("it has an empty part or a '.' in it")
    return None
