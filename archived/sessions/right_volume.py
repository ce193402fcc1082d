"""Whether the disc in a drive is the one that is meant, by the volume id on it, before anything is concluded of it."""

from dataclasses import dataclass

from archived.sessions.tools import Tools
from archived.sessions.volume_read import BLANK, NAMED, read_volume


@dataclass(frozen=True, slots=True)
class AnotherVolume:
    """The drive read another volume id than that of the medium: neither drive nor medium is to blame yet."""

    #: What stands on it; "blank" for nothing.
    volume_id: str


def another_volume(tools: Tools, drive: str, expected: str | None, key: str) -> AnotherVolume | None:
    """What the disc in this drive calls itself, if that is not `expected`; None for the right one, and for a cartridge.

    What cannot be read is no answer: whoever reads the disc next judges what is wrong with it. Raises DeviceFailure.
    """
    if not expected or drive in tools.tapes:
        return None  # a cartridge is asked by its session
    found = read_volume(tools, drive, key)
    if found.status == BLANK:
        return AnotherVolume(BLANK)
    return AnotherVolume(found.volume_id) if found.status == NAMED and found.volume_id != expected else None
