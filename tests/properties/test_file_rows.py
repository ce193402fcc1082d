"""catalog/files.csv: every path comes back, whatever bytes it has, and each row is one line of plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archived.formats.errors import DocumentDamaged
from archived.formats.file_rows import FileRow, head, lines, read_file_table

PATHS = st.binary(min_size=1, max_size=40).map(lambda raw: raw.decode("utf-8", "surrogateescape"))
SIZES = st.integers(0, 2**63 - 1)
TIMES = st.integers(-(2**63), 2**63 - 1)
ROWS = st.builds(
    FileRow,
    package_id=st.from_regex(r"P[0-9]{6}", fullmatch=True),
    path=PATHS,
    is_directory=st.booleans(),
    size_bytes=SIZES,
    mtime_s=TIMES,
    sha256=st.sampled_from(["", "ab" * 32]),
    blake3=st.sampled_from(["", "cd" * 32]),
    xxh3=st.sampled_from(["", "ef" * 16]),
)


@given(rows=st.lists(ROWS, max_size=6))
def test_every_row_comes_back_and_takes_one_line(rows: list[FileRow]) -> None:
    text = head() + b"".join(lines(rows))
    assert list(read_file_table(text)) == rows
    assert len(text.decode("utf-8").splitlines()) == len(rows) + 1


@given(text=st.binary(max_size=60))
def test_no_bytes_are_taken_for_rows_that_are_none(text: bytes) -> None:
    for damaged in (text, head() + text):
        try:
            rows = list(read_file_table(damaged))
        except DocumentDamaged:
            continue
        assert all(isinstance(row, FileRow) for row in rows)


@pytest.mark.parametrize(
    "line", [b"P1,a,2,0,0,,,", b"P1,a,0,0,0,,", b"P1,a,0,x,0,,,", b'"', b"P1,\xff,0,0,0,,,"]
)
def test_a_damaged_row_is_named(line: bytes) -> None:
    with pytest.raises(DocumentDamaged):
        list(read_file_table(head() + line + b"\r\n"))
