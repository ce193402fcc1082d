"""Who is behind a transport, by INQUIRY alone: a command that changes nothing, and that every device answers at
any time, without a medium and without using up a unit attention (SPC-4 6.6).
"""

from dataclasses import dataclass

from devices.failures import DeviceRefused, WireDamaged
from devices.scsi import Inquiry, InquiryData, Transport, UnitSerialNumber
from devices.vpd import Designator, DeviceIdentification

_PAGE_BYTES = 255


@dataclass(frozen=True, slots=True)
class Sight:
    """What a device says of itself; `serial` is empty and `designators` are none where it does not tell."""

    inquiry: InquiryData
    serial: str = ""
    designators: tuple[Designator, ...] = ()
    #: False for a unit that a target could have, and has not (peripheral qualifier, SPC-4 6.6.2).
    is_connected: bool = True


def look_at(transport: Transport, *, timeout_s: float) -> Sight:
    """Ask once for each page; a page that is refused or cannot be read is one that the device does not have.

    Raises DeviceRefused, OutcomeUnknown when not even standard data come.
    """
    data = transport.execute(Inquiry().encode(), data_in=36, timeout_s=timeout_s).data
    inquiry = InquiryData.decode(data)
    if data[0] >> 5:
        return Sight(inquiry, is_connected=False)
    serial = page_80(_page(transport, UnitSerialNumber.PAGE, timeout_s))
    return Sight(inquiry, serial, page_83(_page(transport, DeviceIdentification.PAGE, timeout_s)))


def page_80(data: bytes) -> str:
    """The serial number in page 80h; empty for bytes that are no such page."""
    try:
        return UnitSerialNumber.decode(data).serial
    except WireDamaged:
        return ""


def page_83(data: bytes) -> tuple[Designator, ...]:
    """The names of the logical unit in page 83h; none for bytes that are no such page."""
    try:
        designators = DeviceIdentification.decode(data).designators
    except WireDamaged:
        return ()
    return tuple(one for one in designators if one.names_the_unit)


def _page(transport: Transport, page: int, timeout_s: float) -> bytes:
    request = Inquiry(allocation=_PAGE_BYTES, page=page).encode()
    try:
        return transport.execute(request, data_in=_PAGE_BYTES, timeout_s=timeout_s).data
    except DeviceRefused:
        return b""
