"""Any tree survives the way through an image; any damage is named; what packing counts on always holds."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.errors import UdfDamaged
from backends.optical.udf import constants as udf
from backends.optical.udf.cost import IMAGE_OVERHEAD_BYTES, entry_cost_bytes, group_cost_bytes
from backends.optical.udf.layout import Placement, UdfEntry, plan
from backends.optical.udf.names import encode_cs0, problem_with_name, problem_with_path
from backends.optical.udf.parsing import characters_of
from backends.optical.udf.reader import UdfReader
from backends.optical.udf.writer import Structure, UdfVolume, write_extents
from tests.unit.backends.udf.images import Sectors, SparseImage, built, image_of, small_tree

NAMES = st.text(
    st.one_of(
        st.sampled_from("ab. 案卷é"), st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="/\\")
    ),
    min_size=1,
    max_size=40,
).filter(lambda name: problem_with_name(name) is None)
#: A tree: a name leads to a file's contents or to another tree.
TREES = st.recursive(
    st.dictionaries(NAMES, st.binary(max_size=5000), max_size=6),
    lambda inside: st.dictionaries(NAMES, st.one_of(st.binary(max_size=100), inside), max_size=4),
    max_leaves=12,
)
MTIMES = st.integers(-60_000_000_000, 250_000_000_000)
PATHS = st.lists(st.sampled_from(["a", "b", "案卷", "x" * 60]), min_size=1, max_size=4).map("/".join)
SIZES = st.one_of(
    st.integers(0, 5000),
    st.integers(udf.BIG_FILE_BYTES - 2, udf.BIG_FILE_BYTES + 200_000),
    st.integers(0, udf.FILE_BYTES_MAX),
)


def flattened(tree: dict[str, object], above: str = "") -> tuple[dict[str, bytes], set[str]]:
    files: dict[str, bytes] = {}
    folders: set[str] = set()
    for name, value in tree.items():
        path = f"{above}{name}"
        if isinstance(value, bytes):
            files[path] = value
        else:
            assert isinstance(value, dict)
            folders.add(path)
            inner_files, inner_folders = flattened(value, f"{path}/")
            files |= inner_files
            folders |= inner_folders
    return files, folders


@given(TREES, MTIMES, st.data())
def test_any_tree_comes_back_from_its_image(
    tree: dict[str, object], mtime_s: int, data: st.DataObject
) -> None:
    files, folders = flattened(tree)
    entries = [
        *(UdfEntry(path, 0, mtime_s, is_directory=True) for path in sorted(folders)),
        *(
            UdfEntry(path, len(contents), mtime_s, placement=data.draw(st.sampled_from(Placement)))
            for path, contents in files.items()
        ),
    ]
    image = built(plan(entries), files)
    assert image == built(plan(entries), files)
    reader = UdfReader(Sectors(image))
    nodes = list(reader.walk())
    assert {node.path for node in nodes if node.is_directory} == folders
    assert {node.path: b"".join(reader.read(node.path)) for node in nodes if not node.is_directory} == files
    assert all(node.mtime_s == mtime_s for node in nodes)


@st.composite
def groups_of_entries(draw: st.DrawFn) -> list[list[UdfEntry]]:
    """Packages: groups of files and folders, no path twice and none used as file and folder at once."""
    groups = []
    for number in range(draw(st.integers(0, 4))):
        files = draw(st.lists(st.tuples(PATHS, SIZES, st.sampled_from(Placement)), max_size=8))
        group = [
            UdfEntry(f"{path}/g{number}/{index}", size, 0, placement=placement)
            for index, (path, size, placement) in enumerate(files)
        ]
        empty = draw(st.lists(PATHS, max_size=2, unique=True))
        group += [UdfEntry(f"{path}/void{number}", 0, 0, is_directory=True) for path in empty]
        groups.append(group)
    return groups


@given(groups_of_entries())
def test_costs_are_never_less_than_what_the_image_takes(groups: list[list[UdfEntry]]) -> None:
    everything = [entry for group in groups for entry in group]
    real = plan(everything).image_bytes
    assert sum(map(group_cost_bytes, groups)) + IMAGE_OVERHEAD_BYTES >= real
    singly = sum(entry_cost_bytes(entry.path, entry.size_bytes) for entry in everything)
    assert singly + IMAGE_OVERHEAD_BYTES >= real


@given(groups_of_entries())
def test_layouts_are_aligned_in_order_and_covered_byte_by_byte(groups: list[list[UdfEntry]]) -> None:
    layout = plan(entry for group in groups for entry in group)
    end = 0
    for entry, lba in layout.files():
        if entry.size_bytes:
            assert lba >= end
            assert entry.size_bytes < udf.BIG_FILE_BYTES or lba % udf.CLUSTER_SECTORS == 0
            end = lba + -(-entry.size_bytes // udf.SECTOR_BYTES)
    extents = list(write_extents(layout, UdfVolume("x", "0" * 16, 0)))
    assert sum(extent.length for extent in extents) == layout.image_bytes
    assert layout.sectors % udf.CLUSTER_SECTORS == 0
    assert all(extent.length <= 1 << 20 for extent in extents if isinstance(extent, Structure))
    sparse = SparseImage(layout)
    for node in UdfReader(sparse).walk():
        if not node.is_directory:
            lba, size = layout.extent_of(node.path)
            assert sum(length for _, length in node.extents) == size
            assert not size or node.extents[0][0] == lba


IMAGE = image_of(*small_tree())
#: Where structures lie: recognition, volume descriptors, file entries and folders, and the last cluster.
STRUCTURED = (
    st.integers(32 * 2048, 68 * 2048)
    | st.integers(256 * 2048, 350 * 2048)
    | st.integers(len(IMAGE) - 65536, len(IMAGE) - 1)
)


def read_everything(image: bytes) -> None:
    """Read what can be read; the only way to fail is UdfDamaged, and the end comes soon."""
    source = Sectors(image)
    with suppress(UdfDamaged):
        reader = UdfReader(source, source.sectors or None)
        for node in reader.walk():
            if not node.is_directory:
                assert len(b"".join(reader.read(node.path))) == node.size_bytes


@given(st.lists(st.tuples(STRUCTURED, st.binary(min_size=1, max_size=40)), max_size=5))
def test_a_mutated_image_is_read_or_called_damaged(changes: list[tuple[int, bytes]]) -> None:
    image = bytearray(IMAGE)
    for position, data in changes:
        image[position : position + len(data)] = data
    read_everything(bytes(image[: len(IMAGE)]))


@given(st.integers(0, len(IMAGE)))
def test_a_truncated_image_is_read_or_called_damaged(length: int) -> None:
    read_everything(IMAGE[:length])


@given(st.lists(st.tuples(st.integers(256, 350), st.integers(256, 350)), max_size=6))
def test_an_image_with_swapped_sectors_is_read_or_called_damaged(pairs: list[tuple[int, int]]) -> None:
    image = bytearray(IMAGE)
    for one, other in pairs:
        a, b = slice(one * 2048, one * 2048 + 2048), slice(other * 2048, other * 2048 + 2048)
        image[a], image[b] = image[b], image[a]
    read_everything(bytes(image))


def test_two_swapped_file_entries_are_noticed_by_their_location() -> None:
    image = bytearray(IMAGE)
    first, second = slice(290 * 2048, 291 * 2048), slice(291 * 2048, 292 * 2048)
    assert image[first][:2] == image[second][:2] == (261).to_bytes(2, "little")
    image[first], image[second] = image[second], image[first]
    source = Sectors(bytes(image))
    with pytest.raises(UdfDamaged):
        list(UdfReader(source, source.sectors or None).walk())


@given(st.text(max_size=200))
def test_any_text_is_either_refused_as_a_name_or_comes_back_from_cs0(text: str) -> None:
    if problem_with_name(text) is None:
        encoded = encode_cs0(text)
        assert len(encoded) <= 253
        assert characters_of(encoded) == text
        assert problem_with_path(text) is None
