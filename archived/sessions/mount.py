"""One motion of the robot with the tray work around it. The robot is believed only after a look."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from archived.language import _
from archived.sessions.clean import await_no_cleaning
from archived.sessions.deduction import Answered, whereabouts
from archived.sessions.health import DriveHealth, ask_health
from archived.sessions.inventory import in_doubt, take_inventory, untold, why_it_stands
from archived.sessions.tags_seen import CageTagSeen, TagSeen
from archived.sessions.tools import Tools
from backends.errors import BackendError
from backends.interface import DiscStatus, OpticalDrive, TapeDrive
from backends.tape.readiness import wait_until_ready
from devices.clock import Clock
from devices.failures import DeviceFailure, DeviceRefused, OutcomeUnknown, TransportLost, WorldDiffers
from devices.polling import wait_until
from devices.sense import Blame, blame_of
from robotics.errors import ChangerBroken, InventoryStale, RoboticsError, SourceEmpty
from robotics.interface import Changer
from robotics.model import Inventory

Answer = TypeVar("Answer")

READY_TIMEOUT_S = 180.0
READY_INTERVAL_S = 0.5
_NO_MEDIUM_ASC = 0x3A
#: Incompatible medium, unknown or incompatible format.
_UNFIT_ASC = 0x30
#: Called with the seconds that a drive has needed so far; what it raises ends the wait.
Waiting = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Carry:
    """Bring a medium from one element to another; drives at either end are named."""

    library: str
    medium_id: str
    barcode: str | None
    source: int
    destination: int
    from_drive: str | None
    to_drive: str | None
    #: It is a cleaning cartridge: no drive threads it, and it comes out when the drive is done with it.
    cleaning: bool = False


@dataclass(frozen=True, slots=True)
class Carried:
    """Where things are after the motion, by a look: arrived, stayed or vanished."""

    kind: str  # "arrived" | "stayed" | "vanished"
    #: Element address → barcode (None when full without a readable barcode); absent when empty.
    seen: dict[int, str | None] | None
    note: str = ""
    #: The medium lies in the drive, and the drive does not make it out.
    unready: bool = False
    #: The motion was not right any more when somebody had been at the media: it was not begun.
    called_off: bool = False
    #: Why the robot, not being ready, did not begin (`robotics.errors`: PAUSED, PERSON, …).
    stands: str = ""
    #: ... as it is none for this drive: the cartridge is to blame.
    unfit: bool = False
    #: A tape drive did not let its cartridge be taken.
    kept: bool = False
    #: What the tape drives at both ends said of themselves: before a cartridge left, and after trouble.
    health: tuple[DriveHealth, ...] = ()
    #: All that the look saw; None when there was none.
    inventory: Inventory | None = None
    #: What readers in the library saw when it was over.
    tags: tuple[TagSeen, ...] = ()
    #: What readers at the bays saw, at a look of its own.
    cage_tags: tuple[CageTagSeen, ...] = ()
    #: Where a medium without a barcode is, as far as it can be told.
    place: int | None = None
    #: The robot took the bin for empty from which the medium was to come.
    source_empty: bool = False
    #: Only a person can tell where the medium is: nothing moves there until he looked.
    halted: bool = False

    @property
    def untold(self) -> frozenset[int]:
        """Elements of which the look said nothing: what is on record there stays."""
        return untold(self.inventory)

    @property
    def doubtful(self) -> Mapping[int, tuple[int, int]]:
        """Elements of which the look could not tell what is there, with ASC and ASCQ."""
        return in_doubt(self.inventory)


def _ignore(_waited_s: float) -> None:
    """Nobody wants to know."""


def carry(tools: Tools, task: Carry, waiting: Waiting = _ignore) -> Carried:
    """Move one medium, then look. Never repeats a motion. Raises what `waiting` raises: then look again."""
    changer = tools.changers[task.library]
    note, stands, called_off, kept = "", "", False, task.from_drive in tools.tapes
    answered, source_empty = Answered.DONE, False
    before = None if task.from_drive is None else ask_health(tools, task.from_drive)
    try:
        if task.from_drive is not None:
            _give_out(tools, changer, task.from_drive, cleaning=task.cleaning)
        kept = False
        note = _move(changer, task)
        called_off = bool(note)
    except (RoboticsError, DeviceFailure, BackendError) as error:
        note, stands = str(error), why_it_stands(error)
        answered, source_empty = _answered(error), isinstance(error, SourceEmpty)
    if answered is Answered.BROKEN and changer.abilities.host_trays:
        # Nothing is asked of it that could move it: what it holds, and where, is for somebody to see.
        return Carried("vanished", None, note, halted=True)
    found = replace(look(tools, task, note, answered=answered), source_empty=source_empty)
    if stands:
        # It said no to the motion itself: the medium stayed, also when a look has to wait.
        found = replace(found, kind="stayed" if found.seen is None else found.kind, stands=stands)
    carried = _trays_closed(tools, task, found, waiting)
    after = None
    if carried.note:
        after = ask_health(tools, task.to_drive or task.from_drive or "")
    kept = kept and carried.kind == "stayed"
    if called_off and carried.kind == "vanished":
        carried = replace(carried, kind="stayed")
    health = tuple(one for one in (before, after) if one is not None)
    return replace(carried, kept=kept, called_off=called_off, health=health)


def resume(tools: Tools, task: Carry, waiting: Waiting = _ignore) -> Carried:
    """A motion that an earlier life may have commanded, or not: look where it ended, and move nothing."""
    words = "an earlier life was interrupted in the motion"
    carried = look(tools, task, words, answered=Answered.INTERRUPTED)
    return _trays_closed(tools, task, carried, waiting)


def _answered(error: Exception) -> Answered:
    """What a motion that failed says of the medium."""
    if isinstance(error, ChangerBroken):
        return Answered.BROKEN
    return Answered.UNKNOWN if isinstance(error, OutcomeUnknown) else Answered.REFUSED


def look(tools: Tools, task: Carry, note: str = "", *, answered: Answered = Answered.UNKNOWN) -> Carried:
    """Where the medium of a motion is, by inventory alone. Used after every motion and after a crash."""
    looked = take_inventory(tools, task.library)
    seen = looked.seen
    if seen is None:
        words = f"{note}; the robot does not answer an inventory: {looked.note}".lstrip("; ")
        return Carried("vanished", None, words, stands=looked.stands)
    if looked.inventory is not None and looked.untold and task.barcode is None:
        return _deduced(looked.inventory, seen, task, note, answered)

    def holds(address: int) -> bool:
        return address in seen and seen[address] in (task.barcode, None)

    def carried(kind: str, note: str) -> Carried:
        return Carried(kind, seen, note, inventory=looked.inventory)

    if holds(task.destination) and not (holds(task.source) and seen[task.source] == task.barcode):
        return carried("arrived", note)
    if holds(task.source):
        return carried("stayed", note or "the robot reported no error, and the medium did not move")
    return carried("vanished", note or f"{task.barcode} is in neither element")


def _deduced(
    inventory: Inventory, seen: dict[int, str | None], task: Carry, note: str, answered: Answered
) -> Carried:
    """The look after a motion of a medium without a barcode, in a library that sees into few of its places."""
    found = whereabouts(inventory, task.source, task.destination, answered)
    if not found.sensed:
        words = _("a drive of library {library} does not say whether it holds a disc").format(
            library=task.library
        )
        return Carried("vanished", None, f"{note}; {words}" if note else words)
    if found.kind == "stayed" and not note:
        note = "the robot reported no error, and the medium did not move"
    if found.kind == "vanished" and not note:
        note = f"{task.medium_id} is in neither element"
    return Carried(found.kind, seen, note, inventory=inventory, place=found.place, halted=found.in_doubt)


@dataclass(frozen=True, slots=True)
class RobotWaits:
    """The robot did not say what lies in the drive: nothing was begun there, and no drive and no medium is to blame."""

    note: str
    #: Why it stands (`robotics.errors`: PAUSED, PERSON, …); "" for one that says nothing.
    stands: str = ""


def demand_medium(
    tools: Tools, library: str, element: int, barcode: str | None, drive: str
) -> RobotWaits | None:
    """A medium is judged only when it is the one that is meant. Raises WorldDiffers, DeviceFailure of the drive."""
    try:
        found = asked_anew(lambda: tools.changers[library].element(element))
    except (RoboticsError, OutcomeUnknown) as error:
        return RobotWaits(str(error), why_it_stands(error))
    seen = found.barcode if found is not None and found.full else None
    # Who carries by hand reads no barcode for us: the disc was asked who it is when it was brought.
    tells = tools.changers[library].abilities.barcode_reader
    if tells and barcode is not None and seen != barcode:
        raise WorldDiffers(f"{drive} holds {seen or 'nothing readable'}, not {barcode}")
    if not asked_anew(lambda: _sees_a_medium(tools, drive)):
        raise WorldDiffers(f"{drive} sees no medium, and {barcode} should lie in it")
    return None


def asked_anew(ask: Callable[[], Answer]) -> Answer:
    """What looks and changes nothing is asked again after what a robot and a drive tell once in its place.

    That is a reset or a change of media, told by each of them to every new session. The robot's driver keeps it in
    mind (`Changer.unseen`): its library is stale until every element was looked at.
    """
    for _one_of in ("robot", "drive"):
        try:
            return ask()
        except InventoryStale:
            continue
        except DeviceRefused as refused:
            if blame_of(refused.sense) is not Blame.STATE_CHANGED:
                raise
    return ask()


def _sees_a_medium(tools: Tools, drive: str) -> bool:
    if drive in tools.tapes:
        return tools.tapes[drive].inspect().present
    return tools.drives[drive].inspect().status is not DiscStatus.ABSENT


def _give_out(tools: Tools, changer: Changer, name: str, *, cleaning: bool) -> None:
    """Let the medium be taken from a drive. Raises DeviceFailure, BackendError (what was written last is lost)."""
    tape = tools.tapes.get(name)
    if tape is None:
        drive = tools.drives[name]
        _told(lambda: drive.lock_tray(False))
        if not changer.abilities.host_trays:  # those of a disc robot are moved by its driver, in its order
            _told(drive.eject)
        return
    if cleaning:
        await_no_cleaning(tape, tools.clock)
    _told(lambda: tape.lock_cartridge(False))
    try:
        tape.unload()
    except DeviceRefused as refused:
        # It was put out already: by the drive itself, or by somebody's finger.
        if blame_of(refused.sense) is not Blame.NOT_READY or refused.sense.asc != _NO_MEDIUM_ASC:
            raise


def _told(ask: Callable[[], object]) -> None:
    """A drive tells a reset or a change of medium once, in place of an answer: then it is asked again at once."""
    try:
        ask()
    except DeviceRefused as refused:
        if blame_of(refused.sense) is not Blame.STATE_CHANGED:
            raise
        ask()


def _move(changer: Changer, task: Carry) -> str:
    """Command the motion, or tell why it is called off. A unit attention says that it was not begun, and that somebody
    may have been there: it is commanded after a look that shows the medium where it was, and its destination free.
    """
    try:
        changer.move(source=task.source, destination=task.destination)
    except InventoryStale as told:
        inventory = changer.inventory()
        source, destination = inventory.at(task.source), inventory.at(task.destination)
        if source is None or (source.told and (not source.full or source.barcode != task.barcode)):
            words = _("nothing moved, as {medium_id} is not in element {element} any more: {told}")
            return words.format(medium_id=task.medium_id, element=task.source, told=told)
        if destination is not None and not destination.is_free:
            words = _("nothing moved, as element {element} is not free any more: {told}")
            return words.format(element=task.destination, told=told)
        changer.move(source=task.source, destination=task.destination)
    return ""


def _trays_closed(tools: Tools, task: Carry, carried: Carried, waiting: Waiting) -> Carried:
    """A disc that lies in a drive now can be worked with, also when its tray was opened in vain."""
    if task.cleaning:
        return carried
    if carried.kind == "arrived" and task.to_drive is not None:
        return _loaded(tools, carried, task.to_drive, "was brought", waiting)
    if carried.kind == "stayed" and task.from_drive is not None:
        return _loaded(tools, carried, task.from_drive, "stayed there", waiting)
    return carried


def _loaded(tools: Tools, carried: Carried, name: str, what: str, waiting: Waiting) -> Carried:
    try:
        if name in tools.tapes:
            _thread(tools, tools.tapes[name], waiting)
        else:
            _told(tools.drives[name].load)
            await_ready(tools.clock, tools.drives[name])
    except (DeviceFailure, BackendError) as error:
        words = _("{name}: the medium {what} and does not become ready: {error}").format(
            name=name, what=what, error=error
        )
        note = f"{carried.note}; {words}" if carried.note else words
        # A library whose sessions were lost says nothing of its drives; each session on tape waits for its own.
        is_silent = isinstance(error, TransportLost) and name in tools.tapes
        unfit = name in tools.tapes and isinstance(error, DeviceRefused) and error.sense.asc == _UNFIT_ASC
        return replace(carried, note=note, unready=not is_silent, unfit=unfit)
    return carried


def _thread(tools: Tools, drive: TapeDrive, waiting: Waiting) -> None:
    """Have the cartridge drawn in and threaded: most drives began with it as the robot let go."""
    try:
        _told(drive.load)
    except DeviceRefused as refused:
        if blame_of(refused.sense) is not Blame.NOT_READY:
            raise
    wait_until_ready(drive, clock=tools.clock, waiting=waiting)


def await_ready(clock: Clock, drive: OpticalDrive) -> None:
    """Poll until the drive made out the disc. Raises WaitExpired, DeviceFailure."""

    def settled() -> bool:
        # A drive tells a change of medium once, in place of an answer: then it is asked again at once.
        for _rest in range(2):
            try:
                return drive.inspect().status is not DiscStatus.ABSENT
            except DeviceRefused as refused:
                if blame_of(refused.sense) is not Blame.STATE_CHANGED:
                    return False
        return False

    wait_until(settled, clock=clock, timeout_s=READY_TIMEOUT_S, interval_s=READY_INTERVAL_S)
