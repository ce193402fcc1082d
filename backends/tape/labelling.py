"""Labelling a cartridge: once, and only a blank one, or one of ours that was released, over its very label."""

from contextlib import suppress

from backends.errors import (
    BackendError,
    BlockTooLong,
    EndOfData,
    FilemarkMet,
    MediumRefused,
    MediumUnreadable,
)
from backends.interface import TapeDrive
from backends.tape.any_block import FIRST_BYTES
from backends.tape.attributes import LOCALE_UTF8, Attribute
from backends.tape.contents import read_label
from backends.tape.label import VERSION, TapeLabel, encode_label
from backends.tape.sealed_text import in_one_block
from devices.failures import DeviceFailure, DeviceRefused


def label_cartridge(drive: TapeDrive, label: TapeLabel) -> None:
    """Write the label to the blank cartridge in the drive; on return it is on the tape.

    Raises MediumRefused when anything at all stands on the cartridge, or nobody can read it (nothing was written),
    PositionLost, WriteProtected, WriteFailed, MediumFull, DeviceFailure. Killed before its filemark it
    leaves a blank, or a label that the next session closes.
    """
    drive.rewind()
    try:
        drive.read_block(FIRST_BYTES)
    except EndOfData as error:
        # The data of a blank end where the tape begins; a drive that stands anywhere else saw another end.
        if not drive.position().at_beginning:
            raise MediumRefused(
                "the data of the cartridge end, and not at its beginning; nothing was written to it. Use a blank one"
            ) from error
    except (FilemarkMet, BlockTooLong, MediumUnreadable) as error:
        raise MediumRefused(
            f"the cartridge is not blank ({error}); nothing was written to it. Use a blank one"
        ) from error
    else:
        raise MediumRefused(
            "the cartridge is not blank: something is written on it already; nothing was written to it. Use a blank one"
        )
    _write_label(drive, label)


def label_again(drive: TapeDrive, label: TapeLabel, *, over: str) -> None:
    """Write the label over that with the UUID `over`: all that stood on the cartridge is gone when it returns.

    Raises MediumRefused when any other label, or none, stands there (nothing was written), else as `label_cartridge`.
    Killed before its filemark it leaves the old label, a blank, or a label that the next session closes.
    """
    there = read_label(drive)
    if there is None or there.cartridge != over:
        raise MediumRefused(
            "the cartridge does not carry the label that is to be written over; nothing was written to it"
        )
    _write_label(drive, label)


def _write_label(drive: TapeDrive, label: TapeLabel) -> None:
    drive.rewind()
    drive.write_block(in_one_block(encode_label(label), label.block_bytes))
    drive.write_filemarks(1)


def note_in_chip(drive: TapeDrive, label: TapeLabel) -> None:
    """Write into the cartridge's chip what tools of others show: whose it is, its barcode, pool and UUID.

    A witness and no more: nothing of ours depends on it, and a drive or chip that takes none of it costs nothing.
    """
    texts = (
        (Attribute.APPLICATION_VENDOR, "archived"),
        (Attribute.APPLICATION_NAME, "archived"),
        (Attribute.USER_LABEL, label.cartridge),
        (Attribute.BARCODE, label.barcode),
        (Attribute.OWNER_HOST, label.institution),
        (Attribute.MEDIA_POOL, label.pool),
        (Attribute.FORMAT_VERSION, str(VERSION)),
    )
    with suppress(DeviceFailure, BackendError):
        is_utf8 = _is_noted(drive, Attribute.TEXT_LOCALE, LOCALE_UTF8)
        for identifier, text in texts:
            if is_utf8 or text.isascii():
                _is_noted(drive, identifier, text)


def _is_noted(drive: TapeDrive, identifier: int, value: str | bytes) -> bool:
    """Whether the chip took it: left out is what the standard has no room or letters for, and what is refused."""
    try:
        drive.write_attribute(identifier, value)
    except (ValueError, DeviceRefused):
        return False
    return True
