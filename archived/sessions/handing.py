"""What is done at drives and cabinets for a task of a person: before it he needs open trays, after it we look.

Nothing here waits for a person. `make_ready` opens trays and lights lamps; `look_after` closes the trays again and
says whether the medium lies where somebody says that he laid it. Both may be done again after a crash: an open tray is
opened once more, a look changes nothing.
"""

from contextlib import suppress
from dataclasses import dataclass

from archived.language import _
from archived.sessions.mount import asked_anew, await_ready
from archived.sessions.tools import Tools
from backends.errors import BackendError, MediumUnreadable, UdfDamaged
from backends.interface import Disc, DiscStatus
from backends.optical.udf.reader import UdfReader
from devices.failures import DeviceFailure, DeviceRefused
from devices.polling import WaitExpired
from devices.sense import Blame, blame_of
from robotics.errors import MoveAsked, MoveRefused, RoboticsError
from robotics.model import Element


@dataclass(frozen=True, slots=True)
class Handing:
    """A motion that a person makes; drives at either end are named."""

    task_id: str
    medium_id: str
    #: Library and element.
    source: tuple[str, int]
    destination: tuple[str, int]
    from_drive: str | None = None
    to_drive: str | None = None
    #: It is a new disc; or, where it is not, what the volume on it may call itself (none when nobody knows).
    blank: bool = False
    volumes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ready:
    """Trays are open, lamps are lit: or `wrong` says why not. `refused`: a sensor says that it cannot be done."""

    wrong: str = ""
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What a look says of a task that is done, in words where it contradicts; "" when nothing does."""

    contradiction: str = ""
    #: The volume by which a disc told that it is another one.
    other_volume: str = ""
    #: Neither drive nor sensor answered: nothing is known, and it is looked at again.
    unknown: bool = False


def make_ready(tools: Tools, task: Handing) -> Ready:
    """Open the trays at both ends, and light the way."""
    try:
        for name in (task.from_drive, task.to_drive):
            if name is not None and (name in tools.drives or name == task.from_drive):
                _let_out(tools, name)
        _light_the_way(tools, task)
    except MoveRefused as refused:
        return Ready(str(refused), refused=True)
    except (RoboticsError, DeviceFailure, BackendError) as error:
        return Ready(str(error))
    return Ready()


def _light_the_way(tools: Tools, task: Handing) -> None:
    """Light each end by itself: what a sensor says meanwhile, somebody who is quick has done already."""
    for library, element in (task.source, task.destination):
        if tools.changers[library].abilities.by_person:
            with suppress(MoveAsked):
                tools.changers[library].move(source=element, destination=element)


def look_after(tools: Tools, task: Handing) -> Found:
    """Shut the trays, put the lamps out, and see what lies where."""
    try:
        for name in (task.from_drive, task.to_drive):
            if name is not None and name in tools.drives:
                _shut(tools, name)
        _put_lamps_out(tools, task)
        words = _left_behind(tools, task)
        if words:
            return Found(words)
        if task.to_drive is None:
            return Found(_not_there(tools, task))
        return _in_drive(tools, task, task.to_drive)
    except (RoboticsError, DeviceFailure, BackendError) as error:
        return Found(str(error), unknown=True)


def _let_out(tools: Tools, name: str) -> None:
    if name in tools.drives:
        asked_anew(lambda: tools.drives[name].lock_tray(False))
        asked_anew(tools.drives[name].eject)
        return
    tape = tools.tapes[name]
    asked_anew(lambda: tape.lock_cartridge(False))
    try:
        asked_anew(tape.unload)
    except DeviceRefused as refused:
        # It was put out already.
        if blame_of(refused.sense) is not Blame.NOT_READY:
            raise


def _shut(tools: Tools, name: str) -> None:
    try:
        asked_anew(tools.drives[name].load)
    except DeviceRefused as refused:
        # An empty drive says that there is nothing to start.
        if blame_of(refused.sense) is not Blame.NOT_READY:
            raise


def _put_lamps_out(tools: Tools, task: Handing) -> None:
    for library, element in (task.source, task.destination):
        cabinet = tools.cabinets.get(library)
        if cabinet is not None and element in tools.changers[library].layout().storage:
            cabinet.lamp(element, False)


def _left_behind(tools: Tools, task: Handing) -> str:
    """That it lies in the drive still that it was to be taken from; of places a sensor tells."""
    if task.source == task.destination:
        return ""
    if task.from_drive is not None:
        if not _has_medium(tools, task.source, task.from_drive):
            return ""
        return _("a medium lies in drive {drive} still").format(drive=task.from_drive)
    seen = _element(tools, task.source)
    if seen is not None and seen.told and seen.full:
        return _(
            "a medium lies still where {medium} was to be taken from, by the sensor of the place"
        ).format(medium=task.medium_id)
    return ""


def _not_there(tools: Tools, task: Handing) -> str:
    seen = _element(tools, task.destination)
    if seen is not None and seen.told and not seen.full:
        return _("nothing lies where {medium} was to be laid, by the sensor of the place").format(
            medium=task.medium_id
        )
    return ""


def _in_drive(tools: Tools, task: Handing, name: str) -> Found:
    if not _has_medium(tools, task.destination, name):
        return Found(_("drive {drive} is empty").format(drive=name))
    if name in tools.tapes:
        return Found()  # a cartridge tells who it is when its session begins
    drive = tools.drives[name]
    try:
        await_ready(tools.clock, drive)
    except WaitExpired:
        return Found(
            _("drive {drive} makes nothing of what lies in it; is it the right way up?").format(drive=name)
        )
    return _told_by_disc(tools, task, name, asked_anew(drive.inspect))


def _told_by_disc(tools: Tools, task: Handing, name: str, disc: Disc) -> Found:
    """Whether a disc is what it should be: a blank one, or one that carries an image of this medium."""
    named = {"drive": name, "medium": task.medium_id}
    if task.blank:
        if disc.status is DiscStatus.BLANK:
            return Found()
        words = _("the disc in drive {drive} is not blank, and {medium} is")
        return Found(words.format(**named), _identifier(tools, name, disc))
    if disc.status is DiscStatus.BLANK and task.volumes:
        return Found(_("the disc in drive {drive} is blank, and {medium} is not").format(**named))
    said = _identifier(tools, name, disc)
    if not said or not task.volumes or said in task.volumes:
        return Found()
    return Found(
        _("the disc in drive {drive} says that it is another one than {medium}").format(**named), said
    )


def _identifier(tools: Tools, name: str, disc: Disc) -> str:
    """What a written disc says of itself; "" when nothing can be read: verification and recalls judge that."""
    if disc.status is not DiscStatus.COMPLETE:
        return ""
    with suppress(UdfDamaged, MediumUnreadable):
        return UdfReader(tools.drives[name].read, disc.written_sectors).identifier
    return ""


def _has_medium(tools: Tools, place: tuple[str, int], name: str) -> bool:
    seen = _element(tools, place)
    if seen is not None and seen.told:
        return seen.full
    if name in tools.tapes:
        return asked_anew(tools.tapes[name].inspect).present
    with suppress(WaitExpired):
        await_ready(tools.clock, tools.drives[name])
        return True
    return False


def _element(tools: Tools, place: tuple[str, int]) -> Element | None:
    library, address = place
    return asked_anew(lambda: tools.changers[library].element(address))
