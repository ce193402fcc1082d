"""One contract for every dialect of quality scans: all samples in order, an end, and a drive left as it was."""

from itertools import islice

import pytest

from backends.errors import MediumUnreadable
from backends.optical.quality.choice import DIALECTS
from backends.optical.quality.interface import Family
from backends.optical.quality.scanner import DialectScanner
from devices.failures import DeviceRefused
from devices.sense import HARDWARE_ERROR, MEDIUM_ERROR
from tests.contract.quality_targets import LiteOnTarget, OptiarcTarget, PioneerTarget

TARGETS = {"optiarc": OptiarcTarget, "liteon": LiteOnTarget, "pioneer": PioneerTarget}
SPOKEN = [
    pytest.param(name, family, id=f"{name} {family.value}")
    for name, dialect in sorted(DIALECTS.items())
    for family in sorted(dialect.families, key=lambda one: one.value)
]


def curve(block: int) -> tuple[int, int]:
    return block % 7, block % 7 // 2 + 1


@pytest.mark.parametrize(("name", "family"), SPOKEN)
def test_every_block_is_told_once_and_the_scan_ends_with_the_disc(name: str, family: Family) -> None:
    drive = TARGETS[name](family, blocks=40, curve=curve)
    scanner = DialectScanner(drive, DIALECTS[name], family)
    scanner.start(0)
    found = list(iter(scanner.sample, None))
    scanner.end()
    assert found == drive.expected()
    assert not drive.in_scan, "the drive was left in its scan"
    assert (scanner.dialect, scanner.family) == (name, family)


@pytest.mark.parametrize(("name", "family"), SPOKEN)
def test_damage_that_cannot_be_followed_is_told_with_its_place(name: str, family: Family) -> None:
    drive = TARGETS[name](family, blocks=40, curve=curve)
    scanner = DialectScanner(drive, DIALECTS[name], family)
    scanner.start(0)
    assert len(list(islice(iter(scanner.sample, None), 5))) == 5
    drive.refuses = (MEDIUM_ERROR, 0x11, 0x00)
    with pytest.raises(MediumUnreadable) as error:
        scanner.sample()
    assert error.value.lba == 5 * family.block_sectors


@pytest.mark.parametrize(("name", "family"), SPOKEN)
def test_trouble_of_the_drive_is_none_of_the_disc(name: str, family: Family) -> None:
    drive = TARGETS[name](family, blocks=40, curve=curve)
    scanner = DialectScanner(drive, DIALECTS[name], family)
    scanner.start(0)
    drive.refuses = (HARDWARE_ERROR, 0x44, 0x00)
    with pytest.raises(DeviceRefused):
        scanner.sample()
