"""What a person reads of a hold and of exports, and what is asked for."""

from archived.errors import DaemonAbsent

from .conftest import FakeClient, Run

HOLD = {
    "id": 1, "cause": "restore", "note": "from the export X", "agent": "uid:0",
    "placed_at": "2026-01-01T00:00:00+00:00",
    "media_seen": 3, "found": {"blank": 1}, "to_look_at": ["D1", "D2"], "stale": ["main"],
    "newer": [{"medium_id": "D3", "note": "set 7K3F, position 2", "looked_at": "2026-01-01T00:00:00+00:00"}],
    "newer_in_staging": [
        {"package": "P000009", "path": "/srv/a b/P000009", "info": {"Fonds": "F 1", "Series": "S", "Volume": "9"}}
    ],
}  # fmt: skip


def test_a_hold_says_what_is_left_what_is_newer_and_the_exact_next_command(
    run: Run, daemon: FakeClient
) -> None:
    daemon.answers["GET /v1/catalog/hold"] = {"hold": HOLD, "past": []}
    said = run("catalog", "hold").stdout
    for words in (
        "still to be looked at, 3: main, D1, D2",
        "next: archivectl catalog check",
        "set 7K3F, position 2",
        "archivectl submit '/srv/a b/P000009' --fonds 'F 1' --series S --volume 9",
    ):
        assert words in said


def test_when_everything_was_looked_at_a_person_may_release(run: Run, daemon: FakeClient) -> None:
    done = {**HOLD, "to_look_at": [], "stale": [], "newer": [], "newer_in_staging": []}
    daemon.answers["GET /v1/catalog/hold"] = {"hold": done, "past": []}
    assert "archivectl catalog release-hold --reason TEXT" in run("catalog", "hold").stdout
    daemon.answers["POST /v1/catalog/release-hold"] = {"released": {}, "set_aside": ["/staging/set-aside/P9"]}
    said = run("catalog", "release-hold", "--reason", "seen").stdout
    assert "set aside, as the catalog does not know it: /staging/set-aside/P9" in said
    assert daemon.calls[-1] == ("POST", "/v1/catalog/release-hold", {"reason": "seen"})


def test_without_a_hold_that_is_said(run: Run, daemon: FakeClient) -> None:
    daemon.answers["GET /v1/catalog/hold"] = {"hold": None, "past": []}
    assert run("catalog", "hold").stdout == "no hold is in force\n"


def test_an_export_is_made_in_the_place_that_is_named_and_told(run: Run, daemon: FakeClient) -> None:
    daemon.answers["POST /v1/catalog/exports"] = {
        "folder": "/mnt", "file": "catalog-1.jsonl.gz", "size_bytes": 5000, "rows": {"package": 2, "event": 3},
        "removed": ["catalog-0.jsonl.gz"],
    }  # fmt: skip
    said = run("catalog", "export", "--to", "/mnt").stdout
    assert "/mnt/catalog-1.jsonl.gz: 5.0 kB in 5 rows, read back and signed" in said
    assert "catalog-0.jsonl.gz" in said
    assert daemon.asked("POST", "/v1/catalog/exports") == [{"to": "/mnt"}]


def test_a_listing_with_an_export_that_is_not_whole_ends_with_its_own_exit_code(
    run: Run, daemon: FakeClient
) -> None:
    whole = {"name": "a", "age_s": 60.0, "size_bytes": 9, "row_count": 1, "schema": "0004", "checked": True,
             "whole": True, "problem": ""}  # fmt: skip
    daemon.answers["GET /v1/catalog/exports"] = {"folder": "/mnt", "items": [whole]}
    assert run("catalog", "exports", "--check").exit_code == 0
    torn = {**whole, "whole": False, "problem": "the digest of the export does not hold"}
    daemon.answers["GET /v1/catalog/exports"] = {"folder": "/mnt", "items": [whole, torn]}
    result = run("catalog", "exports")
    assert (result.exit_code, "does not hold" in result.stdout) == (4, True)


def test_an_export_on_the_disk_of_staging_is_made_and_clearly_warned_of(run: Run, daemon: FakeClient) -> None:
    daemon.answers["POST /v1/catalog/exports"] = {
        "folder": "/srv", "file": "catalog-1.jsonl.gz", "size_bytes": 5000, "rows": {"package": 2}, "removed": [],
        "warnings": ["/srv lies on the disk of staging and would be lost with it"],
    }  # fmt: skip
    result = run("catalog", "export", "--to", "/srv")
    assert "WARNING: /srv lies on the disk of staging" in result.stderr


def test_a_rebuild_whose_daemon_goes_away_goes_on_by_itself(run: Run, daemon: FakeClient) -> None:
    daemon.answers["POST /v1/catalog/rebuild"] = {"id": 1}
    daemon.answers["GET /v1/catalog/surveys/1"] = [
        {"id": 1, "ended_at": None},
        DaemonAbsent("nobody answers"),
    ]
    result = run("catalog", "rebuild", "--from-media")
    assert result.exit_code == 3
    assert "goes on by itself when the daemon is back" in result.stderr
