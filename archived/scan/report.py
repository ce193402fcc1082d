"""The document of a scan: what was found, what belongs together, and the settings for it."""

from collections.abc import Mapping
from typing import Any

from archived.errors import DeviceTrouble
from archived.found_devices import CHANGER, FoundDevice
from archived.language import _
from archived.policy.device_pairing import Pair, pair, second_ways
from archived.policy.device_plan import names_of, plan_libraries
from archived.policy.device_section import section_text
from archived.scan.found import Scan


def report(scan: Scan, **access: str) -> dict[str, Any]:
    """What a person or a program gets; `access` is what the tables of devices behind a portal say as well.

    Raises DeviceTrouble when nothing was found.
    """
    if not scan.devices:
        raise DeviceTrouble(
            _("no changer and no drive was found in {places}").format(places=", ".join(scan.looked_at)),
            advice=_("docs/hardware.md says what must be there before a scan can find anything"),
            looked_at=list(scan.looked_at),
            notes=list(scan.notes),
        )
    seconds = second_ways(scan.devices)
    devices = [device for device in scan.devices if device.key not in seconds]
    pairs = pair(devices)
    libraries = plan_libraries(devices, pairs)
    names = names_of(libraries)
    return {
        "devices": [
            _device(device, names.get(device.key, ""), seconds.get(device.key, "")) for device in scan.devices
        ],
        "elements": [_element(one, names) for one in pairs],
        "libraries": [
            {
                "name": library.name,
                "kind": library.kind,
                "changer": library.changer.key,
                "drives": [drive.name for drive in library.drives],
                "media_kind": library.media_kind,
                "left_out": [device.key for device in library.left_out],
            }
            for library in libraries
        ],
        "looked_at": list(scan.looked_at),
        "notes": [*scan.notes, *_remarks(devices, pairs)],
        "settings": section_text(libraries, **access),
    }


def _device(device: FoundDevice, name: str, second_way_to: str) -> dict[str, Any]:
    way: Mapping[str, Any] = {"path": device.path}
    if device.portal:
        way = {"portal": device.portal, "target": device.target, "lun": device.lun}
    document = {
        "device": device.key,
        "kind": device.kind,
        "name": name,
        "vendor": device.vendor,
        "product": device.product,
        "revision": device.revision,
        "serial": device.serial,
        "designators": list(device.names),
        **way,
        "also": list(device.also),
        "problem": device.problem,
        "advice": device.advice,
        "second_way_to": second_way_to,
    }
    if device.kind == CHANGER:
        document |= {"slot_count": device.slot_count, "port_count": device.port_count}
    return document


def _element(one: Pair, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "changer": one.changer,
        "element": one.bay.address,
        "serial": one.bay.serial,
        "drive": one.drive,
        "name": names.get(one.drive or "", ""),
        "how": one.how.value,
    }


def _remarks(devices: list[FoundDevice], pairs: tuple[Pair, ...]) -> list[str]:
    """What keeps devices out of the settings."""
    paired = {one.drive for one in pairs}
    found = []
    for device in devices:
        if device.kind == CHANGER and not device.bays and not device.problem:
            found.append(_("{device} is a changer that has no drives").format(device=device.key))
        elif device.kind == CHANGER and not any(one.drive for one in pairs if one.changer == device.key):
            found.append(_("of the changer {device} no drive is known").format(device=device.key))
        elif device.kind != CHANGER and device.key not in paired:
            found.append(
                _(
                    "{device} belongs to no changer that was found; a drive without one cannot be set up yet"
                ).format(device=device.key)
            )
    return found
