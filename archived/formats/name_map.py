"""name-map.csv: what lies in data/package.tar, name by name, and why it could not lie on the disc plainly. Pure.

RFC 4180 with LF, UTF-8, one head line. Paths and targets are percent-escaped (`archived.names`), so every row is one
line of printable text; modes are octal; times are nanoseconds since 1970 UTC; offsets are bytes from the start of
the tar to the content of the file.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final

from archived.formats.errors import DocumentDamaged
from archived.formats.whole_numbers import INT64_MIN, whole
from archived.inner_files import KINDS, NAME_MAP_PATH, InnerFile
from archived.language import _

COLUMNS: Final = (
    "path", "kind", "offset", "size_bytes", "mtime_ns", "mode", "link_target", "same_file_as",
    "sha256", "blake3", "xxh3-128", "reason",
)  # fmt: skip
#: The largest offset in decimal has so many digits more than "0".
_OFFSET_DIGITS: Final = 18
_DIGEST_DIGITS: Final = 64 + 64 + 32


def head() -> bytes:
    """The first line."""
    return _line(COLUMNS)


def row(item: InnerFile, reason: str = "") -> bytes:
    """One line; `reason` says why this name could not stand on a disc, empty when it could."""
    return _line(
        (
            item.path,
            item.kind,
            item.offset,
            item.size_bytes,
            item.mtime_ns,
            f"{item.mode:04o}",
            item.target,
            item.same_as,
            item.sha256,
            item.blake3,
            item.xxh3,
            reason,
        )
    )


def row_bytes_max(item: InnerFile, reason: str = "") -> int:
    """Bytes that the row takes at most once offset and digests are known."""
    return len(row(item, reason)) + _OFFSET_DIGITS + _DIGEST_DIGITS


def read(lines: Iterable[str], package_id: str) -> Iterator[InnerFile]:
    """What `name-map.csv` says of a package, in its order.

    Raises DocumentDamaged for anything but a whole table.
    """
    table = csv.reader(lines, strict=True)
    try:
        if next(table, None) != list(COLUMNS):
            raise DocumentDamaged(
                _("{NAME_MAP_PATH} of {package_id} has another head line").format(
                    NAME_MAP_PATH=NAME_MAP_PATH, package_id=package_id
                )
            )
        for fields in table:
            yield _item(fields, package_id)
    except (csv.Error, ValueError) as error:
        raise DocumentDamaged(
            _("{NAME_MAP_PATH} of {package_id}, line {line_num}: {error}").format(
                NAME_MAP_PATH=NAME_MAP_PATH, package_id=package_id, line_num=table.line_num, error=error
            )
        ) from error


def read_row(fields: list[str], package_id: str) -> InnerFile:
    """One row behind the head line, for who reads the table in stretches. Raises DocumentDamaged."""
    try:
        return _item(fields, package_id)
    except ValueError as error:
        raise DocumentDamaged(
            _("a row of name-map.csv of {package_id} cannot be read: {error}").format(
                package_id=package_id, error=error
            )
        ) from None


def _item(fields: list[str], package_id: str) -> InnerFile:
    if len(fields) != len(COLUMNS) or fields[1] not in KINDS:
        raise ValueError("it is no row of this table")
    path, kind, offset, size_bytes, mtime_ns, mode, target, same_as, sha256, blake3, xxh3, _reason = fields
    for digest in (sha256, blake3, xxh3):
        bytes.fromhex(digest)
    return InnerFile(
        package_id,
        path,
        kind,
        whole(offset),
        whole(size_bytes),
        whole(mtime_ns, least=INT64_MIN),
        whole(mode, base=8),
        target,
        same_as,
        sha256,
        blake3,
        xxh3,
    )


def _line(fields: Iterable[object]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerow(fields)
    return out.getvalue().encode("utf-8")
