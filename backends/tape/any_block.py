"""Reading blocks whose length nobody knows yet: little is asked for first, and more only for a block that has more.

One command carries one block, and not every adapter takes the 8 MiB that a block may have: so nobody asks for them
before a tape says that it holds such blocks.
"""

from backends.errors import BlockTooLong, BlockUnreadable, EndOfData
from backends.interface import TapeDrive
from backends.tape.sealed_text import BLOCK_BYTES_MAX

#: What is asked for first: every adapter takes it in one command, and no shorter block may be configured.
FIRST_BYTES = 64 << 10


class AnyBlockReader:
    """Gives blocks of any length from the tape in `drive`; the longest so far is what is asked for next."""

    def __init__(self, drive: TapeDrive, first_bytes: int = FIRST_BYTES) -> None:
        self.drive = drive
        self._asked_bytes = first_bytes

    def read(self) -> bytes:
        """The next block, whole. A longer one than was asked for is gone back over and read again.

        Raises as `TapeDrive.read_block`, PositionLost; BlockTooLong only for a block longer than any of ours.
        """
        try:
            return self.drive.read_block(self._asked_bytes)
        except BlockTooLong as error:
            longer = error
        block = self.drive.position().block - 1
        try:
            while True:
                # A drive that tells no length is asked for twice as much.
                wanted = longer.length or min(2 * self._asked_bytes, BLOCK_BYTES_MAX)
                if not self._asked_bytes < wanted <= BLOCK_BYTES_MAX:
                    raise longer
                self._asked_bytes = wanted
                self.drive.locate(block)
                try:
                    return self.drive.read_block(wanted)
                except BlockTooLong as error:
                    longer = error
        except EndOfData as error:
            # A block was there a moment ago: nobody may take this tape for one that ends here.
            raise BlockUnreadable(block) from error
