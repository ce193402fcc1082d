"""What a disc says of itself, by the names of its files, and their checksum list. For reading only."""

from collections.abc import Iterator
from urllib.parse import unquote

SET = "set.json"
DESCRIPTOR = "descriptor.json"
EXTENTS = "extents.csv"
PACKAGES = "catalog/packages.jsonl"
FILES = "catalog/files.csv"
RECEIPTS = "catalog/receipts.jsonl"
PAYLOAD_SUMS = "manifest-sha256.txt"
SITE_KEY = "site-key.pem"
#: Lists of sha256 of the disc's own texts: on data discs, on parity discs.
SUMS = ("tagmanifest-sha256.txt", "SHA256SUMS.txt")
#: Texts that a look takes, and where a second one of each lies, if any.
WANTED: dict[str, tuple[str, ...]] = {
    SET: (SET, f"last/{SET}"),
    DESCRIPTOR: (DESCRIPTOR, f"last/{DESCRIPTOR}"),
    EXTENTS: (EXTENTS, f"last/{EXTENTS}"),
    PACKAGES: (PACKAGES,),
    FILES: (FILES,),
    RECEIPTS: (RECEIPTS,),
    PAYLOAD_SUMS: (PAYLOAD_SUMS,),
    SITE_KEY: (SITE_KEY,),
}
#: Tables of packages that travel as one tar, each under the id of its package.
NAME_MAPS = "name-maps"
#: The list that a look writes itself where a disc has no catalog/files.csv: what its directories tell.
WALK = "walk.csv"


def file_name(text: str) -> str:
    """Under which name a look keeps this text in its folder."""
    return text.replace("/", "-")


def sums_of(text: bytes) -> dict[str, str]:
    """Path → sha256 of a checksum list (`digest  path`, LF, CR and % percent-encoded in the path)."""
    return dict(_sums_lines(text))


def _sums_lines(text: bytes) -> Iterator[tuple[str, str]]:
    for line in text.decode("utf-8", "replace").split("\n"):
        digest, _, path = line.partition("  ")
        if len(digest) == 64 and path:
            yield unquote(path) if "%" in path else path, digest.lower()
