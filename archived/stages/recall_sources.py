"""The sources of a recall: copies, what was read of them so far, and what that said about them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection

from archived.catalog import cases, events, images, media, recalls, tasks
from archived.catalog.events import Attention
from archived.language import _
from archived.model import Copy, Image, Reading, Recall
from archived.policy.ranges import Range, merge, subtract
from archived.policy.sources import TRUST, CopyView
from archived.sessions.gather import OwnRead, SetShape, SpooledMember
from archived.stages.doubting_media import doubt
from archived.stages.floor import Floor, floors
from archived.stages.work import Site
from archived.states import CopyEvent, CopyState, ReadingState
from backends.interface import SECTOR_BYTES
from erasure.chunks import CHUNK_BYTES


def copy_views(
    read: Connection,
    site: Site,
    image_id: str,
    *,
    in_use: Collection[int] = (),
    every_floor: Sequence[Floor] | None = None,
) -> list[CopyView]:
    """The copies of an image as the source chooser sees them; `in_use`: copies that are mounted anyway."""
    every_floor = floors(read, site) if every_floor is None else every_floor
    return [view_of(read, every_floor, copy, in_use) for copy in media.copies_of(read, image_id)]


def view_of(
    read: Connection, every_floor: Sequence[Floor], copy: Copy, in_use: Collection[int] = ()
) -> CopyView:
    """One copy as the source chooser sees it."""
    medium = media.get(read, copy.medium_id)
    in_drive = any(floor.drive_of(medium.id) is not None for floor in every_floor)
    in_library = medium.element is not None and medium.id not in tasks.refused(read)
    state = trusted_as(read, copy)
    by_hand = any(floor.by_person and floor.library == medium.library for floor in every_floor)
    used = copy.id in in_use
    where = (in_drive, in_library, used, by_hand)
    return CopyView(copy.id, copy.image_id, medium.id, state, *where, payload_offset=copy.payload_offset)


def as_on(image: Image, copy: Copy | CopyView) -> Image:
    """An image as it lies on a copy: in an earlier wrapper parity.bin may begin elsewhere."""
    return image if copy.payload_offset is None else replace(image, payload_offset=copy.payload_offset)


def trusted_as(read: Connection, copy: Copy) -> CopyState:
    """The state by which a copy is chosen: what is doubted is as good as a suspect.

    That is one of a medium about which witnesses disagree, and one with an earlier wrapper.
    """
    earlier = copy.payload_offset is not None and copy.state is not CopyState.RETIRED
    doubted = copy.state in TRUST and (earlier or copy.medium_id in cases.frozen_media(read))
    return CopyState.SUSPECT if doubted else copy.state


def payload_table(read: Connection, image: Image) -> bytes:
    """The chunk table of a member's bytes in the code word; b"" when the catalog has none."""
    part = "image" if image.kind == "data" else "payload"
    return images.chunks(read, image.id, part) or b""


def set_shape(read: Connection, image_id: str) -> SetShape | None:
    """The code around an image; None while it has no place in a protected set."""
    image = images.get(read, image_id)
    known = image.sha256 is not None or bool(payload_table(read, image))
    if image.set_id is None or image.position is None or not known:
        return None
    protection_set = images.get_set(read, image.set_id)
    return SetShape(
        n=protection_set.n,
        m=protection_set.m,
        present=protection_set.n - len(protection_set.absent),
        number=image.position - 1,
        chunks=payload_table(read, image),
        payload_offset=image.payload_offset,
        payload_bytes=image.payload_bytes or 0,
        image_chunks=(images.chunks(read, image.id) or b"") if image.kind == "parity" else b"",
    )


def spooled_members(
    read: Connection, image_id: str | None, readings: Iterable[Reading], folder: Path
) -> list[SpooledMember]:
    """Copies of members of the set of which something was read, and members whose ends are known zeros."""
    given = good_ranges(readings)
    found = []
    for member in other_members(read, image_id):
        number, size = (member.position or 0) - 1, member.payload_bytes or 0
        copies = [copy for copy in media.copies_of(read, member.id) if copy.id in given]
        table = payload_table(read, member) if copies else b""
        spool = folder / f"{member.id}.spool"
        found += [
            SpooledMember(
                number, copy.id, spool, as_on(member, copy).payload_offset, size, table, given[copy.id]
            )
            for copy in copies
        ]
        if not copies and member.kind == "data":
            found.append(SpooledMember(number, 0, None, 0, size, b""))
    return found


def own_reads(readings: Iterable[Reading], image_id: str | None) -> tuple[OwnRead, ...]:
    """What copies of the wanted image gave of it, in order of reading."""
    given = good_ranges(reading for reading in readings if reading.image_id == image_id)
    return tuple(OwnRead(copy_id, ranges) for copy_id, ranges in given.items())


def good_ranges(readings: Iterable[Reading]) -> dict[int, tuple[Range, ...]]:
    """Copy → what was read of it and is not known to be bad, in offsets of its image."""
    spans: dict[int, list[Range]] = {}
    bad: dict[int, list[Range]] = {}
    for reading in readings:
        bad.setdefault(reading.copy_id, []).extend(reading.bad)
        if reading.state is ReadingState.READ:
            spans.setdefault(reading.copy_id, []).extend(reading.ranges)
    return {copy_id: subtract(ranges, bad[copy_id]) for copy_id, ranges in spans.items()}


def other_members(read: Connection, image_id: str | None) -> list[Image]:
    """The other images of an image's set, in order of position."""
    set_id = images.get(read, image_id).set_id if image_id is not None else None
    members = images.of_set(read, set_id) if set_id is not None else []
    return [member for member in members if member.id != image_id]


def chunk_ranges(image: Image, chunks: Iterable[int]) -> tuple[Range, ...]:
    """Chunks of the code word as sector-aligned ranges of a member's image."""
    length = image.payload_bytes or 0
    ranges = []
    for chunk in chunks:
        start, end = chunk * CHUNK_BYTES, min((chunk + 1) * CHUNK_BYTES, length)
        if start < end:
            ranges.append((image.payload_offset + start, -(-(end - start) // SECTOR_BYTES) * SECTOR_BYTES))
    return merge(ranges)


def image_of(recall: Recall) -> str:
    """The image that a recall reads."""
    if recall.image_id is None:
        raise ValueError(f"recall {recall.id} reads no image")
    return recall.image_id


def record_bad(write: Connection, recall: Recall, bad: Iterable[tuple[int, int]]) -> None:
    """Put on record which chunks of which copies turned out wrong: they are not asked for again."""
    chunks: dict[int, list[int]] = {}
    for copy_id, chunk in bad:
        chunks.setdefault(copy_id, []).append(chunk)
    for reading in {reading.copy_id: reading for reading in recalls.readings(write, recall.id)}.values():
        if reading.copy_id in chunks:
            image = as_on(images.get(write, reading.image_id), media.get_copy(write, reading.copy_id))
            wrong = chunk_ranges(image, chunks[reading.copy_id])
            recalls.spoil(write, reading.id, merge((*reading.bad, *wrong)))


def record_liars(
    write: Connection, site: Site, recall: Recall, liars: Iterable[int], located: Iterable[int] = ()
) -> None:
    """Copies that gave wrong bytes become suspect; the recall is not the place to judge further.

    Those `located` were named by the code of their set, without a chunk table of their own.
    """
    by_code = set(located)
    for copy_id in liars:
        copy = media.get_copy(write, copy_id)
        if copy.state not in (CopyState.VERIFIED, CopyState.FOUND):
            continue
        words = _("recall {id} read bytes that differ from what is recorded").format(id=recall.id)
        if copy_id in by_code:
            words = _("recall {id} read bytes that contradict those of the other members of the set").format(
                id=recall.id
            )
        media.advance_copy(write, copy.id, CopyEvent.READ_DIFFERED, note=words)
        doubt(write, site, copy.medium_id, words)
        subject = ("medium", copy.medium_id)
        events.append(
            write, site.now(), "fixity check", subject, outcome="failure", recall=recall.id, note=words
        )
        image = images.get(write, copy.image_id)
        events.raise_attention(
            write,
            Attention(
                f"suspect:{copy.medium_id}",
                "working-hours",
                _("disc {medium_id} (image {id}, set {set_id}) gave wrong or unreadable bytes").format(
                    medium_id=copy.medium_id, id=image.id, set_id=image.set_id
                ),
                _("recalls go on through set {set_id}; nothing was lost").format(set_id=image.set_id),
                f"archivectl sets {image.set_id}",
                site.now(),
            ),
        )
