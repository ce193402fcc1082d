"""A cleaning cartridge in a drive: the drive does it all by itself, and gives the cartridge out when it is done."""

from collections.abc import Callable
from dataclasses import dataclass

from archived.language import _
from archived.sessions.tools import Tools
from backends.interface import TapeAlert, TapeDrive
from backends.tape.alerts import CLEAN_NOW, CLEANING_MEDIA, EXPIRED_CLEANER, INVALID_CLEANER
from devices.clock import Clock
from devices.failures import DeviceFailure, DeviceRefused, WorldDiffers
from devices.polling import WaitExpired, wait_until

#: Drives clean for two to five minutes; what takes longer has gone wrong.
CLEAN_TIMEOUT_S = 1200.0
CLEAN_INTERVAL_S = 2.0
#: So long a drive may say that it holds nothing before that means that it gave the cartridge out.
DRAWN_IN_S = 120.0
CLEANED, UNFIT, FAILED = "cleaned", "unfit", "failed"
_UNFIT = (EXPIRED_CLEANER, INVALID_CLEANER)
#: The drive saw what lies in it: it need not be waited for.
_SEEN = (CLEANING_MEDIA, *_UNFIT)


@dataclass(frozen=True, slots=True)
class CleanTask:
    """A cleaning cartridge that lies in a drive."""

    library: str
    element: int
    drive: str
    medium_id: str
    barcode: str | None


@dataclass(frozen=True, slots=True)
class Cleaned:
    """How it ended: cleaned, unfit (the cartridge does nothing in this drive) or failed."""

    kind: str
    note: str = ""
    #: How often the cartridge was loaded, where its chip told.
    loads: int | None = None
    alerts: tuple[TapeAlert, ...] = ()


def await_cleaned(tools: Tools, task: CleanTask, waiting: Callable[[float], None]) -> Cleaned:
    """Wait until the drive gives the cartridge out, and ask it how it went. Commands nothing that moves.

    `waiting` is told the seconds so far; what it raises ends the wait. Raises WorldDiffers when another cartridge
    lies there, DeviceFailure when robot or drive say nothing in the end.
    """
    found = tools.changers[task.library].element(task.element)
    seen = found.barcode if found is not None and found.full else None
    if seen is None or (task.barcode is not None and seen != task.barcode):
        words = _("{drive} holds {value}, not {barcode}")
        raise WorldDiffers(words.format(drive=task.drive, value=seen or "nothing", barcode=task.barcode))
    drive = tools.tapes[task.drive]
    watch = _Watch(drive, tools.clock, waiting)
    try:
        wait_until(watch.is_over, clock=tools.clock, timeout_s=CLEAN_TIMEOUT_S, interval_s=CLEAN_INTERVAL_S)
    except WaitExpired:
        words = _("{drive} did not give the cleaning cartridge out within {minutes} minutes: {words}")
        note = words.format(
            drive=task.drive, minutes=round(CLEAN_TIMEOUT_S / 60), words=watch.words or _("it says nothing")
        )
        return Cleaned(FAILED, note, watch.loads)
    alerts = drive.alerts()
    flags = {alert.flag for alert in alerts}
    words = "; ".join(alert.words for alert in alerts if alert.flag in (*_UNFIT, CLEAN_NOW))
    kind = UNFIT if flags.intersection(_UNFIT) else FAILED if CLEAN_NOW in flags else CLEANED
    return Cleaned(kind, words, watch.loads, alerts)


def await_no_cleaning(drive: TapeDrive, clock: Clock) -> None:
    """Return when the drive is not at a cleaning: nothing is taken from it before, but after CLEAN_TIMEOUT_S."""

    def is_idle() -> bool:
        try:
            return not drive.inspect().cleaning
        except DeviceRefused:
            return False

    try:
        wait_until(is_idle, clock=clock, timeout_s=CLEAN_TIMEOUT_S, interval_s=CLEAN_INTERVAL_S)
    except WaitExpired:
        return


class _Watch:
    """Looks at a drive until it holds nothing any more."""

    def __init__(self, drive: TapeDrive, clock: Clock, waiting: Callable[[float], None]) -> None:
        self._drive, self._clock, self._waiting = drive, clock, waiting
        self._began_s = clock.monotonic()
        self._was_there = False
        self.words = ""
        self.loads: int | None = None

    def is_over(self) -> bool:
        self._waiting(self._clock.monotonic() - self._began_s)
        try:
            there = self._drive.inspect().present
        except DeviceRefused as refused:
            # A change of medium is told once in place of an answer; other refusals are what the drive says of it.
            self.words = str(refused)
            return False
        if there:
            self._was_there = True
            self._ask_the_chip()
            return False
        return self._was_there or self._saw_it() or self._clock.monotonic() - self._began_s >= DRAWN_IN_S

    def _saw_it(self) -> bool:
        return any(alert.flag in _SEEN for alert in self._drive.alerts())

    def _ask_the_chip(self) -> None:
        """Few drives tell what is in the chip of a cartridge that cleans them."""
        if self.loads is not None:
            return
        try:
            memory = self._drive.attributes()
        except DeviceFailure:
            return
        self.loads = memory.loads if memory.cleaning else None
