"""The checker's reader of lists from discs: it reads what any writer wrote, in stretches of any length."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archived.formats import disc_rows, disc_texts
from archived.formats.errors import DocumentDamaged
from archived.formats.extents import extents_text
from archived.formats.file_rows import FileRow, head, lines
from archived.formats.manifests import tag_manifest
from archived.names import as_text

PATHS = st.binary(min_size=1, max_size=12).filter(lambda raw: b"\0" not in raw).map(as_text)
NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0/"), min_size=1, max_size=8)
DIGEST = st.binary(min_size=32, max_size=32).map(bytes.hex)
FILES = st.builds(
    FileRow, st.sampled_from(["P000001", "P000002"]), PATHS, st.just(False), st.integers(0, 2**50),
    st.integers(-(2**33), 2**33), DIGEST, DIGEST, DIGEST,
)  # fmt: skip


def in_stretches(path: Path, limit: int) -> list[list[str]]:
    """All rows of a CSV file, read `limit` at a time."""
    rows, offset = [], 0
    while True:
        stretch = disc_rows.Stretch(path, offset, limit)
        rows += stretch.rows
        if stretch.is_last:
            return rows
        assert stretch.end > offset
        offset = stretch.end


@given(st.lists(FILES, max_size=8), st.integers(1, 4))
def test_the_files_of_a_disc_are_read_as_they_were_written(files: list[FileRow], limit: int) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "files.csv"
        path.write_bytes(head() + b"".join(lines(files)))
        found = [disc_rows.listed_file(row) for row in in_stretches(path, limit)[1:]]
    assert [(f.package, f.path, f.size_bytes, f.mtime_s, f.sha256, f.blake3, f.xxh3) for f in found] == [
        (f.package_id, f.path, f.size_bytes, f.mtime_s, f.sha256, f.blake3, f.xxh3) for f in files
    ]


@given(
    st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**14), NAMES), max_size=8), st.integers(1, 4)
)
def test_the_places_of_a_disc_are_read_as_they_were_written(
    places: list[tuple[int, int, str]], limit: int
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "extents.csv"
        path.write_bytes(extents_text(places))
        assert [disc_rows.extent(row) for row in in_stretches(path, limit)[1:]] == places


@given(st.dictionaries(NAMES, DIGEST, max_size=6))
def test_checksum_lists_are_read_as_they_were_written(sums: dict[str, str]) -> None:
    assert disc_texts.sums_of(tag_manifest(sums.items())) == sums


@given(st.text(max_size=40))
def test_any_row_is_read_or_refused(text: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        path.write_text(text, encoding="utf-8", errors="replace")
        for parser in (disc_rows.listed_file, disc_rows.walked_file, disc_rows.extent):
            try:
                assert [parser(row) for row in in_stretches(path, 2)] == []
            except DocumentDamaged:
                continue


@given(st.text(max_size=60))
def test_any_line_is_a_package_or_refused(text: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "packages.jsonl"
        path.write_text(text, encoding="utf-8", errors="replace")
        try:
            assert disc_rows.read_packages(path) == []
        except DocumentDamaged:
            return


def test_a_path_outside_every_package_belongs_to_none() -> None:
    assert disc_rows.split_path("data/F/S/V/v0001/data/a/b") == ("data/F/S/V/v0001", "data/a/b")
    assert disc_rows.split_path("catalog/files.csv") is None
    with pytest.raises(DocumentDamaged):
        disc_rows.extent(["1", "2"])
