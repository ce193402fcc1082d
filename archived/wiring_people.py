"""People as changers: what their drives and cabinets tell, made from configuration."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from archived.policy.cabinets import places
from archived.robot_kinds import PERSON
from archived.settings import LibrarySettings
from backends.interface import OpticalDrive
from backends.optical.drive import MmcDrive
from robotics.cabinet import Cabinet, PlainCabinet
from robotics.changers.person import PersonChanger
from robotics.trays import TrayState

if TYPE_CHECKING:
    from archived.settings import Config
    from robotics.interface import Changer


def libraries_by_person(config: "Config") -> list[str]:
    """The names of the libraries whose media people move."""
    return [name for name, library in config.libraries.items() if library.robot == PERSON]


class BurnerTrays:
    """The trays of hand-loaded burners; one that tells nothing of its tray is UNKNOWN."""

    def __init__(self, drives: Sequence[OpticalDrive | None]) -> None:
        self._drives = drives

    def state(self, drive: int) -> TrayState:
        burner = self._drives[drive - 1]
        event = burner.tray_state() if isinstance(burner, MmcDrive) else None
        if event is None:
            return TrayState.UNKNOWN
        return TrayState.OPEN if event.tray_open else TrayState.CLOSED

    def has_disc(self, drive: int) -> bool | None:
        burner = self._drives[drive - 1]
        event = burner.tray_state() if isinstance(burner, MmcDrive) else None
        return None if event is None or event.tray_open else event.media_present

    def open(self, drive: int) -> None:
        burner = self._drives[drive - 1]
        if burner is not None:
            burner.eject()

    def close(self, drive: int) -> None:
        burner = self._drives[drive - 1]
        if burner is not None:
            burner.load()


def person_of(
    name: str, library: LibrarySettings, drives: Sequence[OpticalDrive | None], cabinet: Cabinet | None = None
) -> "Changer":
    """Whoever walks in this library; drives for cartridges (None) tell nothing of trays."""
    return PersonChanger(
        name=name,
        places=len(places(library.cabinets)),
        drives=len(library.drives),
        trays=BurnerTrays(drives),
        cabinet=cabinet or PlainCabinet(),
    )
