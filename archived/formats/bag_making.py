"""The tag files that make a bag out of a folder: BagIt 1.0, RFC 8493. Pure: values to bytes.

A bag that a producer hands in is never touched; this is only for plain folders.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from archived.formats.bag_tags import tag_lines
from archived.formats.manifests import BAGIT_TXT, manifest_line, tag_manifest
from archived.inner_files import NAME_MAP_PATH, TAR_PATH
from archived.model import Reference

DECLARATION = BAGIT_TXT
BAGIT_NAME = "bagit.txt"
INFO_NAME = "bag-info.txt"
MANIFEST_NAME = "manifest-sha256.txt"
TAG_MANIFEST_NAME = "tagmanifest-sha256.txt"
#: In bag-info.txt of a bag that carries a package in a tar; no other bag of ours has this label.
PAYLOAD_AS_TAR = f"{TAR_PATH} as {NAME_MAP_PATH} says; unpack it with: tar -xf package.tar"
NOTICE_SIMULATED = "SIMULATED – NOT PRESERVED"


@dataclass(frozen=True, slots=True)
class BagDescription:
    """What bag-info.txt of a made bag says."""

    reference: Reference
    title: str
    retention: str
    confidentiality: str
    made_at: datetime
    payload_bytes: int
    payload_files: int
    simulated: bool
    #: True when the payload is one tar and name-map.csv says what is in it.
    as_tar: bool = False


def info_tags(bag: BagDescription) -> bytes:
    """bag-info.txt: the reserved labels of section 2.2.2 that we can fill, then the archival fields."""
    return tag_lines(
        [
            ("Internal-Sender-Description", NOTICE_SIMULATED if bag.simulated else ""),
            ("External-Identifier", str(bag.reference)),
            ("External-Description", bag.title),
            ("Bagging-Date", bag.made_at.astimezone(UTC).strftime("%Y-%m-%d")),
            ("Payload-Oxum", f"{bag.payload_bytes}.{bag.payload_files}"),
            ("Bag-Software-Agent", "archived"),
            ("Payload-Form", PAYLOAD_AS_TAR if bag.as_tar else ""),
            ("Fonds", bag.reference.fonds),
            ("Series", bag.reference.series),
            ("Volume", bag.reference.volume),
            ("Title", bag.title),
            ("Retention", bag.retention),
            ("Confidentiality", bag.confidentiality),
        ]
    )


def payload_line(sha256: str, path: str) -> bytes:
    """One line of manifest-sha256.txt; `path` begins with data/."""
    return manifest_line(sha256, path)


def tag_manifest_text(digests: Iterable[tuple[str, str]]) -> bytes:
    """tagmanifest-sha256.txt from (path, sha256) of every other tag file."""
    return tag_manifest(sorted(digests))


def tag_file_sizes(info: bytes, paths: Iterable[str], others: Mapping[str, int]) -> dict[str, int]:
    """Bytes of each tag file that a bag with these payload paths will have, before any of it is written.

    `others` are the bytes of further tag files, by name.
    """
    digest = "0" * 64
    listed = [(name, digest) for name in (BAGIT_NAME, INFO_NAME, MANIFEST_NAME, *others)]
    return {
        BAGIT_NAME: len(DECLARATION),
        INFO_NAME: len(info),
        MANIFEST_NAME: sum(len(payload_line(digest, path)) for path in paths),
        TAG_MANIFEST_NAME: len(tag_manifest_text(listed)),
        **others,
    }
