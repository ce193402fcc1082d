"""An image whose own discs tell nothing of its packages: its lists are made from the other members of its set.

Only the parts that hold them are read: first the front of the image, then whatever its directories name. Which member
gives which part is planned as for a recall (`policy.chunk_sources`), and every part is judged by the chunk table of
the descriptor. What cannot be made is named, and the rebuild goes on.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from archived.catalog import images, media, surveys
from archived.formats import disc_texts
from archived.formats.errors import FormatError
from archived.language import _
from archived.model import Image, Reading
from archived.policy.ranges import chunk_numbers
from archived.policy.rebuilding import Difference
from archived.sessions.disc_lists import ImageTexts, read_packages_of
from archived.sessions.gather import OwnRead, SetShape, SpooledMember, WantedFile, gather
from archived.sessions.identify import Finding, read_texts
from archived.sessions.tools import Report, Tools
from archived.stages.looking import through_folder
from archived.stages.rebuilding_sets import is_telling, package_of
from archived.stages.rebuilding_twins import take_packages
from archived.stages.recall_planning import picture_of, planned
from archived.stages.recall_reading import spool_path
from archived.stages.recall_sources import chunk_ranges, own_reads, set_shape, spooled_members
from archived.stages.work import Site
from archived.states import LookState, ReadingState, SurveyEvent
from archived.surveys import RANGES, MediumLook, Survey
from backends.errors import BackendError, MediumUnreadable, NotInImage, UdfDamaged
from backends.interface import SECTOR_BYTES
from backends.optical.udf.reader import UdfReader
from erasure.chunks import CHUNK_BYTES

#: The front of an image that is asked for first: file system and lists of all but very large discs.
FRONT_CHUNKS = 8
#: So often more may be asked for: the directories name what is still needed.
ROUNDS_MAX = 6


@dataclass(frozen=True, slots=True)
class Through:
    """What was read of other members, and which chunks of the image are to be made of it."""

    image_id: str
    name: str
    size_bytes: int
    chunks: tuple[int, ...]
    #: The chunks that are right in the image's spool since an earlier round.
    made: tuple[int, ...]
    folder: Path
    members: tuple[SpooledMember, ...]
    own: tuple[OwnRead, ...]
    shape: SetShape
    #: How many looks were asked for it so far.
    looks: int


@dataclass(frozen=True, slots=True)
class Told:
    """What came of it: chunks that are right now, chunks that are needed as well, and the texts if all are there."""

    made: tuple[int, ...]
    needed: tuple[int, ...] = ()
    #: (copy, chunk) pairs that are known to be wrong.
    bad: tuple[tuple[int, int], ...] = ()
    finding: Finding | None = None
    texts: ImageTexts | None = None


def next_through(write: Connection, site: Site, survey: Survey, cursor: dict[str, Any]) -> Through | None:
    """The first image that nobody told of: what can be made of what was read, or None while more is asked for."""
    entry = cursor["untold"][0]
    image = images.get(write, entry["image"])
    shape = set_shape(write, image.id)
    if shape is None or not shape.chunks or not image.size_bytes:
        _give_up(write, survey, cursor, image, _("no descriptor of its set was found"))
        return None
    made = tuple(entry.get("made", ()))
    last = (image.size_bytes - 1) // CHUNK_BYTES
    chunks = tuple(entry.get("chunks") or sorted({*range(min(FRONT_CHUNKS, last + 1)), last}))
    looks = [look for look in surveys.looks(write, survey.id) if look.finding.get("for") == image.id]
    readings = [_as_reading(write, look, entry.get("bad", ())) for look in looks]
    missing = set(chunks) - set(made)
    plan = planned(picture_of(write, site, image, readings), missing, ())
    if plan.readings and entry.get("rounds", 0) < ROUNDS_MAX:
        positions = {member.position: member for member in images.of_set(write, image.set_id or "")}
        for item in plan.readings:
            member = positions[item.position]
            _ask(write, site, survey, image, member, item.view.copy_id, chunk_ranges(member, item.chunks))
        rounds = entry.get("rounds", 0) + 1
        changed = {**entry, "chunks": list(chunks), "rounds": rounds}
        place = {**cursor, "untold": [changed, *cursor["untold"][1:]]}
        surveys.advance_state(write, survey.id, SurveyEvent.MORE_WANTED, cursor=place)
        return None
    if missing and entry.get("looks") == len(looks):
        _give_up(
            write, survey, cursor, image, plan.shortage or _("what was read of its set does not suffice")
        )
        return None
    folder = through_folder(site.tools.paths, survey.id, image.id)
    return Through(
        image.id,
        entry["name"],
        image.size_bytes,
        chunks,
        made,
        folder,
        tuple(spooled_members(write, image.id, readings, folder)),
        own_reads(readings, image.id),
        shape,
        len(looks),
    )


def read_through(task: Through, tools: Tools, report: Report) -> Told:
    """Make the chunks, then read the image's own lists from them."""
    task.folder.mkdir(parents=True, exist_ok=True)
    spool = spool_path(task.folder, task.image_id)
    wanted = [chunk for chunk in task.chunks if chunk not in task.made]
    files = [_chunk_file(chunk, task.size_bytes) for chunk in wanted]
    gathered = gather(
        files,
        spool,
        direct_copy=None,
        members=task.members,
        shape=task.shape,
        kernel=tools.kernel,
        report=report,
        own=task.own,
    )
    made = tuple(sorted({*task.made, *wanted} - set(gathered.missing)))
    descriptor = os.open(spool, os.O_RDONLY)
    try:
        picture = _Partly(descriptor, frozenset(made))
        needed = _needed(picture, task.size_bytes) - set(made)
        if needed:
            return Told(made, tuple(sorted(needed)), gathered.bad)
        finding, texts_folder = Finding("rebuilt"), task.folder / "texts"
        sectors = task.size_bytes // SECTOR_BYTES
        read_texts(picture.read, sectors, finding, texts_folder, report)
    finally:
        os.close(descriptor)
    try:
        texts = read_packages_of(texts_folder, finding.taken) if is_telling(finding.taken) else None
    except FormatError:
        texts = None  # whole, and not to be understood: the image is untold
    return Told(made, (), gathered.bad, finding, texts)


def record_through(
    write: Connection, site: Site, survey: Survey, task: Through, told: Told, cursor: dict[str, Any]
) -> dict[str, Any]:
    """The cursor behind it: more to be read, the lists to be taken as rows, or the image given up."""
    entry, *others = cursor["untold"]
    if told.texts is not None and task.name in told.texts.packages:
        rows = told.texts.packages[task.name]
        found = [package_of(site, row, told.texts.receipts.get(row.package_id)) for row in rows]
        left_out, differences = take_packages(write, images.get(write, task.image_id), found)
        surveys.note(write, survey.id, [item.as_document() for item in differences])
        folder = (task.folder / "texts").relative_to(site.tools.paths.surveys)
        source: dict[str, Any] = {
            "image": task.image_id,
            "folder": str(folder),
            "carried": list(told.texts.carried),
        }
        source |= {"left_out": left_out, "through": True}
        return {**cursor, "untold": others, "sources": [*cursor["sources"], source]}
    if told.needed:
        more = {
            "made": list(told.made),
            "chunks": sorted({*task.chunks, *told.needed}),
            "bad": [*entry.get("bad", ()), *map(list, told.bad)],
            "looks": task.looks,
        }
        return {**cursor, "untold": [{**entry, **more}, *others]}
    difference = untold(images.get(write, task.image_id), _("its lists do not match their checksums"))
    surveys.note(write, survey.id, [difference.as_document()])
    return {**cursor, "untold": others}


class _Partly:
    """An image of which some chunks are there; what lies in others is remembered."""

    def __init__(self, descriptor: int, made: frozenset[int]) -> None:
        self._descriptor = descriptor
        self._made = made
        self.missed: set[int] = set()

    def read(self, lba: int, sectors: int) -> bytes:
        """Raises MediumUnreadable for sectors of chunks that are not there."""
        offset, length = lba * SECTOR_BYTES, sectors * SECTOR_BYTES
        lacking = chunk_numbers([(offset, length)], CHUNK_BYTES) - self._made
        if lacking:
            self.missed |= lacking
            raise MediumUnreadable(lba, sectors)
        return os.pread(self._descriptor, length, offset)


def _needed(picture: _Partly, size_bytes: int) -> set[int]:
    """Every chunk that the lists of the image lie in, as far as its directories can be read."""
    needed: set[int] = set()
    try:
        image = UdfReader(picture.read, size_bytes // SECTOR_BYTES)
    except (UdfDamaged, MediumUnreadable):
        return picture.missed
    names = {*disc_texts.SUMS, *(places[0] for places in disc_texts.WANTED.values())}
    for name in sorted(names):
        try:
            node = image.lookup(name)
        except NotInImage:
            continue
        except BackendError:
            needed |= picture.missed
            continue
        needed |= chunk_numbers(((start * SECTOR_BYTES, size) for start, size in node.extents), CHUNK_BYTES)
    return needed


def _ask(
    write: Connection,
    site: Site,
    survey: Survey,
    image: Image,
    member: Image,
    copy_id: int,
    ranges: Sequence[tuple[int, int]],
) -> None:
    finding = {"for": image.id, "image": member.id, "copy": copy_id}
    medium_id = media.get_copy(write, copy_id).medium_id
    surveys.ask(
        write,
        MediumLook(
            0, survey.id, medium_id, RANGES, LookState.WANTED, site.now(), tuple(ranges), finding=finding
        ),
    )


def _as_reading(read: Connection, look: MediumLook, known_bad: Sequence[Sequence[int]]) -> Reading:
    """A look at ranges as the planner of recalls knows it."""
    copy_id = int(look.finding["copy"])
    state = ReadingState.FAILED if look.state is LookState.FAILED else ReadingState.READ
    member = images.get(read, str(look.finding["image"]))
    unreadable = tuple((int(offset), int(length)) for offset, length in look.finding.get("bad", ()))
    wrong = chunk_ranges(member, [chunk for copy, chunk in known_bad if copy == copy_id])
    return Reading(look.id, "", member.id, copy_id, state, look.ranges, "set", bad=(*unreadable, *wrong))


def _chunk_file(chunk: int, size_bytes: int) -> WantedFile:
    offset = chunk * CHUNK_BYTES
    return WantedFile(f"chunk {chunk}", offset, min(CHUNK_BYTES, size_bytes - offset), "")


def _give_up(write: Connection, survey: Survey, cursor: dict[str, Any], image: Image, why: str) -> None:
    surveys.note(write, survey.id, [untold(image, why).as_document()])
    surveys.keep_place(write, survey.id, {**cursor, "untold": cursor["untold"][1:]})


def untold(image: Image, why: str) -> Difference:
    """What is told of an image whose lists nobody could make."""
    words = _("what image {image} holds cannot be told: no disc of it can be read well enough, and {why}")
    return Difference(
        "image-untold",
        image.id,
        words.format(image=image.label or image.id, why=why),
        f"archivectl images {image.id}",
    )
