"""The SMC changer against scripted answers: what it asks, what it believes, what it makes of a refusal."""

from dataclasses import replace

import pytest

from devices.failures import TransportTimeout, WireDamaged, WorldDiffers
from devices.scsi import TYPE_CHANGER, TYPE_TAPE, Inquiry, InquiryData, Result, UnitSerialNumber
from devices.sense import Sense
from robotics.changers.smc import SmcChanger, SmcTimeouts
from robotics.errors import (
    BadElement,
    ChangerBroken,
    ChangerNotReady,
    ChangerRefused,
    DestinationFull,
    InventoryStale,
    MoveRefused,
    RemovalPrevented,
    RoboticsError,
    SourceEmpty,
)
from robotics.model import ChangerIdentity, Element, ElementKind, ElementLayout, ElementRange
from robotics.profiles import PROFILES, STANDARD, ChangerProfile
from robotics.wire.element_status import ElementDescriptor, encode_element_status
from robotics.wire.smc import (
    ElementAddressAssignment,
    InitializeElementStatus,
    ModeSense,
    MoveMedium,
    ReadElementStatus,
)
from tests.unit.devices.scripted import ScriptedTransport, Step

K = ElementKind
LAYOUT = ElementLayout(ElementRange(1, 1), ElementRange(1024, 2), ElementRange(16, 0), ElementRange(256, 2))
LAYOUT_STEP = Step(ModeSense().encode(), ElementAddressAssignment(LAYOUT).encode())
ARM = ElementDescriptor(K.TRANSPORT, 1, full=False)
SLOTS = (
    ElementDescriptor(K.STORAGE, 1024, full=True, barcode="DSC001"),
    # What an empty slot still says of a medium is not to be believed.
    ElementDescriptor(K.STORAGE, 1025, full=False, barcode="DSC002", source_address=256),
)
DRIVES = (
    ElementDescriptor(K.DRIVE, 256, full=True, barcode="DSC002", source_address=1025, drive_serial="B1"),
    ElementDescriptor(K.DRIVE, 257, full=False, drive_serial="B2", exception=(0x83, 0x04)),
)
ILLEGAL = Sense(5, 0x24, 0x00)


def changer_on(
    transport: ScriptedTransport,
    timeouts: SmcTimeouts | None = None,
    *,
    name: str = "changer",
    profile: ChangerProfile = STANDARD,
) -> SmcChanger:
    return SmcChanger(transport, timeouts, name=name, profile=profile)


def ask(kind: ElementKind, first: int, count: int, *, tags: bool = True, ids: bool = False) -> bytes:
    return ReadElementStatus(kind, first, count, volume_tags=tags, device_ids=ids).encode()


def status(*elements: ElementDescriptor, tags: bool = True, ids: bool = False) -> bytes:
    return encode_element_status(elements, volume_tags=tags, device_ids=ids)


ARM_STEP = Step(ask(K.TRANSPORT, 1, 1), status(ARM))
SLOTS_STEP = Step(ask(K.STORAGE, 1024, 2), status(*SLOTS))
DRIVES_STEP = Step(ask(K.DRIVE, 256, 2, ids=True), status(*DRIVES, ids=True))


def test_identity_is_inquiry_and_serial_number() -> None:
    transport = ScriptedTransport(
        Step(Inquiry().encode(), InquiryData(TYPE_CHANGER, "STK", "L700", "0001").encode()),
        Step(Inquiry(255, 0x80).encode(), UnitSerialNumber(TYPE_CHANGER, "LIB0000001").encode()),
    )
    assert changer_on(transport).identify() == ChangerIdentity("STK", "L700", "0001", "LIB0000001")


def test_a_changer_without_serial_number_has_an_identity() -> None:
    transport = ScriptedTransport(
        Step(Inquiry().encode(), InquiryData(TYPE_CHANGER, "STK", "L700", "0001").encode()),
        Step(Inquiry(255, 0x80).encode(), ILLEGAL),
    )
    assert changer_on(transport).identify().serial == ""


def test_another_device_is_not_taken_for_a_changer() -> None:
    transport = ScriptedTransport(
        Step(Inquiry().encode(), InquiryData(TYPE_TAPE, "IBM", "ULT3580", "P380").encode())
    )
    with pytest.raises(WorldDiffers, match="IBM ULT3580 is a device of type 01"):
        changer_on(transport, name="robot 1").identify()


def test_inventory_asks_one_kind_at_a_time() -> None:
    transport = ScriptedTransport(LAYOUT_STEP, ARM_STEP, SLOTS_STEP, DRIVES_STEP)
    inventory = changer_on(transport).inventory()
    assert transport.is_done
    assert transport.timeouts_s == [60, 300, 300, 300]
    assert inventory.elements == (
        Element(1, K.TRANSPORT, full=False),
        Element(1024, K.STORAGE, full=True, barcode="DSC001"),
        Element(1025, K.STORAGE, full=False),
        Element(256, K.DRIVE, full=True, barcode="DSC002", source_address=1025, drive_serial="B1"),
        Element(257, K.DRIVE, full=False, exception=(0x83, 0x04), drive_serial="B2"),
    )
    found = inventory.holding("DSC002")
    assert found is not None
    assert found.address == 256
    assert inventory.holding("DSC003") is None
    assert inventory.at(999) is None
    assert [e.address for e in inventory.of_kind(K.STORAGE)] == [1024, 1025]


def test_import_export_is_an_ability_of_changers_that_have_such_elements() -> None:
    changer = changer_on(ScriptedTransport(LAYOUT_STEP))
    assert changer.layout().import_export.count == 0
    assert not changer.abilities.import_export


def test_a_changer_without_barcode_reader_is_asked_without_tags_from_then_on() -> None:
    transport = ScriptedTransport(
        LAYOUT_STEP,
        Step(ask(K.TRANSPORT, 1, 1), ILLEGAL),
        Step(ask(K.TRANSPORT, 1, 1, tags=False), status(ARM, tags=False)),
        Step(ask(K.STORAGE, 1024, 2, tags=False), status(*SLOTS, tags=False)),
        Step(ask(K.DRIVE, 256, 2, tags=False, ids=True), status(*DRIVES, tags=False, ids=True)),
    )
    changer = changer_on(transport)
    assert changer.abilities.barcode_reader
    inventory = changer.inventory()
    assert not changer.abilities.barcode_reader
    assert [e.drive_serial for e in inventory.of_kind(K.DRIVE)] == ["B1", "B2"]


def test_a_changer_that_cannot_do_both_is_asked_for_tags_and_serials_in_turn() -> None:
    transport = ScriptedTransport(
        LAYOUT_STEP,
        ARM_STEP,
        SLOTS_STEP,
        Step(ask(K.DRIVE, 256, 2, ids=True), ILLEGAL),
        Step(ask(K.DRIVE, 256, 2), status(*DRIVES)),
        Step(ask(K.DRIVE, 256, 2, tags=False, ids=True), status(*DRIVES, tags=False, ids=True)),
    )
    drives = changer_on(transport).inventory().of_kind(K.DRIVE)
    assert [(e.barcode, e.drive_serial) for e in drives] == [("DSC002", "B1"), (None, "B2")]


def test_a_changer_that_knows_no_serial_numbers_still_gives_an_inventory() -> None:
    transport = ScriptedTransport(
        LAYOUT_STEP,
        ARM_STEP,
        SLOTS_STEP,
        Step(ask(K.DRIVE, 256, 2, ids=True), ILLEGAL),
        Step(ask(K.DRIVE, 256, 2), status(*DRIVES)),
        Step(ask(K.DRIVE, 256, 2, tags=False, ids=True), ILLEGAL),
    )
    drives = changer_on(transport).inventory().of_kind(K.DRIVE)
    assert [e.drive_serial for e in drives] == [None, None]


def test_a_large_library_is_asked_in_parts() -> None:
    layout = ElementLayout(
        ElementRange(0, 0), ElementRange(1000, 1000), ElementRange(0, 0), ElementRange(0, 0)
    )
    slots = [ElementDescriptor(K.STORAGE, 1000 + n, full=True, barcode=f"D{n:05d}") for n in range(1000)]
    transport = ScriptedTransport(
        Step(ModeSense().encode(), ElementAddressAssignment(layout).encode()),
        Step(ask(K.STORAGE, 1000, 700), status(*slots[:700])),
        Step(ask(K.STORAGE, 1700, 300), status(*slots[700:])),
    )
    inventory = changer_on(transport, profile=replace(STANDARD, elements_max=700)).inventory()
    assert [e.barcode for e in inventory.elements] == [s.barcode for s in slots]


def test_a_changer_that_ignores_the_count_adds_nothing_twice() -> None:
    stranger = ElementDescriptor(K.STORAGE, 1026, full=True, barcode="DSC009")
    transport = ScriptedTransport(
        LAYOUT_STEP, ARM_STEP, Step(SLOTS_STEP.cdb, status(*SLOTS, stranger)), DRIVES_STEP
    )
    assert len(changer_on(transport).inventory().elements) == 5


def test_fewer_elements_than_the_layout_has_are_no_inventory() -> None:
    transport = ScriptedTransport(
        LAYOUT_STEP,
        ARM_STEP,
        Step(SLOTS_STEP.cdb, status(SLOTS[0])),
        Step(ask(K.STORAGE, 1025, 1), status()),
    )
    with pytest.raises(WireDamaged, match="1 of its 2 storage elements"):
        changer_on(transport).inventory()


def test_a_changed_world_stops_the_inventory() -> None:
    transport = ScriptedTransport(LAYOUT_STEP, Step(ARM_STEP.cdb, Sense(6, 0x28, 0x01)))
    with pytest.raises(InventoryStale, match="import/export element accessed"):
        changer_on(transport).inventory()


def test_a_changer_that_wants_initializing_is_not_ready() -> None:
    transport = ScriptedTransport(LAYOUT_STEP, Step(ARM_STEP.cdb, Sense(2, 0x04, 0x02)))
    with pytest.raises(ChangerNotReady, match="initializing command required") as caught:
        changer_on(transport).inventory()
    assert caught.value.sense.code == (2, 0x04, 0x02)


def test_initializing_may_take_its_time() -> None:
    transport = ScriptedTransport(Step(InitializeElementStatus().encode()))
    changer_on(transport, SmcTimeouts(initialize_s=7200)).initialize()
    assert transport.timeouts_s == [7200]


def test_a_move_is_one_command() -> None:
    transport = ScriptedTransport(Step(MoveMedium(1024, 256).encode()))
    changer_on(transport).move(source=1024, destination=256)
    assert transport.is_done
    assert transport.timeouts_s == [900]


@pytest.mark.parametrize(
    ("sense", "error"),
    [
        (Sense(5, 0x3B, 0x0E), SourceEmpty),
        (Sense(5, 0x3B, 0x0D), DestinationFull),
        (Sense(5, 0x21, 0x01), BadElement),
        (Sense(5, 0x53, 0x02), RemovalPrevented),
        (Sense(5, 0x24, 0x00), MoveRefused),
        (Sense(5, 0x30, 0x00), MoveRefused),
        (Sense(6, 0x28, 0x00), InventoryStale),
        (Sense(6, 0x29, 0x00), InventoryStale),
        (Sense(2, 0x04, 0x85), ChangerNotReady),
        (Sense(4, 0x15, 0x01), ChangerBroken),
        (Sense(0xB, 0x00, 0x06), ChangerBroken),
        (Sense(3, 0x00, 0x00), ChangerBroken),
    ],
)
def test_a_refused_move_says_what_and_why(sense: Sense, error: type[RoboticsError]) -> None:
    transport = ScriptedTransport(Step(MoveMedium(1024, 256).encode(), sense))
    with pytest.raises(RoboticsError, match="robot 1: move from element 1024 to element 256") as caught:
        changer_on(transport, name="robot 1").move(source=1024, destination=256)
    assert type(caught.value) is error
    assert caught.value.sense == sense
    assert transport.is_done


def test_silence_in_a_move_stays_an_unknown_outcome() -> None:
    transport = ScriptedTransport(Step(MoveMedium(1024, 256).encode(), TransportTimeout("nothing")))
    with pytest.raises(TransportTimeout):
        changer_on(transport).move(source=1024, destination=256)
    assert transport.is_done


def test_a_refused_layout_is_no_refused_move() -> None:
    transport = ScriptedTransport(Step(ModeSense().encode(), ILLEGAL))
    with pytest.raises(ChangerRefused):
        changer_on(transport).layout()


def test_profile_is_chosen_by_inquiry_before_the_first_command() -> None:
    inquiry = Step(Inquiry().encode(), InquiryData(TYPE_CHANGER, "IET", "VIRTUAL-CHANGER", "1").encode())
    transport = ScriptedTransport(inquiry, Step(MoveMedium(1024, 9999).encode(), ILLEGAL))
    changer = SmcChanger(transport)
    with pytest.raises(BadElement):
        changer.move(source=1024, destination=9999)
    assert changer.profile is PROFILES["tgt"]
    assert transport.is_done


def test_barcodes_that_were_told_once_are_not_given_up_for_a_refusal() -> None:
    transport = ScriptedTransport(
        LAYOUT_STEP,
        ARM_STEP,
        Step(SLOTS_STEP.cdb, ILLEGAL),
        Step(ask(K.STORAGE, 1024, 2, tags=False), status(*SLOTS, tags=False)),
    )
    changer = changer_on(transport)
    with pytest.raises(ChangerRefused):
        changer.inventory()
    assert changer.abilities.barcode_reader


def test_mechanical_trouble_is_not_taken_for_a_form_that_is_not_understood() -> None:
    transport = ScriptedTransport(LAYOUT_STEP, Step(ARM_STEP.cdb, Sense(4, 0x15, 0x01)))
    with pytest.raises(ChangerBroken):
        changer_on(transport).inventory()
    assert transport.is_done


def test_element_that_came_cut_is_asked_for_again_and_by_itself_at_last() -> None:
    cut = status(*SLOTS)[:-20]
    transport = ScriptedTransport(
        LAYOUT_STEP,
        ARM_STEP,
        Step(SLOTS_STEP.cdb, cut),
        Step(ask(K.STORAGE, 1025, 1), status(SLOTS[1])),
        DRIVES_STEP,
    )
    assert [e.barcode for e in changer_on(transport).inventory().of_kind(K.STORAGE)] == ["DSC001", None]
    assert transport.is_done


def test_length_of_descriptors_is_learned_from_the_device() -> None:
    layout = ElementLayout(ElementRange(0, 0), ElementRange(1, 40), ElementRange(0, 0), ElementRange(0, 0))
    small = replace(STANDARD, allocation_bytes_max=40 + 10 * 48)
    slots = [ElementDescriptor(K.STORAGE, 1 + n, full=True, barcode=f"D{n}") for n in range(40)]
    wide = encode_wide(slots[:6], 72), encode_wide(slots[6:12], 72)

    def asked(first: int, count: int) -> bytes:
        return ReadElementStatus(K.STORAGE, first, count, allocation=small.allocation_bytes_max).encode()

    transport = ScriptedTransport(
        Step(ModeSense().encode(), ElementAddressAssignment(layout).encode()),
        Step(asked(1, 10), wide[0]),
        Step(asked(7, 6), wide[1]),
        *(
            Step(asked(13 + 6 * n, min(6, 28 - 6 * n)), encode_wide(slots[12 + 6 * n : 18 + 6 * n], 72))
            for n in range(5)
        ),
    )
    inventory = changer_on(transport, profile=small).inventory()
    assert [e.barcode for e in inventory.elements] == [slot.barcode for slot in slots]
    assert transport.is_done


def test_attention_that_somebody_else_hears_during_a_look_wants_another_look() -> None:
    """Drives are looked for by their own threads, with the changer that the robot's thread uses."""
    attention = Step(ModeSense().encode(), Sense(6, 0x28, 0x00))
    looks = (
        LAYOUT_STEP,
        ARM_STEP,
        attention,
        SLOTS_STEP,
        DRIVES_STEP,
        LAYOUT_STEP,
        ARM_STEP,
        SLOTS_STEP,
        DRIVES_STEP,
    )

    class Disturbed(ScriptedTransport):
        def execute(
            self, cdb: bytes, *, data_in: int = 0, data_out: bytes | None = None, timeout_s: float
        ) -> Result:
            if cdb == SLOTS_STEP.cdb and heard.pop():
                with pytest.raises(InventoryStale):
                    changer.layout()
            return super().execute(cdb, data_in=data_in, data_out=data_out, timeout_s=timeout_s)

    heard = [False, True]
    transport = Disturbed(*looks, Step(MoveMedium(1024, 256).encode()))
    changer = changer_on(transport)
    changer.inventory()
    with pytest.raises(InventoryStale):
        changer.move(source=1024, destination=256)
    changer.inventory()
    changer.move(source=1024, destination=256)
    assert transport.is_done


def encode_wide(slots: list[ElementDescriptor], length: int) -> bytes:
    """The same descriptors with something of the maker's own behind each."""
    plain = status(*slots)
    bodies = [plain[16 + 48 * n : 64 + 48 * n].ljust(length, b"\x55") for n in range(len(slots))]
    body = b"".join(bodies)
    page_ = plain[8:10] + length.to_bytes(2, "big") + len(body).to_bytes(4, "big") + body
    return plain[:4] + len(page_).to_bytes(4, "big") + page_
