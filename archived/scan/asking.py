"""Asks one device what it is, by commands that change nothing; what goes wrong becomes words beside what is known.

Only INQUIRY, and of a changer MODE SENSE of its layout and READ ELEMENT STATUS without mechanics.
"""

from collections.abc import Callable
from dataclasses import replace

from archived.found_devices import CHANGER, DISC_DRIVE, TAPE_DRIVE, Bay, FoundDevice
from archived.language import _
from devices.failures import DeviceFailure
from devices.first_look import Sight, look_at
from devices.scsi import TYPE_CHANGER, TYPE_MULTIMEDIA, TYPE_TAPE, Transport
from devices.vpd import decode_designator
from robotics.changers.first_look import look_into

KINDS = {TYPE_CHANGER: CHANGER, TYPE_TAPE: TAPE_DRIVE, TYPE_MULTIMEDIA: DISC_DRIVE}
#: A device that is there answers INQUIRY at once, whatever it does; one that hangs holds a scan up no longer.
INQUIRY_S = 20.0
#: (what went wrong) -> (words for it, what to do).
Explain = Callable[[DeviceFailure], tuple[str, str]]


def in_words(failure: DeviceFailure) -> tuple[str, str]:
    """A failure of which nothing more is known than what it says."""
    return str(failure), ""


def asked(device: FoundDevice, transport: Transport, explain: Explain = in_words) -> FoundDevice:
    """`device` with what it says of itself; what is known of it without asking stays where it says nothing."""
    try:
        sight = look_at(transport, timeout_s=INQUIRY_S)
        device = told(device, sight)
        if device.kind == CHANGER:
            device = _looked_into(device, transport)
    except DeviceFailure as failure:
        words, advice = explain(failure)
        return replace(device, problem=words, advice=advice)
    finally:
        transport.close()
    return device


def told(device: FoundDevice, sight: Sight) -> FoundDevice:
    """`device` with what `sight` holds; its kind is empty when it is none of ours, or is not there."""
    inquiry = sight.inquiry
    return replace(
        device,
        kind=KINDS.get(inquiry.device_type, "") if sight.is_connected else "",
        vendor=inquiry.vendor,
        product=inquiry.product,
        revision=inquiry.revision,
        serial=sight.serial or device.serial,
        names=tuple(one.text for one in sight.designators) or device.names,
    )


def _looked_into(device: FoundDevice, transport: Transport) -> FoundDevice:
    try:
        sight = look_into(transport, query_s=INQUIRY_S)
    except DeviceFailure as failure:
        return replace(
            device,
            problem=_("the changer does not say what it has: {failure}").format(failure=failure),
            advice=_("wait until the library is ready and its door is closed, and scan again"),
        )
    bays = []
    for place in sight.drives:
        name = decode_designator(place.identifier)
        names = (name.text,) if name is not None and name.text else ()
        bays.append(Bay(place.address, place.serial or "", names))
    return replace(
        device,
        bays=tuple(bays),
        slot_count=sight.layout.storage.count,
        port_count=sight.layout.import_export.count,
        barcodes=sight.barcodes,
    )
