"""Reads UDF images of our kind from any source of sectors, trusting neither them nor the writer's code.

Understood is what `writer` makes: UDF with one plain partition of 2048-byte blocks and short allocation
descriptors. Anything else, and any damage in the structures, raises UdfDamaged. No bytes make it hang: every
folder is visited once, and folders may not be longer, all together, than the partition that holds them.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from backends.errors import MediumUnreadable, NotInImage, UdfDamaged
from backends.optical.udf import constants as udf
from backends.optical.udf import parsing

Read = Callable[[int, int], bytes]
Damaged = Callable[[str, Exception], None]

_READ_SECTORS = 512
_CACHED_CLUSTERS = 32
#: UDF allows 1023 bytes of path, so no honest folder lies deeper.
_DEPTH_MAX = udf.PATH_BYTES_MAX // 2


@dataclass(frozen=True, slots=True)
class UdfNode:
    """A file or folder of an image; `extents` are (sector of the image, bytes), in order, of its contents."""

    path: str
    is_directory: bool
    size_bytes: int
    mtime_s: int
    extents: tuple[tuple[int, int], ...]


class UdfReader:
    """An opened image. `read(lba, sectors)` gives exactly those sectors, or raises (MediumUnreadable).

    `sectors` is the size of the image, where known; it lets the last anchor help when the first is damaged.
    Raises UdfDamaged when there is no UDF of our kind.
    """

    def __init__(self, read: Read, sectors: int | None = None) -> None:
        self._read = read
        self._clusters: OrderedDict[int, bytes] = OrderedDict()
        self._volume = self._open([udf.ANCHOR_SECTOR] + ([sectors - 1] if sectors else []))
        block = self._volume.file_set_block
        self._root = parsing.root_block_of(self._block(block), block)

    @property
    def label(self) -> str:
        return self._volume.label

    @property
    def identifier(self) -> str:
        """The sixteen digits that tell this image from all others."""
        return self._volume.identifier

    def walk(self, damaged: Damaged | None = None) -> Iterator[UdfNode]:
        """Every file and folder but the root, breadth first, in the order in which folders list them.

        Damage raises; with `damaged` it is told (path, error) instead, and all the rest still comes: a bad file
        entry costs one file or one folder, a bad list what stands behind the damage in it.
        """
        seen = {self._root}
        budget_bytes = self._volume.partition_sectors * udf.SECTOR_BYTES
        queue = deque([(0, self._node("", self._root))])
        while queue:
            depth, folder = queue.popleft()
            budget_bytes -= folder.size_bytes
            if budget_bytes < 0 or depth > _DEPTH_MAX:
                raise UdfDamaged(f"folder {folder.path!r} is longer or deeper than the image allows")
            for path, block in self._paths(folder, damaged):
                try:
                    node = self._node(path, block)
                    if node.is_directory and block in seen:
                        raise UdfDamaged(f"folder {node.path!r} stands in two places")
                except (UdfDamaged, MediumUnreadable) as error:
                    if damaged is None:
                        raise
                    damaged(path, error)
                    continue
                if node.is_directory:
                    seen.add(block)
                    queue.append((depth + 1, node))
                yield node

    def _paths(self, folder: UdfNode, damaged: Damaged | None) -> Iterator[tuple[str, int]]:
        """(path, block of the file entry) of what a folder lists, up to the first damage where that is told."""
        try:
            for name, block in self._listing(folder):
                yield f"{folder.path}/{name}" if folder.path else name, block
        except (UdfDamaged, MediumUnreadable) as error:
            if damaged is None:
                raise
            damaged(folder.path, error)

    def lookup(self, path: str) -> UdfNode:
        """The file or folder at a relative POSIX path; "" is the root. Raises NotInImage."""
        node = self._node("", self._root)
        for name in path.split("/") if path else []:
            if not node.is_directory:
                raise NotInImage(path)
            block = next((block for found, block in self._listing(node) if found == name), None)
            if block is None:
                raise NotInImage(path)
            node = self._node(f"{node.path}/{name}" if node.path else name, block)
        return node

    def read(self, path: str) -> Iterator[bytes]:
        """The contents of one file in pieces of at most 1 MiB. Raises NotInImage for anything but a file."""
        node = self.lookup(path)
        if node.is_directory:
            raise NotInImage(path)
        return self._contents(node)

    def _open(self, anchors: list[int]) -> parsing.LogicalVolume:
        """The volume from the first anchor and sequence that are whole; tells all that failed if none is."""
        problems: list[str] = []
        for sector in anchors:
            try:
                sequences = parsing.anchor_of(self._sectors(sector, 1), sector)
            except (UdfDamaged, MediumUnreadable) as error:
                problems.append(str(error))
                continue
            for start, length in sequences:
                try:
                    return parsing.volume_of(self._sequence(start, length))
                except (UdfDamaged, MediumUnreadable) as error:
                    problems.append(str(error))
        raise UdfDamaged("no UDF volume can be opened here: " + "; ".join(problems))

    def _sequence(self, start: int, length: int) -> dict[int, bytes]:
        """The descriptors of one sequence by kind; of two of a kind the later one holds (3/8.4.3)."""
        found: dict[int, bytes] = {}
        for sector in range(start, start + min(length // udf.SECTOR_BYTES, udf.SEQUENCE_SECTORS)):
            data = self._sectors(sector, 1)
            kind = parsing.tag_of(data, sector)
            if kind == udf.TAG_TERMINATING:
                break
            found[kind] = data
        return found

    def _node(self, path: str, block: int) -> UdfNode:
        entry = parsing.file_entry_of(self._block(block), block, self._volume.partition_sectors)
        first = self._volume.partition_sector
        extents = tuple((first + start, length) for start, length in entry.extents)
        return UdfNode(path, entry.is_directory, entry.size_bytes, entry.mtime_s, extents)

    def _listing(self, folder: UdfNode) -> Iterator[tuple[str, int]]:
        """(name, block of the file entry) of everything in a folder."""
        data = bytearray()
        dropped = 0
        for piece in self._contents(folder):
            data += piece
            at = 0
            whole = dropped + len(data) == folder.size_bytes
            # Without the rest of the folder a line can only be told to be whole if the longest would fit.
            while len(data) - at > 2 * udf.SECTOR_BYTES or (whole and at < len(data)):
                line = bytes(data[at : at + 2 * udf.SECTOR_BYTES])
                found = parsing.identifier_of(line, self._block_at(folder, dropped + at))
                if found.name is not None:
                    yield found.name, found.entry_block
                at += found.length
            del data[:at]
            dropped += at

    def _block_at(self, folder: UdfNode, offset: int) -> int:
        """The partition block in which byte `offset` of a folder lies."""
        for start, length in folder.extents:
            if offset < length:
                return start - self._volume.partition_sector + offset // udf.SECTOR_BYTES
            offset -= length
        raise UdfDamaged(f"folder {folder.path!r} ends early")

    def _contents(self, node: UdfNode) -> Iterator[bytes]:
        for start, length in node.extents:
            while length > 0:
                sectors = min(_READ_SECTORS, -(-length // udf.SECTOR_BYTES))
                data = self._sectors(start, sectors)
                yield data[:length]
                start += sectors
                length -= len(data)

    def _block(self, block: int) -> bytes:
        """One block of the partition, through a small cache: file entries lie side by side."""
        if block >= self._volume.partition_sectors:
            raise UdfDamaged(f"block {block} lies outside the partition")
        sector = self._volume.partition_sector + block
        cluster = sector // udf.CLUSTER_SECTORS * udf.CLUSTER_SECTORS
        end = self._volume.partition_sector + self._volume.partition_sectors
        if cluster in self._clusters:
            self._clusters.move_to_end(cluster)
        else:
            try:
                data = self._sectors(cluster, min(udf.CLUSTER_SECTORS, end - cluster))
            except (MediumUnreadable, UdfDamaged):
                # The one block that is needed may be readable although its neighbours are not.
                return self._sectors(sector, 1)
            self._clusters[cluster] = data
            if len(self._clusters) > _CACHED_CLUSTERS:
                self._clusters.popitem(last=False)
        at = (sector - cluster) * udf.SECTOR_BYTES
        return self._clusters[cluster][at : at + udf.SECTOR_BYTES]

    def _sectors(self, sector: int, count: int) -> bytes:
        data = self._read(sector, count)
        if len(data) != count * udf.SECTOR_BYTES:
            raise UdfDamaged(f"the image ends within the {count} sectors from sector {sector}")
        return data
