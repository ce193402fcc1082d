"""What archivectl hot-folders shows to people."""

from typing import Any

from .conftest import FakeClient, Run

FOLDER: dict[str, Any] = {
    "name": "scans", "state": "watched", "note": "", "path": "/srv/scans", "ready": "marker", "originals": "keep",
    "waiting": 1, "drops": {"archived": 2}, "last_taken_at": None, "looked_at": None,
}  # fmt: skip
SHOWN = FOLDER | {
    "waits": [{"path": "F/S/1", "why": "no marker", "note": "there is no marker"}],
    "unwritten": [{"path": "F/S/2", "note": "No space left on device"}],
    "strays": ["note.txt"],
    "refused": [
        {"path": "F/S/3", "state": "rejected", "at": "2026-01-01T00:00:00+00:00", "rejected_as": "rejected/F/S/3",
         "note": "it holds no file at all"},
    ],
}  # fmt: skip


def test_a_listing_shows_state_and_what_waits(run: Run, daemon: FakeClient) -> None:
    daemon.answers["GET /v1/hot-folders"] = {"items": [FOLDER]}
    shown = run("hot-folders").stdout
    assert all(word in shown for word in ("scans", "watched", "/srv/scans", "archived 2"))


def test_without_any_it_says_where_they_are_made(run: Run, daemon: FakeClient) -> None:
    daemon.answers["GET /v1/hot-folders"] = {"items": []}
    assert "[hot_folders.NAME]" in run("hot-folders").stdout


def test_one_shows_what_waits_what_is_refused_and_what_is_not_expected(run: Run, daemon: FakeClient) -> None:
    daemon.answers["GET /v1/hot-folders/scans"] = SHOWN
    shown = run("hot-folders", "show", "scans").stdout
    for words in ("there is no marker", "No space left", "rejected/F/S/3", "no file at all", "note.txt"):
        assert words in shown


def test_a_dry_run_shows_what_becomes_of_each_thing(run: Run, daemon: FakeClient) -> None:
    reference = {"fonds": "F", "series": "S", "volume": "1"}
    daemon.answers["POST /v1/hot-folders/scans/check"] = {
        "items": [
            {"path": "F/S/1", "outcome": "take", "reference": reference, "reasons": []},
            {"path": "F/S/2", "outcome": "wait", "reference": None, "reasons": ["no marker"]},
        ]
    }
    shown = run("hot-folders", "check", "scans", "--dry-run").stdout
    assert all(word in shown for word in ("take", "F/S/1", "wait", "no marker"))
    assert run("hot-folders", "check", "scans").exit_code == 2


def test_what_was_ordered_is_confirmed(run: Run, daemon: FakeClient) -> None:
    daemon.answers["POST /v1/hot-folders/scans/adopt"] = {"name": "scans", "path": "/srv/scans"}
    daemon.answers["POST /v1/hot-folders/scans/cancel"] = {"name": "scans", "path": "F/S/1"}
    adopted = run("hot-folders", "adopt", "scans", "--reason", "new disk").stdout
    assert adopted == "/srv/scans is hot folder scans from now on\n"
    assert "F/S/1" in run("hot-folders", "cancel", "scans", "F/S/1").stdout
