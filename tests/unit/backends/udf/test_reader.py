"""Our reader: finds everything that was written, survives what it can, and names what it cannot read."""

import struct

import pytest

from backends.errors import MediumUnreadable, NotInImage, UdfDamaged
from backends.optical.udf import constants as udf
from backends.optical.udf.descriptors import tag
from backends.optical.udf.layout import UdfEntry, plan
from backends.optical.udf.parsing import characters_of, time_of
from backends.optical.udf.reader import UdfReader
from tests.unit.backends.udf.images import (
    SECTOR,
    VOLUME,
    Sectors,
    SparseImage,
    built,
    front_and_tail,
    image_of,
    small_tree,
)


@pytest.fixture(scope="module")
def image() -> bytes:
    files, folders = small_tree()
    return image_of(files, folders)


def test_the_reader_finds_every_file_and_folder_with_its_contents(image: bytes) -> None:
    files, folders = small_tree()
    reader = UdfReader(Sectors(image))
    assert (reader.label, reader.identifier) == (VOLUME.label, VOLUME.identifier)
    nodes = {node.path: node for node in reader.walk()}
    assert {path for path, node in nodes.items() if not node.is_directory} == set(files)
    assert set(folders) <= {path for path, node in nodes.items() if node.is_directory}
    for path, data in files.items():
        assert b"".join(reader.read(path)) == data
        assert b"".join(image[lba * SECTOR :][:length] for lba, length in nodes[path].extents) == data
        assert nodes[path].mtime_s == 1_600_000_000 + len(path)


def test_the_reader_agrees_with_the_layout_about_extents() -> None:
    files, _ = small_tree()
    layout = plan(front_and_tail(files))
    reader = UdfReader(Sectors(built(layout, files)))
    for entry, lba in layout.files():
        expected = ((lba, entry.size_bytes),) if entry.size_bytes else ()
        assert reader.lookup(entry.path).extents == expected


def test_looking_up_what_is_not_there_says_so(image: bytes) -> None:
    reader = UdfReader(Sectors(image))
    assert reader.lookup("").is_directory
    assert reader.lookup("data/档案").is_directory
    for path in ("nothing", "data/nothing", "README.txt/inside"):
        with pytest.raises(NotInImage):
            reader.lookup(path)
    with pytest.raises(NotInImage):
        reader.read("data")


def test_a_file_of_five_gib_and_the_biggest_one_are_several_extents_below_one_gib() -> None:
    sizes = {"five": 5 * (1 << 30) + 12345, "limit": udf.FILE_BYTES_MAX, "after": 7}
    layout = plan([UdfEntry(path, size, 0) for path, size in sizes.items()])
    sparse = SparseImage(layout)
    assert sparse.image_bytes == layout.image_bytes
    nodes = {node.path: node for node in UdfReader(sparse).walk()}
    for path, size in sizes.items():
        start, length = layout.extent_of(path)
        assert length == size == nodes[path].size_bytes == sum(part for _, part in nodes[path].extents)
        for lba, part in nodes[path].extents:
            assert lba == start
            assert 0 < part < 1 << 30
            start += -(-part // SECTOR)
    assert (len(nodes["five"].extents), len(nodes["limit"].extents)) == (6, udf.EXTENTS_MAX)


def test_a_folder_of_many_files_is_read_whole() -> None:
    names = {f"目录/文件 {number:06}" for number in range(30_000)}
    reader = UdfReader(SparseImage(plan(UdfEntry(name, 0, 0) for name in names)))
    assert {node.path for node in reader.walk() if not node.is_directory} == names


@pytest.mark.parametrize("spoiled", [[256], [32], [35], [256, 34], [32, 33, 34, 35, 36, 37]])
def test_damage_to_one_end_of_the_volume_descriptors_is_survived(image: bytes, spoiled: list[int]) -> None:
    damaged = bytearray(image)
    for number in spoiled:
        damaged[number * SECTOR : (number + 1) * SECTOR] = b"\xff" * SECTOR
    source = Sectors(bytes(damaged))
    assert UdfReader(source, source.sectors).lookup("README.txt").size_bytes == 8


def test_unreadable_sectors_are_read_around_where_possible_and_passed_on_elsewhere(image: bytes) -> None:
    whole = UdfReader(Sectors(image))
    lost_file = whole.lookup("sector").extents[0][0]
    lost_entry = entry_position(image, "data/档案/案卷 0001/第一页.tif") // SECTOR
    bad = {256, 33, lost_file, lost_entry}

    def read(lba: int, sectors: int) -> bytes:
        if bad.intersection(range(lba, lba + sectors)):
            raise MediumUnreadable(lba, sectors)
        return Sectors(image)(lba, sectors)

    reader = UdfReader(read, len(image) // SECTOR)
    assert b"".join(reader.read("README.txt")) == b"read me\n"
    with pytest.raises(MediumUnreadable):
        list(reader.read("sector"))
    with pytest.raises(MediumUnreadable) as caught:
        reader.lookup("data/档案/案卷 0001/第一页.tif")
    assert (caught.value.lba, caught.value.sectors) == (lost_entry, 1)


def test_with_both_ends_gone_all_that_was_tried_is_told(image: bytes) -> None:
    with pytest.raises(UdfDamaged, match=r"block 256.*block 99"):
        UdfReader(Sectors(bytes(300 * SECTOR)), 100)
    for nothing in (b"", bytes(SECTOR), image[: 256 * SECTOR]):
        with pytest.raises(UdfDamaged, match="ends within"):
            UdfReader(Sectors(nothing))


def entry_position(image: bytes, path: str) -> int:
    """Byte position of the file entry, by its unique size."""
    size = UdfReader(Sectors(image)).lookup(path).size_bytes
    found = [
        at
        for at in range(290 * SECTOR, 400 * SECTOR, SECTOR)
        if image[at : at + 2] == b"\x05\x01" and struct.unpack_from("<Q", image, at + 56)[0] == size
    ]
    assert len(found) == 1
    return found[0]


def forged(image: bytes, at: int, offset: int, field: bytes) -> bytes:
    """The image with a field of one descriptor changed and its tag made right again: damage no CRC shows."""
    identifier, location = struct.unpack_from("<H", image, at)[0], struct.unpack_from("<I", image, at + 12)[0]
    length = struct.unpack_from("<H", image, at + 10)[0]
    body = bytearray(image[at + 16 : at + 16 + length])
    body[offset - 16 : offset - 16 + len(field)] = field
    made = tag(identifier, location, bytes(body))
    return image[:at] + made + image[at + len(made) :]


@pytest.mark.parametrize(
    ("offset", "field", "word"),
    [
        (27, b"\x0c", "kind"),
        (34, b"\x03", "kind"),
        (56, struct.pack("<Q", 1 << 60), "does not fit its file"),
        (172, struct.pack("<I", 0), "less than the file"),
        (56, struct.pack("<Q", 1), "does not fit its file"),
        (172, struct.pack("<I", 7), "do not fit"),
        (168, struct.pack("<I", 0xFFFFFFF0), "do not fit"),
        (176, struct.pack("<I", 0x80000000 | 5120), "does not fit its file"),
        (180, struct.pack("<I", 0xFFFFFFFF), "leaves the partition"),
    ],
)
def test_a_file_entry_that_lies_is_caught(image: bytes, offset: int, field: bytes, word: str) -> None:
    path = "data/档案/案卷 0001/第一页.tif"
    bad = forged(image, entry_position(image, path), offset, field)
    with pytest.raises(UdfDamaged, match=word):
        UdfReader(Sectors(bad)).lookup(path)
    with pytest.raises(UdfDamaged, match=word):
        list(UdfReader(Sectors(bad)).walk())


def folder_lines(image: bytes, path: str) -> int:
    return UdfReader(Sectors(image)).lookup(path).extents[0][0] * SECTOR


def test_a_folder_inside_itself_ends_the_walk() -> None:
    image = image_of({"outer/inner/file": b"x"})
    root_block = struct.unpack_from("<I", image, 288 * SECTOR + 404)[0]
    first_child = folder_lines(image, "outer") + 40
    with pytest.raises(UdfDamaged, match="two places"):
        list(UdfReader(Sectors(forged(image, first_child, 24, struct.pack("<I", root_block)))).walk())


@pytest.mark.parametrize("name", [b"\x08..", b"\x08a/b", b"\x08\0\0", b"\x10\xd8\x00", b"\x10abc", b"\x09ab"])
def test_a_name_that_could_lead_outside_is_damage(name: bytes) -> None:
    image = image_of({"f/" + "n" * (len(name) - 1): b"x"})
    bad = forged(image, folder_lines(image, "f") + 40, 38, name)
    with pytest.raises(UdfDamaged):
        list(UdfReader(Sectors(bad)).walk())


@pytest.mark.parametrize(
    ("offset", "field", "word"),
    [
        (212, struct.pack("<I", 512), "logical blocks"),
        (217, b"*Other", "domain"),
        (268, struct.pack("<I", 2), "plain partition"),
        (440, b"\x02", "plain partition"),
        (252, struct.pack("<I", 0xFFFFFF), "outside the partition"),
    ],
)
def test_volumes_of_another_kind_are_refused_in_words(offset: int, field: bytes, word: str) -> None:
    image = image_of({"a": b"x"})
    sectors = len(image) // SECTOR
    for place in (35, sectors - 32 + 3):
        image = forged(image, place * SECTOR, offset, field)
    with pytest.raises(UdfDamaged, match=word):
        UdfReader(Sectors(image))


def test_dates_are_read_with_their_zone_and_impossible_ones_hide_nothing() -> None:
    def stamp(zone: int, *fields: int) -> bytes:
        return struct.pack("<HHBBBBBBBB", zone, *fields, 0, 0, 0)

    assert time_of(stamp(0x1000, 1970, 1, 1, 0, 0, 5)) == 5
    assert time_of(stamp(0x1000 | 480, 1970, 1, 1, 8, 0, 0)) == 0
    assert time_of(stamp(0x1000 | (-300 & 0xFFF), 1969, 12, 31, 19, 0, 7)) == 7
    assert time_of(stamp(0x1000 | (-2047 & 0xFFF), 1970, 1, 1, 0, 0, 9)) == 9
    assert time_of(stamp(0x1000, 0, 0, 0, 0, 0, 0)) == 0


def test_text_without_a_known_compression_is_damage() -> None:
    assert characters_of(b"\x10\x68\x48") == "案"
    with pytest.raises(UdfDamaged):
        characters_of(b"")
