"""Finds the devices behind an iSCSI portal: its targets, the units of each, and what these say of themselves."""

from collections.abc import Callable, Iterator, Sequence

from archived.found_devices import FoundDevice
from archived.language import _
from archived.scan.asking import INQUIRY_S, asked
from archived.scan.found import Scan
from archived.scan.profiles import with_profile
from devices.failures import DeviceFailure, DeviceRefused, TransportLost
from devices.luns import ReportLuns, UnitNumbers
from devices.scsi import Transport
from devices.sense import ILLEGAL_REQUEST
from devices.transports.discovery import OfferedTarget

#: (portal, target, unit) -> the way there; the session is made by its first command.
OpenUnit = Callable[[str, str, int], Transport]
Discover = Callable[[], Sequence[OfferedTarget]]
_ALLOCATION_BYTES = 16392


def scan_portal(portal: str, target: str, *, discover: Discover, open_unit: OpenUnit) -> Scan:
    """Every changer and drive behind `portal`; only those of `target` unless it is empty.

    A target that is named is not looked for. Raises DeviceFailure when the portal does not answer.
    """
    offered = (OfferedTarget(target, (portal,)),) if target else discover()
    found: list[FoundDevice] = []
    notes: list[str] = []
    for one in offered:
        try:
            way, units = _units(portal, one, open_unit)
        except DeviceFailure as failure:
            if target:
                raise
            notes.append(
                _("target {target} was passed over: {failure}").format(target=one.name, failure=failure)
            )
            continue
        for unit in units:
            device = _unit(way, one.name, unit, open_unit)
            if device.kind:
                found.append(with_profile(device))
            elif device.problem:
                notes.append(f"{device.key}: {device.problem}")
    looked_at = [portal, *(f"{portal} {one.name}" for one in offered)]
    return Scan(tuple(found), tuple(looked_at), tuple(notes))


def _unit(portal: str, target: str, unit: int, open_unit: OpenUnit) -> FoundDevice:
    return asked(
        FoundDevice(
            key=f"{target} unit {unit}",
            kind="",
            group=f"{portal} {target}",
            order=(unit,),
            portal=portal,
            target=target,
            lun=unit,
        ),
        open_unit(portal, target, unit),
    )


def _units(portal: str, target: OfferedTarget, open_unit: OpenUnit) -> tuple[str, tuple[int, ...]]:
    """The portal by which the target can be reached, and its units.

    The portal that was named comes first: what a target says of itself may be an address of another network.
    """
    lost: DeviceFailure | None = None
    for way in _ways(portal, target):
        line = open_unit(way, target.name, 0)
        try:
            request = ReportLuns(_ALLOCATION_BYTES).encode()
            answer = line.execute(request, data_in=_ALLOCATION_BYTES, timeout_s=INQUIRY_S)
            return way, UnitNumbers.decode(answer.data).numbers
        except TransportLost as failure:
            lost = lost or failure
        except DeviceRefused as refused:
            # Older than REPORT LUNS: it has unit 0 alone.
            if refused.sense.key != ILLEGAL_REQUEST:
                raise
            return way, (0,)
        finally:
            line.close()
    raise lost or TransportLost(f"{target.name} names no portal")


def _ways(portal: str, target: OfferedTarget) -> Iterator[str]:
    yield portal
    yield from (other for other in target.portals if other != portal)
