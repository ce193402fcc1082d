"""Images onto the cartridge in a drive: the intent first, then one session, at whose end the tape is believed.

WRITING is on record before the tape is touched. A crash, or a drive that says nothing, leaves copies and cartridge
WRITING: the next session on the cartridge, in whatever drive, reads the tape. What is whole there is WRITTEN, the rest
is PLANNED again. The one commit in `record` makes the images of a session count, each by its own flushed trailer.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from archived.catalog import events, images, media, readmissions
from archived.errors import Cancelled
from archived.language import _
from archived.model import Copy, Drive, Image, Medium
from archived.policy.tape_looks import ON_TAPE
from archived.sessions.tape_write import FLUSHED, TapeEnd, TapeJob, TapeTask, write_tape
from archived.sessions.tools import Tools
from archived.stages import hold, tape_trouble
from archived.stages.appending_end import settle_session
from archived.stages.cleaning_asked import no_writing_in
from archived.stages.floor import drive_failed, floors, stale_key
from archived.stages.tape_place import identity_of, place_of
from archived.stages.wanted_media import may_write
from archived.stages.work import Action, Broken, Context, Site, drive_lane
from archived.states import CopyEvent, CopyState, MediumEvent, MediumState
from backends.tape.label import TapeLabel
from devices.failures import WorldDiffers

NAME = "appending"
#: A session ends after so many images or bytes, so that recalls get at the drive.
IMAGES_MAX: Final = 16
BYTES_MAX: Final = 400_000_000_000
_NAMESPACE = uuid.UUID("6f9a4b0e-4c7e-5d0b-9a39-6a1e7d0f5b11")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A cartridge in a drive, with the copies that are to be on it, in order."""

    medium: Medium
    drive: Drive
    copies: tuple[Copy, ...]
    images: tuple[Image, ...]
    stale: bool


@dataclass(frozen=True, slots=True)
class Appending:
    """A session, and the copies that it is about."""

    task: TapeTask
    copies: tuple[Copy, ...]


def due(read: Connection, site: Site) -> list[Loaded]:
    """Cartridges in drives: with what a crash left WRITING, else with what is planned, bounded."""
    if not site.tools.tapes:
        return []
    by_medium: dict[str, list[Copy]] = defaultdict(list)
    for copy in media.copies_in_state(read, CopyState.PLANNED, CopyState.WRITING):
        by_medium[copy.medium_id].append(copy)
    found = []
    dirty = no_writing_in(read, site) if by_medium else frozenset()
    for floor in floors(read, site) if by_medium else ():
        for medium_id, copies in sorted(by_medium.items()):
            medium, drive = floor.medium(medium_id), floor.drive_of(medium_id)
            if medium is None or drive is None or not drive.up or not medium.holds_many:
                continue
            chosen = _session(read, copies)
            if chosen and not (drive.name in dirty and chosen[0].state is CopyState.PLANNED):
                carried = tuple(images.get(read, copy.image_id) for copy in chosen)
                found.append(Loaded(medium, drive, chosen, carried, floor.stale))
    return found


def plan(view: list[Loaded], context: Context) -> list[Action]:
    wanted = []
    for item in view:
        resumed = item.copies[0].state is CopyState.WRITING
        if not resumed and (context.writes_paused or context.draining or item.stale):
            continue
        key = f"cartridge {item.medium.id}"
        wanted.append(Action(NAME, key, (drive_lane(item.drive.name),), item, resumed))
    return context.choose(wanted)


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    item: Loaded = action.task
    if not action.resumed:
        copies = [media.get_copy(write, copy.id) for copy in item.copies]
        fit = all(copy.state is CopyState.PLANNED and may_write(write, copy) for copy in copies)
        state = media.get(write, item.medium.id).state
        if not fit or hold.stands(write) or state not in (MediumState.RESERVED, MediumState.APPENDABLE):
            return None
        media.advance_state(write, item.medium.id, MediumEvent.INTENT, site.now())
        for copy in copies:
            media.advance_copy(write, copy.id, CopyEvent.BEGUN, write_drive=item.drive.name)
            where = {"medium": item.medium.id, "drive": item.drive.name}
            events.append(write, site.now(), "write intent", ("image", copy.image_id), **where)
    return action.having(Appending(_task(write, site, item), item.copies))


def run(action: Action, tools: Tools) -> TapeEnd:
    task: TapeTask = action.task.task
    what = _("writing to cartridge {medium_id} in {drive}").format(medium_id=task.medium_id, drive=task.drive)
    if action.resumed:
        what = _("reading what is on cartridge {medium_id} in {drive}").format(
            medium_id=task.medium_id, drive=task.drive
        )
    total_bytes = sum(job.image.size_bytes for job in task.jobs)
    report = tools.progress.begin(action.key, what, total_bytes)
    return write_tape(tools, task, action.key, report, resumed=action.resumed)


def record(write: Connection, site: Site, action: Action, outcome: TapeEnd | Broken) -> float:
    appending: Appending = action.task
    task = appending.task
    if isinstance(outcome, Broken):
        # Still WRITING: planned again as resumed, which reads the tape.
        if isinstance(outcome.error, Cancelled):
            return site.config.rest_s
        doing = _("writing to cartridge {medium_id}").format(medium_id=task.medium_id)
        drive_failed(write, site, task.drive, doing, str(outcome.error))
        if isinstance(outcome.error, WorldDiffers):
            # No fault of the drive: the library is looked at before anything moves.
            events.set_setting(write, stale_key(task.library), "1")
        else:
            tape_trouble.session_broke(write, site, task.drive, task.medium_id, str(outcome.error))
        return site.config.rest_s
    tape_trouble.tell_alerts(write, site, task.drive, task.medium_id, outcome.alerts, outcome.late)
    settle_session(write, site, task, appending.copies, outcome)
    if outcome.kind == "wrong":
        events.set_setting(write, stale_key(task.library), "1")
    whole = outcome.kind == "done" and all(end.kind == FLUSHED for end in outcome.ends.values())
    return 0 if whole or action.resumed else site.config.rest_s


def _session(read: Connection, copies: Iterable[Copy]) -> tuple[Copy, ...]:
    """What a crash left comes alone; else what is planned, up to the bounds of a session."""
    writing = tuple(copy for copy in copies if copy.state is CopyState.WRITING)
    if writing:
        return writing
    chosen: list[Copy] = []
    total_bytes = 0
    for copy in copies:
        if not may_write(read, copy):
            continue
        total_bytes += images.get(read, copy.image_id).size_bytes or 0
        if chosen and (len(chosen) == IMAGES_MAX or total_bytes > BYTES_MAX):
            break
        chosen.append(copy)
    return tuple(chosen)


def _task(read: Connection, site: Site, item: Loaded) -> TapeTask:
    paths = site.tools.paths
    there = [copy for copy in media.copies_on(read, item.medium.id) if copy.tape_file is not None]
    counted = [copy for copy in there if copy.state in ON_TAPE]
    # Behind the trailer: the mark behind that may be missing, and is then the first thing of the next session.
    ends = [place_of(copy, images.get(read, copy.image_id)).end_block - 1 for copy in counted]
    jobs = tuple(
        TapeJob(copy.id, identity_of(image), paths.staging / image.recipe_name)
        for copy, image in zip(item.copies, item.images, strict=True)
    )
    pool = item.copies[0].pool or item.images[0].pool
    return TapeTask(
        library=item.drive.library,
        element=item.drive.element,
        drive=item.drive.name,
        medium_id=item.medium.id,
        barcode=item.medium.barcode,
        label=_label(site, item.medium, pool),
        jobs=jobs,
        staging=paths.staging,
        software=site.software,
        known_until_block=max(ends, default=0),
        known_files=frozenset(copy.tape_file for copy in there if copy.tape_file is not None),
        label_uuid=item.medium.label_uuid,
        written_over=readmissions.label_of(read, item.medium.id),
    )


def _label(site: Site, medium: Medium, pool: str) -> TapeLabel:
    """What a blank gets. Its UUID is made of when and where, so that a run can be replayed."""
    settings, now = site.config.pools[pool], site.now()
    name = f"{site.key.public.key_id}/{medium.id}/{now.isoformat()}"
    return TapeLabel(
        cartridge=str(uuid.uuid5(_NAMESPACE, name)),
        barcode=medium.barcode or "",
        institution=site.config.site.name,
        contact=site.config.site.contact,
        site=site.config.libraries[settings.library].site,
        pool=pool,
        media_kind=settings.media_kind,
        labelled_at=now.replace(microsecond=0),
        software=site.software,
        block_bytes=settings.tape_block_bytes,
        worm=settings.worm,
        simulated=site.config.simulated,
    )
