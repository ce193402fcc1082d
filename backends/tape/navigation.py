"""Finding the way on a tape: by the drive's own commands, or by counting where a drive cannot be relied on.

A navigation keeps the number of the next block for messages; nothing here waits or retries.
"""

from collections.abc import Callable
from typing import Protocol

from backends.errors import BeginningOfMedium, BlockUnreadable, EndOfData, PositionLost
from backends.interface import TapePosition
from backends.tape.positioning import (
    Destination,
    Locate16,
    LongPosition,
    PositionForm,
    ReadPosition,
    ShortPosition,
    Space6,
    Space16,
    SpaceCode,
)
from backends.tape.ssc import Read6, Rewind
from backends.tape.verdicts import is_end_of_data, is_not_supported, is_remark
from devices.failures import DeviceRefused
from devices.sense import MEDIUM_ERROR, Blame, Sense, blame_of

#: Sends a command that moves the tape, and answers with what came.
Mover = Callable[[bytes], bytes]
#: Sends a command with so many bytes to receive.
Asker = Callable[[bytes, int], bytes]

_SPACE6_MAX = 2**23 - 1
_UNREADABLE = (MEDIUM_ERROR, 0x11)
_AT_BEGINNING = (0x00, 0x04)


class Navigation(Protocol):
    """Positions of one tape in one drive, for its driver."""

    next_block: int

    def moved(self, blocks: int, filemarks: int) -> None:
        """The tape went over so many blocks and filemarks by reading or writing."""

    def lost(self) -> None:
        """Something happened after which only the drive can say where the tape stands."""

    def rewind(self) -> None:
        """Go to the beginning."""

    def locate(self, block: int) -> None:
        """See `backends.interface.TapeDrive.locate`."""

    def space_filemarks(self, count: int) -> None:
        """See `backends.interface.TapeDrive.space_filemarks`."""

    def space_to_end(self) -> None:
        """See `backends.interface.TapeDrive.space_to_end`."""

    def position(self) -> TapePosition:
        """See `backends.interface.TapeDrive.position`."""


class CommandedNavigation:
    """The drive goes and says where it is: LOCATE, SPACE, READ POSITION."""

    def __init__(self, move: Mover, ask: Asker) -> None:
        self._move = move
        self._ask = ask
        self._has_long_form = True
        self.next_block = 0

    def moved(self, blocks: int, filemarks: int) -> None:
        self.next_block += blocks + filemarks

    def lost(self) -> None:
        self.next_block = 0

    def rewind(self) -> None:
        self._move(Rewind().encode())
        self.next_block = 0

    def locate(self, block: int) -> None:
        try:
            self._move(Locate16(block, Destination.OBJECT).encode())
        except DeviceRefused as refused:
            raise _stopped(refused, block) from refused
        self.next_block = block

    def space_filemarks(self, count: int) -> None:
        if not count:
            return
        try:
            self._move(_space(SpaceCode.FILEMARKS, count))
        except DeviceRefused as refused:
            raise _stopped(refused, self.next_block) from refused
        self.next_block = self.position().block

    def space_to_end(self) -> None:
        try:
            self._move(_space(SpaceCode.END_OF_DATA, 0))
        except DeviceRefused as refused:
            if not is_end_of_data(refused.sense):
                raise _stopped(refused, self.next_block) from refused
        self.next_block = self.position().block

    def position(self) -> TapePosition:
        """By the long form; a drive that does not know it is asked for the short one, which tells no file."""
        if self._has_long_form:
            request = ReadPosition(PositionForm.LONG)
            try:
                told = LongPosition.decode(self._ask(request.encode(), request.answer_bytes))
            except DeviceRefused as refused:
                if not is_not_supported(refused.sense):
                    raise
                self._has_long_form = False
            else:
                return _known(told, told.file)
        request = ReadPosition(PositionForm.SHORT)
        return _known(ShortPosition.decode(self._ask(request.encode(), request.answer_bytes)), None)


class WalkedNavigation:
    """Counts what goes by, and goes anywhere from the beginning, block by block.

    For drives whose READ POSITION lies and that cannot LOCATE. It relies on READ, REWIND and SPACE over blocks,
    which there counts filemarks as blocks.
    """

    def __init__(self, move: Mover, ask: Asker) -> None:
        self._move = move
        self._ask = ask
        self.next_block = 0
        self._file: int | None = None
        self._is_known = False

    def moved(self, blocks: int, filemarks: int) -> None:
        self.next_block += blocks + filemarks
        if self._file is not None:
            self._file += filemarks

    def lost(self) -> None:
        self.next_block, self._file, self._is_known = 0, None, False

    def rewind(self) -> None:
        self._move(Rewind().encode())
        self.next_block, self._file, self._is_known = 0, 0, True

    def locate(self, block: int) -> None:
        """From the beginning: over all but the last by SPACE, and over the last by reading, which sees the end."""
        self.rewind()
        to_space = max(0, block - 1)
        while self.next_block < to_space:
            step = min(to_space - self.next_block, _SPACE6_MAX)
            try:
                self._move(Space6(SpaceCode.BLOCKS, step).encode())
            except DeviceRefused as refused:
                # Where exactly the tape stands is not told; whoever asks next is walked from the beginning.
                self.lost()
                raise _stopped(refused, block) from refused
            self.next_block += step
            self._file = None
        if block:
            self._step()

    def space_filemarks(self, count: int) -> None:
        if count >= 0:
            for _ in range(count):
                while not self._step():
                    pass
            return
        before = self.position().block
        self.rewind()
        marks = []
        while self.next_block < before:
            at = self.next_block
            if self._step():
                marks.append(at)
        if len(marks) < -count:
            self.rewind()
            raise BeginningOfMedium("the tape came to its beginning before it met that many filemarks")
        self.locate(marks[count])
        self._file = len(marks) + count

    def space_to_end(self) -> None:
        if self._file is None:
            self.rewind()
        try:
            while True:
                self._step()
        except EndOfData:
            return

    def position(self) -> TapePosition:
        if not self._is_known:
            raise PositionLost("this drive does not tell where its tape stands; rewind it first")
        return TapePosition(self.next_block, self._file, at_beginning=self.next_block == 0)

    def _step(self) -> bool:
        """Go over the next block or filemark, and say whether it was a filemark. Raises EndOfData."""
        try:
            self._ask(Read6(1).encode(), 1)
        except DeviceRefused as refused:
            sense = refused.sense
            if sense.filemark and is_remark(sense):
                self.moved(0, 1)
                return True
            # A block that cannot be read is gone over all the same.
            is_passed = (sense.ili and is_remark(sense)) or (sense.key, sense.asc) == _UNREADABLE
            if not is_passed:
                raise _stopped(refused, self.next_block) from refused
        self.moved(1, 0)
        return False


def _space(code: SpaceCode, count: int) -> bytes:
    """SPACE(6) wherever it suffices: every drive knows it."""
    if abs(count) <= _SPACE6_MAX:
        return Space6(code, count).encode()
    return Space16(code, count).encode()


def _known(told: LongPosition | ShortPosition, file: int | None) -> TapePosition:
    if told.block is None:
        raise PositionLost("the drive does not know where its tape stands; rewind it first")
    return TapePosition(told.block, file, told.partition, told.at_beginning, told.at_end)


def _stopped(refused: DeviceRefused, block: int) -> Exception:
    """Why the tape did not get where it should."""
    sense: Sense = refused.sense
    if is_end_of_data(sense):
        return EndOfData(f"nothing is written up to there; the tape stands at the end of data ({sense})")
    if is_remark(sense) and (sense.eom or (sense.asc, sense.ascq) == _AT_BEGINNING):
        return BeginningOfMedium(f"the tape came to its beginning ({sense})")
    if blame_of(sense) is Blame.MEDIUM:
        return BlockUnreadable(block, sense)
    return refused
