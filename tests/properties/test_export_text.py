"""Exports of a catalog: what is written is read again, and no change of the file goes unseen."""

import gzip
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archived.formats.errors import DocumentDamaged, FormatError, UnknownVersion
from archived.formats.export_text import End, ExportWriter, Table, read_export

texts = st.text(st.characters(codec="utf-8"), max_size=12)
numbers = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
rows = st.lists(st.tuples(texts, st.none() | numbers, st.none() | st.binary(max_size=40)), max_size=6)
tables = st.dictionaries(st.text("abcdefg_", min_size=1, max_size=6), rows, max_size=4)
COLUMNS = [("名", "text"), ("n", "number"), ("data", "hex")]


def written(content: dict[str, list[Any]], head: dict[str, Any]) -> tuple[bytes, End]:
    file = BytesIO()
    writer = ExportWriter(file, head)
    for name, found in content.items():
        writer.table(name, COLUMNS)
        for row in found:
            writer.rows([row])
    end = writer.end()
    return file.getvalue(), end


def read(data: bytes) -> tuple[dict[str, Any], dict[str, list[Any]], End]:
    items = iter(read_export(BytesIO(data)))
    head = next(items)
    assert isinstance(head, dict)
    content: dict[str, list[Any]] = {}
    columns = set()
    for item in items:
        if isinstance(item, Table):
            columns.add(item.columns)
            content[item.name] = []
        elif isinstance(item, End):
            # Nothing is to be believed before the end, which holds all of it against its digest.
            assert columns <= {tuple(COLUMNS)}
            assert list(items) == []
            return head, content, item
        else:
            content[list(content)[-1]].append(tuple(item))
    raise AssertionError("no end")


@given(tables, texts)
def test_what_is_written_is_read_again(content: dict[str, list[Any]], site: str) -> None:
    data, end = written(content, {"site": site})
    head, found, read_end = read(data)
    assert head["site"] == site
    assert found == content
    assert read_end == end
    assert end.rows == {name: len(rows) for name, rows in content.items()}


@given(tables)
def test_equal_catalogs_make_equal_files(content: dict[str, list[Any]]) -> None:
    assert written(content, {"site": "A"}) == written(content, {"site": "A"})


@given(tables, st.data())
def test_no_changed_byte_and_no_missing_end_goes_unseen(
    content: dict[str, list[Any]], data: st.DataObject
) -> None:
    whole, end = written(content, {"site": "A"})
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[place] ^= data.draw(st.integers(1, 255))
    for damaged in (bytes(changed), whole[:place]):
        try:
            _, found, found_end = read(damaged)
        except FormatError:
            continue
        # Bytes of gzip's own header (time, system, flags) say nothing about the content.
        assert (found, found_end) == (content, end)
        assert place < 10


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (['{"magic":"something else"}'], "no export"),
        (["[1]"], "no export"),
        (['{"magic":"archived catalog export","version":1}', "[1]"], "stands where none may be"),
        (['{"magic":"archived catalog export","version":1}', '{"table":"t"}'], "without its columns"),
        (
            ['{"magic":"archived catalog export","version":1}', '{"table":"t","columns":[["a","blob"]]}'],
            "without its columns",
        ),
        (
            [
                '{"magic":"archived catalog export","version":1}',
                '{"table":"t","columns":[["a","text"]]}',
                '{"rows":1}',
            ],
            "as many rows of t",
        ),
        (
            [
                '{"magic":"archived catalog export","version":1}',
                '{"table":"t","columns":[["a","hex"]]}',
                '["xyz"]',
            ],
            "cannot be read",
        ),
        (['{"magic":"archived catalog export","version":1}', '{"end":"","rows":{},"sha256":"00"}'], "digest"),
        (['{"magic":"archived catalog export","version":1}', "7"], "neither a row"),
    ],
)
def test_what_is_no_export_is_refused_by_what_is_wrong(lines: list[str], words: str) -> None:
    data = gzip.compress("".join(f"{line}\n" for line in lines).encode())
    with pytest.raises(DocumentDamaged, match=words):
        list(read_export(BytesIO(data)))


def test_an_export_of_a_later_version_is_named_as_such() -> None:
    data = gzip.compress(b'{"magic":"archived catalog export","version":2}\n')
    with pytest.raises(UnknownVersion, match="version 2"):
        list(read_export(BytesIO(data)))


def test_what_has_no_place_in_json_is_refused_when_it_is_written() -> None:
    writer = ExportWriter(BytesIO(), {})
    writer.table("t", [("a", "text")])
    with pytest.raises(ValueError, match="object"):
        writer.rows([[object()]])
    with pytest.raises(ValueError, match="JSON"):
        writer.rows([[float("nan")]])
