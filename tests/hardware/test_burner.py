"""What every way of burning does, on a real burner: asked only, and one blank spent where a variable names it."""

import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archived.sessions.detached import DetachedBurner
from archived.wiring_devices import burner_drive
from archived.wiring_hardware import burn_target
from backends.interface import Disc, DiscStatus
from backends.optical.drive import MmcDrive
from backends.optical.mmc_drive import profile_name
from devices.clock import SystemClock
from tests.contract import test_burners as contract
from tests.contract.burner_places import DRIVE, BurnPlace
from tests.hardware.real_devices import BURNER, SPENDS, line_to, named, settings_of

pytestmark = pytest.mark.hardware


@pytest.fixture
def place() -> Iterator[BurnPlace]:
    """A drive with a disc in it; nobody brings another. It closes its tray by itself."""
    settings = settings_of(named(BURNER))
    with closing(line_to(BURNER)) as line, tempfile.TemporaryDirectory() as name:
        drive = burner_drive(settings, DRIVE, line)
        assert isinstance(drive, MmcDrive)
        targets = {DRIVE: burn_target(settings, DRIVE, "iqn.2026-01.archived:test")}
        burner = DetachedBurner(
            Path(name) / "burns", SystemClock(), targets, let_go=lambda name: line.close()
        )
        yield BurnPlace(burner, drive, Path(name), bring=lambda: None, take=lambda: None, is_quick=False)


def kind_of(disc: Disc) -> str:
    """What a blank is called here: the id that its maker gave it, else what MMC calls its kind."""
    return disc.media_id or profile_name(disc.profile)


def test_it_says_who_it_is_and_what_lies_in_it(place: BurnPlace, capsys: pytest.CaptureFixture[str]) -> None:
    identity = place.drive.identify()
    assert identity.vendor
    with capsys.disabled():
        print(f"\n{identity}\n  {kind_of(place.look())}: {place.look()}")


def test_a_blank_is_burnt_closed_and_reads_the_same_after_the_tray_was_out(place: BurnPlace) -> None:
    blank = named(SPENDS)
    disc = place.look()
    assert disc.status is DiscStatus.BLANK, f"the disc is {disc.status.value}: nothing was burnt"
    assert kind_of(disc) == blank, f"the disc says that it is {kind_of(disc)}: nothing was burnt"
    contract.test_an_image_is_burnt_closed_and_reads_the_same_after_a_reload(place)
