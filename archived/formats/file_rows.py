"""catalog/files.csv: one row for each file and empty folder of a disc's packages (RFC 4180, UTF-8, CR LF).

Paths stand escaped (`archived.names`): `%` and two hexadecimal digits for each byte that no line of plain text can
show, so that every path comes back exactly.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archived.formats.disc import DiscPackage
from archived.formats.errors import DocumentDamaged
from archived.formats.whole_numbers import INT64_MIN, whole
from archived.language import _
from archived.names import escaped, unescaped

COLUMNS = ("package_id", "path", "is_directory", "size_bytes", "mtime_s", "sha256", "blake3", "xxh3-128")
DIGESTS = COLUMNS[5:]


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file, or one folder that holds nothing (no digests then), by its path inside the bag."""

    package_id: str
    path: str
    is_directory: bool
    size_bytes: int
    mtime_s: int
    sha256: str
    blake3: str
    xxh3: str


def rows_of(package: DiscPackage) -> Iterator[FileRow]:
    """The rows of one package in the order of the disc, empty folders last."""
    for file in package.files:
        digests = (file.digests.get(name, "") for name in DIGESTS)
        yield FileRow(package.package_id, file.path, False, file.size_bytes, file.mtime_s, *digests)
    for folder in package.empty_folders:
        yield FileRow(package.package_id, folder.path, True, 0, folder.mtime_s, "", "", "")


def file_table(packages: Iterable[DiscPackage]) -> bytes:
    """The whole file."""
    return head() + b"".join(lines(row for package in packages for row in rows_of(package)))


def head() -> bytes:
    """The head line."""
    return (",".join(COLUMNS) + "\r\n").encode()


def lines(rows: Iterable[FileRow]) -> Iterator[bytes]:
    """One line of the file for each row."""
    out = io.StringIO(newline="")
    table = csv.writer(out)
    for row in rows:
        told = (row.package_id, escaped(row.path), int(row.is_directory), row.size_bytes, row.mtime_s)
        table.writerow((*told, row.sha256, row.blake3, row.xxh3))
        yield out.getvalue().encode("utf-8")
        out.seek(0)
        out.truncate()


def read_file_table(text: bytes) -> Iterator[FileRow]:
    """The rows of a files.csv. Raises DocumentDamaged; its seal is the tag manifest of the disc."""
    try:
        table = csv.reader(io.StringIO(text.decode("utf-8"), newline=""))
        if tuple(next(table, ())) != COLUMNS:
            raise DocumentDamaged(_("files.csv does not begin with its head line"))
        for number, row in enumerate(table, start=2):
            if len(row) != len(COLUMNS) or row[2] not in ("0", "1"):
                raise DocumentDamaged(
                    _("files.csv, line {number}: not a row of {COLUMNS_count} columns").format(
                        number=number, COLUMNS_count=len(COLUMNS)
                    )
                )
            yield FileRow(
                row[0],
                unescaped(row[1]),
                row[2] == "1",
                whole(row[3]),
                whole(row[4], least=INT64_MIN),
                *row[5:],
            )
    except (UnicodeDecodeError, ValueError, csv.Error) as error:
        raise DocumentDamaged(_("files.csv: {error}").format(error=error)) from None
