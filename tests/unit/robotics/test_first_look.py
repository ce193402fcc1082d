"""What a changer has, asked in the fullest form that it takes, and without moving anything."""

import pytest

from devices.failures import DeviceRefused, TransportTimeout
from devices.sense import ILLEGAL_REQUEST, NOT_READY, UNIT_ATTENTION, Sense
from devices.vpd import decode_designator
from robotics.changers.first_look import ChangerSight, DrivePlace, look_into
from robotics.model import ElementKind, ElementLayout, ElementRange
from robotics.wire.element_status import ElementDescriptor, encode_element_status
from robotics.wire.smc import ElementAddressAssignment, ModeSense, ReadElementStatus
from tests.unit.devices.scripted import Answer, ScriptedTransport, Step

K = ElementKind
LAYOUT = ElementLayout(ElementRange(1, 1), ElementRange(1024, 3), ElementRange(16, 1), ElementRange(256, 2))
DRIVES = tuple(ElementDescriptor(K.DRIVE, 256 + n, full=False, drive_serial=f"DRV{n}") for n in (0, 1))
SLOTS = (
    ElementDescriptor(K.STORAGE, 1024, full=True, barcode="VOL001L8"),
    ElementDescriptor(K.STORAGE, 1025, full=False, barcode="VOL002L8"),
    ElementDescriptor(K.STORAGE, 1026, full=True),
)
ILLEGAL = Sense(ILLEGAL_REQUEST, 0x24, 0)
PAGE = Step(ModeSense().encode(), ElementAddressAssignment(LAYOUT).encode())


def ask(kind: K | None, *, more: bool = True, current: bool = True) -> bytes:
    first = {None: 0, K.DRIVE: 256, K.STORAGE: 1024}[kind]
    count = {None: 0xFFFF, K.DRIVE: 2, K.STORAGE: 3}[kind]
    return ReadElementStatus(
        kind,
        first,
        count,
        volume_tags=more and kind is not K.DRIVE,
        device_ids=more and kind is K.DRIVE,
        current_data=current,
    ).encode()


def drives(*elements: ElementDescriptor) -> bytes:
    return encode_element_status(elements or DRIVES, volume_tags=False, device_ids=True)


SLOTS_STEP = Step(ask(K.STORAGE), encode_element_status(SLOTS, volume_tags=True, device_ids=False))
DRIVES_STEP = Step(ask(K.DRIVE), drives())


def test_drives_by_serial_and_the_barcodes_of_what_lies_in_slots() -> None:
    line = ScriptedTransport(PAGE, DRIVES_STEP, SLOTS_STEP)
    sight = look_into(line, query_s=5, status_s=50)
    assert [(d.address, d.serial) for d in sight.drives] == [(256, "DRV0"), (257, "DRV1")]
    assert sight.barcodes == ("VOL001L8",)
    assert sight.layout == LAYOUT
    assert line.timeouts_s == [5, 50, 50]
    assert line.is_done


def test_a_question_that_is_refused_is_made_simpler() -> None:
    line = ScriptedTransport(
        PAGE,
        Step(ask(K.DRIVE), ILLEGAL),
        Step(ask(K.DRIVE, current=False), drives()),
        Step(ask(K.STORAGE), ILLEGAL),
        Step(ask(K.STORAGE, current=False), ILLEGAL),
        Step(ask(K.STORAGE, more=False), encode_element_status(SLOTS, volume_tags=False, device_ids=False)),
    )
    sight = look_into(line)
    assert sight.drives[1].serial == "DRV1"
    assert sight.barcodes == ()
    assert line.is_done


def test_a_changer_that_answers_for_all_types_at_once_only() -> None:
    refusals = [
        Step(ask(K.DRIVE, more=more, current=current), ILLEGAL)
        for more in (True, False)
        for current in (True, False)
    ]
    everything = ReadElementStatus(None, 0, 0xFFFF, volume_tags=False, device_ids=True, current_data=True)
    answer = encode_element_status((*SLOTS, *DRIVES), volume_tags=False, device_ids=True)
    line = ScriptedTransport(PAGE, *refusals, Step(everything.encode(), answer), SLOTS_STEP)
    assert [d.serial for d in look_into(line).drives] == ["DRV0", "DRV1"]


def test_a_drive_that_the_changer_passes_over_has_its_place_all_the_same() -> None:
    line = ScriptedTransport(PAGE, Step(ask(K.DRIVE), drives(DRIVES[1])), SLOTS_STEP)
    assert look_into(line).drives[0] == DrivePlace(256)


def test_a_drive_named_by_its_world_wide_name_keeps_it() -> None:
    """Code set 1, type 3: no serial number that the wire tables know, but a name to compare."""
    data = bytearray(drives(DRIVES[0]))
    data[-8:] = bytes.fromhex("01030004500507ab")
    sight = look_into(ScriptedTransport(PAGE, Step(ask(K.DRIVE), bytes(data)), SLOTS_STEP))
    assert sight.drives[0].serial is None
    name = decode_designator(sight.drives[0].identifier)
    assert name is not None
    assert name.text == "500507ab"


def test_unit_attentions_are_heard_out_and_nothing_else_is_asked_twice() -> None:
    attention = Sense(UNIT_ATTENTION, 0x29, 0)
    told = Step(PAGE.cdb, attention)
    line = ScriptedTransport(told, told, told, PAGE, DRIVES_STEP, SLOTS_STEP)
    assert isinstance(look_into(line), ChangerSight)
    with pytest.raises(DeviceRefused):
        look_into(ScriptedTransport(told, told, told, told))


@pytest.mark.parametrize(
    "answer", [Sense(NOT_READY, 0x04, 0x01), TransportTimeout("silence")], ids=["no", "nothing"]
)
def test_a_changer_that_is_not_ready_says_so_itself(answer: Answer) -> None:
    with pytest.raises((DeviceRefused, TransportTimeout)):
        look_into(ScriptedTransport(PAGE, Step(ask(K.DRIVE), answer)))
