"""One image onto one blank: the gate before, the burn, and a look at the disc when it did not end well."""

from dataclasses import dataclass

from archived.language import _
from archived.sessions.mount import asked_anew
from archived.sessions.tools import BurnJob, BurnOutcome, Report, Tools
from backends.interface import Disc, DiscStatus
from devices.failures import DeviceFailure
from devices.polling import wait_until
from robotics.errors import RoboticsError

#: A drive that was interrupted may need this long before it says what the disc is.
SETTLE_TIMEOUT_S = 600.0
SETTLE_INTERVAL_S = 0.5


@dataclass(frozen=True, slots=True)
class WriteTask:
    """A burn with everything that the gate compares."""

    job: BurnJob
    library: str
    element: int
    barcode: str | None
    approved_media: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """How it ended, judged by the disc itself wherever the burn did not end well.

    flushed: accepted, closed. waits: not begun, as nobody could say what lies in the drive. blank: it was
    interrupted, and the disc is unspent. balked: the drive failed, and says that the disc is unspent.
    failed: the disc is spent or not to be trusted.
    unfit: the disc is unspent and must not be used for this. wrong: what lies in the drive is not what the
    catalog says; nothing was written, and the disc is set aside. source: staged bytes are not what was
    accepted; `spent` tells of the disc.
    """

    kind: str
    note: str = ""
    spent: bool = False


def write(tools: Tools, task: WriteTask, report: Report, *, resumed: bool) -> Written:
    """Burn, or after a restart take up what is under way. Never burns twice."""
    if resumed:
        outcome = tools.burner.attach(task.job, report)
    else:
        refusal = _gate(tools, task)
        if refusal is not None:
            return refusal
        outcome = tools.burner.burn(task.job, report)
    if outcome.kind == "flushed":
        return Written("flushed")
    return _by_the_disc(tools, task, outcome)


def _gate(tools: Tools, task: WriteTask) -> Written | None:
    """Everything that must hold before a laser is lit: barcode, blank, usable sectors, approved medium."""
    try:
        element = asked_anew(lambda: tools.changers[task.library].element(task.element))
        disc = asked_anew(tools.drives[task.job.drive].inspect)
    except (RoboticsError, DeviceFailure) as error:
        return Written(
            "waits",
            _("{drive} or the robot does not answer before the burn: {error}").format(
                drive=task.job.drive, error=error
            ),
        )
    seen = element.barcode if element is not None and element.full else None
    if not tools.changers[task.library].abilities.barcode_reader:
        seen = task.barcode  # nobody reads barcodes there: what was brought was judged when it came
    if element is not None and element.full and seen is None and task.barcode is not None:
        return Written(
            "waits",
            _("the label of what lies in {drive} cannot be read; {barcode} is meant").format(
                drive=task.job.drive, barcode=task.barcode
            ),
        )
    if seen != task.barcode:
        return Written(
            "wrong",
            _("{drive} holds {value}, not {barcode}").format(
                drive=task.job.drive, value=seen or "nothing", barcode=task.barcode
            ),
        )
    if disc.status is not DiscStatus.BLANK:
        return Written(
            "wrong",
            _("the disc {barcode} in {drive} is {value}, not blank").format(
                barcode=task.barcode, drive=task.job.drive, value=disc.status.value
            ),
        )
    if disc.capacity_sectors < task.job.sectors:
        words = _("{barcode} has {capacity_sectors} usable sectors; {sectors} are needed").format(
            barcode=task.barcode, capacity_sectors=disc.capacity_sectors, sectors=task.job.sectors
        )
        return Written("unfit", words)
    if task.approved_media and disc.media_id not in task.approved_media:
        return Written(
            "unfit",
            _("{barcode} is of kind {media_id!r}, which is not an approved medium").format(
                barcode=task.barcode, media_id=disc.media_id
            ),
        )
    return None


def _by_the_disc(tools: Tools, task: WriteTask, outcome: BurnOutcome) -> Written:
    """Nobody is burning any more and it did not end well: only the disc knows whether it is spent."""
    words = outcome.note or f"the burn of {task.job.image_id} in {task.job.drive} was interrupted"
    try:
        disc = _settled(tools, task)
    except DeviceFailure as error:
        return Written(
            "failed",
            _("{words}; the drive does not say what the disc is: {error}").format(words=words, error=error),
            spent=True,
        )
    spent = disc.status is not DiscStatus.BLANK
    if outcome.kind == "source":
        return Written("source", words, spent=spent)
    if not spent:
        kind = "blank" if outcome.kind == "interrupted" else "balked"
        return Written(kind, _("{words}; the disc is still blank").format(words=words))
    return Written(
        "failed", _("{words}; the disc is {value}").format(words=words, value=disc.status.value), spent=True
    )


def _settled(tools: Tools, task: WriteTask) -> Disc:
    drive = tools.drives[task.job.drive]

    def look() -> Disc | None:
        try:
            return drive.inspect()
        except DeviceFailure:
            return None

    return wait_until(look, clock=tools.clock, timeout_s=SETTLE_TIMEOUT_S, interval_s=SETTLE_INTERVAL_S)
