"""archivectl report, alerts and attention: what is asked of the daemon, and where its answers go."""

import json
from pathlib import Path

import pytest

from .conftest import FakeClient, Run

DOCUMENT = {
    "title": "Holdings 馆藏", "site": "A", "site_zh": "甲", "since": "2026-01-01T00:00:00+00:00",
    "until": "2026-06-01T00:00:00+00:00", "made_at": "2026-06-01T00:00:00+00:00",
    "sections": [
        {"id": "state", "title": "By state", "note": "a note", "columns": [{"key": "size_bytes", "label": "Size 大小"}],
         "rows": [{"size_bytes": 5_000_000_000}]},
        {"id": "fonds", "title": "By fonds", "note": "", "columns": [{"key": "fonds", "label": "Fonds"}], "rows": []},
    ],
}  # fmt: skip


def test_a_report_is_shown_as_tables(run: Run, daemon: FakeClient) -> None:
    daemon.answers["GET /v1/reports/holdings"] = DOCUMENT
    said = run("report", "holdings", "--from", "2026-01-01", "--to", "2026-05-31").stdout
    for words in (
        "Holdings 馆藏 · A 甲",
        "By state  [state]",
        "a note",
        "Size 大小",
        "5.0 GB",
        "By fonds",
        "none",
    ):
        assert words in said
    asked = daemon.asked("GET", "/v1/reports/holdings")[0]
    assert asked["since"].startswith("2026-01-01T00:00:00")
    assert asked["until"].startswith("2026-06-01T00:00:00")
    assert "By state" not in run("report", "holdings", "--section", "fonds").stdout


def test_json_is_the_document_and_goes_to_a_new_file_only(
    run: Run, daemon: FakeClient, tmp_path: Path
) -> None:
    daemon.answers["GET /v1/reports/holdings"] = DOCUMENT
    assert json.loads(run("report", "holdings", "--json").stdout) == DOCUMENT
    path = tmp_path / "a.json"
    assert run("report", "holdings", "--format", "json", "--output", str(path)).exit_code == 0
    assert json.loads(path.read_text(encoding="utf-8")) == DOCUMENT
    refused = run("report", "holdings", "--format", "json", "--output", str(path))
    assert (refused.exit_code, "is there already" in refused.stderr) == (2, True)


@pytest.mark.parametrize(("form", "mark"), [("html", b""), ("csv", b"\xef\xbb\xbf")])
def test_a_page_and_a_sheet_are_written_as_the_daemon_made_them(
    form: str, mark: bytes, run: Run, daemon: FakeClient, tmp_path: Path
) -> None:
    daemon.contents[""] = "made 好".encode()
    path = tmp_path / f"a.{form}"
    assert run("report", "media", "--format", form, "--output", str(path)).exit_code == 0
    assert path.read_bytes() == mark + "made 好".encode()
    assert daemon.calls[-1][1] == f"/v1/reports/media/{form}"
    assert run("report", "media", "--format", form).stdout_bytes == "made 好".encode()


@pytest.mark.parametrize(
    "line",
    [
        "report holdings --format html --json",
        "report holdings --format html --section a",
        "report holdings --output a.txt",
        "report holdings --from yesterday",
    ],
)
def test_what_does_not_go_together_is_refused(line: str, run: Run, daemon: FakeClient) -> None:
    daemon.answers["GET /v1/reports/holdings"] = DOCUMENT
    assert run(*line.split()).exit_code == 2


def test_the_reports_that_there_are_say_what_they_are(run: Run, daemon: FakeClient) -> None:
    daemon.answers["GET /v1/reports"] = {"items": [{"name": "integrity"}]}
    assert run("report").stdout.startswith("integrity: What of all copies was read in full, sampled")


def test_an_acknowledgement_says_why(run: Run, daemon: FakeClient) -> None:
    daemon.answers["POST /v1/attention/scratch%3Abluray/ack"] = {"attention_id": "scratch:bluray"}
    said = run("attention", "ack", "scratch:bluray", "--reason", "ordered")
    assert "stays on the list until its cause is gone" in said.stdout
    assert daemon.calls == [("POST", "/v1/attention/scratch%3Abluray/ack", {"reason": "ordered"})]
    assert run("attention", "ack", "scratch:bluray").exit_code == 2


def test_one_thing_on_the_list_alone_decides_the_exit_code(run: Run, daemon: FakeClient) -> None:
    item = {"what": "w", "safe": "s", "next": "n", "since": "2026-01-01T00:00:00+00:00", "before": None}
    known = {"at": "2026-01-02T00:00:00+00:00", "agent": "uid:7", "reason": "ordered"}
    listed = [
        {**item, "id": "a", "urgency": "now", "acknowledged": None},
        {**item, "id": "b:1", "urgency": "working-hours", "acknowledged": known},
    ]
    daemon.answers["GET /v1/attention"] = {"items": listed}
    assert run("attention").exit_code == 11
    daemon.answers["GET /v1/attention"] = {"items": listed}
    found = run("attention", "b:1")
    assert found.exit_code == 10
    assert "uid:7: ordered" in found.stdout
    daemon.answers["GET /v1/attention"] = {"items": listed}
    assert run("attention", "nothing").exit_code == 0


def test_history_is_asked_for_by_thing_and_time(run: Run, daemon: FakeClient) -> None:
    line = {"at": "2026-01-02T00:00:00+00:00", "kind": "worse", "attention_id": "a", "urgency": "now", "what": "w",
            "agent": "archived", "reason": ""}  # fmt: skip
    daemon.answers["GET /v1/attention-history"] = {"items": [line]}
    assert "worse  a  [now]  w" in run("attention", "history", "a", "--from", "2026-01-01").stdout
    assert daemon.asked("GET", "/v1/attention-history")[0]["attention_id"] == "a"


def test_a_test_of_a_hook_ends_as_the_hook_took_it(run: Run, daemon: FakeClient) -> None:
    daemon.answers["POST /v1/alerts/duty/test"] = [
        {"hook": "duty", "state": "sent", "note": "took it"},
        {"hook": "duty", "state": "given-up", "note": "no line"},
    ]
    assert run("alerts", "test", "duty").exit_code == 0
    failed = run("alerts", "test", "duty")
    assert (failed.exit_code, "no line" in failed.stderr) == (4, True)


def test_hooks_and_messages_are_listed(run: Run, daemon: FakeClient) -> None:
    daemon.answers["GET /v1/alerts"] = {"items": [], "hooks": []}
    assert "nobody is told of alarms" in run("alerts").stdout
    hook = {"name": "duty", "kind": "mail", "urgency": "now", "quiet": "", "repeat_h": 24.0, "waiting": 1}
    message = {"id": 3, "hook": "duty", "state": "waiting", "made_at": "2026-01-02T00:00:00+00:00", "attempts": 2,
               "next_at": None, "told": ["new scratch:bluray"], "note": "no line"}  # fmt: skip
    daemon.answers["GET /v1/alerts"] = {"items": [message], "hooks": [hook]}
    said = run("alerts").stdout
    for words in ("duty", "mail", "new scratch:bluray", "no line"):
        assert words in said
