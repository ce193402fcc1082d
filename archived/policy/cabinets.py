"""Cabinets as elements: the places of a by-person library have addresses like the slots of any other one.

Places are counted from FIRST_PLACE through the cabinets in the order of the settings, drawer by drawer. A cabinet that
gets more drawers later moves the addresses of those behind it: new ones are written behind all others.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from archived.language import _
from archived.settings import CabinetSettings

FIRST_PLACE = 1024
FIRST_DRIVE = 256


@dataclass(frozen=True, slots=True)
class CabinetPlace:
    """One place for one medium; drawers and slots are counted from 1."""

    cabinet: str
    drawer: int
    slot: int

    @property
    def words(self) -> str:
        return _("{cabinet}, drawer {drawer}, slot {slot}").format(
            cabinet=self.cabinet, drawer=self.drawer, slot=self.slot
        )

    @property
    def drawer_words(self) -> str:
        """What its neighbours share: the magazine, for the rules that spread a set."""
        return f"{self.cabinet}/{self.drawer}"


def places(cabinets: Mapping[str, CabinetSettings]) -> dict[int, CabinetPlace]:
    """Every place by its element address, in order."""
    found: dict[int, CabinetPlace] = {}
    for cabinet, settings in cabinets.items():
        for drawer in range(1, settings.drawers + 1):
            for slot in range(1, settings.slots + 1):
                found[FIRST_PLACE + len(found)] = CabinetPlace(cabinet, drawer, slot)
    return found
