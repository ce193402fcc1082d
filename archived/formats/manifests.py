"""The disc as one BagIt 1.0 bag (RFC 8493): declaration, information, manifests over on-disc names.

This writes; it does not validate bags (intake does that, with code of its own).
"""

from collections.abc import Iterable
from datetime import UTC

from archived.formats.disc import DataDisc, DiscPackage

BAGIT_TXT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
SHA256_HEX_DIGITS = 64


def manifest_line(digest: str, path: str) -> bytes:
    """`digest  path`; only LF, CR and % are percent-encoded in the path (RFC 8493, section 2.1.3)."""
    encoded = path.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return f"{digest}  {encoded}\n".encode()


def payload_manifest(packages: Iterable[DiscPackage]) -> bytes:
    """manifest-sha256.txt: every file below data/, in the order of the disc."""
    lines = (manifest_line(f.digests["sha256"], f"{p.disc_path}/{f.path}") for p in packages for f in p.files)
    return b"".join(lines)


def tag_manifest(digests: Iterable[tuple[str, str]]) -> bytes:
    """tagmanifest-sha256.txt (or SHA256SUMS.txt on a parity disc) from (path, sha256)."""
    return b"".join(manifest_line(digest, path) for path, digest in digests)


def bag_info(disc: DataDisc) -> bytes:
    """bag-info.txt: the reserved elements of RFC 8493 section 2.2.2 that we can fill."""
    files = sum(len(package.files) for package in disc.packages)
    octets = sum(package.size_bytes for package in disc.packages)
    elements = [
        ("Source-Organization", disc.institution.name),
        ("Contact-Name", disc.institution.contact),
        ("External-Identifier", disc.image_id),
        ("External-Description", disc.label_line),
        ("Bagging-Date", disc.closed_at.astimezone(UTC).strftime("%Y-%m-%d")),
        ("Payload-Oxum", f"{octets}.{files}"),
        ("Bag-Group-Identifier", disc.identity.set_id),
        ("Bag-Count", f"{disc.position} of {disc.identity.total}"),
        ("Bag-Software-Agent", disc.software),
    ]
    if disc.simulated:
        elements.append(("Internal-Sender-Description", "SIMULATED – NOT PRESERVED"))
    return "".join(f"{name}: {_one_line(value)}\n" for name, value in elements if value).encode("utf-8")


def _one_line(value: str) -> str:
    return " ".join(value.split())
