""".xlsx (ECMA-376) as rows of cells, with what each cell was: text, number, date, formula. Pure.

A formula has no value here: the stored one may be older than the cells that it was made of.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any, Final

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from archived.formats.list_table import Cell, CellKind, ListTable, TableRow, row_of, stripped, unreadable
from archived.language import _

#: All parts of the file together, unpacked: openpyxl holds every text of the book in memory.
UNPACKED_BYTES_MAX: Final = 256 << 20
PARTS_MAX: Final = 10_000
#: What openpyxl and its XML and zip readers raise on a file that is broken; an XML error is a SyntaxError.
_BROKEN = (
    InvalidFileException, zipfile.BadZipFile, zlib.error, struct.error, KeyError, IndexError, ValueError, TypeError,
    AttributeError, SyntaxError, OSError, EOFError, OverflowError, RuntimeError,
)  # fmt: skip


def read_xlsx(data: bytes, *, sheet: str = "") -> ListTable:
    """The rows of the sheet `sheet`, or of the only one that is visible and not empty. Raises Unacceptable."""
    try:
        _check_size(data)
        return _table(data, sheet)
    except _BROKEN as error:
        raise unreadable(
            _("it is no .xlsx that can be read ({why})").format(why=f"{type(error).__name__}: {error}"),
            _("open it in a spreadsheet program and save it again, or save it as CSV"),
        ) from error


def _check_size(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        listed = parts.infolist()
    if len(listed) > PARTS_MAX or sum(part.file_size for part in listed) > UNPACKED_BYTES_MAX:
        raise unreadable(_("it unpacks to more than a list can be"), _("save only the list itself"))


def _table(data: bytes, wanted: str) -> ListTable:
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    try:
        visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        chosen = [sheet for sheet in visible if not wanted or sheet.title == wanted]
        found = [(sheet.title, rows) for sheet in chosen if (rows := tuple(_rows(sheet)))]
    finally:
        book.close()
    if len(found) == 1:
        return ListTable(*found[0])
    names = ", ".join(repr(sheet.title) for sheet in visible)
    if wanted:
        raise unreadable(
            _("it has no sheet {sheet} with anything in it").format(sheet=repr(wanted)),
            _("name one of {sheets}").format(sheets=names),
        )
    if not found:
        return ListTable("", ())
    raise unreadable(
        _("several sheets are filled: {sheets}").format(sheets=names), _("name the one with --sheet NAME")
    )


def _rows(sheet: Any) -> Iterator[TableRow]:
    # Some programs write a wrong size of the sheet, and rows beyond it would be lost.
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(), 1):
        if row := row_of(number, [_cell(cell) for cell in cells]):
            yield row


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return Cell("")
    if cell.data_type == "f":
        return Cell(str(value), CellKind.FORMULA)
    if cell.data_type == "e":
        return Cell(str(value), CellKind.ERROR)
    if isinstance(value, bool):
        return Cell(str(value).upper(), CellKind.TRUTH)
    if isinstance(value, date | time | timedelta):
        return Cell(str(value), CellKind.DATE)
    if isinstance(value, int | float):
        whole = isinstance(value, float) and value.is_integer()
        return Cell(str(int(value)) if whole else str(value), CellKind.NUMBER)
    return Cell(stripped(str(value)))
