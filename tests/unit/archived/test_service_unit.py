"""The unit that is printed: a burn survives it, and any path can stand in it."""

import configparser
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from archived.service_unit import WATCHDOG_S, groups_of, unit_text

SITE = Path('/srv/50 % "archive" $HOME')


def parsed(text: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    return parser


def test_a_burn_survives_and_the_loop_is_watched() -> None:
    service = parsed(unit_text(SITE, Path("/opt/archived/bin/archived")))["Service"]
    assert service["Type"] == "notify"
    assert service["KillMode"] == "process"
    assert service["WatchdogSec"] == str(WATCHDOG_S)
    assert service["RuntimeDirectoryPreserve"] == "yes"
    assert not {"PrivateDevices", "DevicePolicy", "PrivateTmp", "ProtectHome", "User"} & set(service)


def test_paths_are_quoted_and_hold_no_specifier_and_no_variable() -> None:
    unit = parsed(unit_text(SITE, Path("/opt/a b/archived"), "archive"))
    assert unit["Service"]["ExecStart"] == (
        '"/opt/a b/archived" serve --site "/srv/50 %% \\"archive\\" $$HOME" --log-format json'
    )
    assert unit["Service"]["User"] == "archive"
    assert unit["Unit"]["Description"].count("%%") == 1


def test_the_groups_of_devices_go_with_a_user_and_root_needs_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = iter(("tape", "cdrom", "root", "tape"))
    monkeypatch.setattr(
        "archived.service_unit.grp.getgrgid", lambda number: SimpleNamespace(gr_name=next(names))
    )
    node = tmp_path / "sg1"
    node.touch()
    groups = groups_of([node, node, node, node, tmp_path / "gone"])
    assert groups == ("cdrom", "tape")
    service = parsed(unit_text(SITE, Path("/bin/archived"), "archive", groups))["Service"]
    assert service["SupplementaryGroups"] == "cdrom tape"
    assert "SupplementaryGroups" not in parsed(unit_text(SITE, Path("/bin/archived"), "", groups))["Service"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_finds_nothing_wrong_with_it(tmp_path: Path) -> None:
    unit = tmp_path / "archived.service"
    unit.write_text(unit_text(Path("/srv/archive"), Path("/bin/true")))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, timeout=60, check=False
    )
    assert str(unit) not in done.stderr, done.stderr
