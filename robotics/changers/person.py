"""A person as a changer: moves are asked for, and only what drives and sensors tell is told.

`move` looks whether what it is asked for can be, lights the lamps at both ends and raises MoveAsked: no thread ever
waits for a person. Whoever keeps the tasks says when it was done, and then asks `element` what can be seen of it.
"""

from typing import Final

from devices.failures import WorldDiffers
from robotics.cabinet import Cabinet
from robotics.errors import BadElement, DestinationFull, MoveAsked, NotSupported, SourceEmpty
from robotics.model import (
    ChangerAbilities,
    ChangerIdentity,
    Element,
    ElementKind,
    ElementLayout,
    ElementRange,
    Inventory,
)
from robotics.trays import Trays, TrayState

FIRST_DRIVE: Final = 256
FIRST_PLACE: Final = 1024


class PersonChanger:
    """Somebody with a list. Drive number i of `trays` is element FIRST_DRIVE + i - 1."""

    def __init__(self, *, name: str, places: int, drives: int, trays: Trays, cabinet: Cabinet) -> None:
        self._name = name
        self._trays = trays
        self._cabinet = cabinet
        self._layout = ElementLayout(
            transport=ElementRange(1, 0),
            storage=ElementRange(FIRST_PLACE, places),
            import_export=ElementRange(16, 0),
            drive=ElementRange(FIRST_DRIVE, drives),
        )

    @property
    def abilities(self) -> ChangerAbilities:
        """Any place is reached, no barcode is read but by a person, and no hand tells what it holds."""
        return ChangerAbilities(
            random_access=True,
            barcode_reader=False,
            import_export=False,
            exchange=False,
            by_person=True,
            tells_hand=False,
            host_trays=True,
        )

    @property
    def unseen(self) -> bool:
        """Nobody tells that he reached in; a look tells what there is to tell at any time."""
        return False

    def identify(self) -> ChangerIdentity:
        """Nobody in particular: who does a task says so himself."""
        return ChangerIdentity("", "person", "", "")

    def layout(self) -> ElementLayout:
        """The places of the cabinets, and the drives."""
        return self._layout

    def initialize(self, addresses: ElementRange | None = None) -> None:
        """Nothing to do: each look asks the sensors anew."""

    def inventory(self) -> Inventory:
        """What drives and sensors tell; every other element is untold. Raises DeviceFailure."""
        spans = (self._layout.drive, self._layout.storage)
        addresses = [address for span in spans for address in range(span.first, span.first + span.count)]
        return Inventory(tuple(self._element(address) for address in addresses))

    def element(self, address: int) -> Element | None:
        """As the inventory says it of this one. Raises DeviceFailure."""
        return None if self._layout.kind_of(address) is None else self._element(address)

    def move(self, *, source: int, destination: int) -> None:
        """Light the way. Raises MoveAsked; BadElement, SourceEmpty or DestinationFull when a sensor says so."""
        for address in (source, destination):
            if self._layout.kind_of(address) is None:
                raise BadElement(f"{self._name} has no element {address}")
        if source != destination:
            self._check_ends(source, destination)
        for address in (source, destination):
            if address in self._layout.storage:
                self._cabinet.lamp(address, True)
        raise MoveAsked(f"{self._name}: somebody is asked to carry the medium of {source} to {destination}")

    def exchange(self, *, source: int, destination: int, displaced_to: int) -> None:
        """Two tasks are clearer than one. Raises NotSupported."""
        raise NotSupported(f"{self._name}: people are asked for one medium after the other")

    def lock_doors(self, locked: bool) -> None:
        """Cabinets are locked by those who have the key. Raises NotSupported."""
        raise NotSupported(f"{self._name}: no door is locked from here")

    def open_port(self, address: int) -> None:
        """Raises NotSupported."""
        raise NotSupported(f"{self._name} has no import/export element")

    def close_port(self, address: int) -> None:
        """Raises NotSupported."""
        raise NotSupported(f"{self._name} has no import/export element")

    def _check_ends(self, source: int, destination: int) -> None:
        at_source, at_destination = self._element(source), self._element(destination)
        if at_source.told and not at_source.full:
            raise SourceEmpty(f"{self._name}: nothing lies in element {source}, by its sensor")
        if at_destination.told and at_destination.full:
            raise DestinationFull(f"{self._name}: something lies in element {destination}, by its sensor")

    def _element(self, address: int) -> Element:
        if address in self._layout.drive:
            there = self._in_drive(address - FIRST_DRIVE + 1)
            return Element(address, ElementKind.DRIVE, full=bool(there), told=there is not None)
        there = self._cabinet.presence(address)
        return Element(address, ElementKind.STORAGE, full=bool(there), told=there is not None)

    def _in_drive(self, number: int) -> bool | None:
        if self._trays.state(number) is not TrayState.CLOSED:
            return None
        try:
            return self._trays.has_disc(number)
        except WorldDiffers:
            return None  # it burns, and is not asked
