"""Cages: magazines as things of their own, which are taken out, lie on shelves, and stand in another place later."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, unique


@unique
class CageState(Enum):
    IN = "in"  # stands at a position of a library
    OUT = "out"  # was taken out; its media are away with it


@unique
class CageEvent(Enum):
    TAKEN_OUT = "taken_out"
    STANDS = "stands"  # a look, or the person who put it there, says where


CAGE: dict[CageState, dict[CageEvent, CageState]] = {
    CageState.IN: {CageEvent.TAKEN_OUT: CageState.OUT, CageEvent.STANDS: CageState.IN},
    CageState.OUT: {CageEvent.STANDS: CageState.IN, CageEvent.TAKEN_OUT: CageState.OUT},
}


@dataclass(frozen=True, slots=True)
class Cage:
    """One cage. `Medium.magazine` of what lies in it is its position while it stands in a library, else its id."""

    id: str
    state: CageState
    library: str
    #: The magazine of the library's slots in whose place it stands; None while it is out.
    position: str | None
    rfid_uid: str | None
    #: Where it was put when it was taken out, in words.
    place: str
    seen_at: datetime | None
    seen_by: str = ""
