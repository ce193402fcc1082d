"""Manifests of a BagIt bag: which file has which digest (RFC 8493, sections 2.1.3 and 2.2.1). Pure."""

import hashlib
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from archived.formats.bag_findings import Findings
from archived.formats.bag_paths import decode_path, has_bare_percent, problem_with_form, way_out
from archived.formats.bag_text import lines_of
from archived.language import _
from erasure.digests import ALGORITHMS, hasher
from erasure.errors import UnknownAlgorithm

PAYLOAD: Final = "data/"
#: Digests that guard against accidents only.
WEAK: Final = frozenset({"md5", "sha1"})
_NAME = re.compile(r"(tag)?manifest-([^/]+)\.txt", re.IGNORECASE)
_LINE = re.compile(r"([^ \t]+)([ \t]+)(.+)", re.DOTALL)


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


@cache
def algorithm_named(written: str) -> str | None:
    """The digest that a manifest's file name means, whatever its case and punctuation.

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


def is_normalized(name: str) -> bool:
    """True when a manifest's name is all lower case, its algorithm without punctuation (section 2.4)."""
    kind = manifest_kind(name)
    return kind is not None and name == name.lower() and kind[1] == _plain(kind[1])


def read_manifest(
    name: str,
    algorithm: str,
    text: str,
    findings: Findings,
    *,
    is_rfc: bool,
    files: Container[str] = frozenset(),
) -> Manifest:
    """The entries of a manifest; lines that cannot be one are told and left out.

    Args:
        files: paths that are in the bag; with them the slips of `md5sum` are understood.
    """
    reading = _Lines(name, findings, files, is_rfc=is_rfc)
    size = len(hasher(algorithm).digest())
    for number, line in enumerate(lines_of(text), start=1):
        if not line.strip():
            reading.note_blank()
            continue
        found = _LINE.fullmatch(line)
        digest = _digest(found[1], size) if found else None
        if found is None or digest is None:
            findings.refuse(
                _("{manifest}: line {number} is not a {algorithm} digest and a path").format(
                    manifest=name, number=number, algorithm=algorithm
                )
            )
            continue
        reading.take(number, digest, found[3])
    reading.tell_slips()
    return Manifest(name, algorithm, reading.entries)


class _Lines:
    """Takes up the lines of one manifest."""

    def __init__(self, name: str, findings: Findings, files: Container[str], *, is_rfc: bool) -> None:
        self._name = name
        self._findings = findings
        self._files = files
        self._is_rfc = is_rfc
        self._slips: dict[str, int] = {}
        self.entries: dict[str, bytes] = {}

    def take(self, number: int, digest: bytes, written: str) -> None:
        """One line whose digest is good."""
        path = self._path(written)
        if path not in self._files:
            why = way_out(path)
            if why is not None:
                self._refuse(
                    _("{manifest}: line {number}: {path} leads out of the bag: {why}"), number, path, why
                )
                return
            why = problem_with_form(path)
            if why is not None:
                self._refuse(
                    _("{manifest}: line {number}: {path} is no path of a file: {why}"), number, path, why
                )
                return
        before = self.entries.setdefault(path, digest)
        if before is not digest:
            self._twice(path, same=before == digest)

    def note_blank(self) -> None:
        self._slip(_("{manifest}: empty lines: {count}"))

    def tell_slips(self) -> None:
        """Every kind of slip once, with the number of its lines."""
        for words, count in self._slips.items():
            self._findings.warn(words.format(manifest=self._name, count=count))

    def _path(self, written: str) -> str:
        """The path that is meant: escapes decoded, and the marks of checksum tools taken off."""
        files = self._files
        path = self._unescaped(written) if "%" in written else written
        if path in files:
            return path
        # `md5sum -b` puts a star before the path, and `find .` a dot.
        if path.startswith("*"):
            self._slip(_("{manifest}: paths that begin with the '*' of a checksum tool: {count}"))
            path = path[1:]
        if path.startswith("./"):
            self._slip(_("{manifest}: paths that begin with './': {count}"))
            path = path.removeprefix("./")
        return path

    def _unescaped(self, written: str) -> str:
        if self._is_rfc:
            if has_bare_percent(written):
                self._slip(_("{manifest}: paths with a '%' that is not written %25: {count}"))
            return decode_path(written, is_rfc=True)
        # A draft may mean the very letters, or what 1.0 means: what is there decides.
        if written in self._files:
            return written
        path = decode_path(written, is_rfc=False)
        if path not in self._files and (encoded := decode_path(written, is_rfc=True)) in self._files:
            self._slip(_("{manifest}: paths with '%25' for '%', as only 1.0 asks: {count}"))
            return encoded
        return path

    def _slip(self, words: str) -> None:
        self._slips[words] = self._slips.get(words, 0) + 1

    def _twice(self, path: str, *, same: bool) -> None:
        if same:
            words = _("{manifest}: {path} is listed twice with the same digest")
        else:
            words = _("{manifest}: {path} is listed twice with different digests")
        self._findings.rule(words.format(manifest=self._name, path=path), binding=self._is_rfc or not same)

    def _refuse(self, words: str, number: int, path: str, why: str) -> None:
        self._findings.refuse(words.format(manifest=self._name, number=number, path=path, why=why))


def _digest(text: str, length: int) -> bytes | None:
    try:
        digest = bytes.fromhex(text)
    except ValueError:
        return None
    return digest if len(digest) == length and len(text) == 2 * length else None


def _plain(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.lower())
