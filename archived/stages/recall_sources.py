"""What a recall wants, what it may still read, and what was read of the set so far."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import Connection

from archived.catalog import events, images, media, packages, recalls
from archived.catalog.events import Attention
from archived.model import Copy, Image, Reading, Recall
from archived.policy.sources import CopyView, direct_source, set_sources
from archived.sessions.gather import SetShape, SpooledMember, WantedFile
from archived.sessions.read import Range
from archived.stages.floor import Floor, floors
from archived.stages.work import Site
from archived.states import CopyEvent, CopyState, MediumEvent, ReadingState
from backends.interface import SECTOR_BYTES
from erasure.chunks import CHUNK_BYTES


def wanted_files(read: Connection, recall: Recall) -> list[WantedFile]:
    """The files of a recall with their places in the image and their digests."""
    if recall.package_id is None:
        image = images.get(read, _image_id(recall))
        return [WantedFile("", 0, image.size_bytes or 0, image.sha256 or "")]
    places = {}
    if recall.image_id is not None:
        places = packages.extents(read, recall.image_id, recall.package_id)
    paths = set(recall.paths)
    return [
        WantedFile(file.path, places.get(file.path, (0, 0))[0] * SECTOR_BYTES, file.size_bytes, file.sha256)
        for file in packages.files(read, recall.package_id)
        if not file.is_directory and file.path in paths
    ]


def copy_views(read: Connection, site: Site, image_id: str) -> list[CopyView]:
    """The copies of an image as the source chooser sees them."""
    every_floor = floors(read, site)
    return [_view(read, every_floor, copy) for copy in media.copies_of(read, image_id)]


def set_shape(read: Connection, image_id: str) -> SetShape | None:
    """The code around a protected data image; None where the set cannot give its bytes."""
    image = images.get(read, image_id)
    chunks = images.chunks(read, image_id)
    if image.kind != "data" or image.set_id is None or image.position is None or chunks is None:
        return None
    protection_set = images.get_set(read, image.set_id)
    present = protection_set.n - len(protection_set.absent)
    return SetShape(protection_set.n, protection_set.m, present, image.position - 1, chunks)


def spooled_members(
    read: Connection, image_id: str | None, readings: Iterable[Reading], folder: Path
) -> list[SpooledMember]:
    """Members of the set of which something was read for decoding, or of which the end is known zeros."""
    found: dict[str, SpooledMember] = {}
    for other in _data_members(read, image_id):
        number, end = (other.position or 0) - 1, other.payload_bytes or 0
        found[other.id] = SpooledMember(number, 0, None, 0, end, b"")
    done = [r for r in readings if r.purpose == "set" and r.state is ReadingState.READ]
    for reading in done:
        image = images.get(read, reading.image_id)
        part = "image" if image.kind == "data" else "payload"
        found[image.id] = SpooledMember(
            number=(image.position or 0) - 1,
            copy_id=reading.copy_id,
            spool=folder / f"{image.id}.spool",
            payload_offset=image.payload_offset,
            payload_bytes=image.payload_bytes or 0,
            chunks=images.chunks(read, image.id, part) or b"",
            read=merge(span for other in done if other.copy_id == reading.copy_id for span in other.ranges),
        )
    return list(found.values())


def _data_members(read: Connection, image_id: str | None) -> list[Image]:
    """The other data images of an image's set."""
    set_id = images.get(read, image_id).set_id if image_id is not None else None
    members = images.of_set(read, set_id) if set_id is not None else []
    return [member for member in members if member.kind == "data" and member.id != image_id]


def next_readings(
    read: Connection, site: Site, recall: Recall, missing: Sequence[int]
) -> tuple[list[Reading], str]:
    """Readings that bring the recall nearer, or none and the words that say why not.

    First the cheapest good copy of the image itself; what it does not give comes through the set, by the
    chunks that are missing, from members that were not tried in vain; a suspect copy is the last resort.
    """
    done = recalls.readings(read, recall.id)
    files = wanted_files(read, recall)
    tried = {reading.copy_id for reading in done}
    views = copy_views(read, site, _image_id(recall))
    direct = direct_source(views, excluded=tried)
    if direct is not None and direct.state is not CopyState.SUSPECT:
        return [_reading(recall, direct, _sectors(files), "files")], ""
    chunks = tuple(missing) or _chunks(files)
    through_set, shortage = _through_set(read, site, recall, done, chunks)
    if through_set:
        return through_set, ""
    if direct is not None:
        return [_reading(recall, direct, _sectors(files), "files")], ""
    return [], shortage or "no copy is left to read from"


def record_liars(write: Connection, site: Site, recall: Recall, liars: Iterable[int]) -> None:
    """Copies that gave wrong bytes become suspect; the recall is not the place to judge further."""
    for copy_id in liars:
        copy = media.get_copy(write, copy_id)
        if copy.state is not CopyState.VERIFIED:
            continue
        words = f"recall {recall.id} read bytes that differ from what is recorded"
        media.advance_copy(write, copy.id, CopyEvent.READ_DIFFERED, note=words)
        media.advance_state(write, copy.medium_id, MediumEvent.SPOILED, note=words)
        subject = ("medium", copy.medium_id)
        events.append(write, site.now(), "fixity check", subject, outcome="failure", recall=recall.id)
        image = images.get(write, copy.image_id)
        events.raise_attention(
            write,
            Attention(
                f"suspect:{copy.medium_id}",
                "working-hours",
                f"disc {copy.medium_id} (image {image.id}, set {image.set_id}) gave wrong or unreadable bytes",
                f"recalls go on through set {image.set_id}; nothing was lost",
                f"archivectl sets {image.set_id}",
                site.now(),
            ),
        )


def _through_set(
    read: Connection, site: Site, recall: Recall, done: Sequence[Reading], chunks: Sequence[int]
) -> tuple[list[Reading], str]:
    image = images.get(read, _image_id(recall))
    shape = set_shape(read, image.id)
    if shape is None or image.set_id is None:
        return [], f"image {image.id} has no set that could give its bytes"
    protection_set = images.get_set(read, image.set_id)
    members = {m.position or 0: m for m in images.of_set(read, image.set_id) if m.id != image.id}
    useless = _useless(read, done, chunks)
    # Shorter images count as zero-padded: behind their ends nothing needs to be read.
    beyond = {
        p for p, member in members.items() if member.kind == "data" and not _member_ranges(member, chunks)
    }
    found = set_sources(
        {position: copy_views(read, site, member.id) for position, member in members.items()},
        n=protection_set.n,
        m=protection_set.m,
        absent={*protection_set.absent, *beyond},
        excluded=useless,
    )
    if found.shortage:
        return [], f"image {image.id} cannot be read from its discs, and {found.shortage}"
    have = {r.copy_id for r in done if r.purpose == "set" and r.copy_id not in useless}
    asked = []
    for position, view in found.members:
        ranges = _member_ranges(members[position], chunks)
        if view.copy_id not in have and ranges:
            asked.append(_reading(recall, view, ranges, "set"))
    return asked, "" if asked else "every member that is left was read, and they do not suffice"


def _image_id(recall: Recall) -> str:
    if recall.image_id is None:
        raise ValueError(f"recall {recall.id} reads no image")
    return recall.image_id


def _useless(read: Connection, done: Sequence[Reading], chunks: Sequence[int]) -> set[int]:
    """Copies that could not give, or gave wrong, what is wanted of them."""
    found = {r.copy_id for r in done if r.state is ReadingState.FAILED}
    for reading in done:
        image = images.get(read, reading.image_id)
        wanted = _member_ranges(image, chunks)
        if reading.purpose == "set" and any(_overlap(a, b) for a in reading.bad for b in wanted):
            found.add(reading.copy_id)
        if media.get_copy(read, reading.copy_id).state is CopyState.SUSPECT:
            found.add(reading.copy_id)
    return found


def _overlap(a: Range, b: Range) -> bool:
    return a[0] < b[0] + b[1] and b[0] < a[0] + a[1]


def _member_ranges(image: Image, chunks: Sequence[int]) -> tuple[Range, ...]:
    """The chunks as sector-aligned ranges of a member's image; parity bytes begin at its payload."""
    length = image.payload_bytes or 0
    ranges = []
    for chunk in chunks:
        start, end = chunk * CHUNK_BYTES, min((chunk + 1) * CHUNK_BYTES, length)
        if start < end:
            ranges.append((image.payload_offset + start, -(-(end - start) // SECTOR_BYTES) * SECTOR_BYTES))
    return merge(ranges)


def merge(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """Sorted ranges with neighbours and overlaps joined."""
    joined: list[Range] = []
    for offset, length in sorted(ranges):
        if joined and offset <= joined[-1][0] + joined[-1][1]:
            start, before = joined[-1]
            joined[-1] = (start, max(before, offset + length - start))
        else:
            joined.append((offset, length))
    return tuple(joined)


def _sectors(files: Sequence[WantedFile]) -> tuple[Range, ...]:
    """The sectors that hold the files."""
    return merge(
        (file.offset, -(-file.size_bytes // SECTOR_BYTES) * SECTOR_BYTES) for file in files if file.size_bytes
    )


def _chunks(files: Sequence[WantedFile]) -> tuple[int, ...]:
    found: set[int] = set()
    for file in files:
        if file.size_bytes:
            last = (file.offset + file.size_bytes - 1) // CHUNK_BYTES
            found |= set(range(file.offset // CHUNK_BYTES, last + 1))
    return tuple(sorted(found))


def _reading(recall: Recall, view: CopyView, ranges: tuple[Range, ...], purpose: str) -> Reading:
    return Reading(0, recall.id, view.image_id, view.copy_id, ReadingState.PENDING, ranges, purpose)


def _view(read: Connection, every_floor: Sequence[Floor], copy: Copy) -> CopyView:
    medium = media.get(read, copy.medium_id)
    in_drive = any(floor.drive_of(medium.id) is not None for floor in every_floor)
    return CopyView(copy.id, copy.image_id, medium.id, copy.state, in_drive, medium.element is not None)
