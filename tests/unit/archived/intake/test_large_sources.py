"""Sources of a size that takes long: one file over 4 GiB, a million files. And that memory does not grow with them."""

import os
import tracemalloc
from pathlib import Path

import pytest

from archived.formats import file_metadata
from archived.policy.carrying import Carrying
from archived.stages.intake_forms import metadata_rows
from archived.stages.intake_source import Source, SourceFile, SourceFolder
from archived.stages.intake_sums import Sums
from archived.stages.intake_tar import outer_sizes
from tests.unit.archived.intake.conftest import Site

OVER_4_GIB = (4 << 30) + 123


def many(count: int) -> Source:
    files = tuple(SourceFile(f"d/{number:07d}", 10, 5, 0o644) for number in range(count))
    return Source(Path("/nowhere"), files, folders={"": SourceFolder(1, 0o755), "d": SourceFolder(1, 0o755)})


def test_the_table_of_times_is_streamed_and_digests_take_32_bytes_a_file() -> None:
    source = many(30_000)
    tracemalloc.start()
    sums = Sums(source.files)
    for file in source.files:
        sums.put(file, "ab" * 32)
    size_bytes = sum(map(len, file_metadata.text(metadata_rows(source, "data/"))))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size_bytes > 30_000 * 20
    assert peak < 30_000 * 40 + (4 << 20)


def test_a_supply_may_give_files_in_any_order_but_each_once() -> None:
    source = many(5)
    sums = Sums(source.files)
    for number in (3, 0, 4, 1, 2):
        sums.put(source.files[number], f"{number:064x}")
    assert [int(sha256, 16) for _, sha256 in sums] == [0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="twice"):
        sums.put(source.files[0], "00" * 32)
    with pytest.raises(ValueError, match="does not list"):
        sums.put(SourceFile("stranger", 0, 0, 0), "00" * 32)
    with pytest.raises(ValueError, match="never gave"):
        list(Sums(source.files))


def test_a_tar_of_files_over_8_gib_is_planned_to_the_byte() -> None:
    large = Source(
        Path("/nowhere"), (SourceFile("x", 9 << 30, 0, 0o644),), folders={"": SourceFolder(0, 0o755)}
    )
    tar_bytes, _ = outer_sizes(large, prefix="data/", carrying=Carrying((("data/x", "why"),)))
    # folder, extended header with its record, header, content, end
    assert tar_bytes == 512 + 1024 + 512 + (9 << 30) + 1024


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.seek(OVER_4_GIB - 3)
        file.write(b"end")


@pytest.mark.simulate
@pytest.mark.parametrize("name", ["large", "NUL"], ids=["plain", "tar"])
def test_one_file_over_4_gib_is_taken_whole(site: Site, name: str) -> None:
    sparse(site.producer / name)
    receipt = site.accept()
    staged = site.staged(receipt["package"])
    assert receipt["bytes"] == OVER_4_GIB
    if name == "large":
        assert (staged / "data/large").stat().st_size == OVER_4_GIB
    else:
        assert (staged / "data/package.tar").stat().st_size > OVER_4_GIB
    again = site.accept()
    assert again["repeated"]


@pytest.mark.simulate
def test_a_million_files_are_taken(site: Site) -> None:
    for folder in range(1000):
        path = site.producer / f"{folder:03d}"
        path.mkdir()
        for number in range(1000):
            os.close(os.open(path / f"{number:03d}", os.O_WRONLY | os.O_CREAT))
    receipt = site.accept()
    assert receipt["files"] == 1_000_000
    assert len(site.rows(receipt["package"])) == 1_000_005
