"""Drives that are due for cleaning by hours or loads: tape drives by a cartridge of their library, lenses by people."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from archived.catalog import events, media
from archived.catalog.events import Attention
from archived.catalog.tables import event, move
from archived.errors import Refused
from archived.language import _
from archived.media_kinds import TAPE
from archived.model import Drive
from archived.policy.media_life.drive_use import Limit, Passage, Use, is_due, use_of, words_of
from archived.stages import cleaning_asked
from archived.stages.floor import floors
from archived.stages.work import Site
from archived.states import MoveState

ATTENTION = "clean-due:"
CLEANERS = "cleaners:"
_CLEANED = "drive cleaned"


@dataclass(frozen=True, slots=True)
class DriveUse:
    """A drive and what it did since it was cleaned."""

    drive: Drive
    use: Use
    limit: Limit
    #: When it was cleaned last, as far as anybody said it.
    cleaned_at: datetime | None

    @property
    def is_due(self) -> bool:
        return is_due(self.use, self.limit)


def uses(read: Connection, site: Site) -> list[DriveUse]:
    """What every drive did since it was cleaned."""
    return [_use(read, site, drive) for drive in media.drives(read)]


def due(read: Connection, site: Site, *, tape: bool) -> list[DriveUse]:
    """Drives for tape, or for discs, that are due; nothing is counted further than that."""
    drives = [drive for drive in media.drives(read) if _is_tape(site, drive) is tape]
    found = [_use(read, site, drive, whole=False) for drive in drives if not _limit(site, drive).is_none]
    return [item for item in found if item.is_due]


def _use(read: Connection, site: Site, drive: Drive, *, whole: bool = True) -> DriveUse:
    limit, cleaned_at = _limit(site, drive), _cleaned_at(read, drive.name)
    passages = _passages(read, drive, cleaned_at)
    use = use_of(passages, site.now(), until=None if whole else limit)
    return DriveUse(drive, use, limit, cleaned_at)


def watch(read: Connection, site: Site) -> list[Attention]:
    """Disc drives whose lens is to be cleaned, and libraries that have few cleanings left."""
    found = []
    for item in due(read, site, tape=False):
        found.append(
            Attention(
                f"{ATTENTION}{item.drive.name}",
                "working-hours",
                words_of(item.drive.name, item.use, item.limit),
                _("it goes on; what it writes is read back before it counts"),
                _(
                    "clean its lens as its maker says, then: archivectl drive cleaned {drive} --reason TEXT"
                ).format(drive=item.drive.name),
                site.now(),
            )
        )
    return found


def few_cleanings(read: Connection, site: Site) -> list[Attention]:
    """Tape libraries whose cleaning cartridges are nearly used up; none where there never was one."""
    found = []
    for floor in floors(read, site):
        cleaners = cleaning_asked.cleaners_of(read, site, floor)
        left = sum(one.left for one in cleaners)
        if cleaners and left < site.config.cleaning.cartridges_low:
            found.append(
                Attention(
                    f"{CLEANERS}{floor.library}",
                    "working-hours",
                    _("the cleaning cartridges of library {library} have {left} cleanings left").format(
                        library=floor.library, left=left
                    ),
                    _("drives are cleaned until then"),
                    _(
                        "put a new cleaning cartridge into an import/export slot, then: archivectl library import"
                    ),
                    site.now(),
                )
            )
    return found


def order_due(write: Connection, site: Site) -> list[str]:
    """Tape drives that are due are cleaned, or people are asked to, as their library says; names of these."""
    ordered = []
    for item in due(write, site, tape=True):
        if item.drive.name in site.tools.tapes:
            words = words_of(item.drive.name, item.use, item.limit)
            if cleaning_asked.due_by_use(write, site, item.drive, words):
                ordered.append(item.drive.name)
    return ordered


def said_cleaned(write: Connection, site: Site, name: str, *, agent: str, reason: str) -> Drive:
    """A person cleaned a drive by hand. Raises NotFound, Refused."""
    if not reason.strip():
        raise Refused(_("a reason is needed: it stands in the record for ever"))
    drive = media.get_drive(write, name)
    events.append(write, site.now(), _CLEANED, ("drive", name), agent=agent, reason=reason, how="by hand")
    events.clear_attention(write, f"{ATTENTION}{name}")
    cleaning_asked.said_clean(write, site, name, agent)
    return drive


def _limit(site: Site, drive: Drive) -> Limit:
    settings = site.config.cleaning
    if _is_tape(site, drive):
        return Limit(settings.tape_hours, settings.tape_loads)
    return Limit(settings.disc_hours, settings.disc_loads)


def _is_tape(site: Site, drive: Drive) -> bool:
    settings = site.config.libraries.get(drive.library)
    return settings is not None and settings.kind == TAPE


def _cleaned_at(read: Connection, name: str) -> datetime | None:
    newest = (
        select(event.c.at)
        .where(event.c.subject_id == name, event.c.type == _CLEANED)
        .order_by(event.c.id.desc())
        .limit(1)
    )
    found: datetime | None = read.execute(newest).scalar()
    return found


def _passages(read: Connection, drive: Drive, since: datetime | None) -> Iterator[Passage]:
    """What went into a drive and out of it since a moment, oldest first."""
    query = (
        select(move.c.destination, move.c.begun_at, move.c.ended_at)
        .where(
            move.c.library == drive.library,
            move.c.state == MoveState.DONE,
            (move.c.destination == drive.element) | (move.c.source == drive.element),
        )
        .order_by(move.c.id)
    )
    if since is not None:
        query = query.where(move.c.begun_at >= since)
    found = read.execute(query)
    try:
        for destination, begun_at, ended_at in found:
            into = destination == drive.element
            yield Passage(into, ended_at or begun_at if into else begun_at)
    finally:
        found.close()  # who asked may have heard enough
