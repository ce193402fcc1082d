"""The text of a catalog export: JSON lines, one table after another, that say how many they are and what they weigh.

    {"magic": "archived catalog export", "version": 1, "schema": "0004", …}     the head
    {"table": "package", "columns": [["id", "text"], ["sha256", "hex"], …]}     then its rows, in order of their keys
    ["P000001", …]
    {"rows": 1}
    {"end": "archived catalog export", "rows": {"package": 1}, "sha256": "…"}   of every byte before this line

UTF-8, one JSON value a line, no spaces. A row is a list of numbers, texts and nulls; bytes stand as hexadecimal digits
in columns that say "hex". The file is compressed by gzip (RFC 1952) without name and time, so that equal catalogs with
equal heads have equal files. docs/catalog-export.md is the format page.
"""

import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from gzip import BadGzipFile, GzipFile
from typing import Any, BinaryIO, Final

from archived.formats.errors import DocumentDamaged, UnknownVersion
from archived.language import _

MAGIC: Final = "archived catalog export"
VERSION: Final = 1
#: Kinds of columns: "hex" holds bytes, the others what JSON holds.
KINDS: Final = ("text", "number", "hex")
#: No line of ours is longer; a damaged file must not fill the memory.
LINE_BYTES_MAX: Final = 1 << 28
COMPRESSION_LEVEL: Final = 6

Column = tuple[str, str]
Row = list[Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A table begins: its name, and its columns with their kinds."""

    name: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class End:
    """The file is whole: every row was counted, and the digest holds."""

    rows: Mapping[str, int]
    #: Of the whole text, compression taken away, the last line left out.
    sha256: str


class ExportWriter:
    """Writes one export into a binary file, which stays open. `end` must be the last call."""

    def __init__(self, file: BinaryIO, head: Mapping[str, Any]) -> None:
        self._zip = GzipFile("", "wb", COMPRESSION_LEVEL, file, mtime=0)
        self._digest = hashlib.sha256()
        self._rows: dict[str, int] = {}
        self._table: str | None = None
        self._line({"magic": MAGIC, "version": VERSION, **head})

    def table(self, name: str, columns: Sequence[Column]) -> None:
        """Begin a table; the one before ends."""
        self._end_table()
        self._table = name
        self._rows[name] = 0
        self._line({"table": name, "columns": [list(column) for column in columns]})

    def rows(self, rows: Sequence[Sequence[Any]]) -> None:
        """Rows of the table: numbers, texts, None, and bytes. Raises ValueError for anything else."""
        text = "".join(f"{_json([_plain(item) for item in row])}\n" for row in rows)
        self._rows[str(self._table)] += len(rows)
        self._write(text.encode("utf-8"))

    def end(self) -> End:
        """The last line; the compressed stream is complete when this returns."""
        self._end_table()
        end = End(dict(self._rows), self._digest.hexdigest())
        self._line({"end": MAGIC, "rows": dict(end.rows), "sha256": end.sha256})
        self._zip.close()
        return end

    def _end_table(self) -> None:
        if self._table is not None:
            self._line({"rows": self._rows[self._table]})
        self._table = None

    def _line(self, document: Mapping[str, Any]) -> None:
        self._write(f"{_json(document)}\n".encode())

    def _write(self, data: bytes) -> None:
        self._digest.update(data)
        self._zip.write(data)


def read_export(file: BinaryIO) -> Iterator[dict[str, Any] | Table | Row | End]:
    """The head, then tables, each before its rows, then the end: only behind it is anything to be believed.

    Raises:
        UnknownVersion: an export of a version that this release does not read.
        DocumentDamaged: not an export, torn, or changed; says where.
    """
    digest, counts = hashlib.sha256(), dict[str, int]()
    table: Table | None = None
    with GzipFile(fileobj=file, mode="rb") as unzipped:
        line = _next_line(unzipped)
        yield _head(line)
        while True:
            digest.update(line)
            line = _next_line(unzipped)
            value = _value(line)
            if isinstance(value, list):
                if table is None or len(value) != len(table.columns):
                    raise DocumentDamaged(_("a row of the export stands where none may be, or is too short"))
                counts[table.name] += 1
                yield _row(table, value)
            elif "table" in value:
                table = _table(value, counts)
                counts[table.name] = 0
                yield table
            elif "end" in value:
                yield _checked_end(value, counts, digest.hexdigest(), unzipped)
                return
            elif table is None or value != {"rows": counts[table.name]}:
                raise DocumentDamaged(
                    _("the export does not hold as many rows of {table} as it says").format(
                        table=table.name if table else "?"
                    )
                )
            else:
                table = None


def _head(line: bytes) -> dict[str, Any]:
    head = _value(line)
    if not isinstance(head, dict) or head.get("magic") != MAGIC:
        raise DocumentDamaged(_("this is no export of a catalog"))
    if head.get("version") != VERSION:
        raise UnknownVersion(
            _("an export of version {found}; this release reads version {known}").format(
                found=head.get("version"), known=VERSION
            )
        )
    return head


def _checked_end(value: Mapping[str, Any], counts: Mapping[str, int], sha256: str, unzipped: GzipFile) -> End:
    if value.get("sha256") != sha256:
        raise DocumentDamaged(_("the digest of the export does not hold; it was changed or is torn"))
    if value.get("rows") != counts:
        raise DocumentDamaged(_("the export does not hold as many rows as its last line says"))
    if _read_some(unzipped):
        raise DocumentDamaged(_("something stands behind the last line of the export"))
    return End(dict(counts), sha256)


def _table(value: Mapping[str, Any], known: Mapping[str, int]) -> Table:
    name, columns = value["table"], value.get("columns")
    right = isinstance(columns, list) and all(
        isinstance(column, list) and len(column) == 2 and isinstance(column[0], str) and column[1] in KINDS
        for column in columns
    )
    if not right or not isinstance(name, str) or name in known:
        raise DocumentDamaged(_("the export names a table twice, or without its columns"))
    return Table(name, tuple((column[0], column[1]) for column in columns or []))


def _row(table: Table, value: list[Any]) -> Row:
    try:
        return [
            bytes.fromhex(item) if kind == "hex" and item is not None else item
            for (_name, kind), item in zip(table.columns, value, strict=True)
        ]
    except (TypeError, ValueError):
        raise DocumentDamaged(
            _("a row of {table} in the export cannot be read").format(table=table.name)
        ) from None


def _next_line(unzipped: GzipFile) -> bytes:
    try:
        line = unzipped.readline(LINE_BYTES_MAX)
    except (BadGzipFile, EOFError, zlib.error) as error:
        raise DocumentDamaged(_("the export is torn or damaged: {why}").format(why=error)) from None
    if not line.endswith(b"\n"):
        raise DocumentDamaged(_("the export is torn: it ends in the middle of a line"))
    return line


def _read_some(unzipped: GzipFile) -> bytes:
    """What follows; reading on also makes gzip check its own sum."""
    try:
        return unzipped.read(1)
    except (BadGzipFile, EOFError, zlib.error) as error:
        raise DocumentDamaged(_("the export is torn or damaged: {why}").format(why=error)) from None


def _value(line: bytes) -> Any:
    try:
        value = json.loads(line)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise DocumentDamaged(_("a line of the export cannot be read: {why}").format(why=error)) from None
    if not isinstance(value, dict | list):
        raise DocumentDamaged(_("a line of the export is neither a row nor says what follows"))
    return value


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _json(value: Any) -> str:
    return _ENCODER.encode(value)


def _plain(item: Any) -> Any:
    if isinstance(item, bytes):
        return item.hex()
    if item is None or isinstance(item, str | int | float):
        return item
    raise ValueError(f"{type(item).__name__} has no place in an export")
