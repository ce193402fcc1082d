"""An image on a cartridge, ready to be read in the drive that the cartridge lies in."""

from archived.sessions.tools import Tools
from backends.interface import SectorSource
from backends.tape.image_on_tape import ImageOnTape
from backends.tape.image_reader import TapeImageReader


def image_source(tools: Tools, drive: str, place: ImageOnTape | None) -> SectorSource:
    """Where the sectors of an image come from: a disc in its drive, or, with a place, a tape.

    A cartridge is ready (`await_cartridge`). Raises MediumRefused when the drive holds none, DeviceFailure.
    """
    if place is None:
        return tools.drives[drive]
    return TapeImageReader(tools.tapes[drive], place)
