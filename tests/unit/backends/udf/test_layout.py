"""Layouts: where things lie, what is refused, and what packing may count on."""

import pytest

from backends.errors import ImageUnplannable, NotInImage
from backends.optical.udf import constants as udf
from backends.optical.udf.cost import IMAGE_OVERHEAD_BYTES, entry_cost_bytes, group_cost_bytes
from backends.optical.udf.layout import Placement, UdfEntry, plan
from tests.unit.backends.udf.images import front_and_tail, small_tree

MIB = 1 << 20


def test_front_payload_and_tail_follow_each_other_in_the_given_order() -> None:
    layout = plan(
        [
            UdfEntry("end", 1, 0, placement=Placement.TAIL),
            UdfEntry("b", 1, 0),
            UdfEntry("a", 5000, 0),
            UdfEntry("start", 1, 0, placement=Placement.FRONT),
        ]
    )
    files = [(entry.path, lba) for entry, lba in layout.files()]
    assert [path for path, _ in files] == ["start", "b", "a", "end"]
    start, b, a, end = (lba for _, lba in files)
    assert b % udf.CLUSTER_SECTORS == 0
    assert b - start <= udf.CLUSTER_SECTORS
    assert (a, end) == (b + 1, a + 3)


def test_big_files_start_on_clusters_and_the_image_ends_on_one() -> None:
    layout = plan(
        [UdfEntry("s", 1, 0), UdfEntry("big", MIB, 0), UdfEntry("t", 1, 0), UdfEntry("c", MIB + 1, 0)]
    )
    for path in ("big", "c"):
        assert layout.extent_of(path)[0] % udf.CLUSTER_SECTORS == 0
    assert layout.extent_of("t")[0] == layout.extent_of("big")[0] + MIB // 2048
    assert layout.sectors % udf.CLUSTER_SECTORS == 0


def test_contents_never_overlap_and_lie_inside_the_partition() -> None:
    files, _ = small_tree()
    layout = plan(front_and_tail(files))
    end = udf.PARTITION_SECTOR
    for entry, lba in layout.files():
        if entry.size_bytes:
            assert lba >= end
            end = lba + -(-entry.size_bytes // 2048)
    assert end <= layout.reserve_sector


def test_an_empty_file_lies_nowhere_and_a_folder_has_no_contents() -> None:
    layout = plan([UdfEntry("folder/empty", 0, 0)])
    assert layout.extent_of("folder/empty") == (0, 0)
    for path in ("folder", "folder/other", ""):
        with pytest.raises(NotInImage):
            layout.extent_of(path)


def test_folders_that_are_only_implied_get_the_newest_date_inside() -> None:
    layout = plan(
        [UdfEntry("a/b/old", 1, 10), UdfEntry("a/new", 1, 20), UdfEntry("a/b", 0, 3, is_directory=True)]
    )
    dates = {node.path: node.mtime_s for node in layout.nodes}
    assert dates == {"": 20, "a": 20, "a/b": 3, "a/b/old": 10, "a/new": 20}


@pytest.mark.parametrize(
    ("entries", "word"),
    [
        ([UdfEntry("a", 1, 0), UdfEntry("a", 2, 0)], "twice"),
        ([UdfEntry("a", 1, 0), UdfEntry("a/b", 2, 0)], "twice"),
        ([UdfEntry("a", 0, 0, is_directory=True)] * 2, "twice"),
        ([UdfEntry("a\tb", 1, 0)], r"U\+0009"),
        ([UdfEntry("", 1, 0)], "empty"),
        ([UdfEntry("a", -1, 0)], "-1 bytes"),
        ([UdfEntry("a", 1, 0, is_directory=True)], "1 bytes"),
        ([UdfEntry("a", udf.FILE_BYTES_MAX + 1, 0)], "several files"),
        ([UdfEntry(f"f{number}", udf.FILE_BYTES_MAX, 0) for number in range(36)], "address"),
    ],
)
def test_what_cannot_be_planned_is_refused_by_name(entries: list[UdfEntry], word: str) -> None:
    with pytest.raises(ImageUnplannable, match=word):
        plan(entries)


def test_a_folder_with_more_folders_than_a_link_count_can_say_is_refused() -> None:
    entries = [UdfEntry(f"many/{number}", 0, 0, is_directory=True) for number in range(udf.LINK_COUNT_MAX)]
    with pytest.raises(ImageUnplannable, match="65534"):
        plan(entries)
    plan(entries[:-1])


def test_the_cost_of_a_package_is_close_to_what_it_really_adds() -> None:
    package = [
        UdfEntry(f"data/fonds/series/0001/v0001/data/{number:04}.jpg", 2 * MIB + 777, 0)
        for number in range(50)
    ]
    real = plan(package).image_bytes
    bound = group_cost_bytes(package) + IMAGE_OVERHEAD_BYTES
    assert real <= bound <= real + 4 * udf.CLUSTER_BYTES
    assert (
        sum(entry_cost_bytes(entry.path, entry.size_bytes) for entry in package) + IMAGE_OVERHEAD_BYTES
        >= real
    )


def test_an_empty_image_stays_within_the_overhead() -> None:
    assert plan([]).image_bytes <= IMAGE_OVERHEAD_BYTES
