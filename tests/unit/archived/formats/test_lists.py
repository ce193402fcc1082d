"""Lists as programs write them: encodings, delimiters, sheets, and cells that are no text."""

import datetime
import io
import struct
from typing import Any

import pytest
from openpyxl import Workbook

from archived.errors import Refused, Unacceptable
from archived.formats.list_table import CellKind
from archived.formats.lists import read_table
from archived.policy.layout import LayoutRule
from archived.policy.list_rows import ListedVolume, ReadList, read_list

HEAD = "全宗号,目录号,案卷号,题名,保管期限,密级,页数,份数,文件夹"
ROW = "Z109,2003,0007,账簿,永久,open,3,4,2003\\0007"


def xlsx(*rows: list[Any], **sheets: list[list[Any]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for name, more in sheets.items():
        sheet = book.create_sheet(name)
        for row in more:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def understood(data: bytes, **more: Any) -> ReadList:
    options: dict[str, Any] = {"more": {}, "fixed": {}, "layout": None}
    return read_list(read_table(data), **(options | more))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_list_means_the_same_in_every_encoding(encoding: str) -> None:
    assert understood(f"{HEAD}\r\n{ROW}\r\n".encode(encoding)).volumes == (
        ListedVolume(2, "2003/0007", "Z109", "2003", "0007", "账簿", "永久", "open", "", 3, 4),
    )


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("全宗号".encode("utf-16"), "it is UTF-16"),
        (b"a,b\n\xff\xff,1", "neither UTF-8 \\(byte 4\\) nor GB18030"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "an old .xls"),
        (b"PK\x03\x04 no zip at all", "no .xlsx that can be read"),
        (b"a\0b,c", "NUL"),
        (b'a,"b\n', "line 1"),
        (xlsx(["a"], Zwei=[["b"]]), "several sheets are filled: 'Sheet', 'Zwei'"),
    ],
    ids=["utf-16", "neither", "xls", "no zip", "nul", "quote", "sheets"],
)
def test_what_cannot_be_read_is_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(Unacceptable, match=why):
        read_table(data)


def test_a_book_that_would_fill_the_memory_is_refused_before_it_is_unpacked() -> None:
    data = bytearray(xlsx(["fonds"]))
    header = data.index(b"PK\x01\x02")  # of the first part in the directory; its unpacked size stands at 24
    struct.pack_into("<L", data, header + 24, 257 << 20)
    with pytest.raises(Unacceptable, match="unpacks to more than a list can be"):
        read_table(bytes(data))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_quoted_first_cell_says_nothing_of_other_delimiters(delimiter: str) -> None:
    data = f'"fonds"{delimiter}"folder"\r\n"Z"{delimiter}"a,b;c"\r\n'.encode()
    assert [[cell.text for cell in row.cells] for row in read_table(data).rows] == [
        ["fonds", "folder"],
        ["Z", "a,b;c"],
    ]


def test_a_sheet_is_chosen_by_its_name() -> None:
    data = xlsx(["a"], Zwei=[["b"]])
    assert read_table(data, sheet="Zwei").rows[0].cells[0].text == "b"
    with pytest.raises(Unacceptable, match="no sheet 'Drei'"):
        read_table(data, sheet="Drei")


@pytest.mark.parametrize(
    ("value", "kind", "why"),
    [
        (7, CellKind.NUMBER, "leading zeros may be lost"),
        (7.5, CellKind.NUMBER, "leading zeros may be lost"),
        (datetime.date(2003, 1, 2), CellKind.DATE, "is a date for the spreadsheet"),
        (True, CellKind.TRUTH, "true or false"),
        ("=A1", CellKind.FORMULA, "is a formula"),
        ("#N/A", CellKind.ERROR, "error of the spreadsheet"),
    ],
    ids=lambda value: value.value if isinstance(value, CellKind) else None,
)
def test_what_is_no_text_in_a_column_of_the_reference_is_refused(
    value: Any, kind: CellKind, why: str
) -> None:
    data = xlsx(["fonds", "series", "volume", "folder"], ["Z", "2003", value, "a"])
    assert read_table(data).rows[1].cells[2].kind is kind
    (bad,) = understood(data).bad
    assert (bad.row, bad.field) == (2, "volume")
    assert why in bad.why


def test_numbers_are_numbers_where_they_count_something() -> None:
    data = xlsx(["fonds", "series", "volume", "folder", "页数", "题名"], ["Z", "1", "0007", "a", 12, 1998])
    (volume,) = understood(data).volumes
    assert (volume.pages, volume.title) == (12, "1998")
    data = xlsx(["fonds", "series", "volume", "folder", "页数"], ["Z", "1", "0007", "a", 12.5])
    assert "no whole number" in understood(data).bad[0].why


def test_a_csv_formula_that_keeps_zeros_for_a_spreadsheet_is_no_text() -> None:
    assert "formula" in understood(b'fonds,series,volume,folder\nZ,1,"=""0007""",a\n').bad[0].why


def test_every_bad_cell_of_every_row_is_named() -> None:
    data = b"fonds,series,volume,folder,pages\n,1,2,a,x\nZ,,3,../b,1\nZ,1,4,c,1,more\n"
    found = understood(data)
    assert [(bad.row, bad.field) for bad in found.bad] == [
        (2, "pages"), (2, "fonds"), (3, "folder"), (3, "series"), (4, "row"),
    ]  # fmt: skip
    assert found.folders_of_bad == ("a", "../b", "c")


def test_headings_are_known_whatever_their_case_and_width_and_others_are_named() -> None:
    data = "FONDS, Series ,ｖｏｌｕｍｅ,Folder,责任者\nZ,1,2,a,x\n".encode()
    found = understood(data)
    assert (len(found.volumes), found.unused) == (1, ("责任者",))


def test_a_map_of_columns_goes_before_what_is_known() -> None:
    data = "归档号,series,volume,folder,fonds\nZ,1,2,a,x\n".encode()
    with pytest.raises(Unacceptable, match="several columns mean the same"):
        understood(data, more={"归档号": "fonds"})
    (volume,) = understood(data, more={"归档号": "fonds", "fonds": "ignore"}).volumes
    assert volume.fonds == "Z"
    with pytest.raises(Refused, match="'volumes', which is no field"):
        understood(data, more={"归档号": "volumes"})


def test_what_no_column_says_holds_for_all_or_comes_from_the_path() -> None:
    rule = LayoutRule.parse("{series}/{retention}/{volume}", needed=())
    (volume,) = understood(b"folder,title\n2003/Y30/0007,T\n", fixed={"fonds": "Z"}, layout=rule).volumes
    assert (volume.fonds, volume.series, volume.volume, volume.retention) == ("Z", "2003", "0007", "Y30")
    (bad,) = understood(b"folder,volume\n2003/Y30/0007,7\n", fixed={"fonds": "Z"}, layout=rule).bad
    assert bad.why == "the list says '7', the path says '0007'"


def test_the_layout_rule_gives_the_folder_where_no_column_does() -> None:
    rule = LayoutRule.parse("{series}/{volume}", needed=())
    (volume,) = understood(b"fonds,series,volume\nZ,2003,0007\n", layout=rule).volumes
    assert volume.folder == "2003/0007"


@pytest.mark.parametrize(
    ("data", "fixed", "why"),
    [
        (b"", {}, "the list is empty"),
        (b"fonds,series,volume\nZ,1,2\n", {}, "nothing says where the folders"),
        (b"folder\na\n", {"fonds": "Z"}, "nothing says the series, volume of the rows"),
        (b"folder,fonds\na,Z\n", {"fonds": "Z"}, "by a column of the list and by an option"),
        (b"P1050152.tif,Page 1\nP1050154.tif,Page 2\n", {}, "no heading that is known: P1050152.tif, Page 1"),
    ],
    ids=["empty", "no folder", "too little", "twice", "no headings"],
)
def test_a_list_that_says_too_little_is_refused_with_what_is_missing(
    data: bytes, fixed: dict[str, str], why: str
) -> None:
    with pytest.raises(Unacceptable, match=why):
        understood(data, fixed=fixed)
