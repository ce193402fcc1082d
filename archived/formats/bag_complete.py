"""Whether a bag is complete: manifests and files list and hold the same (RFC 8493, section 3). Pure."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from archived.carried_names import folded, printable
from archived.enumeration import shown
from archived.formats.bag_findings import Findings
from archived.formats.bag_manifests import PAYLOAD, Manifest, manifest_kind
from archived.language import _


class Present:
    """The files of a bag, and what a path that is not among them may have meant."""

    def __init__(self, files: Mapping[str, int]) -> None:
        self.files = files
        self.payload = sorted(path for path in files if path.startswith(PAYLOAD))

    @cached_property
    def _folders(self) -> frozenset[str]:
        return frozenset(
            path[:end] for path in self.files for end, letter in enumerate(path) if letter == "/"
        )

    @cached_property
    def _normal(self) -> frozenset[str]:
        return frozenset(unicodedata.normalize("NFC", path) for path in self.files)

    @cached_property
    def _folded(self) -> frozenset[str]:
        return frozenset(map(folded, self.files))

    def absence(self, path: str) -> str:
        """What to say of a listed path that is not there, with {path} and {manifest} to be filled in."""
        if path in self._folders:
            return _("{path} is a folder, and {manifest} may list files only")
        if unicodedata.normalize("NFC", path) in self._normal:
            return _("{path} is there in another Unicode normalization only; {manifest} lists it")
        if folded(path) in self._folded:
            return _("{path} is there in other upper and lower case only; {manifest} lists it")
        if path.replace("\\", "/") in self.files:
            return _("{path} is written with '\\' where '/' must stand; {manifest} lists it")
        if path.replace("%", "%25") in self.files:
            return _(
                "{path} is missing; a file with '%25' in its own name is there, which {manifest} has to write %2525"
            )
        return _("{path} is missing; {manifest} lists it")

    def twins(self) -> list[str]:
        """Files of which another differs in case or Unicode normalization only, sorted."""
        first: dict[str, str] = {}
        found: set[str] = set()
        for path in sorted(self.files):
            twin = first.setdefault(folded(path), path)
            if twin != path:
                found |= {twin, path}
        return sorted(found)


def check_payload(
    manifests: Sequence[Manifest], present: Present, findings: Findings, *, is_rfc: bool
) -> None:
    """Every payload manifest against the files below data/, both ways."""
    for manifest in manifests:
        outside = sorted(path for path in manifest.entries if not path.startswith(PAYLOAD))
        for path in outside:
            findings.refuse(
                _("{manifest}: {path} is not below data/").format(manifest=manifest.name, path=path)
            )
        _check_present(manifest, (p for p in manifest.entries if p.startswith(PAYLOAD)), present, findings)
    listed: set[str] = set().union(*(manifest.entries for manifest in manifests))
    for manifest in manifests:
        missing = [path for path in present.payload if path not in manifest.entries]
        if is_rfc:
            # Section 2.1.3: every manifest lists every file of the payload.
            for path in missing:
                findings.refuse(
                    _("{path} is not listed in {manifest}").format(
                        path=printable(path), manifest=manifest.name
                    )
                )
        elif elsewhere := [printable(path) for path in missing if path in listed]:
            findings.warn(
                _("{manifest} does not list {paths}, which another manifest does").format(
                    manifest=manifest.name, paths=shown(elsewhere)
                )
            )
    if manifests and not is_rfc:
        for path in present.payload:
            if path not in listed:
                findings.refuse(_("{path} is listed in no manifest").format(path=printable(path)))


def check_tags(
    manifests: Sequence[Manifest],
    payload_manifests: Sequence[str],
    present: Present,
    findings: Findings,
    *,
    is_rfc: bool,
) -> None:
    """Every tag manifest against the tag files (section 2.2.1). `payload_manifests` are names of files."""
    for manifest in manifests:
        for path in sorted(manifest.entries):
            kind = manifest_kind(path)
            if path.startswith(PAYLOAD):
                findings.refuse(
                    _("{manifest}: {path} is payload, not a tag file").format(
                        manifest=manifest.name, path=path
                    )
                )
            elif kind is not None and kind[0]:
                findings.rule(
                    _("{manifest}: {path} is itself a tag manifest").format(
                        manifest=manifest.name, path=path
                    ),
                    binding=is_rfc,
                )
        _check_present(manifest, manifest.entries, present, findings)
        for path in payload_manifests:
            if path not in manifest.entries:
                findings.rule(
                    _("{path} is not listed in {manifest}").format(path=path, manifest=manifest.name),
                    binding=is_rfc,
                )
    if not manifests:
        return
    tag_files = [path for path in present.files if not path.startswith(PAYLOAD)]
    unlisted = [
        printable(path)
        for path in sorted(tag_files)
        if not _is_tag_manifest(path) and any(path not in manifest.entries for manifest in manifests)
    ]
    others = [path for path in unlisted if path not in payload_manifests]
    if others:
        findings.warn(_("not listed in every tag manifest: {paths}").format(paths=shown(others)))


def _is_tag_manifest(path: str) -> bool:
    kind = manifest_kind(path)
    return kind is not None and kind[0]


def _check_present(manifest: Manifest, paths: Iterable[str], present: Present, findings: Findings) -> None:
    for path in sorted(path for path in paths if path not in present.files):
        findings.refuse(present.absence(path).format(path=path, manifest=manifest.name))
