"""CSV (RFC 4180) as programs write it: UTF-8 with or without BOM, or GB18030; commas, semicolons or tabs. Pure."""

import codecs
import csv
import io
from collections.abc import Iterator

from archived.formats.list_table import Cell, CellKind, ListTable, row_of, stripped, unreadable
from archived.language import _

DELIMITERS = ",;\t"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_csv(data: bytes) -> ListTable:
    """The rows of a CSV. Raises Unacceptable."""
    text, encoding = _decoded(data)
    if "\0" in text:
        raise unreadable(_("it holds NUL bytes, so it is no text"), _("save it as CSV in UTF-8, or as .xlsx"))
    rows = tuple(
        row
        for number, record in enumerate(_records(text, _delimiter_of(text)), 1)
        if (row := row_of(number, [_cell(value) for value in record]))
    )
    return ListTable(encoding, rows)


def _decoded(data: bytes) -> tuple[str, str]:
    """The text and its encoding: UTF-8 when it is valid, else GB18030 when it is that, else nothing."""
    if data.startswith(_UTF16):
        raise unreadable(_("it is UTF-16"), _("save it as CSV in UTF-8, or as .xlsx"))
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode("utf-8"), "UTF-8"
    except UnicodeDecodeError as error:
        at = error.start
    try:
        return data.decode("gb18030"), "GB18030"
    except UnicodeDecodeError as error:
        raise unreadable(
            _("it is neither UTF-8 (byte {utf8}) nor GB18030 (byte {gb18030})").format(
                utf8=at, gb18030=error.start
            ),
            _("save it as CSV in UTF-8, or as .xlsx"),
        ) from None


def _delimiter_of(text: str) -> str:
    """What parts the most cells of the first row that is not empty; a comma when that is open."""
    counted = {delimiter: _cells(text, delimiter) for delimiter in DELIMITERS}
    most = max(counted.values())
    return next(delimiter for delimiter in DELIMITERS if counted[delimiter] == most or most < 2)


def _cells(text: str, delimiter: str) -> int:
    """How many cells the first row that is not empty has then; 0 when it cannot be read so."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return next((len(record) for record in reader if any(record)), 0)
    except csv.Error:
        return 0  # a wrong guess tears quotes apart; only what is chosen says what is wrong with the list


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise unreadable(
            _("line {line}: {why}").format(line=reader.line_num, why=error),
            _("save it again as CSV, or as .xlsx"),
        ) from None


def _cell(value: str) -> Cell:
    text = stripped(value)
    # What programs write to keep leading zeros, ="0007", is a formula for them and no text for us.
    return Cell(text, CellKind.FORMULA if text.startswith('="') else CellKind.TEXT)
