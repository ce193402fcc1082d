"""Where a session writes: the place to which it falls back, and what stands behind it by now."""

from backends.errors import MediumRefused
from backends.interface import TapeDrive
from backends.tape.append_place import AppendPlace


class TapePen:
    """Writes tape files behind a place that counts. `commit` moves the place on, `withdraw` forgets what is behind it.

    On a cartridge that only takes data at its end (`append_only`) the place moves behind what is withdrawn.
    """

    def __init__(self, drive: TapeDrive, place: AppendPlace, *, append_only: bool) -> None:
        self._drive = drive
        self._append_only = append_only
        self._place = (place.block, place.file)
        self._mark_first = place.mark_first
        #: Block and tape file at which the next block goes.
        self.block, self.file = place.block, place.file
        self._open_blocks = 0
        self.leaves_torn_end = place.overwrites
        self.nearly_full = False
        self.flushes = 0

    def go(self) -> None:
        """Stand at the place, and write the filemark that is missing there. Raises MediumRefused where it is not."""
        block, file = self._place
        if self._drive.position().block != block:
            self._drive.locate(block)
        found = self._drive.position().block
        if found != block:
            raise MediumRefused(
                f"the tape stands at block {found}, not at {block}; nothing was written. Read the cartridge again"
            )
        self.block, self.file, self._open_blocks = block, file, 0
        if self._mark_first:
            self.leaves_torn_end = True
            self._mark(flush=True)
            self._mark_first = False
            self.commit()

    def write(self, block: bytes | memoryview) -> None:
        """One block at the end of the open tape file."""
        self.leaves_torn_end = True
        self.nearly_full |= self._drive.write_block(block)
        self.block += 1
        self._open_blocks += 1

    def end_file(self, *, flush: bool) -> None:
        """A filemark; with `flush` everything before is on the tape when it returns."""
        self._mark(flush=flush)
        self.file += 1
        self._open_blocks = 0

    def commit(self) -> None:
        """What was written counts: this is the place now."""
        self._place = (self.block, self.file)
        self.leaves_torn_end = False

    def withdraw(self) -> set[int]:
        """Nothing behind the place counts. The numbers of tape files that stay there for ever, if any."""
        if not self._append_only or not self.leaves_torn_end:
            return set()
        first = self._place[1]
        if self._open_blocks:
            self.end_file(flush=True)
        self.commit()
        return set(range(first, self.file))

    def _mark(self, *, flush: bool) -> None:
        self.nearly_full |= self._drive.write_filemarks(1, immediate=not flush)
        self.block += 1
        self.flushes += flush
