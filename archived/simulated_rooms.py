"""The simulated rooms that a newcomer may choose from: `archived init --room`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from archived.robot_kinds import ALERATEC, GENERIC, NIMBIE, PERSON, SMC
from archived.settings import CabinetSettings

LIBRARY: Final = "library"


@dataclass(frozen=True, slots=True)
class SimulatedRoom:
    """What moves its media, the names of its drives, and the cabinets that people walk to."""

    robot: str
    drives: tuple[str, ...]
    cabinets: Mapping[str, CabinetSettings] = field(default_factory=dict)


ROOMS: Mapping[str, SimulatedRoom] = MappingProxyType(
    {
        LIBRARY: SimulatedRoom(SMC, ("B1", "B2")),
        "stacker": SimulatedRoom(GENERIC, ("B1", "B2")),
        "nimbie": SimulatedRoom(NIMBIE, ("B1",)),
        "aleratec": SimulatedRoom(ALERATEC, ("B1", "B2", "B3")),
        "manual": SimulatedRoom(PERSON, ("B1", "B2"), {"cabinet 1": CabinetSettings(drawers=6, slots=10)}),
    }
)
