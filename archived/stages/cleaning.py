"""A drive that is to be cleaned → a cleaning cartridge in it → given out, and the drive asks no more.

CLEANING, with the cartridge chosen, is on record before the robot is told; `moving` brings the cartridge and takes it
home like any other. A crash leaves CLEANING: the next life finds the cartridge in its slot (it is brought), or in the
drive (the drive is asked how far it is; nothing is moved and nothing done twice). One attempt, then a person looks.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from archived.catalog import cleanings, events, media
from archived.catalog.events import Attention
from archived.cleanings import Cleaning, CleaningEvent, CleaningState
from archived.language import _
from archived.model import Drive, Medium
from archived.policy.cleaners import choose_cleaner
from archived.sessions.clean import CLEANED, UNFIT, Cleaned, CleanTask, await_cleaned
from archived.sessions.tools import Tools
from archived.stages.cleaning_asked import cleaners_of, tell
from archived.stages.floor import Floor, drive_failed, floors, stale_key
from archived.stages.work import Action, Broken, Context, Site, drive_lane
from devices.failures import WorldDiffers

NAME = "cleaning"


@dataclass(frozen=True, slots=True)
class Item:
    """A cleaning that is not at rest, and where its cartridge is."""

    cleaning: Cleaning
    drive: Drive
    stale: bool
    #: For one that is WANTED: the cartridge that would do it.
    choice: str | None = None
    #: Nobody was told yet that there is no cartridge to do it with.
    untold: bool = False
    #: For one that is CLEANING: the cartridge, and whether it can still be had.
    medium: Medium | None = None

    @property
    def is_in_drive(self) -> bool:
        return self.medium is not None and self.medium.element == self.drive.element


@dataclass(frozen=True, slots=True)
class Cleaner:
    """A cleaning with its task in the drive."""

    cleaning: Cleaning
    drive: Drive
    task: CleanTask


def due(read: Connection, site: Site) -> list[Item]:
    wanted = cleanings.in_state(read, *cleanings.UNDER_WAY) if site.tools.tapes else []
    if not wanted:
        return []
    by_library = {floor.library: floor for floor in floors(read, site)}
    told = {item.id for item in events.attentions(read)}
    found = []
    for item in wanted:
        drive = media.get_drive(read, item.drive)
        floor = by_library.get(drive.library)
        # A drive that is in no element of its library waits until a look finds it.
        if floor is not None and drive in floor.drives and drive.name in site.tools.tapes:
            found.append(_item(read, site, floor, item, drive, f"cleaning:{drive.name}" not in told))
    return found


def plan(view: list[Item], context: Context) -> list[Action]:
    wanted = []
    for item in view:
        key = f"cleaning {item.cleaning.id}"
        if context.draining or item.stale:
            continue
        if item.cleaning.state is CleaningState.WANTED:
            # A catalog that is older than the world begins nothing.
            if item.drive.up and not context.held and (item.choice is not None or item.untold):
                wanted.append(Action(NAME, key, (), item))
        elif item.medium is None:
            wanted.append(Action(NAME, key, (), item))
        elif item.is_in_drive:
            wanted.append(Action(NAME, key, (drive_lane(item.drive.name),), item, resumed=True))
    return context.choose(wanted)


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    item: Item = action.task
    cleaning = cleanings.get(write, item.cleaning.id)
    if cleaning.state is not item.cleaning.state:
        return None
    if cleaning.state is CleaningState.WANTED:
        _choose(write, site, item)
        return None
    medium = item.medium
    if medium is None:
        note = _("the cleaning cartridge is not in the library any more")
        cleanings.advance_state(write, cleaning.id, CleaningEvent.PUT_BACK, medium_id=None, note=note)
        return None
    place = (item.drive.library, item.drive.element, item.drive.name)
    return action.having(Cleaner(cleaning, item.drive, CleanTask(*place, medium.id, medium.barcode)))


def run(action: Action, tools: Tools) -> Cleaned:
    task: CleanTask = action.task.task
    what = _("cleaning the head with {medium_id} in {drive}")
    tools.progress.begin(action.key, what.format(medium_id=task.medium_id, drive=task.drive))
    words = _("cleaning with {medium_id}, {minutes} minutes so far, in {drive}")
    words = words.format(drive=task.drive, medium_id=task.medium_id, minutes="{minutes}")
    return await_cleaned(tools, task, tools.progress.waiting(action.key, words))


def record(write: Connection, site: Site, action: Action, outcome: Cleaned | Broken) -> float:
    cleaner: Cleaner = action.task
    drive, medium_id = cleaner.drive, cleaner.task.medium_id
    if isinstance(outcome, Broken):
        # Still CLEANING: the drive is asked again after a rest.
        doing = _("the cleaning with {medium_id}").format(medium_id=medium_id)
        drive_failed(write, site, drive.name, doing, str(outcome.error))
        if isinstance(outcome.error, WorldDiffers):
            events.set_setting(write, stale_key(drive.library), "1")  # look before anything moves
        return site.config.rest_s
    now, subject = site.now(), ("drive", drive.name)
    events.clear_attention(write, f"trouble:{drive.name}")
    ended = {"ended_at": now, "loads": outcome.loads, "note": outcome.note}
    detail = {"medium": medium_id, "note": outcome.note}
    if outcome.kind == CLEANED:
        cleanings.advance_state(write, cleaner.cleaning.id, CleaningEvent.CLEANED, **ended)
        used = cleanings.uses(write)[medium_id]
        events.append(write, now, "drive cleaned", subject, uses=used, **detail)
        events.clear_attention(write, f"cleaning:{drive.name}")
    elif outcome.kind == UNFIT:
        cleanings.advance_state(write, cleaner.cleaning.id, CleaningEvent.FOUND_UNFIT, **ended)
        events.append(write, now, "cleaning cartridge unfit", subject, outcome="failure", **detail)
        _set_aside(write, site, drive, medium_id, outcome.note)
        _want_again(write, site, cleaner.cleaning)
    else:
        cleanings.advance_state(write, cleaner.cleaning.id, CleaningEvent.FAILED, **ended)
        events.append(write, now, "drive not cleaned", subject, outcome="failure", **detail)
        what = _("drive {drive} was cleaned with {medium_id}, and it did not help: {note}")
        next_ = _(
            "archivectl library clean {drive}   (cleaned by hand: archivectl drive up {drive} --reason TEXT)"
        )
        words = what.format(drive=drive.name, medium_id=medium_id, note=outcome.note)
        tell(write, site, drive.name, words, next_.format(drive=drive.name), cleaner.cleaning.urgent)
    return 0


def _item(read: Connection, site: Site, floor: Floor, cleaning: Cleaning, drive: Drive, untold: bool) -> Item:
    if cleaning.state is CleaningState.WANTED:
        choice = choose_cleaner(cleaners_of(read, site, floor))
        return Item(cleaning, drive, floor.stale, None if choice is None else choice.medium_id, untold)
    medium = floor.medium(cleaning.medium_id or "")
    there = medium if medium is not None and medium.element is not None else None
    return Item(cleaning, drive, floor.stale, medium=there)


def _choose(write: Connection, site: Site, item: Item) -> None:
    """The cartridge is on record before it moves; or a person is told that there is none."""
    drive = item.drive
    floor = next(floor for floor in floors(write, site) if floor.library == drive.library)
    choice = choose_cleaner(cleaners_of(write, site, floor))
    if choice is None:
        what = _("drive {drive} is to be cleaned, and library {library} holds no cartridge that still cleans")
        next_ = _("put a cleaning cartridge into an import/export slot, then: archivectl library inventory")
        words = what.format(drive=drive.name, library=drive.library)
        tell(write, site, drive.name, words, next_, item.cleaning.urgent)
        return
    cleanings.advance_state(
        write, item.cleaning.id, CleaningEvent.CHOSEN, medium_id=choice.medium_id, begun_at=site.now()
    )
    events.clear_attention(write, f"cleaning:{drive.name}")
    subject = ("drive", drive.name)
    events.append(write, site.now(), "cleaning begun", subject, medium=choice.medium_id, left=choice.left)


def _want_again(write: Connection, site: Site, before: Cleaning) -> None:
    """The drive is as it was: another cartridge is taken, as long as there is one."""
    again = cleanings.ask(write, before.drive, urgent=before.urgent, agent=before.agent, at=site.now())
    cleanings.advance_state(write, again, CleaningEvent.ORDERED)


def _set_aside(write: Connection, site: Site, drive: Drive, medium_id: str, note: str) -> None:
    media.update_columns(write, medium_id, note=note)
    what = _("cleaning cartridge {medium_id} does not clean {drive}: {note}")
    events.raise_attention(
        write,
        Attention(
            f"cleaner:{medium_id}",
            "working-hours",
            what.format(medium_id=medium_id, drive=drive.name, note=note),
            _("it is not used any more; another one is taken where there is one"),
            _(
                "take it out, put a new one with another barcode in, then: archivectl media lost {medium_id} "
                "--reason TEXT"
            ).format(medium_id=medium_id),
            site.now(),
        ),
    )
