"""What every changer does, whoever moves its media."""

import pytest

from devices.failures import OutcomeUnknown
from robotics.errors import (
    BadElement,
    ChangerBroken,
    DestinationFull,
    InventoryStale,
    RemovalPrevented,
    SourceEmpty,
)
from robotics.model import ElementKind, Inventory
from tests.contract.conftest import Place

SLOT, FREE_SLOT, DRIVE, OTHER_DRIVE, MAIL_SLOT, HAND = 1024, 1032, 256, 257, 16, 1


def media(inventory: Inventory) -> list[str]:
    return sorted(str(element.barcode) for element in inventory.elements if element.full)


def test_it_says_who_it_is_and_what_it_has(place: Place) -> None:
    identity, layout = place.changer.identify(), place.changer.layout()
    assert identity.vendor
    assert identity.serial
    inventory = place.changer.inventory()
    for kind in ElementKind:
        assert len(inventory.of_kind(kind)) == layout.range_of(kind).count
        assert all(layout.kind_of(element.address) is kind for element in inventory.of_kind(kind))


def test_the_inventory_names_media_by_barcode_and_drives_by_serial(place: Place) -> None:
    inventory = place.changer.inventory()
    assert media(inventory) == [f"D000{number}" for number in range(1, 7)]
    for element in inventory.of_kind(ElementKind.DRIVE):
        assert element.drive_serial == place.drives[element.address].identify().serial


@pytest.mark.parametrize("destination", [FREE_SLOT, MAIL_SLOT, DRIVE, HAND])
def test_a_move_changes_the_place_of_one_medium_and_of_no_other(place: Place, destination: int) -> None:
    before = place.changer.inventory()
    place.changer.move(source=SLOT, destination=destination)
    after = place.changer.inventory()
    moved = after.at(destination)
    assert moved is not None
    assert (moved.full, moved.barcode) == (True, "D0001")
    assert not place.look(SLOT).full
    assert media(after) == media(before)
    assert [e for e in after.elements if e.address not in (SLOT, destination)] == [
        e for e in before.elements if e.address not in (SLOT, destination)
    ]


@pytest.mark.parametrize(
    ("source", "destination", "error"),
    [
        (FREE_SLOT, SLOT + 9, SourceEmpty),
        (DRIVE, FREE_SLOT, SourceEmpty),
        (SLOT, SLOT + 1, DestinationFull),
        (SLOT, 9999, BadElement),
        (0, FREE_SLOT, BadElement),
    ],
)
def test_a_move_that_cannot_be_is_refused_and_nothing_moves(
    place: Place, source: int, destination: int, error: type[Exception]
) -> None:
    before = place.changer.inventory()
    with pytest.raises(error):
        place.changer.move(source=source, destination=destination)
    assert place.changer.inventory() == before


def test_a_medium_leaves_a_drive_only_after_the_drive_gave_it_up(place: Place) -> None:
    drive = place.load(SLOT, DRIVE)
    assert not place.look(DRIVE).accessible
    with pytest.raises(RemovalPrevented):
        place.changer.move(source=DRIVE, destination=SLOT)
    drive.eject()
    assert place.look(DRIVE).accessible
    place.changer.move(source=DRIVE, destination=SLOT)
    assert place.look(SLOT).barcode == "D0001"


def test_a_full_drive_takes_no_second_medium(place: Place) -> None:
    place.load(SLOT, DRIVE)
    with pytest.raises(DestinationFull):
        place.changer.move(source=SLOT + 1, destination=DRIVE)


def test_initializing_changes_no_place(place: Place) -> None:
    before = place.changer.inventory()
    place.changer.initialize()
    assert place.changer.inventory() == before


def test_a_hand_that_holds_a_medium_fetches_no_other(place: Place) -> None:
    place.changer.move(source=SLOT, destination=HAND)
    with pytest.raises(DestinationFull):
        place.changer.move(source=SLOT + 1, destination=FREE_SLOT)
    place.changer.move(source=HAND, destination=FREE_SLOT)
    assert place.look(FREE_SLOT).barcode == "D0001"


@pytest.mark.parametrize(
    ("fault", "where"),
    [
        ("robot-timeout-moved", FREE_SLOT),
        ("robot-timeout-unmoved", SLOT),
        ("robot-timeout-in-hand", HAND),
    ],
)
def test_after_silence_only_a_look_tells_where_the_medium_is(place: Place, fault: str, where: int) -> None:
    place.interfere("fault", name=fault)
    with pytest.raises(OutcomeUnknown):
        place.changer.move(source=SLOT, destination=FREE_SLOT)
    holding = place.changer.inventory().holding("D0001")
    assert holding is not None
    assert holding.address == where


def test_a_mechanical_error_leaves_the_medium_where_it_was(place: Place) -> None:
    place.interfere("fault", name="robot-refuses-move", after=1)
    place.changer.move(source=SLOT, destination=FREE_SLOT)
    with pytest.raises(ChangerBroken):
        place.changer.move(source=FREE_SLOT, destination=SLOT)
    place.changer.move(source=FREE_SLOT, destination=SLOT)
    assert place.look(SLOT).barcode == "D0001"


def test_a_hand_reaching_in_is_told_once_and_shows_in_the_next_look(place: Place) -> None:
    place.interfere("lose", medium="D0002")
    with pytest.raises(InventoryStale):
        place.changer.inventory()
    assert place.changer.inventory().holding("D0002") is None
    place.interfere("insert", medium="NEW001", media_id="MILLEN/MR1")
    with pytest.raises(InventoryStale):
        place.changer.move(source=SLOT, destination=FREE_SLOT)
    assert place.look(MAIL_SLOT).barcode == "NEW001"
