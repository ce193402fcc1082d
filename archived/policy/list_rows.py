"""The rows of a list as volumes to be handed in, and every cell that cannot be one. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from archived.errors import Unacceptable
from archived.formats.list_table import Cell, CellKind, ListTable, TableRow
from archived.language import _
from archived.model import Reference
from archived.policy.layout import LayoutRule
from archived.policy.list_columns import EXACT, FIELDS, NUMBERS, Columns, columns_of, missing

REFERENCE: Final = ("fonds", "series", "volume")


@dataclass(frozen=True, slots=True)
class ListedVolume:
    """One row. Its number is that of the row in the list, or a count where there is no list."""

    number: int
    #: Relative to the root, with '/'.
    folder: str
    fonds: str
    series: str
    volume: str
    title: str = ""
    retention: str = ""
    confidentiality: str = ""
    storage_class: str = ""
    pages: int | None = None
    files: int | None = None

    @property
    def reference(self) -> Reference:
        return Reference(self.fonds, self.series, self.volume)


@dataclass(frozen=True, slots=True)
class BadCell:
    """Something in the list that cannot be used."""

    row: int
    #: The heading's field, or what the row as a whole lacks.
    field: str
    why: str


@dataclass(frozen=True, slots=True)
class ReadList:
    """A list as it was understood."""

    volumes: tuple[ListedVolume, ...]
    bad: tuple[BadCell, ...]
    read_as: str
    #: Headings that mean nothing to us.
    unused: tuple[str, ...]
    #: Folders of rows that cannot be used.
    folders_of_bad: tuple[str, ...] = ()


def read_list(
    table: ListTable,
    *,
    more: Mapping[str, str],
    fixed: Mapping[str, str],
    layout: LayoutRule | None,
) -> ReadList:
    """The volumes of a list and everything in it that cannot be used.

    Args:
        more: heading → field, beside those that are known.
        fixed: fields that hold for every row; no column may say them too. Empty ones say nothing.
        layout: gives the folder where no column does, else what the folder's path says and no column does.

    Raises:
        Unacceptable, Refused: the headings cannot be used, or too little is said; nothing was read further.
    """
    if not table.rows:
        raise Unacceptable(
            _("the list is empty"), advice=_("put a row of headings and a row for each volume in it")
        )
    head, rows = table.rows[0], table.rows[1:]
    columns = columns_of(head, more)
    fixed = {field: value for field, value in fixed.items() if value}
    _check_said(columns, fixed, layout)
    volumes: list[ListedVolume] = []
    bad: list[BadCell] = []
    folders: list[str] = []
    for row in rows:
        reading = _Row(row, columns, fixed, layout)
        volume = reading.volume(len(head.cells))
        bad += reading.bad
        if volume is not None:
            volumes.append(volume)
        elif reading.folder:
            folders.append(reading.folder)
    return ReadList(tuple(volumes), tuple(bad), table.read_as, columns.unused, tuple(folders))


def _check_said(columns: Columns, fixed: Mapping[str, str], layout: LayoutRule | None) -> None:
    if twice := [field for field in fixed if field in columns.places]:
        raise Unacceptable(
            _("{fields} is said by a column of the list and by an option").format(fields=", ".join(twice)),
            advice=_("leave the option out, or ignore the column with --columns"),
        )
    has_folder = "folder" in columns.places
    if not has_folder and layout is None:
        raise Unacceptable(
            _("nothing says where the folders of the rows are"),
            advice=_(
                "give the list a column 文件夹 (folder), or say how folders are named: --layout '{volume}'"
            ),
        )
    said = [*fixed, *(layout.names if has_folder and layout is not None else ())]
    if lacking := missing(columns.places, said):
        raise Unacceptable(
            _("nothing says the {fields} of the rows").format(fields=", ".join(lacking)),
            advice=_("give the list these columns, or say it for all rows: {options}").format(
                options=" ".join(f"--{field}" for field in lacking)
            ),
        )


class _Row:
    """One row while it is understood; whatever is wrong with it gathers in `bad`."""

    def __init__(
        self, row: TableRow, columns: Columns, fixed: Mapping[str, str], layout: LayoutRule | None
    ) -> None:
        self._row = row
        self._columns = columns
        self._fixed = fixed
        self._layout = layout
        self.bad: list[BadCell] = []
        self.folder = ""

    def volume(self, width: int) -> ListedVolume | None:
        """The volume of the row, or None when `bad` says why there is none."""
        if len(self._row.cells) > width:
            self._note("row", _("it has more cells than there are headings"))
        values = {field: self._value(field) for field in FIELDS}
        values |= self._fixed
        numbers = {field: self._number(field, values.pop(field)) for field in NUMBERS}
        self.folder = self._folder(values.pop("folder"), values)
        for field in REFERENCE:
            if not values[field] and not any(item.field == field for item in self.bad):
                self._note(field, _("it is empty"))
        if self.bad:
            return None
        return ListedVolume(self._row.number, self.folder, **values, **numbers)  # type: ignore[arg-type]

    def _value(self, field: str) -> str:
        place = self._columns.places.get(field)
        if place is None or place >= len(self._row.cells):
            return ""
        cell = self._row.cells[place]
        if why := _problem(field, cell):
            self._note(field, why)
            return ""
        return cell.text

    def _number(self, field: str, text: str) -> int | None:
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 9):
            self._note(field, _("{text} is no whole number").format(text=repr(text)))
            return None
        return int(text)

    def _folder(self, text: str, values: dict[str, str]) -> str:
        """Where the row's folder is; fills in what only the path says."""
        if "folder" not in self._columns.places:
            return self._folder_by_layout(values)
        folder = text.replace("\\", "/").removeprefix("./").rstrip("/")
        if not folder and not any(item.field == "folder" for item in self.bad):
            self._note("folder", _("it is empty"))
        if folder.startswith("/") or (any(part in ("", ".", "..") for part in folder.split("/")) and folder):
            self._note("folder", _("{text} is no path below the folder of the list").format(text=repr(text)))
        if self._layout is None or self.bad:
            return folder
        try:
            described = self._layout.read(folder)
        except Unacceptable as error:
            self._note("folder", error.message)
            return folder
        for field in (*REFERENCE, "retention", "confidentiality", "title"):
            says = getattr(described, field)
            if says and values[field] and values[field] != says:
                self._note(
                    field,
                    _("the list says {one}, the path says {other}").format(
                        one=repr(values[field]), other=repr(says)
                    ),
                )
            values[field] = values[field] or says
        return folder

    def _folder_by_layout(self, values: Mapping[str, str]) -> str:
        if self._layout is None or any(item.field in REFERENCE for item in self.bad):
            return ""
        try:
            return self._layout.path(values)
        except Unacceptable as error:
            self._note("folder", error.message)
            return ""

    def _note(self, field: str, why: str) -> None:
        self.bad.append(BadCell(self._row.number, field, why))


def _problem(field: str, cell: Cell) -> str:
    """Why a cell cannot be used in this column, or empty."""
    text = repr(cell.text)
    if cell.kind is CellKind.FORMULA:
        return _("{text} is a formula; put its value there as text").format(text=text)
    if cell.kind is CellKind.ERROR:
        return _("{text} is an error of the spreadsheet").format(text=text)
    if cell.kind is CellKind.TEXT or (cell.kind is CellKind.NUMBER and field in NUMBERS):
        return ""
    if cell.kind is CellKind.NUMBER and field not in EXACT and cell.text.isdigit():
        return ""
    if cell.kind is CellKind.NUMBER and field in EXACT:
        return _(
            "{text} is a number, so leading zeros may be lost; make the column text and write it again"
        ).format(text=text)
    words = {CellKind.NUMBER: _("a number"), CellKind.DATE: _("a date"), CellKind.TRUTH: _("true or false")}
    return _("{text} is {kind} for the spreadsheet; make the column text and write it again").format(
        text=text, kind=words[cell.kind]
    )
