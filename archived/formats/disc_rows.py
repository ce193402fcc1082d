"""Reads the rows that a disc carries about its own packages: who they are, their files, where those lie.

The checker's own reader: it shares no code with what writes them. Large lists are read in stretches, so that a
reader who is interrupted goes on at the byte where he stopped.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from archived.formats.errors import DocumentDamaged
from archived.formats.whole_numbers import INT64_MIN, whole
from archived.inner_files import NAME_MAP_PATH
from archived.language import _
from archived.names import unescaped

#: A package's folder on its disc: data/fonds/series/volume/v0001.
FOLDER_PARTS = 5
#: Rows that are held at once while a list is searched.
NAME_MAP_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class FoundPackage:
    """One package as a disc describes it."""

    #: What the disc of its image is called: `7K3F-3`.
    image_id: str
    package_id: str
    fonds: str
    series: str
    volume: str
    version: int
    title: str
    retention: str
    confidentiality: str
    accepted_at: datetime
    disc_path: str
    #: What only later releases tell, by the names on the disc.
    more: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One file, or empty folder. `package` is its package's id, or what the disc calls the package's folder."""

    package: str
    path: str
    is_directory: bool
    size_bytes: int
    mtime_s: int
    sha256: str
    blake3: str = ""
    xxh3: str = ""


_KNOWN = frozenset(
    ("image_id", "package_id", "reference", "version", "title", "retention", "confidentiality", "accepted_at")
) | {"disc_path"}


def read_packages(path: Path) -> list[FoundPackage]:
    """The rows of catalog/packages.jsonl. Raises DocumentDamaged for a line that is none."""
    return [_package(document) for document in read_json_lines(path)]


def read_json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Every line as a document. Raises DocumentDamaged."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                document = json.loads(line)
            except (ValueError, RecursionError) as error:  # what is no UTF-8 is a ValueError, too
                raise DocumentDamaged(
                    _("{name}, line {number}: {error}").format(name=path.name, number=number, error=error)
                ) from None
            if not isinstance(document, dict):
                raise DocumentDamaged(
                    _("{name}, line {number}: no object").format(name=path.name, number=number)
                )
            yield document


def _package(document: Mapping[str, Any]) -> FoundPackage:
    try:
        reference = document["reference"]
        return FoundPackage(
            image_id=str(document["image_id"]),
            package_id=str(document["package_id"]),
            fonds=str(reference["fonds"]),
            series=str(reference["series"]),
            volume=str(reference["volume"]),
            version=int(document["version"]),
            title=str(document["title"]),
            retention=str(document["retention"]),
            confidentiality=str(document["confidentiality"]),
            accepted_at=datetime.fromisoformat(document["accepted_at"]),
            disc_path=str(document["disc_path"]),
            more={key: value for key, value in document.items() if key not in _KNOWN},
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DocumentDamaged(_("a package row cannot be read: {error!r}").format(error=error)) from None


class Stretch:
    """Rows of a CSV file from a byte offset, at most `limit` of them; `end` is where the next stretch begins.

    Rows end with CRLF or LF; a quoted field may hold line ends (RFC 4180). Raises DocumentDamaged.
    """

    def __init__(self, path: Path, offset: int, limit: int) -> None:
        self.rows: list[list[str]] = []
        self.end = offset
        self.is_last = False
        with path.open("rb") as file:
            file.seek(offset)
            try:
                for row in csv.reader(self._lines(file)):
                    self.rows.append(row)
                    if len(self.rows) == limit:
                        break
            except csv.Error as error:
                raise DocumentDamaged(f"{path.name}, before byte {self.end}: {error}") from None
            self.is_last = not file.read(1)

    def _lines(self, file: Any) -> Iterator[str]:
        for line in iter(file.readline, b""):
            self.end += len(line)
            yield line.decode("utf-8", "surrogateescape")


FILE_COLUMNS = ["package_id", "path", "is_directory", "size_bytes", "mtime_s", "sha256", "blake3", "xxh3-128"]


def listed_file(row: list[str]) -> FoundFile:
    """A row of catalog/files.csv, by package id. Raises DocumentDamaged."""
    try:
        package, path, is_directory, size, mtime_s, sha256, blake3, xxh3 = row
        return FoundFile(
            package,
            unescaped(path),
            is_directory == "1",
            whole(size),
            _seconds(mtime_s),
            sha256,
            blake3,
            xxh3,
        )
    except ValueError as error:
        raise DocumentDamaged(_("a row of files.csv cannot be read: {error}").format(error=error)) from None


def walked_file(row: list[str]) -> FoundFile | None:
    """A row of the list that a look made of a disc's directories, by folder. None outside all packages."""
    try:
        is_directory, size, mtime_s, sha256, path = row
        place = split_path(path)
        return (
            FoundFile(*place, is_directory == "1", whole(size), _seconds(mtime_s), sha256) if place else None
        )
    except ValueError as error:
        raise DocumentDamaged(
            _("a row of the directories cannot be read: {error}").format(error=error)
        ) from None


def name_maps(files: Path) -> dict[str, str]:
    """Package id → sha256 of its name-map.csv, of the packages on a disc that have one. Raises DocumentDamaged."""
    found, offset = {}, 0
    while True:
        stretch = Stretch(files, offset, NAME_MAP_ROWS)
        for row in stretch.rows[1:] if offset == 0 else stretch.rows:
            if len(row) == len(FILE_COLUMNS) and row[1] == NAME_MAP_PATH:
                found[row[0]] = row[5]
        if stretch.is_last:
            return found
        offset = stretch.end


def extent(row: list[str]) -> tuple[int, int, str]:
    """(lba, bytes, path on the disc) of a row of extents.csv. Raises DocumentDamaged."""
    try:
        lba, size, path = row
        return whole(lba), whole(size), path
    except ValueError as error:
        raise DocumentDamaged(_("a row of extents.csv cannot be read: {error}").format(error=error)) from None


def split_path(path: str) -> tuple[str, str] | None:
    """(folder of the package on the disc, path in its bag); None for a path that lies in no package."""
    parts = path.split("/", FOLDER_PARTS)
    if len(parts) <= FOLDER_PARTS or parts[0] != "data":
        return None
    return "/".join(parts[:FOLDER_PARTS]), parts[FOLDER_PARTS]


def _seconds(text: str) -> int:
    return whole(text, least=INT64_MIN)
