"""An image that lies on a tape, read by sectors as if it were a disc."""

from contextlib import suppress

from backends.errors import BlockTooLong, EndOfData, FilemarkMet, MediumUnreadable, PositionLost
from backends.interface import SECTOR_BYTES, TapeDrive
from backends.tape.image_on_tape import ImageOnTape
from backends.tape.serpentine import SKIP_BYTES_MAX
from devices.sense import Sense

_NOWHERE = 1 << 63


class TapeImageReader:
    """A `SectorSource` over the image at `place`. Only the blocks that are needed are read.

    The tape is moved only when it does not stand where the next block begins, so reading in order streams; a small
    gap is read over, which is faster than having it found. A block that could not be read is not asked for again:
    drives try for minutes.
    """

    def __init__(self, drive: TapeDrive, place: ImageOnTape, *, skip_bytes_max: int = SKIP_BYTES_MAX) -> None:
        self._drive = drive
        self._place = place
        self._bad: dict[int, Sense | None] = {}
        self._last: tuple[int, bytes] = (-1, b"")
        self._skip_blocks_max = skip_bytes_max // place.block_bytes
        self._sectors_per_block = place.block_bytes // SECTOR_BYTES

    @property
    def sectors(self) -> int:
        """How many sectors the image has."""
        return self._place.size_bytes // SECTOR_BYTES

    def read(self, lba: int, sectors: int) -> bytes:
        """The bytes of `sectors` sectors from `lba` of the image.

        Raises MediumUnreadable, naming sectors of the image, and DeviceFailure; ValueError outside the image.
        """
        if lba < 0 or sectors <= 0 or lba + sectors > self.sectors:
            raise ValueError(f"sectors {lba} to {lba + sectors} are not in an image of {self.sectors}")
        first, last = lba // self._sectors_per_block, (lba + sectors - 1) // self._sectors_per_block
        known = self._last[0]
        if known != first:
            self._go_to(first)
        elif last > first:
            self._go_to(first + 1)
        data = b"".join(self._block(number) for number in range(first, last + 1))
        start = (lba - first * self._sectors_per_block) * SECTOR_BYTES
        return data[start : start + sectors * SECTOR_BYTES]

    def _go_to(self, number: int) -> None:
        wanted = self._place.first_block + number
        if number in self._bad or self._reads_on_to(wanted):
            return
        try:
            self._drive.locate(wanted)
        except (MediumUnreadable, EndOfData) as error:
            raise self._unreadable(number, error) from error

    def _reads_on_to(self, wanted: int) -> bool:
        """Whether the tape stands there, or did after a small gap was read over."""
        at = self._stands_at()
        if not 0 <= wanted - at <= self._skip_blocks_max:
            return False
        first = self._place.first_block
        if any(at <= first + bad < wanted for bad in self._bad):
            return False
        try:
            for _ in range(wanted - at):
                with suppress(FilemarkMet, BlockTooLong):
                    self._drive.read_block(self._place.block_bytes)
        except (MediumUnreadable, EndOfData):
            return False
        return True

    def _stands_at(self) -> int:
        """The next block; far behind the end of any tape when nobody knows."""
        try:
            return self._drive.position().block
        except PositionLost:
            return _NOWHERE

    def _block(self, number: int) -> bytes:
        if number in self._bad:
            raise self._unreadable(number, None)
        if self._last[0] == number:
            return self._last[1]
        try:
            data = self._drive.read_block(self._place.block_bytes)
        except (MediumUnreadable, FilemarkMet, EndOfData, BlockTooLong) as error:
            raise self._unreadable(number, error) from error
        if len(data) != self._place.block_bytes:
            raise self._unreadable(number, None)
        self._last = (number, data)
        return data

    def _unreadable(self, number: int, error: Exception | None) -> MediumUnreadable:
        """A block of the tape as sectors of the image, from now on known to be bad."""
        lba = number * self._sectors_per_block
        sense = error.sense if isinstance(error, MediumUnreadable) else None
        self._bad[number] = self._bad.get(number, sense)
        return MediumUnreadable(lba, min(self._sectors_per_block, self.sectors - lba), self._bad[number])
