"""Where the next tape file goes: a decision over what was read from the cartridge. Pure.

What cannot be understood is never overwritten, nor is anything before a place that somebody counts on.
"""

from dataclasses import dataclass

from backends.errors import MediumRefused
from backends.tape.contents import TapeContents
from backends.tape.recognition import TapeEnd


@dataclass(frozen=True, slots=True)
class AppendPlace:
    """The block at which to write, and the number of the tape file that begins there."""

    block: int
    file: int
    #: A filemark has to be written first, since the file before has none.
    mark_first: bool
    #: Torn data that stand there now are given up.
    overwrites: bool


def place_to_append(
    contents: TapeContents, *, append_only: bool, known_until_block: int | None = None
) -> AppendPlace:
    """Where a session begins.

    `append_only` is true for WORM cartridges. `known_until_block` is the block behind the last image that the caller
    counts on (0 for none), None when nobody knows. Raises MediumRefused when nothing may be written.
    """
    if contents.blank:
        raise MediumRefused("the cartridge is blank; label it before anything is written to it")
    if contents.label is None:
        raise MediumRefused(
            "the label of the cartridge cannot be read, or somebody else wrote it; nothing was written. "
            "Use another cartridge"
        )
    counted_on = known_until_block or 0
    may_give_up = not append_only and counted_on <= contents.good_block
    understood = contents.end in (TapeEnd.CLEAN, TapeEnd.TORN)
    if may_give_up and (understood or (contents.data_end is None and known_until_block is not None)):
        overwrites = contents.end is not TapeEnd.CLEAN
        if overwrites and not contents.good_closed:
            raise MediumRefused("something stands behind a tape file that no filemark ends; only read it")
        return AppendPlace(contents.good_block, contents.good_file, not contents.good_closed, overwrites)
    if contents.data_end is None:
        raise MediumRefused(
            "the end of the data on the cartridge cannot be found, and what stands before it may be needed; "
            "nothing was written. Only read this cartridge, and use another one"
        )
    block, file, closed = contents.data_end
    if block < counted_on:
        raise MediumRefused(
            f"the data on the cartridge end at block {block}, but an image is known up to block {counted_on}; "
            "nothing was written. Check the cartridge, and use another one"
        )
    return AppendPlace(block, file, not closed, overwrites=False)
