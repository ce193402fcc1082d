"""Manifests of a BagIt bag: which file has which digest (RFC 8493, sections 2.1.3 and 2.2.1). Pure."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from archived.formats.bag_tags import lines_of
from erasure.digests import ALGORITHMS, hasher
from erasure.errors import UnknownAlgorithm

PAYLOAD = "data/"
_NAME = re.compile(r"(tag)?manifest-([^/]+)\.txt", re.IGNORECASE)
_LINE = re.compile(r"([^ \t]+)[ \t]+(.+)", re.DOTALL)
_ESCAPES = {"%0a": "\n", "%0d": "\r", "%25": "%"}
_RFC_ESCAPE = re.compile("%0a|%0d|%25", re.IGNORECASE)
#: The drafts did not encode the per cent sign itself.
_DRAFT_ESCAPE = re.compile("%0a|%0d", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Manifest:
    """One manifest as it stands: the name of the file, the digest as `erasure.digests.hasher` knows it,
    and raw digests by path.
    """

    name: str
    algorithm: str
    entries: Mapping[str, bytes]


def manifest_kind(name: str) -> tuple[bool, str] | None:
    """(is it a tag manifest, algorithm as written) of a file in the bag's root, or None for other files."""
    found = _NAME.fullmatch(name)
    return (found[1] is not None, found[2]) if found else None


def algorithm_named(written: str) -> str | None:
    """The digest that a manifest's file name means: lower case without punctuation, as section 2.4 says.

    None when this machine has no such digest of a fixed length.
    """
    wanted = _plain(written)
    for candidate in (*ALGORITHMS, *sorted(hashlib.algorithms_available)):
        if _plain(candidate) == wanted:
            try:
                hasher(candidate)
            except UnknownAlgorithm:
                continue
            return candidate
    return None


def read_manifest(name: str, algorithm: str, text: str, *, is_rfc: bool) -> tuple[Manifest, list[str]]:
    """A manifest and everything that is wrong with its lines. Paths are taken as written but for escapes."""
    digits = hasher(algorithm).digest()
    entries: dict[str, bytes] = {}
    problems: list[str] = []
    for number, line in enumerate(lines_of(text), start=1):
        if not line.strip():
            continue
        found = _LINE.fullmatch(line)
        digest = _digest(found[1], len(digits)) if found else None
        if found is None or digest is None:
            problems.append(f"{name}: line {number} is not a {algorithm} digest and a path")
            continue
        path = decode_path(found[2], is_rfc=is_rfc)
        if path in entries:
            problems.append(f"{name}: {path} is listed twice")
        entries[path] = digest
    return Manifest(name, algorithm, entries), problems


def decode_path(written: str, *, is_rfc: bool) -> str:
    """A path out of a manifest: encoded LF, CR and (from 1.0) % are decoded, nothing else is."""
    if "%" not in written:
        return written
    pattern = _RFC_ESCAPE if is_rfc else _DRAFT_ESCAPE
    return pattern.sub(lambda found: _ESCAPES[found.group().lower()], written)


def _digest(text: str, length: int) -> bytes | None:
    try:
        digest = bytes.fromhex(text)
    except ValueError:
        return None
    return digest if len(digest) == length and len(text) == 2 * length else None


def _plain(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.lower())
