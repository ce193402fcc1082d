"""What a refused tape command means: sense data to one of our errors. Pure."""

from backends.errors import MediumFull, MediumRefused, WriteFailed, WriteProtected
from devices.failures import DeviceRefused
from devices.sense import (
    BLANK_CHECK,
    DATA_PROTECT,
    ILLEGAL_REQUEST,
    NO_SENSE,
    RECOVERED,
    VOLUME_OVERFLOW,
    Blame,
    Sense,
    blame_of,
)

_END_OF_DATA = (0x00, 0x05)
#: Of the blank checks only these; others say "unknown format" or "end of data not found" of a written tape.
_END_OF_DATA_CHECKS = (_END_OF_DATA, (0x00, 0x00))
_WORM_OVERWRITE = (0x30, 0x0C)
_INCOMPATIBLE = 0x30


def is_remark(sense: Sense) -> bool:
    """Whether the command was carried out and the drive only has something to say about it."""
    return sense.key in (NO_SENSE, RECOVERED) and not sense.deferred


def is_end_of_data(sense: Sense) -> bool:
    """Whether nothing is written from here on; a blank check with another reason speaks of a tape nobody can read."""
    said = (sense.asc, sense.ascq)
    if sense.key == BLANK_CHECK:
        return said in _END_OF_DATA_CHECKS and not sense.deferred
    return is_remark(sense) and said == _END_OF_DATA


def is_not_supported(sense: Sense) -> bool:
    """Whether the drive does not know the command, the page or the field."""
    return sense.key == ILLEGAL_REQUEST and sense.asc in (0x20, 0x24, 0x26)


def write_failure(refused: DeviceRefused, block: int, what: str) -> Exception:
    """What a refused WRITE or WRITE FILEMARKS means, remarks apart; `block` is the one being written."""
    sense = refused.sense
    if sense.deferred:
        return deferred_failure(refused, block)
    if sense.key == VOLUME_OVERFLOW:
        return MediumFull(f"{what}: the tape ends before block {block}; continue on another cartridge")
    if sense.key == DATA_PROTECT or (sense.asc, sense.ascq) == _WORM_OVERWRITE:
        return WriteProtected(
            f"{what}: the cartridge cannot be written here ({sense}); nothing was written by this command"
        )
    if sense.asc == _INCOMPATIBLE:
        return MediumRefused(f"{what}: this drive cannot write the cartridge ({sense}); nothing was written")
    if blame_of(sense) in (Blame.NOT_READY, Blame.STATE_CHANGED, Blame.CALLER):
        return refused
    return WriteFailed(block, str(sense), unit="block")


def deferred_failure(refused: DeviceRefused, block: int) -> Exception:
    """An earlier write failed; the command that hears of it was not carried out."""
    if refused.sense.key == VOLUME_OVERFLOW:
        return MediumFull(
            f"{refused.what}: the tape ended before all of what was handed over; "
            "only what was flushed before is on it"
        )
    return WriteFailed(block, str(refused.sense), unit="block", deferred=True)
