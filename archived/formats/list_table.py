"""A list of volumes as rows of cells, whatever it was read from.

A cell keeps what it was: a number is no text, since its leading zeros may be lost. What a column means is said
elsewhere (`archived.policy.list_columns`).
"""

from dataclasses import dataclass
from enum import Enum, unique
from typing import Final

from archived.errors import Unacceptable
from archived.language import _

#: Rows of the largest sheet that there is (Excel's limit).
ROWS_MAX: Final = 1_048_576
COLUMNS_MAX: Final = 16_384


@unique
class CellKind(Enum):
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    TRUTH = "true or false"
    FORMULA = "formula"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; the text has no white space around it, and is empty where there is nothing."""

    text: str
    kind: CellKind = CellKind.TEXT


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row that is not empty, by the number that a spreadsheet shows beside it."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class ListTable:
    """All rows of a list; the first one has the headings."""

    #: "UTF-8", "GB18030" or the name of the sheet.
    read_as: str
    rows: tuple[TableRow, ...]


def unreadable(why: str, advice: str) -> Unacceptable:
    """The error for a list that cannot be read."""
    return Unacceptable(_("the list cannot be read: {why}").format(why=why), advice=advice)


def row_of(number: int, cells: list[Cell]) -> TableRow | None:
    """A row without the empty cells at its end; None when nothing is left. Raises Unacceptable."""
    while cells and not cells[-1].text:
        cells.pop()
    if number > ROWS_MAX or len(cells) > COLUMNS_MAX:
        raise unreadable(
            _("it has more rows or columns than a sheet can have"), _("hand it in as several lists")
        )
    return TableRow(number, tuple(cells)) if cells else None


def stripped(text: str) -> str:
    """Without white space around it; what stands inside stays."""
    return text.strip().strip("\ufeff\u200b").strip()
