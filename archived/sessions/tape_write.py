"""One session on a cartridge: what is on it is read first, then images are appended one after the other.

It ends in the daemon's process. Whatever kills it leaves a torn end, and the next session on the cartridge, in whatever
drive, finds out by reading the tape which images are whole.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from archived.errors import Cancelled
from archived.language import _
from archived.policy.tape_labels import Named, why_another
from archived.sessions.encode import open_recipe
from archived.sessions.health import ask_alerts
from archived.sessions.latch import latched
from archived.sessions.mount import asked_anew
from archived.sessions.tape_ready import await_cartridge
from archived.sessions.tools import Report, Tools
from backends.errors import (
    BackendError,
    ImageDiffers,
    MediumFull,
    MediumRefused,
    RecipeDamaged,
    SourceDiffers,
    SourceMissing,
    WriteProtected,
)
from backends.interface import TapeAlert, TapeDrive
from backends.tape.appending import AppendSession, SessionReport
from backends.tape.contents import TapeContents, read_contents
from backends.tape.image_on_tape import ImageIdentity, ImageOnTape
from backends.tape.label import TapeLabel
from backends.tape.labelling import label_again, label_cartridge, note_in_chip
from devices.failures import DeviceFailure, WorldDiffers
from erasure.digests import Digests
from robotics.errors import RoboticsError

FLUSHED, NOT_BEGUN, NO_ROOM, FAILED, SOURCE = "flushed", "not begun", "no room", "failed", "source"


@dataclass(frozen=True, slots=True)
class TapeJob:
    """One image that is to be on the cartridge, and the recipe that gives its bytes."""

    copy_id: int
    image: ImageIdentity
    recipe: Path


@dataclass(frozen=True, slots=True)
class TapeTask:
    """A session with everything that the gate compares."""

    library: str
    element: int
    drive: str
    medium_id: str
    barcode: str | None
    #: Written to the cartridge if it is blank.
    label: TapeLabel
    jobs: tuple[TapeJob, ...]
    staging: Path
    software: str
    #: The block behind the last image that the catalog counts on; 0 for none.
    known_until_block: int
    #: Tape files of images that the catalog has a copy of: nothing is recognised there once more.
    known_files: frozenset[int]
    #: What the catalog knows of the cartridge's label; None until a session labelled it or read a label of ours.
    label_uuid: str | None
    #: UUID of the label of a cartridge that was released and admitted again: all that it holds is written over.
    written_over: str = ""


@dataclass(frozen=True, slots=True)
class JobEnd:
    """What became of one image.

    flushed: it is on the tape at `place`. not begun: nothing of it counts, and it may be tried again. no room: the
    tape ended. failed: the drive could not write it. source: staged bytes are not what was accepted.
    """

    kind: str
    note: str = ""
    place: ImageOnTape | None = None


@dataclass(frozen=True, slots=True)
class TapeEnd:
    """How a session went.

    done: see `ends`. waits: not begun, as nobody could say what lies in the drive. unfit: the cartridge must not be
    written. protected: nor may this one, says the drive; what is on it is as good as before. wrong: it is not the
    cartridge that the catalog means, or somebody else's; nothing was written.
    """

    kind: str
    note: str = ""
    #: Copy id → what became of it.
    ends: Mapping[int, JobEnd] = field(default_factory=dict)
    #: Nothing more is to be added to this cartridge.
    closed: bool = False
    #: What the written part takes; None when nothing was found out.
    used_bytes: int | None = None
    alerts: tuple[TapeAlert, ...] = ()
    #: A deferred error that the drive told in place of its alerts; "" for none.
    late: str = ""
    report: SessionReport | None = None
    #: The UUID that the label on the tape has; None when nothing of ours is on it.
    label_uuid: str | None = None
    #: What the chip of the cartridge says that it holds; 0 where nothing says it.
    capacity_bytes: int = 0


def new_digests() -> Digests:
    """What is taken of the bytes that go to the tape: enough to prove them, and faster than any drive.

    All three are compared when the cartridge is read back; sha256 here would hold a drive up that takes 400 MB/s.
    """
    return Digests(("blake3",))


def write_tape(tools: Tools, task: TapeTask, key: str, report: Report, *, resumed: bool) -> TapeEnd:
    """Append the images of the task, or, `resumed`, only find out which of them are on the tape.

    `key` is that of the work on the board. Raises DeviceFailure, and Cancelled when the daemon is to stop before a
    cartridge was ready: then nothing is known but what the tape says when it is read again.
    """
    drive = tools.tapes[task.drive]
    refusal = _gate(tools, task, drive, key, resumed=resumed)
    if refusal is not None:
        return refusal
    with latched(drive):
        return _write(tools, task, drive, report, resumed=resumed)


def _write(tools: Tools, task: TapeTask, drive: TapeDrive, report: Report, *, resumed: bool) -> TapeEnd:
    """Behind the gate: read what is on the tape, label a blank, and append."""
    contents = read_contents(drive)
    refusal = _by_the_label(task, contents)
    if refusal is not None:
        return refusal
    is_old = _is_written_over(task, contents)
    if is_old and resumed:
        ends = {job.copy_id: JobEnd(NOT_BEGUN, _("it is not whole on the tape")) for job in task.jobs}
        return _with_alerts(TapeEnd("done", ends=ends, used_bytes=0), drive)
    if (contents.blank or is_old) and not resumed:
        try:
            if is_old:
                label_again(drive, task.label, over=task.written_over)
            else:
                label_cartridge(drive, task.label)
        except BackendError as error:
            kind = "protected" if isinstance(error, WriteProtected) else "unfit"
            return _with_alerts(TapeEnd(kind, str(error)), drive)
        note_in_chip(drive, task.label)
        contents = read_contents(drive)
        refusal = _by_the_label(replace(task, label_uuid=task.label.cartridge), contents)
        if refusal is not None:
            return refusal
    label_uuid = None if contents.label is None else contents.label.cartridge
    end = _session(tools, task, drive, contents, report, resumed=resumed)
    return replace(end, label_uuid=label_uuid, capacity_bytes=_capacity_bytes(drive))


def _is_written_over(task: TapeTask, contents: TapeContents) -> bool:
    """Whether the tape still carries what it was released with."""
    label = contents.label
    return bool(task.written_over) and label is not None and label.cartridge == task.written_over


def _session(
    tools: Tools, task: TapeTask, drive: TapeDrive, contents: TapeContents, report: Report, *, resumed: bool
) -> TapeEnd:
    """What is there already, and, not `resumed`, what is appended to it."""
    found = {job.copy_id: end for job in task.jobs if (end := _recognised(task, job, contents)) is not None}
    left = [job for job in task.jobs if job.copy_id not in found]
    if resumed or not left:
        ends = {job.copy_id: JobEnd(NOT_BEGUN, _("it is not whole on the tape")) for job in left}
        return _with_alerts(TapeEnd("done", ends=found | ends, used_bytes=_read_bytes(contents)), drive)
    return _append(tools, task, drive, contents, found, left, report)


def _append(
    tools: Tools,
    task: TapeTask,
    drive: TapeDrive,
    contents: TapeContents,
    found: dict[int, JobEnd],
    left: list[TapeJob],
    report: Report,
) -> TapeEnd:
    """Image after image, and the index behind the last one."""
    try:
        session = AppendSession(
            drive,
            contents,
            clock=tools.clock,
            new_digests=new_digests,
            software=task.software,
            known_until_block=task.known_until_block,
            ring_blocks=tools.tape_blocks_ahead,
        )
    except MediumRefused as error:
        ends = {job.copy_id: JobEnd(NOT_BEGUN, str(error)) for job in left}
        return TapeEnd("done", str(error), found | ends, closed=True, used_bytes=_read_bytes(contents))
    total_bytes = sum(job.image.size_bytes for job in left)
    done_bytes, stopped, why = 0, "", ""
    ends = dict(found)
    for job in left:
        if stopped:
            ends[job.copy_id] = JobEnd(stopped, why)
            continue
        ends[job.copy_id] = end = _one(task, session, job, _progress(report, done_bytes, total_bytes))
        done_bytes += job.image.size_bytes
        stopped, why = {NO_ROOM: NO_ROOM, FAILED: NOT_BEGUN}.get(end.kind, ""), end.note
    note, ended = "", None
    try:
        ended = session.finish()
        note = ended.index_problem
    except DeviceFailure as error:
        note = str(error)  # the index: no image depends on it
    closed = bool(stopped) or ended is None or ended.nearly_full
    used_bytes = _used_bytes(drive, contents, ends)
    return _with_alerts(TapeEnd("done", note, ends, closed, used_bytes, report=ended), drive)


def _one(task: TapeTask, session: AppendSession, job: TapeJob, progress: Callable[[int], None]) -> JobEnd:
    try:
        with open_recipe(job.recipe, task.staging, check="xxh3-128") as source:
            return JobEnd(FLUSHED, place=session.append(job.image, source, progress=progress))
    except MediumFull as error:
        return JobEnd(NO_ROOM, str(error))
    except (SourceDiffers, SourceMissing, RecipeDamaged, ImageDiffers) as error:
        return JobEnd(SOURCE, str(error))
    except BackendError as error:
        return JobEnd(FAILED, str(error))


def _gate(tools: Tools, task: TapeTask, drive: TapeDrive, key: str, *, resumed: bool) -> TapeEnd | None:
    """What must hold before a tape is touched: barcode, a cartridge that is ready and may be written.

    The robot is asked first: nobody waits for a cartridge that is not in the drive.
    """
    try:
        element = asked_anew(lambda: tools.changers[task.library].element(task.element))
    except (RoboticsError, DeviceFailure) as error:
        if resumed:
            raise WorldDiffers(_no_answer(task, error)) from error  # it has to be looked at before anything
        return TapeEnd("waits", _no_answer(task, error))
    seen = element.barcode if element is not None and element.full else None
    if seen != task.barcode:
        words = _("{drive} holds {value}, not {barcode}").format(
            drive=task.drive, value=seen or "nothing", barcode=task.barcode
        )
        if resumed or seen is None:
            raise WorldDiffers(words)
        return TapeEnd("wrong", words)
    try:
        await_cartridge(tools, key, task.medium_id, task.drive)
        cartridge = drive.inspect()
    except Cancelled as error:
        if resumed:
            raise
        return TapeEnd("waits", str(error))
    except (DeviceFailure, BackendError) as error:
        if resumed:
            raise
        return TapeEnd("waits", _no_answer(task, error))
    if resumed:
        return None
    if cartridge.write_protected:
        return TapeEnd("protected", _("{barcode} is write-protected").format(barcode=task.barcode))
    if cartridge.cleaning:
        words = _("{barcode} is a cleaning cartridge, and was never to be written")
        return TapeEnd("unfit", words.format(barcode=task.barcode))
    if cartridge.worm != task.label.worm:
        words = _("{barcode} is not write-once, and its label and its pool say that it is")
        if cartridge.worm:
            words = _("{barcode} is write-once, and its label and its pool say that it is not")
        return TapeEnd("unfit", words.format(barcode=task.barcode))
    return None


def _no_answer(task: TapeTask, error: Exception) -> str:
    words = _("{drive} or the robot does not answer before the session: {error}")
    return words.format(drive=task.drive, error=error)


def _by_the_label(task: TapeTask, contents: TapeContents) -> TapeEnd | None:
    """Whether the tape itself says that it is the cartridge that is meant."""
    if contents.blank:
        if not task.known_until_block and task.label_uuid is None:
            return None
        words = _("the tape in {barcode} is blank, and a label of ours should be on it")
        if task.known_until_block:
            words = _("the tape in {barcode} is blank, and images should be on it")
        return TapeEnd("wrong", words.format(barcode=task.barcode))
    if contents.label is None:
        words = _("{barcode} holds something that archived did not write, or its label cannot be read")
        return TapeEnd("wrong", words.format(barcode=task.barcode))
    meant, said = task.label, contents.label
    why = why_another(
        Named(task.label_uuid or "", task.barcode or "", meant.institution, meant.simulated),
        Named(said.cartridge, said.barcode, said.institution, said.simulated),
    )
    return TapeEnd("wrong", why) if why else None


def _recognised(task: TapeTask, job: TapeJob, contents: TapeContents) -> JobEnd | None:
    """An image that an interrupted session brought onto the tape, whole."""
    place = contents.image(job.image.image_id)
    if place is None or place.file in task.known_files or place.size_bytes != job.image.size_bytes:
        return None
    if any(place.digests.get(name, digest) != digest for name, digest in job.image.digests.items()):
        return None
    return JobEnd(FLUSHED, place=place)


def _progress(report: Report, before_bytes: int, total_bytes: int) -> Callable[[int], None]:
    return lambda done_bytes: report(before_bytes + done_bytes, total_bytes)


def _with_alerts(end: TapeEnd, drive: TapeDrive) -> TapeEnd:
    """With what the drive has to say; nothing when it does not answer."""
    alerts, late = ask_alerts(drive)
    return replace(end, alerts=alerts or (), late=late)


def _capacity_bytes(drive: TapeDrive) -> int:
    """What the chip says that the cartridge holds; 0 when nobody says it: no image depends on it."""
    try:
        return drive.attributes().capacity_bytes or 0
    except (DeviceFailure, BackendError):
        return 0


def _read_bytes(contents: TapeContents) -> int | None:
    """What the written part of the tape takes, by what was read."""
    if contents.label is None:
        return 0 if contents.blank else None
    end = contents.data_end[0] if contents.data_end is not None else contents.good_block
    return end * contents.label.block_bytes


def _used_bytes(drive: TapeDrive, contents: TapeContents, ends: Mapping[int, JobEnd]) -> int | None:
    """The same behind a session that has just written."""
    if contents.label is None:
        return None
    block_bytes = contents.label.block_bytes
    try:
        return drive.position().block * block_bytes
    except (DeviceFailure, BackendError):
        places = [end.place.end_block for end in ends.values() if end.place is not None]
        return max([contents.good_block, *places]) * block_bytes
