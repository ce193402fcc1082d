"""Who asks for a drive to be cleaned: the drive by TapeAlert, or a person; and when that is over."""

from typing import Final

from sqlalchemy import Connection

from archived.catalog import cleanings, events, media
from archived.catalog.events import Attention
from archived.cleanings import Cleaning, CleaningEvent, CleaningState
from archived.errors import Refused, WrongState
from archived.language import _
from archived.model import Drive, Medium
from archived.policy.cartridge_labels import CLEANING
from archived.policy.cleaners import Cleaner, asks_again, choose_cleaner, is_open, must_not_write
from archived.stages.floor import Floor, floors
from archived.stages.protected_cartridge import doubted
from archived.stages.work import Site
from archived.states import MediumState

#: The other one, "ask", leaves it to a person.
AUTO: Final = "auto"
#: Who asks for a cleaning that is due by hours or loads.
BY_USE: Final = "use"
_WITHDRAWN_BY_A_PERSON: Final = (CleaningState.ASKED, CleaningState.WANTED, CleaningState.FAILED)


def cleaners_of(read: Connection, site: Site, floor: Floor) -> list[Cleaner]:
    """The cleaning cartridges that lie in a library."""
    uses, unfit = cleanings.uses(read), cleanings.unfit(read)
    chosen = {item.medium_id for item in cleanings.in_state(read, CleaningState.CLEANING)}
    in_drives = {drive.element for drive in floor.drives}
    return [
        Cleaner(
            medium.id,
            uses.get(medium.id, 0),
            medium.id in unfit,
            medium.id in chosen or medium.element in in_drives,
            site.config.cleaning.cartridge_uses,
        )
        for medium in floor.media
        if cleans(medium) and medium.element is not None
    ]


def cleans(medium: Medium) -> bool:
    """Whether a medium is a cleaning cartridge that nobody has given up."""
    return medium.kind == CLEANING and medium.state is not MediumState.LOST


def no_writing_in(read: Connection, site: Site) -> frozenset[str]:
    """Drives in which no session may begin to write before they are clean, or before a person looked at them."""
    return must_not_write(cleanings.newest(read)) | doubted(read) if site.tools.tapes else frozenset()


def drive_asks(write: Connection, site: Site, drive: Drive, *, urgent: bool) -> None:
    """A drive says that it must be cleaned (urgent), or that it is due. One attempt is made, then a person looks."""
    before = cleanings.newest(write).get(drive.name)
    if before is not None and is_open(before):
        if urgent and not before.urgent and before.state is not CleaningState.CLEANING:
            _withdraw(write, site, before, _("the drive asks more urgently"))
        else:
            return
    now = site.now()
    cleaning_id = cleanings.ask(write, drive.name, urgent=urgent, agent=events.DAEMON, at=now)
    events.append(write, now, "cleaning asked", ("drive", drive.name), outcome="warning", urgent=urgent)
    again = asks_again(before, now)
    if site.config.libraries[drive.library].clean == AUTO and not again:
        cleanings.advance_state(write, cleaning_id, CleaningEvent.ORDERED)
        return  # no person is needed, unless no cleaning cartridge can be had: the stage says so
    what = _("drive {drive} asks to be cleaned").format(drive=drive.name)
    if again:
        what = _("drive {drive} asks to be cleaned again, soon after it was cleaned").format(drive=drive.name)
    tell(write, site, drive.name, what, f"archivectl library clean {drive.name}", urgent)


def due_by_use(write: Connection, site: Site, drive: Drive, why: str) -> bool:
    """A drive was used for as long as it may be: cleaned, or a person asked, as its library says; False when it is on.

    It stays due whatever the drive says of itself. Not twice: a failed one waits for a person, as any other.
    """
    if is_open(cleanings.newest(write).get(drive.name)):
        return False
    cleaning_id = cleanings.ask(write, drive.name, urgent=False, agent=BY_USE, at=site.now())
    events.append(write, site.now(), "cleaning due", ("drive", drive.name), outcome="warning", why=why)
    if site.config.libraries[drive.library].clean == AUTO:
        cleanings.advance_state(write, cleaning_id, CleaningEvent.ORDERED)
    else:
        tell(write, site, drive.name, why, f"archivectl library clean {drive.name}", urgent=False)
    return True


def drive_is_content(write: Connection, site: Site, drive: str) -> None:
    """A drive does not ask (any more): what it asked for before is over. A cleaning under way goes on."""
    events.clear_attention(write, f"cleaning:{drive}")
    before = cleanings.newest(write).get(drive)
    if before is not None and before.agent == events.DAEMON and before.state in _WITHDRAWN_BY_A_PERSON:
        _withdraw(write, site, before, _("the drive does not ask any more"))


def said_clean(write: Connection, site: Site, drive: str, agent: str) -> None:
    """A person puts a drive into use: whatever it asked for was done by hand."""
    events.clear_attention(write, f"cleaning:{drive}")
    before = cleanings.newest(write).get(drive)
    if before is not None and before.state in _WITHDRAWN_BY_A_PERSON:
        _withdraw(write, site, before, _("{agent} says that it is clean").format(agent=agent))


def order(write: Connection, site: Site, name: str, agent: str) -> None:
    """A person orders a cleaning; one that is under way already is joined.

    Raises:
        NotFound: there is no such drive.
        Refused: it is none for cartridges.
        WrongState: it is down, or no cleaning cartridge can be had.
    """
    drive = media.get_drive(write, name)
    if name not in site.tools.tapes:
        raise Refused(_("drive {drive} takes discs: only tape drives are cleaned so").format(drive=name))
    if not drive.up:
        raise WrongState(
            _("drive {drive} is down: {note}").format(drive=name, note=drive.note or "-"),
            advice=f"archivectl drive up {name} --reason TEXT",
        )
    floor = next(floor for floor in floors(write, site) if floor.library == drive.library)
    if drive not in floor.drives:
        raise WrongState(
            _("where drive {drive} lies in library {library} is not known").format(
                drive=name, library=floor.library
            ),
            advice=_("archivectl attention   (then: archivectl library inventory)"),
        )
    before = cleanings.newest(write).get(name)
    if before is not None and before.state in cleanings.UNDER_WAY:
        return
    if choose_cleaner(cleaners_of(write, site, floor)) is None:
        raise WrongState(
            _("library {library} holds no cleaning cartridge that still cleans").format(
                library=floor.library
            ),
            advice=_("put one into an import/export slot, then: archivectl library inventory"),
        )
    urgent = before is not None and is_open(before) and before.urgent
    if before is not None and before.state is CleaningState.ASKED:
        cleanings.advance_state(write, before.id, CleaningEvent.ORDERED)
    else:
        cleaning_id = cleanings.ask(write, name, urgent=urgent, agent=agent, at=site.now())
        cleanings.advance_state(write, cleaning_id, CleaningEvent.ORDERED)
    events.clear_attention(write, f"cleaning:{name}")
    events.append(write, site.now(), "cleaning ordered", ("drive", name), agent=agent)


def tell(write: Connection, site: Site, drive: str, what: str, next_: str, urgent: bool) -> None:
    """Put up what a drive needs a person for."""
    safe = _("nothing more is written in it before; it reads on, and the other drives go on")
    if not urgent:
        safe = _("it goes on; what it writes is read back before it counts")
    urgency = "now" if urgent else "working-hours"
    events.raise_attention(write, Attention(f"cleaning:{drive}", urgency, what, safe, next_, site.now()))


def _withdraw(write: Connection, site: Site, item: Cleaning, note: str) -> None:
    cleanings.advance_state(write, item.id, CleaningEvent.WITHDRAWN, ended_at=site.now(), note=note)
    events.append(write, site.now(), "cleaning withdrawn", ("drive", item.drive), note=note)
