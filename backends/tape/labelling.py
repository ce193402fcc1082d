"""Labelling a blank cartridge: once, and only a blank one."""

from backends.errors import BlockTooLong, EndOfData, FilemarkMet, MediumRefused, MediumUnreadable
from backends.interface import TapeDrive
from backends.tape.label import TapeLabel, encode_label
from backends.tape.sealed_text import BLOCK_BYTES_MAX, in_one_block


def label_cartridge(drive: TapeDrive, label: TapeLabel) -> None:
    """Write the label to the blank cartridge in the drive; on return it is on the tape.

    Raises MediumRefused when anything at all stands on the cartridge (nothing was written), WriteProtected,
    WriteFailed, MediumFull, DeviceFailure. Killed before its filemark it
    leaves a blank, or a label that the next session closes.
    """
    drive.rewind()
    try:
        drive.read_block(BLOCK_BYTES_MAX)
    except EndOfData:
        pass
    except (FilemarkMet, BlockTooLong, MediumUnreadable) as error:
        raise MediumRefused(
            f"the cartridge is not blank ({error}); nothing was written to it. Use a blank one"
        ) from error
    else:
        raise MediumRefused(
            "the cartridge is not blank: something is written on it already; nothing was written to it. Use a blank one"
        )
    drive.rewind()
    drive.write_block(in_one_block(encode_label(label), label.block_bytes))
    drive.write_filemarks(1)
