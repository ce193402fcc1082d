"""What a recall reads next: its image's own disc, then chunk by chunk whatever can make what is missing."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from archived.catalog import images, media, recalls
from archived.language import _
from archived.model import Copy, Image, Reading, Recall
from archived.policy.chunk_sources import (
    ChunkPlan,
    ChunkReading,
    CopyChunks,
    Member,
    merged,
    plan_chunks,
    plan_everything,
)
from archived.policy.ranges import Range, chunk_numbers, covers, merge, subtract
from archived.policy.sources import LAST_RESORTS, TRUST, CopyView, direct_source
from archived.sessions.gather import Gathered, WantedFile
from archived.sessions.rebuild import SYNDROMES_MIN, parsed
from archived.stages.floor import Floor, floors
from archived.stages.recall_entries import wanted_files
from archived.stages.recall_sources import (
    as_on,
    chunk_ranges,
    copy_views,
    good_ranges,
    image_of,
    other_members,
    payload_table,
    view_of,
)
from archived.stages.work import Site
from archived.states import CopyState, ReadingState
from backends.interface import SECTOR_BYTES
from erasure.chunks import CHUNK_BYTES

NOTHING = Gathered((), (), ())


@dataclass(frozen=True, slots=True)
class SetPicture:
    """A set around the wanted image, with what one recall knows of each member's chunks."""

    own: Member
    others: tuple[Member, ...]
    #: How many members make a chunk; 0 where there is no set.
    needed: int
    #: Neither the image nor all others have chunk tables: only the code can tell who is wrong.
    blind: bool
    by_position: dict[int, Image]


def next_readings(
    read: Connection, site: Site, recall: Recall, found: Gathered = NOTHING
) -> tuple[list[Reading], str]:
    """Readings that bring the recall nearer, or none and the words that say why not.

    First the files from the cheapest good copy of the image itself; what that did not give, chunk by chunk from
    whatever can make it (`policy.chunk_sources`); all members where nobody knows who is wrong.
    """
    done = recalls.readings(read, recall.id)
    image = images.get(read, image_of(recall))
    in_use = recalls.copies_in_use(read)
    if not done:
        asked, shortage = first_readings(read, site, recall, in_use)
        return asked, "" if asked else shortage
    if found.outside:
        return _outside_readings(read, site, recall, image, found.outside)
    picture = picture_of(read, site, image, done, in_use=in_use)
    plan = planned(picture, found.missing, found.doubtful)
    asked = [_of_plan(recall, picture, item) for item in plan.readings]
    if asked:
        return asked, ""
    return [], _("image {id} cannot be read from its discs, and {value}").format(
        id=image.id, value=plan.shortage or _exhausted(found)
    )


def first_readings(
    read: Connection,
    site: Site,
    recall: Recall,
    in_use: Collection[int],
    every_floor: Sequence[Floor] | None = None,
) -> tuple[list[Reading], str]:
    """What a recall reads first, and the words about what no source has: there may be both.

    Of sources that are as good as each other those are chosen that are mounted anyway, or `in_use` already.
    """
    image = images.get(read, image_of(recall))
    files = wanted_files(read, recall)
    direct = direct_source(copy_views(read, site, image.id, in_use=in_use, every_floor=every_floor))
    # Only a disc of the image itself has the wrapper around parity.bin.
    remakes = recall.purpose == "remake"
    if (
        direct is not None
        and not remakes
        and (_is_worth_reading(recall, direct.state) or image.kind == "parity")
    ):
        return [_reading(recall, direct, sectors_of(files), "files")], ""
    if image.kind == "parity" and not remakes:
        return [], _wrapper_words(image, _around_payload(image))
    picture = picture_of(read, site, image, in_use=in_use)
    plan = planned(picture, chunks_of(image, files), ())
    words = (
        _("image {id} cannot be read from its discs, and {shortage}").format(
            id=image.id, shortage=plan.shortage
        )
        if plan.shortage
        else ""
    )
    return [_of_plan(recall, picture, item) for item in plan.readings], words


def _is_worth_reading(recall: Recall, state: CopyState) -> bool:
    """Whether a copy is read before the set is asked: a doubtful one only by us, who need nearly all of the image.

    The set costs as many images as a set has data images; of a doubtful copy only what is bad has to come from there.
    """
    return state not in LAST_RESORTS or recall.is_ours


def picture_of(
    read: Connection,
    site: Site,
    image: Image,
    done: Sequence[Reading] = (),
    *,
    in_use: Collection[int] = (),
) -> SetPicture:
    """The set of an image as the planner sees it after the readings of a recall."""
    every_floor = floors(read, site)
    given = good_ranges(done)
    failed = {reading.copy_id for reading in done if reading.state is ReadingState.FAILED}
    spoilt: dict[int, list[Range]] = {}
    for reading in done:
        spoilt.setdefault(reading.copy_id, []).extend(reading.bad)

    def member(item: Image) -> Member:
        every = _of_one_wrapper(item, media.copies_of(read, item.id), given, own=item.id == image.id)
        copies = tuple(
            CopyChunks(
                view_of(read, every_floor, copy, in_use),
                _whole_chunks(as_on(item, copy), given.get(copy.id, ())),
                _payload_chunks(as_on(item, copy), spoilt.get(copy.id, ())),
            )
            for copy in every
            if copy.id not in failed
        )
        size = -(-(item.payload_bytes or 0) // CHUNK_BYTES)
        return Member(item.position or 0, size, copies, any(copy.id in failed for copy in every))

    others = other_members(read, image.id)
    needed, spare = 0, 0
    if image.set_id is not None:
        protection_set = images.get_set(read, image.set_id)
        needed, spare = protection_set.n - len(protection_set.absent), protection_set.m
    blind = spare >= SYNDROMES_MIN and parsed(payload_table(read, image)) is None
    blind = blind and any(parsed(payload_table(read, item)) is None for item in others)
    by_position = {item.position or 0: item for item in (image, *others)}
    return SetPicture(member(image), tuple(map(member, others)), needed, blind, by_position)


def _of_one_wrapper(image: Image, copies: list[Copy], given: Collection[int], *, own: bool) -> list[Copy]:
    """Copies in which parity.bin lies at one place, since what is read of a member lies in one spool.

    Where something was read already that place counts; else that of the image; else that of the oldest copy.
    """
    places = {copy.id: as_on(image, copy).payload_offset for copy in copies}
    trusted = [copy for copy in copies if copy.state in TRUST]
    here = [copy for copy in trusted if places[copy.id] == image.payload_offset]
    first = [copy for copy in copies if copy.id in given] or here or trusted
    at = places[first[0].id] if first and not own else image.payload_offset
    return [copy for copy in copies if places[copy.id] == at]


def sectors_of(files: Sequence[WantedFile]) -> tuple[Range, ...]:
    """The sectors that hold the files."""
    return _in_sectors((file.offset, file.size_bytes) for file in files if file.size_bytes)


def chunks_of(image: Image, files: Iterable[WantedFile]) -> frozenset[int]:
    """Chunks of the code word that hold bytes of the files."""
    return _payload_chunks(image, ((file.offset, file.size_bytes) for file in files))


def planned(picture: SetPicture, missing: Collection[int], doubtful: Collection[int]) -> ChunkPlan:
    """What is read next for these chunks, and for those that are `doubtful`: somebody lies, and is not known."""
    unclear = set(missing) if picture.blind else set(doubtful)
    members = (picture.own, *picture.others)
    clear = plan_chunks(set(missing) - unclear, picture.own, picture.others, needed=max(picture.needed, 1))
    if not unclear:
        return clear
    everything = merged(clear, plan_everything(unclear, members))
    if everything.readings:
        return everything
    return merged(clear, plan_chunks(unclear, picture.own, picture.others, needed=max(picture.needed, 1)))


def _outside_readings(
    read: Connection, site: Site, recall: Recall, image: Image, outside: Sequence[Range]
) -> tuple[list[Reading], str]:
    """Another copy of the image for what the code word does not hold: the set cannot give it bit for bit."""
    done = recalls.readings(read, recall.id)
    given = good_ranges(done)
    no_use = {reading.copy_id for reading in done if reading.state is ReadingState.FAILED}
    no_use |= {copy_id for copy_id, ranges in given.items() if not subtract(outside, ranges)}
    no_use |= {reading.copy_id for reading in done if reading.bad and reading.copy_id in given}
    copy = direct_source(copy_views(read, site, image.id), excluded=no_use)
    if copy is None:
        return [], _wrapper_words(image, outside)
    return [_reading(recall, copy, _in_sectors(outside), "files")], ""


def _wrapper_words(image: Image, outside: Sequence[Range]) -> str:
    places = ", ".join(f"{offset}-{offset + length - 1}" for offset, length in outside[:5])
    more = (
        _(" and {outside_count} more stretches").format(outside_count=len(outside) - 5)
        if len(outside) > 5
        else ""
    )
    return _(
        "image {id} cannot be given bit for bit: its wrapper around parity.bin (bytes {places}{more}) is "
        "on no disc that can be read, and the set remakes parity.bin only; put another copy of this image back"
    ).format(id=image.id, places=places, more=more)


def _around_payload(image: Image) -> tuple[Range, ...]:
    return subtract(((0, image.size_bytes or 0),), ((image.payload_offset, image.payload_bytes or 0),))


def _exhausted(found: Gathered) -> str:
    names = ", ".join(found.wrong[:3])
    return _("every member that is left was read, and they do not suffice for {value}").format(
        value=names or "it"
    )


def _of_plan(recall: Recall, picture: SetPicture, item: ChunkReading) -> Reading:
    ranges = chunk_ranges(as_on(picture.by_position[item.position], item.view), item.chunks)
    purpose = "files" if item.position == picture.own.position else "set"
    return _reading(recall, item.view, ranges, purpose)


def _reading(recall: Recall, view: CopyView, ranges: tuple[Range, ...], purpose: str) -> Reading:
    return Reading(0, recall.id, view.image_id, view.copy_id, ReadingState.PENDING, ranges, purpose)


def _in_sectors(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """The whole sectors that hold the ranges."""
    starts = ((offset // SECTOR_BYTES * SECTOR_BYTES, offset + length) for offset, length in ranges)
    return merge((start, -(-(end - start) // SECTOR_BYTES) * SECTOR_BYTES) for start, end in starts)


def _payload_chunks(image: Image, ranges: Iterable[Range]) -> frozenset[int]:
    """Chunks of the code word of which a range of the image holds a byte."""
    start, end = image.payload_offset, image.payload_offset + (image.payload_bytes or 0)
    inside = ((max(at, start), min(at + size, end)) for at, size in ranges)
    return chunk_numbers(((low - start, high - low) for low, high in inside), CHUNK_BYTES)


def _whole_chunks(image: Image, ranges: Sequence[Range]) -> frozenset[int]:
    """Chunks of the code word that one range (merged ones are given) holds whole."""
    size = image.payload_bytes or 0
    return frozenset(
        chunk
        for chunk in _payload_chunks(image, ranges)
        if covers(
            ranges,
            (image.payload_offset + chunk * CHUNK_BYTES, min(CHUNK_BYTES, size - chunk * CHUNK_BYTES)),
        )
    )
