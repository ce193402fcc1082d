"""People as changers: what their drives and cabinets tell, made from configuration."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from archived.policy.cabinets import places
from archived.robot_kinds import PERSON
from archived.sessions.drive_trays import DriveTrays
from archived.sessions.tools import Burner
from backends.interface import OpticalDrive
from robotics.cabinet import Cabinet, PlainCabinet
from robotics.changers.person import PersonChanger
from robotics.trays import TrayState

if TYPE_CHECKING:
    from archived.settings import Config
    from robotics.interface import Changer


class NoTrays:
    """Of drives for cartridges: nobody tells what their loaders hold before a session asks."""

    def state(self, drive: int) -> TrayState:
        """See `Trays`."""
        return TrayState.UNKNOWN

    def has_disc(self, drive: int) -> bool | None:
        """See `Trays`."""
        return None

    def open(self, drive: int) -> None:
        """Cartridges are given out by the session that ends."""

    def close(self, drive: int) -> None:
        """A cartridge is drawn in as it is put in."""


def libraries_by_person(config: "Config") -> list[str]:
    """The names of the libraries whose media people move."""
    return [name for name, library in config.libraries.items() if library.robot == PERSON]


def people_of(
    config: "Config", drives: Mapping[str, OpticalDrive], burner: Burner, cabinets: Mapping[str, Cabinet]
) -> "dict[str, Changer]":
    """A changer for each library whose media people move; those without a cabinet of their own have one of wood."""
    found: dict[str, Changer] = {}
    for name in libraries_by_person(config):
        library = config.libraries[name]
        discs = [(drive, drives[drive]) for drive in library.drives if drive in drives]
        found[name] = PersonChanger(
            name=name,
            places=len(places(library.cabinets)),
            drives=len(library.drives),
            trays=DriveTrays(discs, burner) if len(discs) == len(library.drives) else NoTrays(),
            cabinet=cabinets.get(name, PlainCabinet()),
        )
    return found
