"""What a recall hands over, entry by entry, and where the bytes of each lie: in an image, or in staging."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from archived.catalog import images, inner_files, package_files, packages
from archived.errors import NotFound
from archived.inner_files import FILE
from archived.language import _
from archived.model import Image, Recall
from archived.policy.delivered_entries import OUTER, Entry, entries, entry_of_file, entry_of_inner
from archived.policy.ranges import chunk_numbers
from archived.sessions.gather import WantedFile
from archived.sessions.pieces import PlacedPiece
from archived.sessions.rebuild import parsed
from archived.stages.recall_sources import chunk_ranges, image_of, payload_table
from backends.interface import SECTOR_BYTES
from erasure.chunks import CHUNK_BYTES


def entries_of(read: Connection, package_id: str) -> Iterator[Entry]:
    """Everything that a whole recall of a package hands back."""
    return entries(packages.files(read, package_id), inner_files.of_package(read, package_id))


def entry_of(read: Connection, package_id: str, path: str) -> Entry | None:
    """The entry of this path; None when the package has none."""
    if path.startswith(OUTER):
        file = package_files.get_file(read, package_id, path.removeprefix(OUTER))
        return entry_of_file(file, outer=True) if file is not None else None
    inner = inner_files.get(read, package_id, path)
    if inner is not None:
        return entry_of_inner(inner)
    file = package_files.get_file(read, package_id, path)
    return entry_of_file(file) if file is not None else None


def wanted_files(read: Connection, recall: Recall) -> list[WantedFile]:
    """What has to be right before a recall is ready: whole files, and for pieces the chunks that hold them."""
    if recall.package_id is None:
        image = images.get(read, image_of(recall))
        return [wanted_parity(image) if recall.purpose == "remake" else wanted_image(image)]
    stretches = {} if recall.from_staging else _stretches(read, recall)
    # What no chunk table can judge is judged by the sha256 of its file: then all of the file is wanted.
    chosen = set(recall.paths) | {path for path, *_rest in recall.pieces if path not in stretches}
    whole = _placed(read, recall, recall.package_id, chosen) if chosen else []
    return [*whole, *(stretch for some in stretches.values() for stretch in some)]


def wanted_file(read: Connection, recall: Recall, path: str) -> WantedFile:
    """One file of the recall's package, or its image when there is none. Raises NotFound."""
    if recall.package_id is None:
        return wanted_image(images.get(read, image_of(recall)))
    entry = entry_of(read, recall.package_id, path)
    if entry is None or entry.kind != FILE:
        raise NotFound(_("recall {id} has no file {path!r}").format(id=recall.id, path=path), path=path)
    return _wanted(entry, _begin(read, recall, entry))


def wanted_image(image: Image) -> WantedFile:
    """All bytes of an image as one file."""
    return WantedFile("", 0, image.size_bytes or 0, image.sha256 or "")


def wanted_parity(image: Image) -> WantedFile:
    """parity.bin in its wrapper; its chunk table judges it."""
    return WantedFile("parity.bin", image.payload_offset, image.payload_bytes or 0, "")


def placed_pieces(read: Connection, recall: Recall) -> list[PlacedPiece]:
    """The pieces of a recall, and where they lie in the image and in staged files."""
    found = []
    for path, start, length, _sha256 in recall.pieces:
        file = wanted_file(read, recall, path)
        found.append(PlacedPiece(file.source, file.source_offset + start, length, file.offset + start))
    return found


def _placed(read: Connection, recall: Recall, package_id: str, chosen: set[str]) -> list[WantedFile]:
    places = packages.extents(read, recall.image_id, package_id) if recall.image_id is not None else {}
    found = [
        _wanted(entry, places.get(entry.source, (0, 0))[0] * SECTOR_BYTES)
        for entry in entries_of(read, package_id)
        if entry.kind == FILE and entry.path in chosen
    ]
    for path in sorted(path for path in chosen if path.startswith(OUTER)):
        found.append(wanted_file(read, recall, path))
    return found


def _wanted(entry: Entry, begin: int) -> WantedFile:
    """`begin`: where the stored file that holds the entry's bytes begins in the image."""
    return WantedFile(
        entry.path,
        begin + entry.offset,
        entry.size_bytes,
        entry.sha256,
        stored_in=entry.source,
        source_offset=entry.offset,
    )


def _begin(read: Connection, recall: Recall, entry: Entry) -> int:
    """Where the stored file of an entry begins in the image; 0 while it lies in staging only."""
    if recall.image_id is None or recall.package_id is None:
        return 0
    lba = package_files.first_sector(read, recall.image_id, recall.package_id, entry.source)
    return (lba or 0) * SECTOR_BYTES


def _stretches(read: Connection, recall: Recall) -> dict[str, list[WantedFile]]:
    """Path → the whole chunks that hold its pieces; without files whose chunks would not be less than the file."""
    if not recall.pieces or recall.image_id is None:
        return {}
    image = images.get(read, recall.image_id)
    if parsed(payload_table(read, image)) is None:
        return {}
    found: dict[str, list[WantedFile]] = {}
    for path in dict.fromkeys(path for path, *_rest in recall.pieces):
        if path in recall.paths:
            continue
        file = wanted_file(read, recall, path)
        ranges = _chunks_around(image, file, [(s, n) for name, s, n, _rest in recall.pieces if name == path])
        if ranges and sum(length for _rest, length in ranges) < file.size_bytes:
            found[path] = [WantedFile(path, offset, length, "") for offset, length in ranges]
    return found


def _chunks_around(
    image: Image, file: WantedFile, pieces: Sequence[tuple[int, int]]
) -> tuple[tuple[int, int], ...]:
    begin = file.offset - image.payload_offset
    numbers = chunk_numbers(((begin + start, length) for start, length in pieces), CHUNK_BYTES)
    return chunk_ranges(image, sorted(numbers))
