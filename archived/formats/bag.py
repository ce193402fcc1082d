"""Reading and judging a BagIt bag: 1.0 as RFC 8493 says, the drafts 0.93 to 0.97 in a plain way.

No I/O: the caller gives the list of files, a way to read small tag files, and later every file's digests.
Nothing raises on a bad bag; all that is wrong is collected, so that a producer hears of it once.
"""

import hashlib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from archived.formats.bag_manifests import (
    PAYLOAD,
    Manifest,
    algorithm_named,
    manifest_kind,
    read_manifest,
)
from archived.formats.bag_tags import (
    BYTE_ORDER_MARK,
    DECLARATION_NAME,
    INFO_NAMES,
    Declaration,
    parse_oxum,
    read_declaration,
    read_tags,
)


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
                    f"{path}: its {manifest.algorithm} is {digests[manifest.algorithm]}, "
                    f"{manifest.name} declares {declared.hex()}"
                )
        if path in self.read_sha256 and self.read_sha256[path] != digests["sha256"]:
            problems.append(f"{path} changed while the bag was read")
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
    """Collects problems while it reads one bag."""

    def __init__(self, read: Callable[[str], bytes], files: Mapping[str, int]) -> None:
        self._read = read
        self._files = files
        self._payload = [path for path in files if path.startswith(PAYLOAD)]
        self._read_sha256: dict[str, str] = {}
        self._problems: list[str] = []

    def bag(self, has_payload_folder: bool) -> Bag:
        declaration, problems = read_declaration(self._bytes(DECLARATION_NAME))
        self._problems += problems
        if not has_payload_folder:
            self._problems.append("the payload folder data/ is missing")
        if "fetch.txt" in self._files:
            self._problems.append(
                "fetch.txt: files that are elsewhere are not fetched; submit a complete bag"
            )
        tags: list[tuple[str, str]] = []
        payload: list[Manifest] = []
        tag: list[Manifest] = []
        # Without a usable declaration nobody knows how to read the rest.
        if declaration is not None and not problems:
            tags = self._info(declaration)
            payload, tag = self._manifests(declaration)
            self._check_payload(payload, declaration)
            self._check_tags(tag, [manifest.name for manifest in payload], declaration)
        return Bag(
            declaration, tuple(tags), tuple(payload), tuple(tag), self._read_sha256, tuple(self._problems)
        )

    def _bytes(self, path: str) -> bytes:
        data = self._read(path)
        self._read_sha256[path] = hashlib.sha256(data).hexdigest()
        return data

    def _text(self, path: str, declaration: Declaration) -> str:
        data = self._bytes(path)
        try:
            return data.decode(declaration.encoding).removeprefix(BYTE_ORDER_MARK)
        except UnicodeError:
            self._problems.append(f"{path} is not {declaration.encoding}, which bagit.txt declares")
            return data.decode(declaration.encoding, "replace")

    def _info(self, declaration: Declaration) -> list[tuple[str, str]]:
        tags: list[tuple[str, str]] = []
        for name in (name for name in INFO_NAMES if name in self._files):
            found, problems = read_tags(self._text(name, declaration), strict=declaration.is_rfc)
            tags += found
            self._problems += [f"{name}: {problem}" for problem in problems]
        oxums = [value for label, value in tags if label.lower() == "payload-oxum"]
        if len(oxums) > 1 and declaration.is_rfc:
            self._problems.append("Payload-Oxum is given more than once")
        there = (sum(self._files[path] for path in self._payload), len(self._payload))
        for value in oxums:
            if parse_oxum(value) is None:
                self._problems.append(f"Payload-Oxum {value!r} is not OCTETS.FILES")
            elif parse_oxum(value) != there:
                self._problems.append(
                    f"Payload-Oxum declares {value} (bytes.files), the payload has {there[0]}.{there[1]}"
                )
        return tags

    def _manifests(self, declaration: Declaration) -> tuple[list[Manifest], list[Manifest]]:
        payload: list[Manifest] = []
        tag: list[Manifest] = []
        unknown = 0
        for name in sorted(self._files):
            kind = manifest_kind(name)
            if kind is None:
                continue
            algorithm = algorithm_named(kind[1])
            if algorithm is None:
                unknown += 1
                self._problems.append(f"{name}: this machine has no digest {kind[1]!r} to check it with")
                continue
            text = self._text(name, declaration)
            manifest, problems = read_manifest(name, algorithm, text, is_rfc=declaration.is_rfc)
            self._problems += problems
            (tag if kind[0] else payload).append(self._without_stars(manifest))
        if not payload and not unknown:
            self._problems.append("there is no payload manifest (manifest-ALGORITHM.txt)")
        return payload, tag

    def _without_stars(self, manifest: Manifest) -> Manifest:
        """`md5sum -b` puts a star before the path; RFC 8493 (section 5.1.3) asks readers to know that."""
        entries = {
            path[1:] if path.startswith("*") and path not in self._files else path: digest
            for path, digest in manifest.entries.items()
        }
        return Manifest(manifest.name, manifest.algorithm, entries)

    def _check_payload(self, manifests: list[Manifest], declaration: Declaration) -> None:
        for manifest in manifests:
            outside = [path for path in manifest.entries if not path.startswith(PAYLOAD)]
            self._problems += [f"{manifest.name}: {path} is not below data/" for path in sorted(outside)]
            self._check_present(manifest, [path for path in manifest.entries if path.startswith(PAYLOAD)])
        if declaration.is_rfc:
            # Section 2.1.3: every manifest lists every file of the payload.
            for manifest in manifests:
                missing = sorted(path for path in self._payload if path not in manifest.entries)
                self._problems += [f"{path} is not listed in {manifest.name}" for path in missing]
        elif manifests:
            listed = set().union(*(manifest.entries for manifest in manifests))
            missing = sorted(path for path in self._payload if path not in listed)
            self._problems += [f"{path} is listed in no manifest" for path in missing]

    def _check_tags(
        self, manifests: list[Manifest], payload_manifests: list[str], declaration: Declaration
    ) -> None:
        for manifest in manifests:
            for path in sorted(manifest.entries):
                kind = manifest_kind(path)
                if path.startswith(PAYLOAD):
                    self._problems.append(f"{manifest.name}: {path} is payload, not a tag file")
                elif kind is not None and kind[0] and declaration.is_rfc:
                    self._problems.append(f"{manifest.name}: {path} is itself a tag manifest")
            self._check_present(manifest, manifest.entries)
            if declaration.is_rfc:
                # Section 2.2.1: every tag manifest lists every payload manifest.
                missing = [path for path in payload_manifests if path not in manifest.entries]
                self._problems += [f"{path} is not listed in {manifest.name}" for path in missing]

    def _check_present(self, manifest: Manifest, paths: Iterable[str]) -> None:
        absent = sorted(path for path in paths if path not in self._files)
        if not absent:
            return
        normal = {unicodedata.normalize("NFC", path) for path in self._files}
        for path in absent:
            twin = unicodedata.normalize("NFC", path) in normal
            words = "is there in another Unicode normalization only" if twin else "is missing"
            self._problems.append(f"{path} {words}; {manifest.name} lists it")
