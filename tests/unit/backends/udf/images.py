"""Images in memory for the tests: made by the writer, read as sectors."""

from collections.abc import Mapping, Sequence

from backends.optical.udf.layout import Layout, Placement, UdfEntry, plan
from backends.optical.udf.writer import FileContent, Structure, UdfVolume, write_extents

VOLUME = UdfVolume("7K3F · 3 of 6 · any 4 rebuild", "65a1b2c30123abcd", 1_700_000_000)
SECTOR = 2048


def entries_of(files: Mapping[str, bytes], folders: Sequence[str] = ()) -> list[UdfEntry]:
    """Payload entries for files with contents, and folders."""
    return [
        *(UdfEntry(path, len(data), 1_600_000_000 + len(path)) for path, data in files.items()),
        *(UdfEntry(path, 0, 1_500_000_000, is_directory=True) for path in folders),
    ]


def built(layout: Layout, contents: Mapping[str, bytes], volume: UdfVolume = VOLUME) -> bytes:
    """The whole image; checks on the way that every piece starts where the one before ended."""
    image = bytearray()
    for extent in write_extents(layout, volume):
        if isinstance(extent, Structure):
            image += extent.data
        elif isinstance(extent, FileContent):
            assert len(image) == extent.lba * SECTOR
            data = contents[extent.entry.path]
            assert len(data) == extent.length
            image += data
        else:
            image += bytes(extent.length)
    assert len(image) == layout.image_bytes
    return bytes(image)


def image_of(files: Mapping[str, bytes], folders: Sequence[str] = ()) -> bytes:
    return built(plan(entries_of(files, folders)), files)


class Sectors:
    """Reads sectors of an image in memory; short beyond its end, like a file."""

    def __init__(self, image: bytes) -> None:
        self.image = image
        self.sectors = len(image) // SECTOR

    def __call__(self, lba: int, sectors: int) -> bytes:
        return self.image[lba * SECTOR : (lba + sectors) * SECTOR]


class SparseImage:
    """An image of any size of which only the structures exist; everything else reads as zeros."""

    def __init__(self, layout: Layout, volume: UdfVolume = VOLUME) -> None:
        self.sectors = layout.sectors
        self.known: dict[int, bytes] = {}
        position = 0
        for extent in write_extents(layout, volume):
            if isinstance(extent, Structure):
                for at in range(0, extent.length, SECTOR):
                    self.known[(position + at) // SECTOR] = extent.data[at : at + SECTOR]
            position += extent.length
        self.image_bytes = position

    def __call__(self, lba: int, sectors: int) -> bytes:
        return b"".join(self.known.get(at, bytes(SECTOR)) for at in range(lba, lba + sectors))


def small_tree() -> tuple[dict[str, bytes], list[str]]:
    """Everything that has made a reader stumble, in little."""
    deep = "/".join(f"层{number:02}" for number in range(1, 16))
    files = {
        "README.txt": b"read me\n",
        ".hidden": b"dot",
        "data/ leading and trailing ": b"spaces",
        "data/empty": b"",
        "data/档案/案卷 0001/第一页.tif": bytes(range(256)) * 20,
        f"data/{'长' * 120}.txt": b"long name",
        f"data/{'a' * 126}": b"longest Latin name",
        "data/\U0001f600 emoji": b"beyond the first plane",
        "data/caf\u00e9": b"composed",
        "data/cafe\u0301": b"decomposed",
        f"{deep}/end.txt": b"deep",
        "big/one": b"\x5a" * (1 << 20),
        "big/two": b"\xa5" * ((1 << 20) + 1),
        "sector": b"s" * SECTOR,
    }
    return files, ["void", "data/档案/空"]


def front_and_tail(files: Mapping[str, bytes]) -> list[UdfEntry]:
    """The same entries with README.txt in front and `sector` at the tail."""
    special = {"README.txt": Placement.FRONT, "sector": Placement.TAIL}
    return [
        UdfEntry(path, len(data), 1_600_000_000, placement=special.get(path, Placement.PAYLOAD))
        for path, data in files.items()
    ]
