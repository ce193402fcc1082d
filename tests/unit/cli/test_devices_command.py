"""archivectl devices: what it asks of the process that asks devices, and how it shows the answer."""

import json
import subprocess
import sys
from typing import Any

import pytest

from .conftest import Run

DRIVE = {
    "device": "/dev/sg1",
    "kind": "tape drive",
    "name": "T1",
    "vendor": "IBM",
    "product": "ULT3580-TD8",
    "revision": "P380",
    "serial": "D1",
    "also": ["/dev/nst0"],
    "problem": "process 7 (archived) has it open",
    "advice": "leave it so",
    "second_way_to": "",
}
CHANGER = DRIVE | {
    "device": "/dev/sg3",
    "kind": "changer",
    "name": "tl1",
    "product": "3573-TL",
    "problem": "",
    "advice": "",
    "slot_count": 24,
    "port_count": 3,
}
DOCUMENT = {
    "devices": [DRIVE, DRIVE | {"device": "/dev/sg9", "second_way_to": "/dev/sg1", "name": ""}, CHANGER],
    "elements": [
        {"changer": "/dev/sg3", "element": 256, "serial": "D1", "drive": "/dev/sg1", "how": "serial"},
        {"changer": "/dev/sg3", "element": 257, "serial": "", "drive": None, "how": "unpaired"},
    ],
    "libraries": [],
    "notes": ["a note"],
    "settings": '[libraries.tl1]\nkind = "tape"\n',
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What was run, and what it answers."""
    scan: dict[str, Any] = {"status": 0, "output": json.dumps(DOCUMENT).encode()}

    def run(command: list[str], **options: Any) -> "subprocess.CompletedProcess[bytes]":
        scan["command"] = command
        return subprocess.CompletedProcess(command, scan["status"], scan["output"])

    monkeypatch.setattr("cli.devices_cmd.subprocess.run", run)
    return scan


def test_devices_are_asked_by_a_process_of_the_daemon_s_program(run: Run, asked: dict[str, Any]) -> None:
    assert run("devices").exit_code == 0
    assert asked["command"] == [sys.executable, "-P", "-m", "archived", "devices", "scan"]
    run("devices", "scan", "--portal", "p", "--chap-user", "u", "--chap-secret-file", "f", "--target", "t")
    assert asked["command"][-4:] == ["--portal=p", "--chap-user=u", "--chap-secret-file=f", "--target=t"]


def test_people_see_devices_elements_what_to_do_and_the_settings(run: Run, asked: dict[str, Any]) -> None:
    output = run("devices").output
    for words in (
        "Serial 序列号",
        "process 7 (archived) has it open; also /dev/nst0",
        "/dev/sg1: next: leave it so",
        "a second way to /dev/sg1",
        "24 slots, 3 import/export slots",
        "a note",
        '[libraries.tl1]\nkind = "tape"\n',
    ):
        assert words in output
    (row,) = [line for line in output.splitlines() if " 256 " in line]
    assert row.split() == ["tl1", "256", "D1", "T1", "serial"]
    (row,) = [line for line in output.splitlines() if " 257 " in line]
    assert row.split() == ["tl1", "257", "–", "–", "unpaired"]


def test_programs_get_the_document_or_the_settings_alone(run: Run, asked: dict[str, Any]) -> None:
    assert json.loads(run("devices", "--json").output) == DOCUMENT
    assert run("devices", "scan", "--toml").output == DOCUMENT["settings"]
    asked["output"] = json.dumps(DOCUMENT | {"settings": ""}).encode()
    done = run("devices", "scan", "--toml")
    assert (done.exit_code, done.stdout) == (3, "")
    assert "a note" in done.stderr


def test_what_the_scan_refuses_is_refused(run: Run, asked: dict[str, Any]) -> None:
    error = {"code": "refused", "message": "no", "advice": "name it", "detail": {"notes": ["because"]}}
    asked |= {"status": 2, "output": json.dumps(error).encode()}
    done = run("devices", "--json")
    assert done.exit_code == 2
    assert json.loads(done.stderr) == error


@pytest.mark.parametrize("output", [b"", b"[1", b"Traceback"], ids=["nothing", "half", "words"])
def test_a_scan_that_broke_off_is_told_with_its_status(
    run: Run, asked: dict[str, Any], output: bytes
) -> None:
    asked |= {"status": -9, "output": output}
    done = run("devices")
    assert done.exit_code == 4
    assert "status -9" in done.stderr


def test_options_of_a_portal_are_refused_without_one(run: Run) -> None:
    """The one test here that runs the real process."""
    done = run("devices", "scan", "--target", "iqn.x")
    assert done.exit_code == 2
    assert "--target is about an iSCSI portal" in done.stderr
