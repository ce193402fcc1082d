"""The drivers of all devices that a configuration names, whatever carries their commands.

A burn wires one burner: what only a whole site needs is imported by the function that needs it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archived.media_kinds import TAPE
from archived.robot_kinds import SMC, STACKERS
from archived.settings import DeviceSettings
from backends.interface import OpticalDrive, TapeDrive
from backends.optical.drive import MmcDrive
from devices.scsi import Transport
from devices.transports.shared import SharedTransport

if TYPE_CHECKING:
    from archived.settings import Config
    from robotics.interface import Changer

#: What goes through a node of the kernel in one command: 64 KiB is taken by every adapter of a burner.
NODE_TRANSFER_SECTORS = 32


@dataclass(frozen=True, slots=True)
class Drivers:
    """By name: changers by that of their library, burners and tape drives by their own."""

    changers: "dict[str, Changer]"
    drives: Mapping[str, OpticalDrive]
    tapes: Mapping[str, TapeDrive]


def drivers_of(config: "Config", line: Callable[[str], Transport]) -> Drivers:
    """A driver for each device; `line` gives the way to a device by its name, and is asked once for each.

    Libraries whose media people move get their changers by `archived.wiring_people.people_of`.
    Disc robots get theirs by `archived.wiring_stackers.stackers_of`.
    """
    from backends.tape.profiles import PROFILES as TAPE_PROFILES
    from backends.tape.profiles import STANDARD
    from backends.tape.ssc_drive import SscTapeDrive
    from robotics.changers.smc import SmcChanger, SmcTimeouts
    from robotics.profiles import PROFILES as CHANGER_PROFILES

    changers: dict[str, Changer] = {}
    drives: dict[str, OpticalDrive] = {}
    tapes: dict[str, TapeDrive] = {}
    for library, robot in config.libraries.items():
        timeouts = SmcTimeouts(move_s=robot.move_timeout_s)
        device = config.devices.get(library, DeviceSettings())
        kind = CHANGER_PROFILES.get(device.profile)
        if robot.robot == SMC:
            changers[library] = SmcChanger(line(library), timeouts, name=library, profile=kind)
        for name in robot.drives:
            if robot.kind == TAPE:
                # A simulated drive has no table, and is as the standard says.
                profile = TAPE_PROFILES.get(config.devices[name].profile) if config.devices else STANDARD
                tapes[name] = SscTapeDrive(line(name), name=name, profile=profile)
            else:
                # Where its tray is is asked while a session reads in it.
                way = SharedTransport(line(name)) if robot.robot in STACKERS else line(name)
                told = config.devices.get(name, DeviceSettings())
                drives[name] = burner_drive(told, name, way, config.health.dialects.get(name, ""))
    return Drivers(changers, drives, tapes)


def burner_drive(
    settings: DeviceSettings, name: str, transport: Transport, scan_dialect: str = ""
) -> OpticalDrive:
    """A burner behind its transport; `scan_dialect` where its own name does not tell how it is asked for errors."""
    if settings.path:
        return MmcDrive(
            transport, name=name, transfer_sectors=NODE_TRANSFER_SECTORS, scan_dialect=scan_dialect
        )
    return MmcDrive(transport, name=name, scan_dialect=scan_dialect)


__all__ = ["Drivers", "burner_drive", "drivers_of"]
