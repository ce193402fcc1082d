"""People are a changer too: what can be seen is told, nothing else is, and a motion is asked for, never made."""

import pytest

from robotics.changers.person import PersonChanger
from robotics.errors import BadElement, DestinationFull, MoveAsked, NotSupported, SourceEmpty
from robotics.model import ElementKind, Inventory
from robotics.trays import TrayState

DRIVE, OTHER_DRIVE, PLACE, SENSED, SENSED_TOO = 256, 257, 1024, 1030, 1031


class Hand:
    """Drives, a cabinet with two sensors, and a person who does what he was asked for when he is told to."""

    def __init__(self) -> None:
        self.lies = {PLACE: "D1", SENSED: "D2"}
        self.open_trays: set[int] = set()
        self.lit: set[int] = set()
        self.asked: tuple[int, int] | None = None

    def state(self, drive: int) -> TrayState:
        return TrayState.OPEN if drive in self.open_trays else TrayState.CLOSED

    def has_disc(self, drive: int) -> bool | None:
        return 255 + drive in self.lies

    def open(self, drive: int) -> None:
        self.open_trays.add(drive)

    def close(self, drive: int) -> None:
        self.open_trays.discard(drive)

    def lamp(self, slot: int, on: bool) -> None:
        (self.lit.add if on else self.lit.discard)(slot)

    def presence(self, slot: int) -> bool | None:
        return slot in self.lies if slot in (SENSED, SENSED_TOO) else None

    def carry(self, source: int, destination: int) -> None:
        self.lies[destination] = self.lies.pop(source)


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def changer(hand: Hand) -> PersonChanger:
    return PersonChanger(name="vault", places=8, drives=2, trays=hand, cabinet=hand)


def told(inventory: Inventory) -> dict[int, bool]:
    return {element.address: element.full for element in inventory.elements if element.told}


def test_it_has_the_places_and_drives_of_its_settings(changer: PersonChanger) -> None:
    layout, inventory = changer.layout(), changer.inventory()
    for kind in ElementKind:
        assert len(inventory.of_kind(kind)) == layout.range_of(kind).count
    assert changer.abilities.by_person
    assert not changer.abilities.barcode_reader
    assert not changer.unseen


def test_only_what_drives_and_sensors_see_is_told(changer: PersonChanger, hand: Hand) -> None:
    assert told(changer.inventory()) == {DRIVE: False, OTHER_DRIVE: False, SENSED: True, SENSED_TOO: False}
    hand.open(1)
    assert DRIVE not in told(changer.inventory())
    element = changer.element(PLACE)
    assert element is not None
    assert not element.told
    assert changer.element(9999) is None


def test_a_motion_is_asked_for_lit_and_seen_when_it_was_made(changer: PersonChanger, hand: Hand) -> None:
    with pytest.raises(MoveAsked):
        changer.move(source=PLACE, destination=DRIVE)
    assert hand.lit == {PLACE}
    assert told(changer.inventory())[DRIVE] is False
    hand.carry(PLACE, DRIVE)
    assert told(changer.inventory())[DRIVE] is True


def test_what_sensors_contradict_is_refused_and_nobody_is_asked(changer: PersonChanger, hand: Hand) -> None:
    with pytest.raises(SourceEmpty):
        changer.move(source=SENSED_TOO, destination=DRIVE)
    with pytest.raises(DestinationFull):
        changer.move(source=PLACE, destination=SENSED)
    with pytest.raises(BadElement):
        changer.move(source=PLACE, destination=9999)
    assert not hand.lit


def test_what_people_do_not_do_is_not_supported(changer: PersonChanger) -> None:
    with pytest.raises(NotSupported):
        changer.exchange(source=PLACE, destination=SENSED, displaced_to=PLACE)
    with pytest.raises(NotSupported):
        changer.lock_doors(True)
    with pytest.raises(NotSupported):
        changer.open_port(16)
    with pytest.raises(NotSupported):
        changer.close_port(16)
    changer.initialize()
