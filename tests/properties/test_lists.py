"""Laws of lists: any bytes are rows or a refusal in words, and what is text comes back as it was written."""

import csv
import io
from typing import Any

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from archived.errors import ArchivedError, Unacceptable
from archived.formats.list_table import CellKind
from archived.formats.lists import read_table
from archived.policy.layout import LayoutRule
from archived.policy.list_check import FoundTree, FoundVolume, problems
from archived.policy.list_rows import ListedVolume, read_list

#: What a cell may hold: no white space around it, which is not kept.
TEXTS = st.text(st.characters(codec="gb18030", categories=["L", "N", "P", "S", "Zs"]), max_size=8).map(
    lambda text: text.strip().strip("\ufeff\u200b").strip()
)
WORDS = TEXTS.filter(lambda text: text and not text.startswith(("=", "\ufeff")))
GRIDS = st.lists(st.lists(WORDS, min_size=2, max_size=4), min_size=1, max_size=6)


@given(
    grid=GRIDS, encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]), delimiter=st.sampled_from(",;\t")
)
def test_what_a_csv_says_is_read_as_it_was_written(
    grid: list[list[str]], encoding: str, delimiter: str
) -> None:
    # The first row has every kind of text but delimiters, which would make it ambiguous.
    grid = [["全宗号", "案卷号", "题名", "密级"], *grid]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(grid)
    table = read_table(out.getvalue().encode(encoding))
    assert [[cell.text for cell in row.cells] for row in table.rows] == grid
    assert [row.number for row in table.rows] == list(range(1, len(grid) + 1))
    assert table.read_as == ("GB18030" if encoding == "gb18030" else "UTF-8")


DIALECTS = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from(",;\t"),
        "quoting": st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC, csv.QUOTE_NONE]),
        "lineterminator": st.sampled_from(["\r\n", "\n", "\r"]),
    }
)


@given(
    grid=GRIDS,
    head=st.lists(WORDS, min_size=2, max_size=5),
    dialect=DIALECTS,
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
)
@example([["Z", "a"]], ["fonds", "folder"], {"delimiter": ",", "quoting": csv.QUOTE_ALL}, "utf-8")
@example([["Z", "a"]], ["fonds", "folder"], {"delimiter": "\t", "quoting": csv.QUOTE_ALL}, "utf-8-sig")
def test_however_a_program_quotes_the_list_is_read_as_it_was_written(
    grid: list[list[str]], head: list[str], dialect: dict[str, Any], encoding: str
) -> None:
    plain = dialect["quoting"] == csv.QUOTE_NONE
    # Headings hold no delimiters, which would make the first row ambiguous; without quotes no cell can hold one.
    grid = [[_without(cell, ',;\t"') for cell in head], *grid]
    if plain:
        grid = [[_without(cell, ',;\t"') for cell in row] for row in grid]
    out = io.StringIO(newline="")
    csv.writer(out, **dialect).writerows(grid)
    data = out.getvalue().encode(encoding)
    assume(encoding != "gb18030" or not _is_utf8(data) or data.isascii())
    assert [[cell.text for cell in row.cells] for row in read_table(data).rows] == grid


def _without(text: str, marks: str) -> str:
    """The same with a letter for each of these marks."""
    return text.translate(dict.fromkeys(map(ord, marks), "x"))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@settings(max_examples=15)
@given(grid=GRIDS)
def test_what_an_xlsx_says_is_read_as_it_was_written(grid: list[list[str]]) -> None:
    book = Workbook()
    for row in grid:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    table = read_table(out.getvalue())
    assert [[cell.text for cell in row.cells] for row in table.rows] == grid
    assert {cell.kind for row in table.rows for cell in row.cells} == {CellKind.TEXT}


@given(data=st.binary(max_size=200) | st.text(max_size=80).map(str.encode))
def test_any_bytes_are_a_list_or_are_refused_in_words(data: bytes) -> None:
    words, rows = "", 0
    try:
        table = read_table(data)
        read_list(table, more={}, fixed={"fonds": "F"}, layout=LayoutRule.parse("{volume}", needed=()))
        rows = len(table.rows)
    except Unacceptable as refused:
        words = refused.message
    assert words or rows


@settings(max_examples=40)
@given(at=st.integers(0, 5000), change=st.integers(1, 255), cut=st.integers(0, 5000))
def test_a_damaged_xlsx_is_refused_in_words(at: int, change: int, cut: int) -> None:
    data = bytearray(XLSX[: len(XLSX) - cut % len(XLSX)])
    if data:
        data[at % len(data)] ^= change
    words, rows = "", 0
    try:
        rows = len(read_table(bytes(data)).rows)
    except ArchivedError as refused:
        words = refused.message
    assert words or rows


VOLUMES = st.lists(
    st.builds(
        ListedVolume,
        number=st.integers(2, 9),
        folder=st.sampled_from(["a", "A", "a/b", "b", "b/c/d"]),
        fonds=st.just("F"),
        series=st.just("S"),
        volume=st.sampled_from(["1", "2", "3"]),
        files=st.none() | st.integers(0, 2),
    ),
    max_size=4,
)


@given(volumes=VOLUMES, found=st.lists(st.sampled_from(["a", "A", "a/b", "b", "b/c/d", "z"]), unique=True))
def test_a_list_without_problems_names_each_folder_and_reference_once(
    volumes: list[ListedVolume], found: list[str]
) -> None:
    wanted = {volume.folder for volume in volumes}
    there = {path: FoundVolume(1, 10) for path in found if path in wanted}
    tree = FoundTree(there, tuple(path for path in found if path not in wanted))
    if problems(volumes, (), tree) == ():
        assert {volume.folder for volume in volumes} == set(found)
        assert len({volume.reference for volume in volumes}) == len(volumes) > 0
        assert all(volume.files in (None, 1) for volume in volumes)


def _xlsx() -> bytes:
    book = Workbook()
    book.active.append(["全宗号", "目录号", "案卷号", "页数"])
    book.active.append(["Z109", "2003", "0007", 12])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


XLSX = _xlsx()
