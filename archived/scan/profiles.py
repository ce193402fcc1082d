"""Which profile the settings of a found device must name: some say any name in INQUIRY, and their own in page 83h."""

from dataclasses import replace

from archived.found_devices import CHANGER, TAPE_DRIVE, FoundDevice
from backends.interface import DriveIdentity
from backends.tape import profiles as tape_profiles
from robotics import profiles as changer_profiles
from robotics.model import ChangerIdentity


def with_profile(device: FoundDevice) -> FoundDevice:
    """`device` with the profile that has to be named; burners have none."""
    told = device.vendor, device.product, device.revision, device.serial
    name = ""
    if device.kind == CHANGER:
        name = changer_profiles.profile_to_name(ChangerIdentity(*told), device.names)
    elif device.kind == TAPE_DRIVE:
        name = tape_profiles.profile_to_name(DriveIdentity(*told), device.names)
    return replace(device, profile=name)
