"""What a cartridge holds, read from the cartridge itself. Writes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from backends.errors import (
    BackendError,
    BeginningOfMedium,
    BlockTooLong,
    EndOfData,
    FilemarkMet,
    MediumUnreadable,
    PositionLost,
)
from backends.interface import TapeDrive
from backends.tape.any_block import FIRST_BYTES, AnyBlockReader
from backends.tape.image_on_tape import ImageOnTape
from backends.tape.index import Index
from backends.tape.label import TapeLabel
from backends.tape.recognition import FoundFile, Recognised, TapeEnd, decode_text, recognise
from backends.tape.sealed_text import OPENING, TEXT_BYTES_MAX

#: How many tape files from the end an index is looked for, before everything is read.
_FILES_BACK_MAX = 400


@dataclass(frozen=True, slots=True)
class TapeContents:
    """What stands on a cartridge. Without a label it is blank, of somebody else, or its label cannot be read."""

    label: TapeLabel | None
    #: Nothing was ever written to it.
    blank: bool
    images: tuple[ImageOnTape, ...]
    #: Numbers of tape files that hold nothing whole.
    skipped: tuple[int, ...]
    end: TapeEnd
    #: The block behind the last thing that counts, the number of the tape file that begins there, and
    #: whether a filemark stands before it.
    good_block: int
    good_file: int
    good_closed: bool
    #: The block at which the data end, the number of the tape file that would begin there, and whether a
    #: filemark stands before it; None when the end could not be reached.
    data_end: tuple[int, int, bool] | None
    #: Sessions that left a trace.
    sessions: int
    #: Whether what lies before the last index was taken from it.
    from_index: bool
    #: What was noticed and costs nothing, in English.
    problems: tuple[str, ...] = ()

    @property
    def torn(self) -> bool:
        """Whether the last append was interrupted."""
        return self.end is TapeEnd.TORN

    def image(self, image_id: str) -> ImageOnTape | None:
        """The newest place of an image; None when it is not here."""
        return next((place for place in reversed(self.images) if place.image_id == image_id), None)


def read_contents(drive: TapeDrive, *, whole: bool = False) -> TapeContents:
    """Find out what lies on the cartridge in the drive.

    The last index is believed for what lies before it; with `whole` only where the tape cannot be passed otherwise.
    Damage is never raised: what cannot be read is skipped and said. Raises PositionLost, DeviceFailure; afterwards the
    tape stands anywhere.
    """
    drive.rewind()
    tape = AnyBlockReader(drive)
    first = _read_file(tape, 0)
    if first is None and not drive.position().at_beginning:
        # An end of data that is not where a blank has it: what lies before it could not be read.
        first = FoundFile(0, 0, 0, closed=False, readable=False)
    if first is None:
        return TapeContents(None, True, (), (), TapeEnd.CLEAN, 0, 0, True, (0, 0, True), 0, False)
    label = decode_text(first.text)
    if first.readable and not isinstance(label, TapeLabel):
        files = [first]  # somebody else's: nothing more of it is looked at
        return _contents(recognise(files), files, None, data_end=None)
    if not whole and isinstance(label, TapeLabel) and first.closed:
        found = read_by_index(drive, label)
        if found is not None:
            return found
    files = [first, *_files_from(tape, first)]
    if not files[-1].readable and not files[-1].closed:
        found = read_by_index(drive, label if isinstance(label, TapeLabel) else None)
        if found is not None:
            said = f"tape file {files[-1].number}: the tape cannot be passed there; an index behind it was believed"
            return replace(found, problems=(*found.problems, said))
    return _contents(recognise(files), files, None, _data_end(drive, files))


def read_by_index(drive: TapeDrive, label: TapeLabel | None) -> TapeContents | None:
    """Contents by the newest index that stands where it says; None when there is none to be found.

    `label` is that of the cartridge, None where it cannot be read. Raises PositionLost, DeviceFailure.
    """
    tape = AnyBlockReader(drive, FIRST_BYTES if label is None else label.block_bytes)
    try:
        drive.space_to_end()
        index = _last_index(tape, label)
        if index is None:
            return None
        drive.locate(index.first_block)
        start = _read_file(tape, index.file)
    except (MediumUnreadable, EndOfData, FilemarkMet, BeginningOfMedium):
        return None
    if start is None or decode_text(start.text) != index:
        return None
    files = [start, *_files_from(tape, start)]
    return _contents(recognise(files, index), files, label, _data_end(drive, files), from_index=True)


def read_label(drive: TapeDrive) -> TapeLabel | None:
    """Only the label, enough to know the cartridge; None when there is none. Raises PositionLost, DeviceFailure."""
    drive.rewind()
    first = _read_file(AnyBlockReader(drive), 0)
    text = decode_text(first.text) if first else None
    return text if isinstance(text, TapeLabel) else None


def _last_index(tape: AnyBlockReader, label: TapeLabel | None) -> Index | None:
    """Walk back from the end of the data, tape file by tape file; an index of another cartridge is none."""
    drive = tape.drive
    for _back in range(_FILES_BACK_MAX):
        drive.space_filemarks(-1)  # before the mark that ends the file of this turn
        end = drive.position().block
        try:
            drive.space_filemarks(-1)
        except BeginningOfMedium:
            return None
        drive.space_filemarks(1)
        start = drive.position().block
        try:
            text = decode_text(_read_text(tape)[0]) if start < end else None
        except MediumUnreadable:
            text = None
        of_this = isinstance(text, Index) and (label is None or text.origin.cartridge == label.cartridge)
        if isinstance(text, Index) and of_this and text.first_block == start:
            return text
        drive.locate(start)
    return None


def _files_from(tape: AnyBlockReader, before: FoundFile) -> Iterator[FoundFile]:
    """Every tape file behind `before`, as far as the tape can be read."""
    while before.closed:
        try:
            if tape.drive.position().block != before.end_block:
                tape.drive.locate(before.end_block)
            found = _read_file(tape, before.number + 1)
        except MediumUnreadable:
            yield FoundFile(before.number + 1, before.end_block, 0, closed=False, readable=False)
            return
        if found is None:
            return
        yield found
        before = found


def _read_file(tape: AnyBlockReader, number: int) -> FoundFile | None:
    """The tape file that begins here: its text if it is one of ours, else only how long it is.

    None at the end of the data.
    """
    drive = tape.drive
    start = drive.position().block
    text, closed, readable = b"", True, True
    try:
        text, ended = _read_text(tape)
    except MediumUnreadable:
        ended, readable = False, False
    except EndOfData:
        return None
    try:
        if not ended:
            drive.space_filemarks(1)
        end = drive.position().block
    except EndOfData:
        end, closed = drive.position().block, False
    except MediumUnreadable:
        return FoundFile(number, start, 0, text=text, closed=False, readable=False)
    if closed and end <= start:
        # Whoever believed that would read the same place for ever.
        raise PositionLost(
            "the drive went over a filemark and says that it stands where it stood; look at its profile"
        )
    return FoundFile(number, start, end - start - closed, text, closed, readable)


def _read_text(tape: AnyBlockReader) -> tuple[bytes, bool]:
    """The text that begins here, if it is one of ours, and whether its filemark was passed.

    Raises EndOfData when nothing begins here, MediumUnreadable.
    """
    blocks: list[bytes] = []
    taken = 0
    try:
        while taken <= TEXT_BYTES_MAX:
            blocks.append(tape.read())
            taken += len(blocks[-1])
            if not blocks[0].startswith(OPENING):
                return b"", False
    except FilemarkMet:
        return b"".join(blocks), True
    except EndOfData:
        if not blocks:
            raise
    except BlockTooLong:
        return b"", False
    return b"".join(blocks), False


def _data_end(drive: TapeDrive, files: list[FoundFile]) -> tuple[int, int, bool] | None:
    """Where the data end, by what was met, else by asking the drive."""
    last = files[-1]
    if last.readable or last.closed:
        return (last.end_block, last.number + 1, last.closed)
    try:
        drive.space_to_end()
        stands = drive.position()
    except BackendError:
        return None
    if not stands.block:
        return (0, 0, True)  # of a tape whose beginning could not be read, and that says it holds nothing
    closed, number = False, last.number if stands.file is None else stands.file
    try:
        drive.locate(stands.block - 1)
        drive.read_block(FIRST_BYTES)
    except FilemarkMet:
        closed = True
    except BackendError:
        pass  # a filemark too many costs nothing
    return (stands.block, number if closed else number + 1, closed)


def _contents(
    found: Recognised,
    files: list[FoundFile],
    label: TapeLabel | None,
    data_end: tuple[int, int, bool] | None,
    *,
    from_index: bool = False,
) -> TapeContents:
    return TapeContents(
        label=label or found.label,
        blank=False,
        images=found.images,
        skipped=found.skipped,
        end=found.end,
        good_block=found.good_block,
        good_file=found.good_file,
        good_closed=found.good_closed,
        data_end=data_end,
        sessions=found.sessions,
        from_index=from_index,
        problems=found.problems,
    )
