"""archivectl migrate: what is asked for, what is shown, and the exit status."""

from typing import Any

from .conftest import FakeClient, Run

WAVE = {
    "wave": 1,
    "carriers": ["D1"],
    "media": 1,
    "images": 1,
    "packages": 2,
    "bytes_read": 1000,
    "bytes_written": 1000,
    "mounts": 3,
    "drive_hours": 0.5,
    "blanks": {"bluray": 1},
    "sets_after": [
        {"set": "7K3F", "spare": 2, "retired": False},
        {"set": "9ABC", "spare": 0, "retired": True},
    ],
}
PLAN: dict[str, Any] = {
    **{name: value for name, value in WAVE.items() if name not in ("wave", "carriers", "sets_after")},
    "at_most": False,
    "mounts_at_most": False,
    "waves": [WAVE],
    "refused": [],
    "short": ["pool bluray: 1 blank media are needed, and 0 are there"],
    "notes": [],
}


def test_a_plan_shows_its_waves_and_how_sets_stand_after_each(run: Run, daemon: FakeClient) -> None:
    daemon.answers["POST /v1/migrate/plan"] = PLAN
    done = run("migrate", "plan", "D1", "--older-than", "10", "--batch", "A", "--wave", "3")
    assert done.exit_code == 0
    assert "7K3F +2, 9ABC -" in " ".join(done.stdout.split())
    assert "waits: pool bluray" in done.stdout
    (sent,) = daemon.asked("POST", "/v1/migrate/plan")
    assert sent == {"media": ["D1"], "batches": ["A"], "media_per_wave": 3, "older_than_days": 3652.5}


def test_a_plan_that_is_refused_says_why_and_exits_with_two(run: Run, daemon: FakeClient) -> None:
    daemon.answers["POST /v1/migrate/plan"] = {**PLAN, "refused": ["class kept asks for pool bluray"]}
    done = run("migrate", "plan", "--rule")
    assert done.exit_code == 2
    assert "refused: class kept asks for pool bluray" in done.stdout


def test_release_is_of_named_media_or_of_all_whose_time_is_over(run: Run, daemon: FakeClient) -> None:
    daemon.answers["POST /v1/migrate/release"] = {"id": "A00001", "terms": {"media": [{}, {}]}}
    assert run("migrate", "release", "--reason", "old").exit_code == 2
    assert run("migrate", "release", "D1", "--all", "--reason", "old").exit_code == 2
    done = run("migrate", "release", "--all", "--reason", "old")
    assert "A00001, 2 media" in done.stdout
    (sent,) = daemon.asked("POST", "/v1/migrate/release")
    assert sent == {"media": [], "reason": "old"}
