"""A receipt against the discs that hold its package: who signed it, and whether the content is what it says."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from archived.formats.errors import FormatError, KeyUnknown, SignatureWrong, Unsigned
from archived.formats.root_digest import RootDigest
from archived.formats.salvage_check import FileState, expected_digests, manifest_lines, sha256_of
from archived.formats.salvage_copy import Stretches, blocks
from archived.formats.salvage_disc import SalvagedDisc
from archived.formats.salvage_extract import inner_files
from archived.formats.signing import PublicKey, verify
from archived.inner_files import FILE, FOLDER, TAR_PATH
from archived.language import _
from archived.names import escaped, raw, unescaped

PAYLOAD = "data/"
RIGHT, WRONG, OPEN = "right", "wrong", "open"


@dataclass(slots=True)
class ReceiptFindings:
    """What came out, check by check. A check is RIGHT, WRONG, or OPEN where nobody can tell."""

    signature: str = OPEN
    content: str = OPEN
    #: Fingerprint of the key that signed; empty when none on the discs did.
    fingerprint: str = ""
    #: Sentences in the order of the checks.
    words: list[str] = field(default_factory=list)
    #: Files of the package by what became of them: escaped path → FileState.
    files: dict[str, FileState] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        if WRONG in (self.signature, self.content):
            return WRONG
        return RIGHT if self.signature == self.content == RIGHT else OPEN


def check_receipt(receipt: Mapping[str, Any], discs: Sequence[SalvagedDisc]) -> ReceiptFindings:
    """Check a receipt with nothing but discs; the best copy of the package counts."""
    findings = ReceiptFindings()
    _check_signature(receipt, discs, findings)
    best: ReceiptFindings | None = None
    for disc in discs:
        folder = _folder_of(receipt, disc)
        if folder is None:
            continue
        found = ReceiptFindings(findings.signature, OPEN, findings.fingerprint, list(findings.words))
        _check_content(receipt, disc, folder, found)
        if best is None or _rank(found) > _rank(best):
            best = found
    if best is None:
        findings.words.append(
            _("no disc that was given holds package {package}").format(package=receipt.get("package"))
        )
    return best or findings


def keys_of(discs: Sequence[SalvagedDisc]) -> list[PublicKey]:
    """The keys on the discs, each once."""
    return list(dict.fromkeys(disc.key for disc in discs if disc.key is not None))


def _check_signature(
    receipt: Mapping[str, Any], discs: Sequence[SalvagedDisc], findings: ReceiptFindings
) -> None:
    try:
        key = verify(receipt, keys_of(discs))
    except SignatureWrong as error:
        findings.signature = WRONG
        findings.words.append(error.message)
    except (Unsigned, KeyUnknown) as error:
        findings.words.append(error.message)
    else:
        findings.signature, findings.fingerprint = RIGHT, key.fingerprint
        findings.words.append(
            _("the signature holds, by the key on the discs with fingerprint {fingerprint}").format(
                fingerprint=key.fingerprint
            )
        )


def _folder_of(receipt: Mapping[str, Any], disc: SalvagedDisc) -> str | None:
    """Where the package lies: as the disc's catalog says, else by its reference and version."""
    for row in disc.packages():
        if row.package_id == receipt.get("package"):
            return row.disc_path if any(p.startswith(f"{row.disc_path}/") for p in disc.files) else None
    reference, version = receipt.get("reference"), receipt.get("version")
    if not isinstance(reference, Mapping) or not isinstance(version, int):
        return None
    folder = "/".join(["data", *map(str, reference.values()), f"v{version:04d}"])
    return folder if any(path.startswith(f"{folder}/") for path in disc.files) else None


def _check_content(
    receipt: Mapping[str, Any], disc: SalvagedDisc, folder: str, findings: ReceiptFindings
) -> None:
    wanted = str(_at(receipt, "root_digest", "value"))
    believed = _believed(receipt, disc, folder, findings)
    try:
        inner = inner_files(disc, folder)
    except FormatError as error:
        findings.words.append(error.message)
        inner = []
    found = (
        _root_of_inner(disc, folder, findings) if inner else _root_of_files(disc, folder, believed, findings)
    )
    bad = [path for path, state in findings.files.items() if state in (FileState.DAMAGED, FileState.MISSING)]
    if found == wanted:
        findings.content = RIGHT
        findings.words.append(
            _(
                "the content is what the receipt says: root digest {digest}, made again from {count} files"
            ).format(digest=wanted, count=len(findings.files))
        )
    elif bad:
        findings.words.append(
            _(
                "{bad} of {count} files are damaged or missing on {disc}; {good} are what the package had"
            ).format(
                bad=len(bad),
                count=len(findings.files),
                disc=disc.path,
                good=sum(state is FileState.GOOD for state in findings.files.values()),
            )
        )
    elif disc.problems:
        findings.words.append(
            _("the disc {disc} is damaged: not all could be checked").format(disc=disc.path)
        )
    else:
        findings.content = WRONG
        findings.words.append(
            _("the content is not what the receipt says: its root digest is {found}, not {wanted}").format(
                found=found, wanted=wanted
            )
        )


def _believed(
    receipt: Mapping[str, Any], disc: SalvagedDisc, folder: str, findings: ReceiptFindings
) -> dict[str, str]:
    """Path in the bag → sha256 by the manifest of the package, where the receipt vouches for that manifest."""
    manifests = _at(receipt, "bag", "manifests")
    name = "manifest-sha256.txt"
    text = disc.text(f"{folder}/{name}")
    if not isinstance(manifests, Mapping) or name not in manifests or text is None:
        return {}
    if sha256_of(disc, f"{folder}/{name}") != manifests[name]:
        findings.words.append(
            _("{name} of the package is not the one that the receipt names").format(name=name)
        )
        return {}
    return manifest_lines(text)


def _root_of_files(
    disc: SalvagedDisc, folder: str, believed: Mapping[str, str], findings: ReceiptFindings
) -> str:
    """The root digest of what is there; judges each file on the way.

    By the believed manifest; without one the disc's own lists can still tell damage from another content.
    """
    prefix = f"{folder}/"
    listed = {} if believed else expected_digests(disc)
    there = {path.removeprefix(prefix) for path in disc.files if path.startswith(f"{prefix}{PAYLOAD}")}
    root = RootDigest()
    for path in sorted(there | set(believed), key=raw):
        if path not in there:
            findings.files[escaped(path)] = FileState.MISSING
            continue
        sha256 = sha256_of(disc, prefix + path)
        root.add_file(path, sha256)
        wanted = believed.get(path) or listed.get(prefix + path, sha256)
        known = FileState.GOOD if path in believed else FileState.UNJUDGED
        findings.files[escaped(path)] = known if wanted == sha256 else FileState.DAMAGED
    inside = [path.removeprefix(prefix) for path in disc.folders if path.startswith(f"{prefix}{PAYLOAD}")]
    for path in sorted(_empty(inside, there), key=raw):
        root.add_empty_folder(path)
    return root.hexdigest()


def _root_of_inner(disc: SalvagedDisc, folder: str, findings: ReceiptFindings) -> str:
    """The same of a package in a tar: every inner file by its own digest in name-map.csv."""
    tar = disc.files[f"{folder}/{TAR_PATH}"].data
    items = {unescaped(item.path): item for item in inner_files(disc, folder)}
    payload = {path: item for path, item in items.items() if path.startswith(PAYLOAD)}
    root = RootDigest()
    for path in sorted((p for p, item in payload.items() if item.kind == FILE), key=raw):
        item = payload[path]
        if not 0 <= item.offset <= item.offset + item.size_bytes <= tar.size_bytes:
            findings.files[item.path] = FileState.MISSING
            continue
        sha256 = _sha256(Stretches(tar, [(item.offset, item.size_bytes)]))
        root.add_file(path, sha256)
        findings.files[item.path] = FileState.GOOD if sha256 == item.sha256 else FileState.DAMAGED
    folders = [path for path, item in payload.items() if item.kind == FOLDER]
    for path in sorted(_empty(folders, set(payload) - set(folders)), key=raw):
        root.add_empty_folder(path)
    for path in sorted((p for p, i in payload.items() if i.kind not in (FILE, FOLDER)), key=raw):
        root.add_link(path, unescaped(payload[path].target))
    return root.hexdigest()


def _empty(folders: Sequence[str], files: set[str]) -> set[str]:
    """Folders below data/ in which nothing lies."""
    filled = {path.rpartition("/")[0] for path in (*files, *folders)}
    return set(folders) - filled


def _sha256(data: Stretches) -> str:
    digest = hashlib.sha256()
    for block in blocks(data):
        digest.update(block)
    return digest.hexdigest()


def _at(document: Mapping[str, Any], *names: str) -> Any:
    found: Any = document
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _rank(findings: ReceiptFindings) -> tuple[bool, int]:
    good = sum(state is FileState.GOOD for state in findings.files.values())
    return findings.content == RIGHT, good
