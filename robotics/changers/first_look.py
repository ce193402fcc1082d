"""What a changer has, asked without moving anything: which drives stand where, and what lies in its first slots.

For whoever does not know the library yet. Requests are made simpler as the changer refuses them; what it does
not tell stays empty. It knows no profile, and is no inventory: `robotics.changers.smc` takes one.
"""

from dataclasses import dataclass

from devices.failures import DeviceRefused, WireDamaged
from devices.scsi import Transport
from devices.sense import ILLEGAL_REQUEST, UNIT_ATTENTION
from robotics.model import ElementKind, ElementLayout
from robotics.wire.element_status import ElementDescriptor, decode_element_status
from robotics.wire.smc import (
    ALLOCATION_BYTES_MAX,
    ElementAddressAssignment,
    ModeSense,
    ReadElementStatus,
)

#: What is seen of slots is a hint; so many of them fit into one answer.
SLOTS_MAX = 700
_PAGE_BYTES = 255
#: A new session has one unit attention, a door that was opened another, a reset a third.
_ATTENTIONS_MAX = 3


@dataclass(frozen=True, slots=True)
class DrivePlace:
    """A drive element. `serial` is None where the changer tells none; `identifier` is the designator as it came."""

    address: int
    serial: str | None = None
    identifier: bytes = b""


@dataclass(frozen=True, slots=True)
class ChangerSight:
    """`barcodes` are those of the first slots; empty where there is no reader, or nothing lies there."""

    layout: ElementLayout
    drives: tuple[DrivePlace, ...]
    barcodes: tuple[str, ...] = ()


def look_into(transport: Transport, *, query_s: float = 60.0, status_s: float = 300.0) -> ChangerSight:
    """Raises DeviceRefused when the changer tells no layout or is not ready, OutcomeUnknown when it says nothing."""
    page = ModeSense(page=ElementAddressAssignment.PAGE, allocation=_PAGE_BYTES)
    layout = ElementAddressAssignment.decode(_asked(transport, page.encode(), _PAGE_BYTES, query_s)).layout
    found = {d.address: d for d in _status(transport, layout, ElementKind.DRIVE, status_s)}
    drives = []
    for address in range(layout.drive.first, layout.drive.first + layout.drive.count):
        told = found.get(address)
        drives.append(
            DrivePlace(address)
            if told is None
            else DrivePlace(address, told.drive_serial, told.device_identifier)
        )
    slots = _status(transport, layout, ElementKind.STORAGE, status_s)
    return ChangerSight(layout, tuple(drives), tuple(d.barcode for d in slots if d.full and d.barcode))


def _status(
    transport: Transport, layout: ElementLayout, kind: ElementKind, timeout_s: float
) -> list[ElementDescriptor]:
    """What is told of one kind of element in the first form of the question that the changer takes."""
    addresses = layout.range_of(kind)
    if not addresses.count:
        return []
    for request in _forms(kind, addresses.first, min(addresses.count, SLOTS_MAX)):
        try:
            data = _asked(transport, request.encode(), ALLOCATION_BYTES_MAX, timeout_s)
            found = [d for d in decode_element_status(data) if d.kind is kind and d.address in addresses]
        except WireDamaged:
            continue
        except DeviceRefused as refused:
            if refused.sense.key != ILLEGAL_REQUEST:
                raise
            continue
        if found:
            return found
    return []


def _forms(kind: ElementKind, first: int, count: int) -> list[ReadElementStatus]:
    """From what tells most to what every changer takes: without CURDATA, without what is asked for, all types."""
    wants_ids = kind is ElementKind.DRIVE
    return [
        ReadElementStatus(
            asked,
            first if asked else 0,
            count if asked else 0xFFFF,
            volume_tags=more and not wants_ids,
            device_ids=more and wants_ids,
            current_data=current,
        )
        for asked in (kind, None)
        for more in (True, False)
        for current in (True, False)
    ]


def _asked(transport: Transport, cdb: bytes, data_in: int, timeout_s: float) -> bytes:
    """The answer to a question; unit attentions, which say that something was different before, are heard out."""
    for _ in range(_ATTENTIONS_MAX):
        try:
            return transport.execute(cdb, data_in=data_in, timeout_s=timeout_s).data
        except DeviceRefused as refused:
            if refused.sense.key != UNIT_ATTENTION:
                raise
    return transport.execute(cdb, data_in=data_in, timeout_s=timeout_s).data
