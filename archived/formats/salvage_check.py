"""Every file of a salvaged disc against what the disc says of it: manifests first, else its catalog."""

import hashlib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum

from archived.formats.errors import FormatError
from archived.formats.file_rows import read_file_table
from archived.formats.salvage_copy import blocks
from archived.formats.salvage_disc import PARITY_PATH, SalvagedDisc

MANIFESTS = ("manifest-sha256.txt", "tagmanifest-sha256.txt", "SHA256SUMS.txt")
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_ESCAPE = re.compile("%(25|0A|0D)")


class FileState(Enum):
    """What came out about one file."""

    GOOD = "good"
    DAMAGED = "damaged"
    MISSING = "missing"
    #: It is there, and no digest of it is.
    UNJUDGED = "unjudged"


@dataclass(frozen=True, slots=True)
class Checked:
    """One file, judged."""

    path: str
    state: FileState
    size_bytes: int


def expected_digests(disc: SalvagedDisc) -> dict[str, str]:
    """sha256 of every file that the disc itself names, as far as that can be read."""
    found = _from_catalog(disc)
    for name in MANIFESTS:
        found |= manifest_lines(disc.text(name) or b"")
    return found


def manifest_lines(text: bytes) -> dict[str, str]:
    """Path → sha256 of the lines that are whole (RFC 8493, section 2.1.3)."""
    found = {}
    for line in text.decode("utf-8", "replace").split("\n"):
        if match := _LINE.fullmatch(line):
            found[_ESCAPE.sub(lambda hit: chr(int(hit[1], 16)), match[2])] = match[1]
    return found


def check_files(
    disc: SalvagedDisc, expected: dict[str, str], proven: Collection[str] = ()
) -> Iterator[Checked]:
    """A verdict on every file that is there or should be, sorted by path; `proven` ones are not read again."""
    for path in sorted({*disc.files, *expected}):
        file = disc.files.get(path)
        if file is None:
            yield Checked(path, FileState.MISSING, 0)
            continue
        wanted = expected.get(path)
        if path in proven:
            yield Checked(path, FileState.GOOD, file.size_bytes)
            continue
        if wanted is None:
            yield Checked(path, FileState.UNJUDGED, file.size_bytes)
            continue
        good = sha256_of(disc, path) == wanted
        yield Checked(path, FileState.GOOD if good else FileState.DAMAGED, file.size_bytes)


def proven_files(disc: SalvagedDisc) -> Collection[str]:
    """The files of a disc whose bytes in the code word are whole: parity.bin, or all that a whole image holds."""
    return (PARITY_PATH,) if PARITY_PATH in disc.files else disc.files


def sha256_of(disc: SalvagedDisc, path: str) -> str:
    """sha256 of a file that is there, zeros standing for what cannot be read."""
    digest = hashlib.sha256()
    for block in blocks(disc.files[path].data):
        digest.update(block)
    return digest.hexdigest()


def _from_catalog(disc: SalvagedDisc) -> dict[str, str]:
    """The same from catalog/files.csv, up to where it is damaged."""
    folders = {row.package_id: row.disc_path for row in disc.packages()}
    found: dict[str, str] = {}
    text = disc.text("catalog/files.csv")
    if text is None:
        return found
    try:
        for row in read_file_table(text):
            if not row.is_directory and row.package_id in folders:
                found[f"{folders[row.package_id]}/{row.path}"] = row.sha256
    except FormatError as error:
        disc.problems.append(error.message)
    return found
