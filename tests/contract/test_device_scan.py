"""A scan of a real iSCSI target: who is there, which drive stands where, and settings that can be used."""

import json
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from archived.chap_secrets import read_secret
from archived.config import parse
from archived.found_devices import CHANGER, DISC_DRIVE, TAPE_DRIVE
from archived.real_settings import real_settings
from archived.scan.report import report
from archived.scan_command import with_port
from archived.wiring_hardware import device_transport
from archived.wiring_scan import portal_scanned
from cli.main import main
from devices.failures import TransportLost
from devices.scsi import Inquiry
from devices.transports.discovery import OfferedTarget, discover
from devices.transports.iscsi import Chap
from tests.contract.tgt_target import CHANGER_LUN, DVD_DRIVE, DVD_LUN, NAME, Target, require_tgt, tgt_target


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    require_tgt()
    with tgt_target() as running:
        yield running


def test_a_portal_names_its_targets(target: Target) -> None:
    assert discover(target.portal, timeout_s=10) == (OfferedTarget(NAME, (target.portal,)),)
    with pytest.raises(TransportLost, match="no list of targets"):
        discover("127.0.0.1:1", timeout_s=10)


@pytest.mark.parametrize("wanted", ["", NAME], ids=["all", "one by name"])
def test_every_unit_says_what_it_is_and_what_stands_where(target: Target, wanted: str) -> None:
    scan = portal_scanned(target.portal, target=wanted, initiator="", chap=None)
    assert [(one.lun, one.kind, one.serial, one.problem) for one in scan.devices] == [
        (1, TAPE_DRIVE, "DRV0000001", ""),
        (2, TAPE_DRIVE, "DRV0000002", ""),
        (DVD_LUN, DISC_DRIVE, "DVD0000001", ""),
        (CHANGER_LUN, CHANGER, "LIB0000001", ""),
    ]
    assert scan.devices[-1].slot_count == 10
    document = report(scan)
    how = {row["element"]: row["how"] for row in document["elements"]}
    # tgt cuts the last descriptor off: of that drive it tells no serial number.
    assert how == {256: "serial", 257: "serial", DVD_DRIVE: "guessed by order"}
    (library,) = document["libraries"]
    assert library["left_out"] == [f"{NAME} unit {DVD_LUN}"], "a library has drives of one kind"
    assert library["media_kind"] == "lto-8"


def test_the_command_prints_settings_of_which_each_device_answers(target: Target) -> None:
    done = CliRunner().invoke(main, ["devices", "scan", "--portal", target.portal, "--toml"])
    assert done.exit_code == 0, done.output
    said = tomllib.loads(done.output)
    assert list(said["libraries"]) == ["tl1"]
    assert said["pools"]["tapes-tl1"]["media_kind"] == "lto-8"
    config = parse(real_settings(done.output, keep_free_bytes=0, rest_s=1))
    for device in config.devices.values():
        # Its first command is sent only when the serial number in the settings answers.
        with closing(device_transport(device)) as line:
            assert line.execute(Inquiry().encode(), data_in=36, timeout_s=20).data
    assert {device.profile for device in config.devices.values()} == {"tgt"}, "whatever names they say"
    assert {name: table["serial"] for name, table in said["devices"].items()} == {
        "tl1": "LIB0000001",
        "T1": "DRV0000001",
        "T2": "DRV0000002",
    }


def test_a_portal_that_does_not_answer_is_unavailable_and_says_what_to_check() -> None:
    require_tgt()
    done = CliRunner().invoke(main, ["devices", "--portal", "127.0.0.1:1", "--json"])
    assert done.exit_code == 3
    error = json.loads(done.stderr)
    assert error["code"] == "device"
    assert "127.0.0.1:1" in error["message"]
    assert "--chap-user" in error["advice"]


def test_a_target_that_wants_a_secret_lets_nobody_in_without(target: Target, tmp_path: Path) -> None:
    account = ("--mode", "account", "--user", "archive")
    target.admin(*account, "--op", "new", "--password", "twelve-letters")
    target.admin(*account, "--op", "bind", "--tid", "1")
    try:
        with pytest.raises(TransportLost, match="no session"):
            portal_scanned(target.portal, target=NAME, initiator="", chap=None)
        with pytest.raises(TransportLost, match="no session"):
            portal_scanned(target.portal, target=NAME, initiator="", chap=Chap("archive", "another-word"))
        passed_over = portal_scanned(target.portal, target="", initiator="", chap=None)
        assert passed_over.devices == ()
        assert "was passed over" in passed_over.notes[0]
        file = tmp_path / "secret"
        file.write_text("twelve-letters\n")
        file.chmod(0o600)
        chap = Chap("archive", read_secret(file))
        assert len(portal_scanned(target.portal, target=NAME, initiator="", chap=chap).devices) == 4
    finally:
        target.admin(*account, "--op", "unbind", "--tid", "1")
        target.admin(*account, "--op", "delete")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("nas", "nas:3260"),
        ("nas:860", "nas:860"),
        ("10.0.0.5", "10.0.0.5:3260"),
        ("[fe80::1]", "[fe80::1]:3260"),
        ("[fe80::1]:860", "[fe80::1]:860"),
    ],
)
def test_a_portal_has_the_port_of_iscsi_unless_it_names_one(said: str, meant: str) -> None:
    assert with_port(said) == meant
