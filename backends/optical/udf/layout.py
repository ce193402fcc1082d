"""Where everything in an image lies, known before its first byte. Pure: entries in, a layout out.

Order on the disc: volume descriptors, file entries and folders, FRONT files, PAYLOAD files, TAIL files, the
reserve volume descriptors, and the last anchor in the last sector.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from backends.errors import ImageUnplannable, NotInImage
from backends.optical.udf import constants as udf
from backends.optical.udf.descriptors import file_identifier_bytes
from backends.optical.udf.names import problem_with_path


class Placement(Enum):
    """Which part of the disc a file belongs to: descriptions lie near both ends, the payload between them."""

    FRONT = "front"
    PAYLOAD = "payload"
    TAIL = "tail"


@dataclass(frozen=True, slots=True)
class UdfEntry:
    """One file or folder to be mastered: `path` relative and POSIX, `mtime_s` in seconds since 1970."""

    path: str
    size_bytes: int
    mtime_s: int
    is_directory: bool = False
    placement: Placement = Placement.PAYLOAD

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """A planned image. Nodes are numbered as their file entries lie; node 0 is the root, path "".

    Children of one folder are consecutive, so `children` holds (first node, count) for each folder.
    """

    nodes: tuple[UdfEntry, ...]
    parents: array[int]
    children: Mapping[int, tuple[int, int]]
    #: Sector of the image where a node's data starts; 0 for an empty file, which has none.
    data_sectors: array[int]
    #: Nodes of the files as their contents lie on the disc.
    disc_order: array[int]
    sectors: int
    _numbers: Mapping[str, int]

    @property
    def image_bytes(self) -> int:
        return self.sectors * udf.SECTOR_BYTES

    @property
    def reserve_sector(self) -> int:
        """Start of the last cluster: the reserve volume descriptors, and at its end the last anchor."""
        return self.sectors - udf.CLUSTER_SECTORS

    @property
    def partition_sectors(self) -> int:
        return self.reserve_sector - udf.PARTITION_SECTOR

    def extent_of(self, path: str) -> tuple[int, int]:
        """(sector, bytes) of a file's contents, which lie in one piece; an empty file lies at (0, 0).

        Raises NotInImage for anything but a file of this layout.
        """
        number = self._numbers.get(path)
        if number is None or self.nodes[number].is_directory:
            raise NotInImage(path)
        return self.data_sectors[number], self.nodes[number].size_bytes

    def files(self) -> Iterator[tuple[UdfEntry, int]]:
        """Every file with the sector of its contents, in disc order; empty files at sector 0."""
        for number in self.disc_order:
            yield self.nodes[number], self.data_sectors[number]

    def folder_bytes(self, number: int) -> int:
        """Length of a folder's list of file identifiers, the parent's first."""
        first, count = self.children[number]
        return file_identifier_bytes(None) + sum(
            file_identifier_bytes(self.nodes[child].name) for child in range(first, first + count)
        )


def entry_block(number: int) -> int:
    """Partition block of a node's file entry: after the file set descriptor and its terminator."""
    return 2 + number


def plan(entries: Iterable[UdfEntry]) -> Layout:
    """Lay out an image; the same entries in the same order give the same layout.

    Folders that are only implied by a path are added with the newest date of what they hold. Raises
    ImageUnplannable, naming the path, for bad names and sizes, a path used twice, folders over the limits.
    """
    given = tuple(entries)
    nodes, parents, children = _numbered(_gathered(given))
    numbers = {node.path: number for number, node in enumerate(nodes)}
    data_sectors = array("Q", bytes(8 * len(nodes)))
    layout_so_far = Layout(nodes, parents, children, data_sectors, array("L"), 0, numbers)

    position = udf.PARTITION_SECTOR + entry_block(len(nodes))
    for folder in children:
        data_sectors[folder] = position
        position += sectors_of(layout_so_far.folder_bytes(folder))

    order = array("L")
    for placement in Placement:
        if placement is Placement.PAYLOAD:
            position = on_cluster(position)
        for entry in given:
            if entry.is_directory or entry.placement is not placement:
                continue
            number = numbers[entry.path]
            order.append(number)
            if entry.size_bytes:
                position = start_of(entry.size_bytes, position)
                data_sectors[number] = position
                position += sectors_of(entry.size_bytes)
    sectors = on_cluster(position) + udf.CLUSTER_SECTORS
    if sectors >= 1 << 32:
        raise ImageUnplannable(f"an image of {sectors} sectors is more than UDF can address")
    return Layout(nodes, parents, children, data_sectors, order, sectors, numbers)


def sectors_of(size_bytes: int) -> int:
    return -(-size_bytes // udf.SECTOR_BYTES)


def on_cluster(sector: int) -> int:
    """The first sector from `sector` on that begins a cluster."""
    return -(-sector // udf.CLUSTER_SECTORS) * udf.CLUSTER_SECTORS


def start_of(size_bytes: int, sector: int) -> int:
    """Where a file starts if `sector` is free: big files on a cluster, others at once."""
    return on_cluster(sector) if size_bytes >= udf.BIG_FILE_BYTES else sector


def parents_of(path: str) -> Iterator[str]:
    """The folders above a path, innermost first, without the root."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _gathered(given: Iterable[UdfEntry]) -> dict[str, list[UdfEntry]]:
    """Folder path -> what lies directly in it, with folders that were only implied; "" is the root."""
    members: dict[str, list[UdfEntry]] = {"": []}
    explicit: dict[str, UdfEntry] = {}
    for entry in given:
        _check(entry)
        if entry.is_directory:
            if entry.path in explicit:
                raise ImageUnplannable(f"folder {entry.path!r} is listed twice")
            explicit[entry.path] = entry
            members.setdefault(entry.path, [])
        for folder in parents_of(entry.path):
            if folder in members:
                break
            members[folder] = []
        if not entry.is_directory:
            members[entry.path.rpartition("/")[0]].append(entry)
    for folder in sorted((path for path in members if path), key=lambda path: -path.count("/")):
        newest = max((inside.mtime_s for inside in members[folder]), default=0)
        entry = explicit.get(folder) or UdfEntry(folder, 0, newest, is_directory=True)
        members[folder.rpartition("/")[0]].append(entry)
    return members


def _check(entry: UdfEntry) -> None:
    if problem := problem_with_path(entry.path):
        raise ImageUnplannable(f"{entry.path!r} cannot stand on a disc: {problem}")
    if entry.size_bytes < 0 or (entry.is_directory and entry.size_bytes):
        raise ImageUnplannable(f"{entry.path!r} cannot be {entry.size_bytes} bytes long")
    if entry.size_bytes > udf.FILE_BYTES_MAX:
        raise ImageUnplannable(
            f"{entry.path!r} has {entry.size_bytes} bytes, more than the {udf.FILE_BYTES_MAX} that one file "
            "of an image may have; hand it in as several files"
        )


def _numbered(
    members: dict[str, list[UdfEntry]],
) -> tuple[tuple[UdfEntry, ...], array[int], dict[int, tuple[int, int]]]:
    """Nodes breadth first, names sorted within a folder, with parents and children by number."""
    newest = max((entry.mtime_s for entry in members[""]), default=0)
    nodes = [UdfEntry("", 0, newest, is_directory=True)]
    parents = array("L", [0])
    children: dict[int, tuple[int, int]] = {}
    for number, node in enumerate(nodes):  # grows while it is walked
        if not node.is_directory:
            continue
        inside = sorted(members.pop(node.path), key=lambda entry: entry.path)
        for left, right in pairwise(inside):
            if left.path == right.path:
                raise ImageUnplannable(f"{left.path!r} is listed twice")
        if sum(entry.is_directory for entry in inside) >= udf.LINK_COUNT_MAX:
            raise ImageUnplannable(f"folder {node.path!r} holds more than {udf.LINK_COUNT_MAX - 1} folders")
        children[number] = (len(nodes), len(inside))
        nodes.extend(inside)
        parents.extend(number for _ in inside)
    return tuple(nodes), parents, children
