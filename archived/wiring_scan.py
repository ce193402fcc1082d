"""Opens the ways by which a scan asks devices. No driver is constructed: a scan gives no orders."""

from typing import TYPE_CHECKING

from archived.scan.found import Scan
from archived.scan.machine import scan_machine
from archived.scan.portal import scan_portal
from devices.scsi import Transport

if TYPE_CHECKING:
    from devices.transports.iscsi import Chap

#: How long a portal may take to name its targets.
DISCOVERY_S = 20.0


def machine_scanned() -> Scan:
    """What is there on this machine."""
    from devices.transports.sgio import SgIoTransport

    return scan_machine(SgIoTransport)


def portal_scanned(portal: str, *, target: str, initiator: str, chap: "Chap | None") -> Scan:
    """What is there behind an iSCSI portal; `initiator` "" is the name that we have by default.

    Raises DeviceFailure when it does not answer, LibiscsiUnusable.
    """
    from devices.transports.discovery import discover
    from devices.transports.iscsi import INITIATOR, IscsiTransport

    name = initiator or INITIATOR

    def open_unit(way: str, target_name: str, unit: int) -> Transport:
        return IscsiTransport(way, target_name, unit, chap=chap, initiator=name)

    return scan_portal(
        portal,
        target,
        discover=lambda: discover(portal, timeout_s=DISCOVERY_S, chap=chap, initiator=name),
        open_unit=open_unit,
    )
