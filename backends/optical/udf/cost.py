"""What entries add to an image at most, for packing: sums of costs bound images not planned yet."""

from collections.abc import Iterable

from backends.optical.udf import constants as udf
from backends.optical.udf.descriptors import file_identifier_bytes
from backends.optical.udf.layout import Placement, UdfEntry, parents_of, sectors_of, start_of

#: An image without any entry, and the roundings that happen once: root, payload start, image end.
IMAGE_OVERHEAD_BYTES = (
    (udf.PARTITION_SECTOR + 2) * udf.SECTOR_BYTES
    + (udf.SECTOR_BYTES + file_identifier_bytes(None) + udf.SECTOR_BYTES - 1)
    + 2 * (udf.CLUSTER_BYTES - udf.SECTOR_BYTES)
    + udf.CLUSTER_BYTES
)
#: The most that it takes to move to the next cluster.
_ALIGNMENT_BYTES = udf.CLUSTER_BYTES - udf.SECTOR_BYTES


def entry_cost_bytes(path: str, size_bytes: int) -> int:
    """Upper bound of what one file adds to any image, with all its folders. Additive.

    For one folder, and for files that share folders, `group_cost_bytes` is much closer.
    """
    return group_cost_bytes([UdfEntry(path, size_bytes, 0)])


def group_cost_bytes(entries: Iterable[UdfEntry]) -> int:
    """Upper bound of what entries add to an image in which they follow each other in this order (a package).

    Additive over groups: the sum of all groups' costs and IMAGE_OVERHEAD_BYTES is never less than
    `plan(all entries, group by group).image_bytes`, and more by about one cluster a group only.
    """
    folders: set[str] = set()
    listed: list[str] = []
    data = 0
    ends = dict.fromkeys(Placement, 0)
    aligned: set[Placement] = set()
    for entry in entries:
        # A folder that is known is known with all that lie above it.
        if entry.path.rpartition("/")[0] not in folders:
            folders.update(parents_of(entry.path))
        if entry.is_directory:
            folders.add(entry.path)
            continue
        listed.append(entry.name)
        place = entry.placement
        ends[place] = start_of(entry.size_bytes, ends[place]) + sectors_of(entry.size_bytes)
        if entry.size_bytes >= udf.BIG_FILE_BYTES:
            aligned.add(place)
    # After its first big file a group lies the same wherever it began; before it, one cluster may be lost.
    data = sum(ends.values()) * udf.SECTOR_BYTES + len(aligned) * _ALIGNMENT_BYTES
    files = sum(udf.SECTOR_BYTES + file_identifier_bytes(name) for name in listed)
    return data + files + sum(_folder_cost_bytes(folder) for folder in folders)


def _folder_cost_bytes(path: str) -> int:
    """Its file entry, its line in the folder above, its parent line, and the rounding of its own list."""
    lines = file_identifier_bytes(path.rpartition("/")[2]) + file_identifier_bytes(None)
    return udf.SECTOR_BYTES + lines + udf.SECTOR_BYTES - 1
