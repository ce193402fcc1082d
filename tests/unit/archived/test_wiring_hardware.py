"""Every way to a real device asks who answers, before anything else is sent there."""

from pathlib import Path

import pytest

from archived.config import load
from archived.settings import DeviceSettings
from archived.wiring import paths_of
from archived.wiring_hardware import device_transport, site_on_hardware
from devices.clock import SimulatedClock
from devices.failures import WorldDiffers
from devices.scsi import Inquiry, Result, TestUnitReady, UnitSerialNumber
from devices.transports import iscsi, sgio
from tests.unit.archived.test_device_settings import real_site

ASK, READY = Inquiry(255, page=0x80).encode(), TestUnitReady().encode()
WAYS = {
    "node": DeviceSettings(path="/dev/sg3"),
    "iscsi": DeviceSettings(portal="h:3260", target="iqn.x:t"),
}


class Renumbered:
    """What now stands behind the node or the portal: a drive of another serial number, which may be none."""

    def __init__(self, heard: list[bytes], serial: str) -> None:
        self._heard = heard
        self._serial = serial

    def execute(self, cdb: bytes, **_limits: object) -> Result:
        self._heard.append(cdb)
        return Result(UnitSerialNumber(1, self._serial).encode()) if cdb == ASK else Result()

    def close(self) -> None:
        self._heard.append(b"closed")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("meant", "answers", "passes"),
    [("DRV1", "DRV1", True), ("DRV1", "DRV2", False), ("none", "DRV2", False), ("none", "", True)],
)
def test_another_device_gets_no_command_whichever_way_leads_to_it(
    monkeypatch: pytest.MonkeyPatch, way: str, meant: str, answers: str, passes: bool
) -> None:
    heard: list[bytes] = []

    def carrier(*_where: object, **_how: object) -> Renumbered:
        return Renumbered(heard, answers)

    monkeypatch.setattr(sgio, "SgIoTransport", carrier)
    monkeypatch.setattr(iscsi, "IscsiTransport", carrier)
    settings = WAYS[way]
    line = device_transport(DeviceSettings(settings.path, settings.portal, settings.target, serial=meant))
    if passes:
        line.execute(READY, timeout_s=1)
        assert heard == [ASK, READY]
        return
    with pytest.raises(WorldDiffers):
        line.execute(READY, timeout_s=1)
    assert heard == [ASK, b"closed"]


def test_every_way_to_a_device_is_given_up_when_the_daemon_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[bytes] = []

    def carrier(*_where: object, **_how: object) -> Renumbered:
        return Renumbered(heard, "")

    monkeypatch.setattr(sgio, "SgIoTransport", carrier)
    monkeypatch.setattr(iscsi, "IscsiTransport", carrier)
    folder = real_site(tmp_path / "site")
    config = load(folder)
    site_on_hardware(config, paths_of(folder, config), SimulatedClock()).tools.let_go()
    assert heard == [b"closed"] * len(config.devices)
