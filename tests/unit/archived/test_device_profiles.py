"""Profiles of real devices are named in their tables."""

from pathlib import Path

from archived.config import load
from archived.wiring import paths_of
from archived.wiring_hardware import site_on_hardware
from devices.clock import SimulatedClock
from robotics.changers.smc import SmcChanger
from robotics.profiles import PROFILES
from tests.unit.archived.test_device_settings import REAL, real_site

CHANGER = 'serial = "LIB1"'


def changer_of(folder: Path, tables: str) -> SmcChanger:
    site = real_site(folder / "site", tables)
    config = load(site)
    changer = site_on_hardware(config, paths_of(site, config), SimulatedClock()).tools.changers["tl1"]
    assert isinstance(changer, SmcChanger)
    return changer


def test_the_profile_of_a_changer_is_the_one_that_is_named(tmp_path: Path) -> None:
    named = REAL.replace(CHANGER, f'{CHANGER}\nprofile = "tgt"', 1)
    assert changer_of(tmp_path, named).profile is PROFILES["tgt"]
