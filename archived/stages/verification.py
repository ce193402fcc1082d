"""Written copy → verified copy: the whole re-loaded medium is read, in the other drive whenever there is one.

VERIFYING is on record while it reads; a crash makes it WRITTEN again and the reading starts over.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from archived.catalog import cases, events, images, media
from archived.catalog.events import Attention
from archived.errors import Cancelled
from archived.language import _
from archived.model import Copy, Drive, Image
from archived.sessions.mount import RobotWaits, demand_medium
from archived.sessions.read import Comparison, Expected, compare_disc, compare_image
from archived.sessions.right_volume import AnotherVolume, another_volume
from archived.sessions.tape_read import image_source
from archived.sessions.tape_ready import await_cartridge
from archived.sessions.tools import Tools
from archived.stages.case_of_content import weigh_content
from archived.stages.doubting_media import doubt, read_well
from archived.stages.floor import drive_failed, drive_worked, floors, stale_key
from archived.stages.health.noting import note_comparison
from archived.stages.robot_trouble import LOOK_REST_S, robot_silent
from archived.stages.tape_place import place_on_tape
from archived.stages.wanted_media import judges, reloaded, verify_choice
from archived.stages.work import Action, Broken, Context, Site, drive_lane
from archived.states import CopyEvent, CopyState, MediumState
from backends.tape.image_on_tape import ImageOnTape
from devices.failures import WorldDiffers

NAME = "verification"


@dataclass(frozen=True, slots=True)
class Reloaded:
    """A written copy whose medium was loaded again, in a drive that may judge it."""

    copy: Copy
    image: Image
    drive: Drive


@dataclass(frozen=True, slots=True)
class Check:
    """A verification with what the medium must hold."""

    copy_id: int
    medium_id: str
    drive: str
    expected: Expected
    library: str
    element: int
    barcode: str | None
    #: Where the image lies on its cartridge; None on a disc.
    place: ImageOnTape | None = None
    #: What the disc calls itself, by the record; None where nobody knows.
    volume_id: str | None = None


def due(read: Connection, site: Site) -> list[Reloaded]:
    copies = media.copies_in_state(read, CopyState.WRITTEN, CopyState.VERIFYING)
    if not copies:
        return []
    arrivals, frozen = media.last_arrivals(read), cases.frozen_media(read)
    found = []
    for floor in floors(read, site):
        if floor.stale:
            continue  # the robot is asked what is where first
        for copy in copies:
            drive = floor.drive_of(copy.medium_id)
            if copy.medium_id in frozen or drive is None or not drive.up or not reloaded(copy, arrivals):
                continue
            if media.get(read, copy.medium_id).state is MediumState.WRITING:
                continue  # what a session left on the cartridge is found out first
            if drive.name in verify_choice(read, copy, judges(floor, copy)).allowed:
                found.append(Reloaded(copy, images.get(read, copy.image_id), drive))
    return found


def plan(view: list[Reloaded], context: Context) -> list[Action]:
    if context.draining:
        return []
    return context.choose(
        [Action(NAME, f"copy {item.copy.id}", (drive_lane(item.drive.name),), item) for item in view]
    )


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    item: Reloaded = action.task
    copy = media.get_copy(write, item.copy.id)
    if copy.medium_id in cases.frozen_media(write):
        return None  # no verdict before everybody knows what it is
    if copy.state is CopyState.VERIFYING:
        media.advance_copy(write, copy.id, CopyEvent.INTERRUPTED)
    elif copy.state is not CopyState.WRITTEN:
        return None
    media.advance_copy(write, copy.id, CopyEvent.READING, verify_drive=item.drive.name)
    expected = expectation(write, item.image)
    medium = media.get(write, copy.medium_id)
    where = (item.drive.library, item.drive.element, medium.barcode, place_on_tape(copy, item.image))
    return action.having(Check(copy.id, copy.medium_id, item.drive.name, expected, *where, medium.volume_id))


def run(action: Action, tools: Tools) -> Comparison | RobotWaits | AnotherVolume:
    check: Check = action.task
    what = _("reading {image_id} back from {medium_id} in {drive}").format(
        image_id=check.expected.image_id, medium_id=check.medium_id, drive=check.drive
    )
    report = tools.progress.begin(action.key, what, check.expected.size_bytes)
    waits = demand_medium(tools, check.library, check.element, check.barcode, check.drive)
    if waits is not None:
        return waits
    another = another_volume(tools, check.drive, check.volume_id, action.key)
    if another is not None:
        return another
    if check.place is None:
        return compare_disc(tools.drives[check.drive], check.expected, report)
    await_cartridge(tools, action.key, check.medium_id, check.drive)
    return compare_image(image_source(tools, check.drive, check.place), check.expected, report)


def record(
    write: Connection,
    site: Site,
    action: Action,
    outcome: Comparison | RobotWaits | AnotherVolume | Broken,
) -> float:
    check: Check = action.task
    if isinstance(outcome, AnotherVolume):
        # No verdict: the copy waits until somebody knows which medium this is.
        media.advance_copy(write, check.copy_id, CopyEvent.INTERRUPTED)
        weigh_content(write, site, check.medium_id, outcome.volume_id, check.drive)
        return 0
    subject = ("image", check.expected.image_id)
    detail = {"medium": check.medium_id, "drive": check.drive}
    if isinstance(outcome, RobotWaits | Broken):
        return _not_read(write, site, check, outcome)
    drive_worked(write, check.drive)
    size = check.expected.size_bytes
    note_comparison(write, site, check.medium_id, check.drive, check.expected.image_id, size, outcome)
    if not outcome.words:
        pace = next((p for p in site.tools.progress.items() if p.key == action.key), None)
        if pace is not None and pace.rate_bytes_per_s > 0:
            events.learn_pace(write, "read", pace.rate_bytes_per_s)
        media.advance_copy(write, check.copy_id, CopyEvent.READ_MATCHED, verified_at=site.now(), note="")
        read_well(write, site, check.medium_id)
        events.append(write, site.now(), "fixity check", subject, **detail)
        events.clear_attention(write, f"verify:{check.expected.image_id}")
        return 0
    media.advance_copy(write, check.copy_id, CopyEvent.READ_DIFFERED, note=outcome.words)
    doubt(write, site, check.medium_id, outcome.words)
    events.append(
        write,
        site.now(),
        "fixity check",
        subject,
        outcome="failure",
        note=outcome.words,
        bad=[list(item) for item in outcome.bad[:20]],
        **detail,
    )
    events.raise_attention(
        write,
        Attention(
            f"verify:{check.expected.image_id}",
            "working-hours",
            _("image {image_id} on medium {medium_id} does not read back: {words}").format(
                image_id=check.expected.image_id, medium_id=check.medium_id, words=outcome.words
            ),
            _(
                "the image stays in staging and is written again to another medium; this one is not written any more"
            ),
            f"archivectl media {check.medium_id}",
            site.now(),
        ),
    )
    return 0


def _not_read(write: Connection, site: Site, check: Check, outcome: RobotWaits | Broken) -> float:
    """Nothing is known of the copy; it is read again after a rest."""
    if isinstance(outcome, RobotWaits):
        media.advance_copy(write, check.copy_id, CopyEvent.INTERRUPTED, note=outcome.note)
        robot_silent(write, site, check.library, outcome.note, stands=outcome.stands)
        return LOOK_REST_S
    media.advance_copy(write, check.copy_id, CopyEvent.INTERRUPTED, note=str(outcome.error))
    if isinstance(outcome.error, Cancelled):
        return site.config.rest_s
    events.append(
        write,
        site.now(),
        "fixity check",
        ("image", check.expected.image_id),
        outcome="interrupted",
        note=str(outcome.error),
        medium=check.medium_id,
        drive=check.drive,
    )
    if isinstance(outcome.error, WorldDiffers):
        events.set_setting(write, stale_key(check.library), "1")  # look before anything moves
    doing = _("reading image {image_id} back from {medium_id}").format(
        image_id=check.expected.image_id, medium_id=check.medium_id
    )
    drive_failed(write, site, check.drive, doing, str(outcome.error))
    return site.config.rest_s


def expectation(read: Connection, image: Image) -> Expected:
    """What the catalog says a medium with this image must hold."""
    chunks = images.chunks(read, image.id)
    if image.size_bytes is None or chunks is None:
        raise ValueError(f"image {image.id} is not protected yet")
    return Expected(
        image.id, image.size_bytes, image.sha256 or "", image.blake3 or "", image.xxh3 or "", chunks
    )
