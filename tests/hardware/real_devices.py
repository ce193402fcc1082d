"""The real devices of this machine that the tests may use, as environment variables name them.

ARCHIVED_TEST_CHANGER, ARCHIVED_TEST_TAPE and ARCHIVED_TEST_BURNER are a node each, or iscsi://ADDRESS:PORT/TARGET/LUN.
The devices are only asked, unless a second variable names the medium:

| variable | names | what happens to it |
| --- | --- | --- |
| ARCHIVED_TEST_CHANGER_MOVES | a medium in a slot, by barcode | it is moved to a free slot and back |
| ARCHIVED_TEST_TAPE_OVERWRITES | the cartridge in the drive, by barcode | everything on it is lost |
| ARCHIVED_TEST_BURNER_SPENDS | the blank in the drive, as the first test prints it | it is spent |

ARCHIVED_TEST_PROFILES names profiles of changer and tape drive, "tgt,tgt"; without it INQUIRY chooses them.
The barcode of a cartridge is what its chip says; where it says none, the changer is asked what lies in the drive.
"""

import os
from urllib.parse import urlsplit

import pytest

from archived.settings import DeviceSettings
from archived.wiring_hardware import device_transport
from backends.tape.profiles import PROFILES as TAPE_PROFILES
from backends.tape.ssc_drive import SscTapeDrive
from devices.scsi import Transport
from robotics.changers.smc import SmcChanger
from robotics.errors import InventoryStale
from robotics.model import Element, ElementKind, Inventory
from robotics.profiles import PROFILES as CHANGER_PROFILES

CHANGER, MOVES = "ARCHIVED_TEST_CHANGER", "ARCHIVED_TEST_CHANGER_MOVES"
TAPE, OVERWRITES = "ARCHIVED_TEST_TAPE", "ARCHIVED_TEST_TAPE_OVERWRITES"
BURNER, SPENDS = "ARCHIVED_TEST_BURNER", "ARCHIVED_TEST_BURNER_SPENDS"
_CHANGER_PROFILE, _TAPE_PROFILE = (os.environ.get("ARCHIVED_TEST_PROFILES", "") + ",").split(",")[:2]


def named(variable: str) -> str:
    """What a variable says; skips, saying what was not tried."""
    value = os.environ.get(variable, "")
    if not value:
        pytest.skip(f"NOT TRIED on hardware: {variable} is not set")
    return value


def settings_of(value: str) -> DeviceSettings:
    """The device of a node or of an iscsi:// address."""
    if not value.startswith("iscsi://"):
        return DeviceSettings(path=value)
    parts = urlsplit(value)
    target, _, lun = parts.path.strip("/").rpartition("/")
    return DeviceSettings(portal=parts.netloc, target=target, lun=int(lun))


def line_to(variable: str) -> Transport:
    return device_transport(settings_of(named(variable)))


def changer_on(line: Transport) -> SmcChanger:
    return SmcChanger(line, name="changer", profile=CHANGER_PROFILES.get(_CHANGER_PROFILE))


def tape_drive_on(line: Transport) -> SscTapeDrive:
    return SscTapeDrive(line, name="tape drive", profile=TAPE_PROFILES.get(_TAPE_PROFILE))


def looked_at(changer: SmcChanger) -> Inventory:
    """An inventory, also of a changer that has a reset to tell first."""
    try:
        return changer.inventory()
    except InventoryStale:
        return changer.inventory()


def element_of(changer: SmcChanger, serial: str) -> Element | None:
    """The drive element in which the changer says that a drive stands."""
    elements = looked_at(changer).of_kind(ElementKind.DRIVE)
    return next((e for e in elements if e.drive_serial and serial.startswith(e.drive_serial)), None)
