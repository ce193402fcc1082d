"""Reading and judging a BagIt bag: 1.0 as RFC 8493 says, the drafts 0.93 to 0.97 as they allow.

No I/O: the caller gives the list of files, a way to read small tag files, and later every file's digests.
Nothing raises on a bad bag; all that is wrong is collected, so that a producer hears of it once. Which rule
is judged how is a table in docs/bagit-conformance.md.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from archived.carried_names import printable
from archived.enumeration import shown
from archived.formats.bag_complete import Present, check_payload, check_tags
from archived.formats.bag_fetch import FETCH_NAME, check_fetch, read_fetch
from archived.formats.bag_findings import Findings
from archived.formats.bag_info import check_info
from archived.formats.bag_manifests import (
    PAYLOAD,
    WEAK,
    Manifest,
    algorithm_named,
    is_normalized,
    manifest_kind,
    read_manifest,
)
from archived.formats.bag_tags import DECLARATION_NAME, Declaration, read_declaration, read_tags
from archived.formats.bag_text import decode
from archived.language import _
from archived.leaving_out import is_left_out
from archived.text_encodings import encoding_named

#: What systems leave behind in folders. In a bag it is content like any other.
_LEFT_BY_SYSTEMS = ("Thumbs.db", "ehthumbs.db", "desktop.ini", ".DS_Store", "._*", "~$*")


@dataclass(frozen=True, slots=True)
class Bag:
    """What a bag declares of itself, and what is already wrong before one payload byte was read."""

    declaration: Declaration | None
    info: tuple[tuple[str, str], ...]
    payload_manifests: tuple[Manifest, ...]
    tag_manifests: tuple[Manifest, ...]
    #: sha256 of the tag files that were read to know all this, by path; the copy must have the same.
    read_sha256: Mapping[str, str]
    problems: tuple[str, ...]
    #: What is worth knowing of it although it is valid.
    warnings: tuple[str, ...]

    def algorithms_for(self, path: str) -> tuple[str, ...]:
        """Digests that this file is needed in, as `erasure.digests.hasher` names them."""
        manifests = self.payload_manifests if path.startswith(PAYLOAD) else self.tag_manifests
        return tuple(dict.fromkeys(manifest.algorithm for manifest in manifests))

    def problems_with(self, path: str, digests: Mapping[str, str]) -> list[str]:
        """Every way in which this file is not what the bag declares. `digests` are hexadecimal by name."""
        problems = []
        for manifest in self.payload_manifests if path.startswith(PAYLOAD) else self.tag_manifests:
            declared = manifest.entries.get(path)
            if declared is not None and declared.hex() != digests[manifest.algorithm]:
                problems.append(
                    _("{path}: its {algorithm} is {there}, {manifest} declares {declared}").format(
                        path=path,
                        algorithm=manifest.algorithm,
                        there=digests[manifest.algorithm],
                        manifest=manifest.name,
                        declared=declared.hex(),
                    )
                )
        if path in self.read_sha256 and self.read_sha256[path] != digests["sha256"]:
            problems.append(_("{path} changed while the bag was read").format(path=path))
        return problems


def read_bag(read: Callable[[str], bytes], files: Mapping[str, int], *, has_payload_folder: bool) -> Bag:
    """Read the tag files of a bag and judge its completeness.

    Args:
        read: gives the bytes of one file in the bag; called for tag files of the root only.
        files: size in bytes of every file in the bag by its path relative to the bag, with '/'.
        has_payload_folder: whether data/ is there, empty or not.
    """
    return _Reader(read, files).bag(has_payload_folder)


class _Reader:
    """Collects what is found while it reads one bag."""

    def __init__(self, read: Callable[[str], bytes], files: Mapping[str, int]) -> None:
        self._read = read
        self._files = files
        self._present = Present(files)
        self._read_sha256: dict[str, str] = {}
        self._findings = Findings()

    def bag(self, has_payload_folder: bool) -> Bag:
        findings = self._findings
        declaration = read_declaration(self._bytes(DECLARATION_NAME), findings)
        if not has_payload_folder:
            findings.refuse(_("the payload folder data/ is missing"))
        tags: list[tuple[str, str]] = []
        payload: list[Manifest] = []
        tag: list[Manifest] = []
        # Without a usable declaration nobody knows how to read the rest.
        if declaration is not None:
            tags = self._info(declaration)
            payload, tag = self._manifests(declaration)
            check_payload(payload, self._present, findings, is_rfc=declaration.is_rfc)
            names = [manifest.name for manifest in payload]
            check_tags(tag, names, self._present, findings, is_rfc=declaration.is_rfc)
            self._fetch(declaration, payload)
            self._remark(declaration, payload)
        return Bag(
            declaration,
            tuple(tags),
            tuple(payload),
            tuple(tag),
            self._read_sha256,
            tuple(findings.problems),
            tuple(findings.warnings),
        )

    def _bytes(self, path: str) -> bytes:
        data = self._read(path)
        self._read_sha256[path] = hashlib.sha256(data).hexdigest()
        return data

    def _text(self, path: str, declaration: Declaration) -> str:
        encoding = encoding_named(declaration.encoding) or "utf-8"
        return decode(self._bytes(path), encoding, path, self._findings, is_rfc=declaration.is_rfc)

    def _info(self, declaration: Declaration) -> list[tuple[str, str]]:
        tags: list[tuple[str, str]] = []
        for name in (name for name in declaration.info_names if name in self._files):
            found, problems = read_tags(self._text(name, declaration), strict=declaration.is_rfc)
            tags += found
            for problem in problems:
                self._findings.refuse(f"{name}: {problem}")
        payload = self._present.payload
        there = (sum(self._files[path] for path in payload), len(payload))
        check_info(tags, there, self._findings, is_rfc=declaration.is_rfc)
        return tags

    def _manifests(self, declaration: Declaration) -> tuple[list[Manifest], list[Manifest]]:
        payload: list[Manifest] = []
        tag: list[Manifest] = []
        unknown = 0
        for name in sorted(self._files):
            kind = manifest_kind(name)
            if kind is None:
                continue
            if not is_normalized(name):
                self._findings.rule(
                    _(
                        "{name}: in the name of a manifest the digest is lower case without punctuation"
                    ).format(name=name),
                    binding=declaration.is_rfc,
                )
            algorithm = algorithm_named(kind[1])
            if algorithm is None:
                unknown += not kind[0]
                self._findings.refuse(
                    _("{name}: this machine has no digest {digest!r} to check it with").format(
                        name=name, digest=kind[1]
                    )
                )
                continue
            found = tag if kind[0] else payload
            for other in found:
                if other.algorithm == algorithm:
                    self._findings.refuse(
                        _("{name} and {other} are two manifests of one digest").format(
                            name=name, other=other.name
                        )
                    )
            text = self._text(name, declaration)
            found.append(
                read_manifest(
                    name, algorithm, text, self._findings, is_rfc=declaration.is_rfc, files=self._files
                )
            )
        if not payload and not unknown:
            self._findings.refuse(_("there is no payload manifest (manifest-ALGORITHM.txt)"))
        return payload, tag

    def _fetch(self, declaration: Declaration, payload: Sequence[Manifest]) -> None:
        if FETCH_NAME in self._files:
            wanted = read_fetch(
                self._text(FETCH_NAME, declaration), self._findings, is_rfc=declaration.is_rfc
            )
            check_fetch(wanted, self._files, payload, self._findings, is_rfc=declaration.is_rfc)

    def _remark(self, declaration: Declaration, payload: Sequence[Manifest]) -> None:
        """What is neither right nor wrong, and yet somebody should know."""
        warn = self._findings.warn
        weak = [manifest.algorithm for manifest in payload if manifest.algorithm in WEAK]
        if weak and len(weak) == len(payload):
            warn(
                _(
                    "the bag is guarded by {digests} only, which holds against accidents, not against forgery"
                ).format(digests=", ".join(weak))
            )
        if declaration.is_rfc and encoding_named(declaration.encoding) not in ("utf-8", "ascii"):
            warn(
                _("its tag files are in {encoding}; UTF-8 is what everybody reads").format(
                    encoding=declaration.encoding
                )
            )
        if twins := self._present.twins():
            warn(
                _("names that differ in case or Unicode normalization only: {paths}").format(
                    paths=shown([printable(path) for path in twins])
                )
            )
        left = [printable(path) for path in sorted(self._files) if is_left_out(path, _LEFT_BY_SYSTEMS)]
        if left:
            warn(
                _("files that systems leave behind are kept as part of the bag: {paths}").format(
                    paths=shown(left)
                )
            )
