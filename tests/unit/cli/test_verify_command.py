"""archivectl verify: what is sent for which options, and what people read."""

from typing import Any

import pytest

from .conftest import FakeClient, Run

PREVIEW = {
    "seed": "2027-A", "media": 3, "images": 3, "on_disk": 0, "chunks": 12, "bytes": 12_582_912, "mounts": 3,
    "drive_hours": 0.1, "by_people": ["SIM00003"], "unreachable": [],
    "finds": {"sure": 0.95, "chunks_percent": 12.5, "media": 2, "media_in_all": 4},
}  # fmt: skip
RUN: dict[str, Any] = {
    "id": "verify-1", "kind": "verify", "state": "done", "agent": "uid:1000", "reason": "audit", "note": "",
    "begun_at": "2026-01-01T00:00:00+00:00", "ended_at": None, "priority": 0, "terms": {"how": "sampled", "seed": "x"},
    "preview": PREVIEW, "counts": {"done": 3}, "events": [],
    "report": {"examined": 3, "clean": 2, "bad_items": 1, "chunks": 12, "bad": [
        {"medium": "SIM00001", "image": "I1", "words": "1 chunks cannot be read", "chunks": "4"}]},
    "run_items": [{"id": 1, "what": "sampled", "state": "done", "medium_id": "SIM00001", "image_id": "I1", "wave": 1}],
}  # fmt: skip


def test_without_a_selection_it_shows_what_is_due(run: Run, daemon: FakeClient) -> None:
    due = {"rule": "full", "due_at": "2026-01-01T00:00:00+00:00", "medium": "SIM00001", "subject": "copy 1"}
    daemon.answers["GET /v1/verify/due"] = {"items": [due]}
    done = run("verify", "plan", "--overdue", "--rule", "full")
    assert done.exit_code == 0, done.output
    assert "SIM00001" in done.stdout
    assert daemon.asked("GET", "/v1/verify/due") == [{"rule": "full", "late": True}]
    daemon.answers["GET /v1/verify/due"] = {"items": []}
    assert "nothing is due" in run("verify", "plan").stdout


def test_a_plan_says_what_it_takes_and_how_surely_it_finds_what(run: Run, daemon: FakeClient) -> None:
    daemon.answers["POST /v1/verify/plan"] = PREVIEW
    done = run(
        "verify",
        "plan",
        "--pool",
        "bluray",
        "--sample",
        "75",
        "--chunks",
        "10",
        "--edges",
        "--seed",
        "2027-A",
    )
    assert done.exit_code == 0, done.output
    assert "With 95 % it finds damage of at least 12.5 % of the chunks" in done.stdout
    assert "at least one damaged medium when 2 of the 4 are damaged" in done.stdout
    assert "12.6 MB" in done.stdout
    (sent,) = daemon.asked("POST", "/v1/verify/plan")
    assert sent == {
        "pools": ("bluray",), "media_percent": 75.0, "chunks_percent": 10.0, "edges": True, "how": "sampled",
        "seed": "2027-A", "disk": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("options", "how"),
    [((), "full"), (("--full",), "full"), (("--edges",), "edges"), (("--chunks", "5"), "sampled")],
)
def test_a_run_is_full_unless_it_is_said_to_read_less(
    options: tuple[str, ...], how: str, run: Run, daemon: FakeClient
) -> None:
    daemon.answers["POST /v1/verify/run"] = RUN
    done = run("verify", "run", "--all", *options, "--reason", "audit")
    assert done.exit_code == 0, done.output
    assert "verify-1 begins" in done.stdout
    (sent,) = daemon.asked("POST", "/v1/verify/run")
    assert (sent["how"], sent["reason"]) == (how, "audit")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "--reason", "x"), "say what is to be examined"),
        (("run", "--all", "--full", "--chunks", "5", "--reason", "x"), "--full reads everything"),
        (("run", "--all"), "--reason"),
        (("plan", "--state", "lost"), "lost"),
    ],
)
def test_what_cannot_be_meant_is_said_and_nothing_is_asked(
    arguments: tuple[str, ...], words: str, run: Run, daemon: FakeClient
) -> None:
    done = run("verify", *arguments)
    assert done.exit_code == 2
    assert words in done.stderr
    assert not [call for call in daemon.calls if call[0] == "POST"]


def test_a_run_is_shown_with_what_was_announced_and_what_was_bad(run: Run, daemon: FakeClient) -> None:
    daemon.answers["GET /v1/care/verify/verify-1"] = RUN
    shown = run("verify", "verify-1").stdout
    assert "SIM00001 I1: 1 chunks cannot be read 4" in shown
    assert "With 95 %" in shown
    assert "sampled" in shown
    daemon.answers["GET /v1/care/verify/verify-1"] = {
        **RUN,
        "preview": PREVIEW | {"every_chunk": True, "media": 4},
    }
    shown = run("verify", "verify-1").stdout
    assert "whatever is damaged on them is found" in shown
    assert "With 95 %" not in shown
