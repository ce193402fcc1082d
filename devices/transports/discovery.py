"""What an iSCSI portal offers: SendTargets in a discovery session (RFC 7143 appendix C), through libiscsi."""

import ctypes as c
import math
from dataclasses import dataclass
from typing import Any

from devices.failures import TransportLost
from devices.transports import libiscsi
from devices.transports.iscsi import INITIATOR, LOGOUT_S, Chap, logged_in


@dataclass(frozen=True, slots=True)
class OfferedTarget:
    """A target, and the portals ("address:port") where it says that it can be reached."""

    name: str
    portals: tuple[str, ...]


def discover(
    portal: str,
    *,
    timeout_s: float,
    chap: Chap | None = None,
    initiator: str = INITIATOR,
    library: Any = None,
) -> tuple[OfferedTarget, ...]:
    """Every target that `portal` names to this initiator, in the order of their names.

    Raises TransportLost when there is no session or no answer, LibiscsiUnusable.
    """
    library = library or libiscsi.load()
    otherwise = f"{portal}: no list of targets"
    context = logged_in(
        library,
        portal,
        libiscsi.SESSION_DISCOVERY,
        initiator=initiator,
        chap=chap,
        seconds=math.ceil(timeout_s) + 1,
        otherwise=otherwise,
    )
    try:
        first = library.iscsi_discovery_sync(context)
        if not first and library.iscsi_get_error(context):
            raise TransportLost(f"{otherwise} ({libiscsi.why_none(library, context)})")
        found = _targets(first)
        if first:
            library.iscsi_free_discovery_data(context, c.cast(first, c.c_void_p))
        library.iscsi_set_timeout(context, LOGOUT_S)
        library.iscsi_logout_sync(context)
        return tuple(sorted(found, key=lambda one: one.name))
    finally:
        library.iscsi_destroy_context(context)


def _targets(address: Any) -> list[OfferedTarget]:
    found = []
    while address:
        portals, portal = [], address.contents.portals
        while portal:
            portals.append(_without_group(_text(portal.contents.portal)))
            portal = portal.contents.next
        found.append(OfferedTarget(_text(address.contents.target_name), tuple(sorted(portals))))
        address = address.contents.next
    return found


def _without_group(portal: str) -> str:
    """ "10.0.0.1:3260,1" without its portal group, which matters to sessions of several connections only."""
    return portal.partition(",")[0]


def _text(words: bytes | None) -> str:
    return (words or b"").decode("utf-8", errors="replace")
