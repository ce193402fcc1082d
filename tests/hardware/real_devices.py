"""The real devices of this machine that the tests may use, as environment variables name them.

ARCHIVED_TEST_CHANGER, ARCHIVED_TEST_TAPE and ARCHIVED_TEST_BURNER are a node each, or iscsi://ADDRESS:PORT/TARGET/LUN.
The devices are only asked, unless a second variable names the medium:

| variable | names | what happens to it |
| --- | --- | --- |
| ARCHIVED_TEST_CHANGER_MOVES | a medium in a slot, by barcode | it is moved to a free slot and back |
| ARCHIVED_TEST_TAPE_OVERWRITES | the cartridge in the drive, by barcode | everything on it is lost |
| ARCHIVED_TEST_BURNER_SPENDS | the blank in the drive, as the first test prints it | it is spent |

ARCHIVED_TEST_RECORD=FILE keeps what was asked and answered, as a transcript for each test and device:
FILE-changer-test_two_looks_see_the_same.jsonl and so on (devices/transports/recording.py; whatever is read back is in
it whole). Nothing is overwritten: a name that is taken gets a number.

ARCHIVED_TEST_PROFILES names profiles of changer and tape drive, "tgt,tgt"; without it INQUIRY chooses them.
The barcode of a cartridge is what its chip says; where it says none, the changer is asked what lies in the drive.
"""

import os
import re
from contextlib import suppress
from io import StringIO
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from archived.settings import DeviceSettings
from archived.wiring_hardware import device_transport
from backends.tape.profiles import PROFILES as TAPE_PROFILES
from backends.tape.ssc_drive import SscTapeDrive
from devices.scsi import Transport
from devices.transports.recording import RecordingTransport
from robotics.changers.smc import SmcChanger
from robotics.errors import InventoryStale
from robotics.model import Element, ElementKind, Inventory
from robotics.profiles import PROFILES as CHANGER_PROFILES

CHANGER, MOVES = "ARCHIVED_TEST_CHANGER", "ARCHIVED_TEST_CHANGER_MOVES"
TAPE, OVERWRITES = "ARCHIVED_TEST_TAPE", "ARCHIVED_TEST_TAPE_OVERWRITES"
BURNER, SPENDS = "ARCHIVED_TEST_BURNER", "ARCHIVED_TEST_BURNER_SPENDS"
#: kind:line of a reader of tags (tests/hardware/test_reader.py).
READER = "ARCHIVED_TEST_READER"
RECORD = "ARCHIVED_TEST_RECORD"
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
    line = device_transport(settings_of(named(variable)))
    stem = os.environ.get(RECORD, "")
    return RecordingTransport(line, _transcript(stem, variable)) if stem else line


class _Transcript(StringIO):
    """A file that is open only while a line is added: a driver closes its way to a device, and goes on."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def write(self, text: str) -> int:
        with self._path.open("a", encoding="utf-8") as file:
            return file.write(text)


def _transcript(stem: str, variable: str) -> _Transcript:
    device = variable.removeprefix("ARCHIVED_TEST_").lower()
    test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition("::")[2].partition(" ")[0]
    name = re.sub(r"\W+", "-", f"{device}-{test}").strip("-")
    for number in count(1):
        path = Path(f"{stem}-{name}{f'-{number}' if number > 1 else ''}.jsonl")
        with suppress(FileExistsError):
            path.touch(exist_ok=False)
            return _Transcript(path)
    raise AssertionError("count() has no end")


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
