"""Image on its medium: the intent first, then the gate, then the burn; the disc judges what went wrong.

WRITING is on record before the drive is touched. A crash leaves the burn process running or dead; the next
life attaches to it, or asks the disc: blank is unspent, anything else is suspect and another one is used.
"""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection

from archived.catalog import events, images, media
from archived.catalog.events import Attention
from archived.formats.labels import volume_text
from archived.language import _
from archived.model import Copy, Drive, Image, Medium
from archived.sessions.tools import BurnJob, Tools
from archived.sessions.write import WriteTask, Written, write
from archived.stages import hold
from archived.stages.floor import Floor, drive_failed, drive_worked, floors, stale_key
from archived.stages.wanted_media import may_write
from archived.stages.work import Action, Broken, Context, Site, drive_lane
from archived.states import CopyEvent, CopyState, MediumEvent
from backends.interface import SECTOR_BYTES

NAME = "writing"
#: Outcomes after which the disc is a blank as before.
UNSPENT = ("waits", "blank", "balked")
#: So often may a drive fail on a disc that stays blank before another disc is taken.
BALKS_MAX = 3
#: On so many discs before it is clear that the discs are not to blame.
DISCS_MAX = 2


@dataclass(frozen=True, slots=True)
class Loaded:
    """A copy whose medium lies in a drive."""

    copy: Copy
    image: Image
    medium: Medium
    drive: Drive
    floor: Floor


def due(read: Connection, site: Site) -> list[Loaded]:
    copies = media.copies_in_state(read, CopyState.PLANNED, CopyState.WRITING)
    every_floor = floors(read, site) if copies else []
    loaded = []
    for copy in copies:
        for floor in every_floor:
            medium, drive = floor.medium(copy.medium_id), _drive(floor, copy)
            if medium is None or medium.holds_many:
                continue  # cartridges are written by a stage of their own
            if drive is not None and may_write(read, copy):
                loaded.append(Loaded(copy, images.get(read, copy.image_id), medium, drive, floor))
    return loaded


def plan(view: list[Loaded], context: Context) -> list[Action]:
    wanted = []
    for item in view:
        resumed = item.copy.state is CopyState.WRITING
        if not resumed and (context.writes_paused or context.draining or not item.drive.up):
            continue
        if not resumed and item.floor.stale:
            continue
        key = f"copy {item.copy.id}"
        wanted.append(Action(NAME, key, (drive_lane(item.drive.name),), item, resumed))
    return context.choose(wanted)


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    item: Loaded = action.task
    if not action.resumed:
        copy = media.get_copy(write, item.copy.id)
        if copy.state is not CopyState.PLANNED or not may_write(write, copy) or hold.stands(write):
            return None
        media.advance_copy(write, copy.id, CopyEvent.BEGUN, write_drive=item.drive.name)
        media.advance_state(write, item.medium.id, MediumEvent.INTENT, site.now())
        events.append(
            write,
            site.now(),
            "write intent",
            ("image", item.image.id),
            medium=item.medium.id,
            drive=item.drive.name,
        )
    return action.having(_task(site, item))


def run(action: Action, tools: Tools) -> Written:
    task: WriteTask = action.task
    job = task.job
    what = _("burning {image_id} on {medium_id} in {drive}").format(
        image_id=job.image_id, medium_id=job.medium_id, drive=job.drive
    )
    report = tools.progress.begin(action.key, what, job.sectors * SECTOR_BYTES)
    return write(tools, task, report, resumed=action.resumed)


def record(write: Connection, site: Site, action: Action, outcome: Written | Broken) -> float:
    task: WriteTask = action.task
    if isinstance(outcome, Broken):
        doing = _("burning {image_id} on {medium_id}").format(
            image_id=task.job.image_id, medium_id=task.job.medium_id
        )
        drive_failed(write, site, task.job.drive, doing, str(outcome.error))
        return site.config.rest_s  # still WRITING: planned again as resumed, which looks first
    copy_id, medium_id = task.job.copy_id, task.job.medium_id
    if outcome.kind == "balked" and _balks(write, task).get(medium_id, 0) >= BALKS_MAX - 1:
        outcome = Written(
            "unfit",
            _("{note}, but {BALKS_MAX} burns failed on it").format(note=outcome.note, BALKS_MAX=BALKS_MAX),
        )
    _step(write, site, outcome, copy_id, medium_id)
    _say(write, site, task, outcome)
    if outcome.kind == "wrong":
        events.set_setting(write, stale_key(task.library), "1")  # look before anything moves
    if outcome.kind in ("balked", "unfit") and len(_balks(write, task)) >= DISCS_MAX:
        _stop_the_image(write, site, task, outcome)
    return 0 if outcome.kind == "flushed" else site.config.rest_s


def _step(write: Connection, site: Site, outcome: Written, copy_id: int, medium_id: str) -> None:
    """The states of copy and medium after the burn, in one commit."""
    if outcome.kind == "flushed":
        # Never before its arrival, whoever set the clock: only a later arrival counts as a reload.
        arrived = media.last_arrivals(write).get(medium_id, site.now())
        written_at = max(site.now(), arrived)
        media.advance_copy(write, copy_id, CopyEvent.FLUSHED, written_at=written_at, note="")
        label = images.get(write, media.get_copy(write, copy_id).image_id).label
        media.update_columns(write, medium_id, volume_id=volume_text(label) or None)
        media.advance_state(write, medium_id, MediumEvent.WRITTEN, site.now())
    elif outcome.kind in UNSPENT or (outcome.kind == "source" and not outcome.spent):
        media.advance_copy(write, copy_id, CopyEvent.FOUND_BLANK, note=outcome.note)
        media.advance_state(write, medium_id, MediumEvent.FOUND_BLANK, site.now())
    elif outcome.kind in ("unfit", "wrong"):
        media.advance_copy(write, copy_id, CopyEvent.FOUND_BLANK, note=outcome.note)
        media.advance_copy(write, copy_id, CopyEvent.WITHDRAWN)
        media.advance_state(write, medium_id, MediumEvent.FOUND_BLANK, site.now())
        media.advance_state(write, medium_id, MediumEvent.SET_ASIDE, site.now(), note=outcome.note)
    else:
        media.advance_copy(write, copy_id, CopyEvent.FAILED, note=outcome.note)
        media.advance_state(write, medium_id, MediumEvent.SPOILED, site.now(), note=outcome.note)


def _balks(read: Connection, task: WriteTask) -> Counter[str]:
    """How often a burn of this image failed at once since it was last released, by disc."""
    counts: Counter[str] = Counter()
    for event in events.latest(read, subject_id=task.job.image_id, limit=200):
        if event.type == "release":
            counts.clear()
        elif event.type == "write failed" and event.outcome == "balked":
            counts[event.detail["medium"]] += 1
    return counts


def _stop_the_image(write: Connection, site: Site, task: WriteTask, outcome: Written) -> None:
    """It fails at once on one disc after another: it is not the discs. No more of them are tried."""
    image_id = task.job.image_id
    images.update_columns(write, image_id, held=True)
    events.raise_attention(
        write,
        Attention(
            f"write:{image_id}",
            "now",
            _("burns of image {image_id} fail at once on {DISCS_MAX} discs: {note}").format(
                image_id=image_id, DISCS_MAX=DISCS_MAX, note=outcome.note
            ),
            _("the discs are unspent; the image stays in staging and is held, no more discs are tried"),
            _(
                "look at drive {drive}, xorriso and the disk of the site, then: "
                "archivectl images release {image_id} --reason TEXT"
            ).format(drive=task.job.drive, image_id=image_id),
            site.now(),
        ),
    )


def _say(write: Connection, site: Site, task: WriteTask, outcome: Written) -> None:
    job = task.job
    subject = ("image", job.image_id)
    if outcome.kind == "flushed":
        events.append(write, site.now(), "written", subject, medium=job.medium_id, drive=job.drive)
        drive_worked(write, job.drive)
        events.clear_attention(write, f"write:{job.image_id}")
        return
    events.append(
        write,
        site.now(),
        "write failed",
        subject,
        outcome=outcome.kind,
        medium=job.medium_id,
        drive=job.drive,
        note=outcome.note,
    )
    safe = (
        "the image stays in staging; "
        + {
            "waits": f"nothing was written to disc {job.medium_id}; it is tried again after a rest",
            "balked": f"disc {job.medium_id} is unspent and is tried again after a rest, {BALKS_MAX} times at most",
            "blank": f"disc {job.medium_id} is unspent and is tried again after a rest",
            "unfit": f"disc {job.medium_id} is unspent and was set aside, another one is taken",
            "wrong": "nothing was written; the disc was set aside, another one is taken after a look",
            "failed": f"disc {job.medium_id} is spent and never written again, another one is taken",
            "source": "the image is held, nothing of it is written until it is released",
        }[outcome.kind]
    )
    if outcome.kind == "source":
        images.update_columns(write, job.image_id, held=True)
    commands = {
        "source": "archivectl staging mend PACKAGE PATH   (a damaged recipe: archivectl images refreeze "
        f"{job.image_id}), then: archivectl images release {job.image_id} --reason TEXT",
        "wrong": "archivectl library inventory",
    }
    urgency = "now" if outcome.kind in ("source", "wrong") else "working-hours"
    next_ = commands.get(outcome.kind, f"archivectl media {job.medium_id}")
    what = _("image {image_id} is not on disc {medium_id}: {note}").format(
        image_id=job.image_id, medium_id=job.medium_id, note=outcome.note
    )
    events.raise_attention(write, Attention(f"write:{job.image_id}", urgency, what, safe, next_, site.now()))


def _drive(floor: Floor, copy: Copy) -> Drive | None:
    """The drive that the medium lies in; a burn under way is taken up in the drive that it began in."""
    if copy.state is CopyState.WRITING:
        return next((drive for drive in floor.drives if drive.name == copy.write_drive), None)
    return floor.drive_of(copy.medium_id)


def _task(site: Site, item: Loaded) -> WriteTask:
    paths = site.tools.paths
    library = site.config.libraries[item.floor.library]
    job = BurnJob(
        copy_id=item.copy.id,
        image_id=item.image.id,
        medium_id=item.medium.id,
        drive=item.drive.name,
        recipe=paths.staging / item.image.recipe_name,
        staging=paths.staging,
        sectors=(item.image.size_bytes or 0) // SECTOR_BYTES,
    )
    return WriteTask(job, item.floor.library, item.drive.element, item.medium.barcode, library.approved_media)
