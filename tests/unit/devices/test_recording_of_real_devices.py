"""What a real device says when it is tried is kept, if somebody asks for it, and can be played again."""

from pathlib import Path

import pytest

from devices.scsi import Result, TestUnitReady
from devices.transports.recording import ReplayTransport
from tests.hardware import real_devices

READY = TestUnitReady().encode()


class Willing:
    """Takes every command, again after it was closed, as every real way to a device does."""

    def execute(self, cdb: bytes, **_limits: object) -> Result:
        return Result()

    def close(self) -> None:
        """Nothing is held."""


def test_the_first_answers_of_a_device_are_kept_for_each_test(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(real_devices, "device_transport", lambda _settings: Willing())
    monkeypatch.setenv(real_devices.CHANGER, "/dev/sg3")
    monkeypatch.setenv(real_devices.RECORD, str(tmp_path / "first"))
    for _ in range(2):
        kept = real_devices.line_to(real_devices.CHANGER)
        kept.execute(READY, timeout_s=1)
        kept.close()
        kept.execute(READY, timeout_s=1)  # as after the drive was let go for a burn
    name = "first-changer-test_the_first_answers_of_a_device_are_kept_for_each_test"
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{name}-2.jsonl", f"{name}.jsonl"]
    played = ReplayTransport((tmp_path / f"{name}.jsonl").read_text().splitlines())
    for _ in range(2):
        played.execute(READY, timeout_s=1)
    assert not played.remaining


def test_nothing_is_kept_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = Willing()
    monkeypatch.setattr(real_devices, "device_transport", lambda _settings: line)
    monkeypatch.setenv(real_devices.TAPE, "/dev/sg1")
    monkeypatch.delenv(real_devices.RECORD, raising=False)
    assert real_devices.line_to(real_devices.TAPE) is line
