"""What every changer does, whoever moves its media, and however it wants to be asked."""

from collections.abc import Iterator

import pytest

from archived.policy.drive_places import DriveClaim, DriveElement, find_drives
from devices.failures import OutcomeUnknown
from devices.transports.room import RoomRefused
from robotics.errors import (
    PAUSED,
    PERSON,
    UNINITIALIZED,
    BadElement,
    ChangerBroken,
    ChangerNotReady,
    DestinationFull,
    InventoryStale,
    MoveRefused,
    NotSupported,
    RemovalPrevented,
    SourceEmpty,
)
from robotics.exchanging import motions_for_exchange
from robotics.model import ElementKind, ElementRange, Inventory
from robotics.profiles import PROFILES
from simulator.errors import ControlRefused
from tests.contract.changer_places import (
    DRIVE,
    FREE_SLOT,
    HAND,
    PORT,
    ROWS,
    SLOT,
    ChangerPlace,
    at,
    on_tgt,
    over_socket,
    simulated,
)
from tests.contract.tgt_target import Target, require_tgt, tgt_target


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    require_tgt()
    with tgt_target(discs=()) as running:
        yield running


@pytest.fixture(params=[*sorted(ROWS), "over-socket", "real-tgt"])
def place(request: pytest.FixtureRequest) -> Iterator[ChangerPlace]:
    if request.param == "real-tgt":
        with on_tgt(request.getfixturevalue("target")) as there:
            yield there
    elif request.param == "over-socket":
        with over_socket() as there:
            yield there
    else:
        with simulated(ROWS[request.param]) as there:
            yield there


def test_every_profile_is_under_this_contract() -> None:
    assert set(PROFILES) <= set(ROWS)


def fullness(inventory: Inventory) -> list[tuple[int, str | None]]:
    return [(element.address, element.barcode) for element in inventory.elements if element.full]


def test_it_says_who_it_is_and_what_it_has(place: ChangerPlace) -> None:
    identity, layout = place.changer.identify(), place.changer.layout()
    assert identity.vendor
    assert identity.serial
    inventory = place.changer.inventory()
    for kind in ElementKind:
        assert len(inventory.of_kind(kind)) == layout.range_of(kind).count
        assert all(layout.kind_of(element.address) is kind for element in inventory.of_kind(kind))
    assert len({element.address for element in inventory.elements}) == len(inventory.elements)


def test_the_inventory_names_media_by_barcode_where_it_reads_them(place: ChangerPlace) -> None:
    inventory = place.changer.inventory()
    assert fullness(inventory) == [(SLOT + index, place.code(index)) for index in range(6)]
    assert place.changer.abilities.barcode_reader == ("barcodes" not in place.lacks)


def test_the_inventory_names_drives_by_as_much_of_the_serial_as_it_tells(place: ChangerPlace) -> None:
    drives = place.changer.inventory().of_kind(ElementKind.DRIVE)
    assert {drive.address for drive in drives} == set(place.serials)
    told = {drive.address: drive.drive_serial for drive in drives}
    if "serials" in place.lacks:
        assert set(told.values()) == {None}
        return
    if "serial of the last drive" in place.lacks:
        assert told.pop(max(told)) is None
    elements = [DriveElement(drive.address, drive.drive_serial) for drive in drives]
    for address in told:
        assert find_drives([DriveClaim("T", place.serials[address])], elements).at == {"T": address}
        assert not find_drives([DriveClaim("T", f"X{place.serials[address]}")], elements).at


@pytest.mark.parametrize("destination", [FREE_SLOT, PORT, DRIVE, HAND])
def test_a_move_changes_the_place_of_one_medium_and_of_no_other(
    place: ChangerPlace, destination: int
) -> None:
    before = place.changer.inventory()
    place.changer.move(source=SLOT, destination=destination)
    after = place.changer.inventory()
    moved = at(after, destination)
    assert (moved.full, moved.barcode) == (True, place.code(0))
    assert moved.source_address == (None if "sources" in place.lacks else SLOT)
    assert not at(after, SLOT).full
    assert len(fullness(after)) == len(fullness(before))
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
    place: ChangerPlace, source: int, destination: int, error: type[Exception]
) -> None:
    before = place.changer.inventory()
    with pytest.raises(error):
        place.changer.move(source=source, destination=destination)
    assert place.changer.inventory() == before


def test_a_medium_leaves_a_drive_only_after_the_drive_gave_it_up(place: ChangerPlace) -> None:
    place.changer.move(source=SLOT, destination=DRIVE)
    if "drives that keep their media" not in place.lacks:
        with pytest.raises(RemovalPrevented):
            place.changer.move(source=DRIVE, destination=SLOT)
        assert place.look(DRIVE).accessible == ("access" in place.lacks)
        place.give_out(DRIVE)
    assert place.look(DRIVE).accessible
    place.changer.move(source=DRIVE, destination=SLOT)
    assert place.look(SLOT).barcode == place.code(0)


def test_a_full_drive_takes_no_second_medium(place: ChangerPlace) -> None:
    place.changer.move(source=SLOT, destination=DRIVE)
    with pytest.raises(DestinationFull):
        place.changer.move(source=SLOT + 1, destination=DRIVE)


@pytest.mark.parametrize("addresses", [None, ElementRange(SLOT, 3)], ids=["all", "range"])
def test_looking_into_elements_changes_no_place(place: ChangerPlace, addresses: ElementRange | None) -> None:
    before = place.changer.inventory()
    for _again in range(2):
        place.changer.initialize(addresses)
    assert place.changer.inventory() == before


def test_two_media_change_places_in_one_command_or_by_moves_with_looks_between(place: ChangerPlace) -> None:
    changer = place.changer
    if "exchange" not in place.lacks:
        changer.exchange(source=SLOT, destination=SLOT + 1, displaced_to=SLOT)
        assert changer.abilities.exchange
    else:
        before = changer.inventory()
        for _again in range(2):
            with pytest.raises(NotSupported):
                changer.exchange(source=SLOT, destination=SLOT + 1, displaced_to=SLOT)
        assert changer.inventory() == before
        assert not changer.abilities.exchange
        motions = motions_for_exchange(before, source=SLOT, destination=SLOT + 1, displaced_to=SLOT)
        assert motions is not None
        for motion in motions:
            assert at(changer.inventory(), motion.destination).is_free
            changer.move(source=motion.source, destination=motion.destination)
    after = changer.inventory()
    assert [at(after, SLOT + index).barcode for index in range(2)] == [place.code(1), place.code(0)]
    assert len(fullness(after)) == 6


@pytest.mark.parametrize(
    ("source", "destination", "displaced_to"),
    [(SLOT, FREE_SLOT, SLOT), (FREE_SLOT, SLOT, FREE_SLOT), (SLOT, SLOT + 1, SLOT + 2), (SLOT, 9999, SLOT)],
)
def test_an_exchange_that_cannot_be_moves_nothing(
    place: ChangerPlace, source: int, destination: int, displaced_to: int
) -> None:
    before = place.changer.inventory()
    with pytest.raises(NotSupported if "exchange" in place.lacks else MoveRefused):
        place.changer.exchange(source=source, destination=destination, displaced_to=displaced_to)
    assert place.changer.inventory() == before


def test_locked_doors_keep_people_out_or_there_are_no_locks(place: ChangerPlace) -> None:
    if "locks" in place.lacks:
        with pytest.raises(NotSupported):
            place.changer.lock_doors(True)
        assert not place.changer.abilities.locks_doors
        return
    place.changer.lock_doors(True)
    with pytest.raises((ControlRefused, RoomRefused), match="doors of the library are locked"):
        place.interfere("lose", medium="D0001")
    place.changer.lock_doors(False)
    place.interfere("lose", medium="D0001")


def test_a_port_is_opened_for_people_and_nothing_moves_meanwhile(place: ChangerPlace) -> None:
    if "ports" in place.lacks:
        with pytest.raises(NotSupported):
            place.changer.open_port(PORT)
        assert not place.changer.abilities.opens_ports
        return
    place.changer.open_port(PORT)
    with pytest.raises(ChangerNotReady) as caught:
        place.changer.move(source=SLOT, destination=FREE_SLOT)
    assert caught.value.reason == PERSON
    place.changer.close_port(PORT)
    with pytest.raises(InventoryStale):
        place.changer.move(source=SLOT, destination=FREE_SLOT)
    assert place.look(SLOT).full
    place.changer.move(source=SLOT, destination=FREE_SLOT)


def test_a_hand_that_holds_a_medium_fetches_no_other(place: ChangerPlace) -> None:
    place.needs("one hand")
    place.changer.move(source=SLOT, destination=HAND)
    with pytest.raises(DestinationFull):
        place.changer.move(source=SLOT + 1, destination=FREE_SLOT)
    place.changer.move(source=HAND, destination=FREE_SLOT)
    assert place.look(FREE_SLOT).barcode == place.code(0)


@pytest.mark.parametrize(
    ("fault", "where"),
    [
        ("robot-timeout-moved", FREE_SLOT),
        ("robot-timeout-unmoved", SLOT),
        ("robot-timeout-in-hand", HAND),
    ],
)
def test_after_silence_only_a_look_tells_where_the_medium_is(
    place: ChangerPlace, fault: str, where: int
) -> None:
    place.needs("faults")
    place.interfere("fault", name=fault)
    with pytest.raises(OutcomeUnknown):
        place.changer.move(source=SLOT, destination=FREE_SLOT)
    inventory = place.changer.inventory()
    assert at(inventory, where).full
    assert len(fullness(inventory)) == 6


def test_a_mechanical_error_leaves_the_medium_where_it_was(place: ChangerPlace) -> None:
    place.needs("faults")
    place.interfere("fault", name="robot-refuses-move", after=1)
    place.changer.move(source=SLOT, destination=FREE_SLOT)
    with pytest.raises(ChangerBroken):
        place.changer.move(source=FREE_SLOT, destination=SLOT)
    place.changer.move(source=FREE_SLOT, destination=SLOT)
    assert place.look(SLOT).barcode == place.code(0)


@pytest.mark.parametrize("fault", ["door-opened", "robot-reset"])
def test_after_an_attention_nothing_moves_before_a_look(place: ChangerPlace, fault: str) -> None:
    place.needs("faults")
    place.changer.inventory()
    place.interfere("fault", name=fault)
    for _again in range(2):
        with pytest.raises(InventoryStale):
            place.changer.move(source=SLOT, destination=FREE_SLOT)
    assert place.look(SLOT).full
    place.changer.move(source=SLOT, destination=FREE_SLOT)
    assert place.look(FREE_SLOT).full


def test_a_look_at_one_element_lets_nothing_move_after_an_attention(place: ChangerPlace) -> None:
    place.needs("faults")
    place.changer.inventory()
    place.interfere("fault", name="robot-reset")
    with pytest.raises(InventoryStale):
        place.changer.element(SLOT)
    found = place.changer.element(SLOT)
    assert found is not None
    assert (found.barcode, place.changer.element(9999)) == (place.code(0), None)
    assert place.changer.unseen
    with pytest.raises(InventoryStale, match="not commanded"):
        place.changer.move(source=SLOT, destination=FREE_SLOT)
    place.changer.inventory()
    assert not place.changer.unseen
    place.changer.move(source=SLOT, destination=FREE_SLOT)


@pytest.mark.parametrize(
    ("fault", "reason"), [("robot-paused", PAUSED), ("robot-uninitialized", UNINITIALIZED)]
)
def test_a_changer_that_is_not_ready_says_why_and_moves_nothing(
    place: ChangerPlace, fault: str, reason: str
) -> None:
    place.needs("faults")
    before = place.changer.inventory()
    place.interfere("fault", name=fault)
    with pytest.raises(ChangerNotReady) as caught:
        place.changer.move(source=SLOT, destination=FREE_SLOT)
    assert caught.value.reason == reason
    place.changer.initialize()
    assert place.changer.inventory() == before


def test_a_hand_reaching_in_is_told_once_and_shows_in_the_next_look(place: ChangerPlace) -> None:
    place.needs("visitors")
    told = "doors that are told" not in place.lacks
    place.interfere("lose", medium="D0002")
    if told:
        with pytest.raises(InventoryStale):
            place.changer.inventory()
    assert not place.look(SLOT + 1).full
    place.interfere("insert", medium="NEW001", media_id="MILLEN/MR1")
    if told:
        with pytest.raises(InventoryStale):
            place.changer.move(source=SLOT, destination=FREE_SLOT)
    port = place.look(PORT)
    assert (port.full, port.operator_placed, port.import_enabled) == (True, True, True)
    place.changer.move(source=PORT, destination=FREE_SLOT)
    place.changer.move(source=FREE_SLOT, destination=PORT)
    assert not place.look(PORT).operator_placed


def test_a_magazine_that_is_not_there_is_not_taken_for_empty_slots(place: ChangerPlace) -> None:
    place.needs("magazines")
    before = place.changer.inventory()
    place.interfere("magazine", number=2, present=False)
    if "doors that are told" not in place.lacks:
        with pytest.raises(InventoryStale):
            place.changer.inventory()
    inventory = place.changer.inventory()
    away = [at(inventory, SLOT + index) for index in range(5, 10)]
    assert all(e.exception == (0x83, 0x02) and e.is_in_doubt and not e.is_free for e in away)
    for source, destination in ((SLOT + 5, FREE_SLOT - 7), (SLOT, FREE_SLOT)):
        with pytest.raises(MoveRefused):
            place.changer.move(source=source, destination=destination)
    place.interfere("magazine", number=2, present=True)
    if "doors that are told" not in place.lacks:
        with pytest.raises(InventoryStale):
            place.changer.inventory()
    assert place.changer.inventory() == before
