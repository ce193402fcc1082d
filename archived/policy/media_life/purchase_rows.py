"""A list of media that were bought, CSV or .xlsx, as rows: what each says, and every cell that cannot be used. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Final

from archived.byte_size import bytes_of
from archived.carried_names import printable
from archived.enumeration import shown
from archived.errors import Unacceptable
from archived.formats.list_table import Cell, CellKind, ListTable, TableRow
from archived.language import _
from archived.policy.list_columns import plain_heading

HEADINGS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "barcode": ("barcode", "条码", "条形码", "载体编号"),
        "batch": ("batch", "purchase batch", "采购批次", "批次"),
        "vendor": ("vendor", "supplier", "供应商"),
        "order_number": ("order", "order number", "订单", "订单号"),
        "price": ("price", "unit price", "价格", "单价"),
        "currency": ("currency", "币种"),
        "bought_at": ("bought at", "bought", "date", "采购日期", "购入日期"),
        "pool": ("pool", "载体池"),
        "media_id": ("media id", "manufacturer id", "介质型号"),
        "capacity": ("capacity", "容量"),
        "printed": ("printed label", "label", "标签", "盘面编号"),
        "rfid": ("rfid", "tag", "射频标签"),
    }
)
#: Numbers in a sheet may have lost their leading zeros.
_EXACT: Final = ("barcode", "printed", "rfid", "order_number", "batch")
TEXT_MAX: Final = 64


@dataclass(frozen=True, slots=True)
class Purchase:
    """One medium of the list."""

    #: The row's number in the list.
    row: int
    barcode: str
    batch: str = ""
    vendor: str = ""
    order_number: str = ""
    #: A decimal number as it is written, for one medium; "" where nothing is said.
    price: str = ""
    currency: str = ""
    bought_at: date | None = None
    pool: str = ""
    media_id: str = ""
    capacity_bytes: int | None = None
    printed: str = ""
    rfid: str = ""


#: No medium costs or holds as much: whoever writes more has slipped.
PRICE_END: Final = 10**9
BYTES_END: Final = 10**16


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one row."""

    row: int
    barcode: str
    why: str


@dataclass(frozen=True, slots=True)
class PurchaseList:
    """A list as it was understood."""

    rows: tuple[Purchase, ...]
    problems: tuple[Problem, ...]
    #: Headings that mean nothing to us.
    unused: tuple[str, ...]


def read_purchases(table: ListTable) -> PurchaseList:
    """The media of a list and everything in it that cannot be used. Raises Unacceptable: no headings, no rows."""
    if not table.rows:
        raise Unacceptable(_("the list is empty; nothing was registered"))
    places, unused = _places(table.rows[0])
    rows: list[Purchase] = []
    problems: list[Problem] = []
    for row in table.rows[1:]:
        found, wrong = _read(row, places)
        problems += wrong
        if found is not None:
            rows.append(found)
    problems += _twice(rows)
    if not rows and not problems:
        raise Unacceptable(_("the list has headings and no rows; nothing was registered"))
    return PurchaseList(tuple(rows), tuple(problems), unused)


def _places(row: TableRow) -> tuple[dict[str, int], tuple[str, ...]]:
    known = {plain_heading(name): field for field, names in HEADINGS.items() for name in (field, *names)}
    places: dict[str, int] = {}
    unused: list[str] = []
    for place, cell in enumerate(row.cells):
        field = known.get(plain_heading(cell.text)) if cell.text else None
        if field in places:
            raise Unacceptable(
                _("several columns mean the same: {columns}").format(columns=printable(cell.text)),
                advice=_("leave one of them out"),
            )
        if field is not None:
            places[field] = place
        elif cell.text:
            unused.append(cell.text)
    if "barcode" not in places:
        raise Unacceptable(
            _("row {row}, the first of the list, has no heading “barcode” or “条码”: {headings}").format(
                row=row.number, headings=shown([printable(cell.text) for cell in row.cells if cell.text])
            ),
            advice=_("headings are: {known}").format(known=", ".join(HEADINGS)),
        )
    return places, tuple(unused)


def _read(row: TableRow, places: Mapping[str, int]) -> tuple[Purchase | None, list[Problem]]:
    cells = {
        field: row.cells[place] if place < len(row.cells) else Cell("") for field, place in places.items()
    }
    barcode = cells["barcode"].text
    wrong = [
        Problem(row.number, barcode, words) for field, cell in cells.items() if (words := _flaw(field, cell))
    ]
    if not barcode:
        wrong.append(Problem(row.number, "", _("it has no barcode")))
    if wrong:
        return None, wrong
    texts = {field: cell.text for field, cell in cells.items()}
    capacity, bought = texts.pop("capacity", ""), texts.pop("bought_at", "")
    return Purchase(
        row.number,
        **texts,
        capacity_bytes=bytes_of(capacity) if capacity else None,
        bought_at=_date(bought) if bought else None,
    ), []


def _flaw(field: str, cell: Cell) -> str:
    """Why a cell cannot be used; "" when it can."""
    text = printable(cell.text)
    if not cell.text:
        return ""
    if cell.kind in (CellKind.FORMULA, CellKind.ERROR, CellKind.TRUTH):
        return _("{field} is {kind}, not a text").format(field=field, kind=cell.kind.value)
    if field in _EXACT and cell.kind is CellKind.NUMBER:
        return _("{field} {text} is a number in the sheet and may have lost leading zeros").format(
            field=field, text=text
        )
    if not cell.text.isprintable() or len(cell.text) > TEXT_MAX:
        return _("{field} has at most {most} characters that can be seen").format(field=field, most=TEXT_MAX)
    if field == "barcode" and any(character.isspace() for character in cell.text):
        return _("barcode {text} has a space in it").format(text=text)
    if field == "price" and not _is_price(cell.text):
        return _("price {text} is no number such as 12.50").format(text=text)
    if field == "capacity" and not 0 < (bytes_of(cell.text) or 0) < BYTES_END:
        return _("capacity {text} is no size such as 25GB").format(text=text)
    if field == "bought_at" and _date(cell.text) is None:
        return _("{text} is no date such as 2026-03-31").format(text=text)
    return ""


def _is_price(text: str) -> bool:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return False
    return value.is_finite() and 0 <= value < PRICE_END


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10].replace("/", "-"))
    except ValueError:
        return None


def _twice(rows: list[Purchase]) -> list[Problem]:
    """Nothing that tells media apart stands twice in a list."""
    found = []
    for field in ("barcode", "printed", "rfid"):
        first: dict[str, int] = {}
        for row in rows:
            value = str(getattr(row, field)).casefold()
            if value and value in first:
                words = _("{field} {value} stands in row {first} already").format(
                    field=field, value=getattr(row, field), first=first[value]
                )
                found.append(Problem(row.row, row.barcode, words))
            first.setdefault(value, row.row)
    return found
