"""What moves the media of a library, by the words of its key `robot`."""

from typing import Final

SMC: Final = "smc"
GENERIC: Final = "generic"
ALERATEC: Final = "aleratec"
NIMBIE: Final = "nimbie"
RIMAGE: Final = "rimage"
#: No robot: every motion is a task for somebody.
PERSON: Final = "person"

#: Robots with bins and an arm, whose drives' trays are moved by us; docs/stackers.md.
STACKERS: Final = (GENERIC, ALERATEC, NIMBIE, RIMAGE)
#: Those of them that are reached over USB; the others have a serial line.
USB_ROBOTS: Final = (NIMBIE,)
ROBOTS: Final = (SMC, *STACKERS, PERSON)
