"""Constructs changers, drives and burners of a real room from the tables of devices in archived.toml.

Nothing is opened here: the first command opens a node or makes a session, so that a daemon starts when a device is
not there, and says so.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archived.chap_secrets import read_secret
from archived.robot_kinds import STACKERS
from archived.sessions.detached import DetachedBurner
from archived.sessions.tools import SitePaths
from archived.settings import NO_SERIAL, DeviceSettings
from devices.clock import Clock, SystemClock
from devices.scsi import Transport
from devices.transports.expected import ExpectedTransport

if TYPE_CHECKING:
    from archived.settings import Config
    from archived.stages.work import Site

_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")


def device_transport(
    settings: DeviceSettings, clock: Clock | None = None, *, initiator: str = ""
) -> Transport:
    """The way to one device, which is opened by its first command. Raises ConfigurationError for a missing secret."""
    if settings.path:
        from devices.transports.sgio import SgIoTransport

        node = SgIoTransport(Path(settings.path), clock=clock)
        return ExpectedTransport(node, serial=_meant(settings), where=settings.path)
    from devices.transports.iscsi import INITIATOR, Chap, IscsiTransport

    chap = (
        Chap(settings.chap_user, read_secret(Path(settings.chap_secret_file))) if settings.chap_user else None
    )
    session = IscsiTransport(
        settings.portal,
        settings.target,
        settings.lun,
        chap=chap,
        initiator=settings.initiator or initiator or INITIATOR,
    )
    where = f"{settings.target} unit {settings.lun} at {settings.portal}"
    return ExpectedTransport(session, serial=_meant(settings), where=where)


def _meant(settings: DeviceSettings) -> str | None:
    """What page 80h must say; None only where no configuration stands behind the way, as in tests of real devices."""
    return "" if settings.serial == NO_SERIAL else settings.serial or None


def burn_target(settings: DeviceSettings, name: str, initiator: str) -> dict[str, Any]:
    """Where a detached burn of this drive goes, without any secret: only the path of its file."""
    if settings.path:
        return {"kind": "node", "device": name, "node": settings.path, "serial": settings.serial}
    return {
        "kind": "iscsi",
        "device": name,
        "portal": settings.portal,
        "target": settings.target,
        "lun": settings.lun,
        "initiator": settings.initiator or initiator,
        "chap_user": settings.chap_user,
        "chap_secret_file": settings.chap_secret_file,
        "serial": settings.serial,
    }


def target_settings(target: Mapping[str, Any]) -> DeviceSettings:
    """The device of a burn's target."""
    if target["kind"] == "node":
        return DeviceSettings(path=target["node"], serial=target["serial"])
    return DeviceSettings(**{key: target[key] for key in target if key not in ("kind", "device")})


def initiator_name(site_name: str) -> str:
    """How a site calls itself to targets that it was given no name for (RFC 7143 4.2.7)."""
    plain = _NOT_IN_A_NAME.sub("-", site_name.lower()).strip("-")[:60]
    return f"iqn.2026-01.archived:{plain or hashlib.sha256(site_name.encode()).hexdigest()[:16]}"


def site_on_hardware(config: "Config", paths: SitePaths, clock: Clock | None = None) -> "Site":
    """The site as the daemon sees it on real devices. Raises ConfigurationError."""
    from archived.wiring_devices import drivers_of
    from archived.wiring_readers import close_all, readers_on_lines
    from archived.wiring_site import site_of
    from archived.wiring_stackers import ways_on_hardware

    clock = clock or SystemClock()
    initiator = initiator_name(config.site.name)
    robots = {name for name, library in config.libraries.items() if library.robot in STACKERS}
    lines = {
        name: device_transport(device, clock, initiator=initiator)
        for name, device in config.devices.items()
        if name not in robots
    }
    made = drivers_of(config, lambda name: lines[name])
    targets = {name: burn_target(config.devices[name], name, initiator) for name in made.drives}
    burner = DetachedBurner(paths.burns, clock, targets, let_go=lambda name: lines[name].close())
    readers = readers_on_lines(config, clock)

    def let_go() -> None:
        for line in lines.values():
            line.close()
        close_all(readers)

    return site_of(
        config,
        paths,
        clock,
        made,
        burner,
        ways=ways_on_hardware(config.devices),
        cabinets={},
        readers=readers,
        let_go=let_go,
    )


__all__ = [
    "burn_target",
    "device_transport",
    "initiator_name",
    "site_on_hardware",
    "target_settings",
]
