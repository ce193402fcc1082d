"""An image on a cartridge, ready to be read in the drive that the cartridge lies in."""

from archived.sessions.tools import Tools
from backends.interface import SectorSource
from backends.tape.image_on_tape import ImageOnTape
from backends.tape.image_reader import TapeImageReader
from backends.tape.readiness import wait_until_ready


def image_source(tools: Tools, drive: str, place: ImageOnTape | None) -> SectorSource:
    """Where the sectors of an image come from: a disc in its drive, or, with a place, a tape.

    Raises MediumRefused when the drive holds no cartridge, DeviceFailure.
    """
    if place is None:
        return tools.drives[drive]
    tape = tools.tapes[drive]
    wait_until_ready(tape, clock=tools.clock)
    return TapeImageReader(tape, place)
