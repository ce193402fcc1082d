"""Blocks of unknown length: read whole, in order, and never with more asked for than the tape made necessary."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.errors import BlockTooLong, BlockUnreadable, EndOfData, FilemarkMet
from backends.tape.any_block import FIRST_BYTES, AnyBlockReader
from backends.tape.contents import read_contents
from backends.tape.labelling import label_cartridge
from backends.tape.sealed_text import BLOCK_BYTES_MAX
from tests.unit.backends.tape.images import Bytes, a_label, identity, image_bytes, session
from tests.unit.backends.tape.memory_tape import MARK, MemoryTape


class Asked(MemoryTape):
    """Remembers the most that was asked for; one that `tells` no length says only that a block is longer."""

    tells = True
    asked_bytes = 0

    def read_block(self, max_bytes: int) -> bytes:
        self.asked_bytes = max(self.asked_bytes, max_bytes)
        try:
            return super().read_block(max_bytes)
        except BlockTooLong as longer:
            raise BlockTooLong(longer.block, longer.length if self.tells else None, max_bytes) from None


@given(
    lengths=st.lists(st.sampled_from([1, 512, FIRST_BYTES, FIRST_BYTES + 1, 1 << 20, 3 << 20]), max_size=6),
    tells=st.booleans(),
)
def test_every_block_comes_whole_and_no_more_is_asked_for_than_the_longest_needs(
    lengths: list[int], tells: bool
) -> None:
    blocks = [bytes([number]) * length for number, length in enumerate(lengths)]
    tape = Asked([*blocks, MARK])
    tape.tells = tells
    reader = AnyBlockReader(tape)
    assert [reader.read() for _ in blocks] == blocks
    with pytest.raises(FilemarkMet):
        reader.read()
    with pytest.raises(EndOfData):
        reader.read()
    longest = max([FIRST_BYTES, *lengths])
    assert tape.asked_bytes <= (longest if tells else 2 * longest)


@pytest.mark.parametrize("tells", [True, False])
def test_a_block_longer_than_any_of_ours_is_left_behind(tells: bool) -> None:
    tape = Asked([bytes(BLOCK_BYTES_MAX + 1), b"next"])
    tape.tells = tells
    reader = AnyBlockReader(tape)
    with pytest.raises(BlockTooLong):
        reader.read()
    assert reader.read() == b"next"


def test_a_block_that_was_there_a_moment_ago_is_no_end_of_data() -> None:
    class Forgetful(MemoryTape):
        def locate(self, block: int) -> None:
            super().locate(block)
            self.objects.clear()

    with pytest.raises(BlockUnreadable):
        AnyBlockReader(Forgetful([bytes(1 << 20)])).read()


@pytest.mark.parametrize("block_bytes", [64 << 10, 256 << 10, 1 << 20])
def test_a_cartridge_is_labelled_filled_and_read_with_no_more_than_its_own_blocks(block_bytes: int) -> None:
    tape, data = Asked(), image_bytes(1, 40)
    assert read_contents(tape).blank
    label_cartridge(tape, a_label(block_bytes=block_bytes))
    place = session(tape).append(identity(data, "I1"), Bytes(data))
    assert read_contents(tape).images == (place,)
    assert tape.asked_bytes == block_bytes


def test_of_a_blank_no_long_block_is_asked_for() -> None:
    tape = Asked()
    label_cartridge(tape, a_label(block_bytes=1 << 20))
    assert tape.asked_bytes == FIRST_BYTES
