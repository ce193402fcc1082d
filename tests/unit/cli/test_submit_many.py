"""archivectl submit --list and --recursive: what is sent, and how many outcomes are told."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from archived.errors import AnswerBroken, DaemonAbsent, Unacceptable

from .conftest import FakeClient, Run

LIST, TREE = "POST /v1/submissions/list", "POST /v1/submissions/tree"


def item(number: int, outcome: str, *reasons: str) -> dict[str, Any]:
    return {
        "number": number, "path": f"/in/{number:04d}", "reference": f"Z/S/{number:04d}", "outcome": outcome,
        "package": None, "state": "accepted", "receipt": None, "role": "volume",
        "reasons": [{"code": "unacceptable", "message": reason} for reason in reasons],
    }  # fmt: skip


ANSWER: dict[str, Any] = {
    "batch": "B000012", "exit_status": 2, "stopped": False, "read_as": "GB18030", "unused_columns": ["责任者"],
    "unchecked": [{"row": 4, "path": "0004", "why": "it holds no images of pages"}], "counts": {"accepted": 1},
    "items": [item(2, "accepted"), item(3, "refused", "it holds no file at all"), item(4, "repeated")],
    "closings": [{"what": "image", "thing": "I000001", "reason": "old", "at": None, "packages": 2}],
}  # fmt: skip


def test_a_list_is_sent_by_its_path_with_its_map_of_columns(
    run: Run, daemon: FakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("map.toml").write_text('"归档号" = "volume"\n', encoding="utf-8")
    daemon.answers[LIST] = ANSWER
    run(
        "submit",
        "--list",
        "l.csv",
        "--columns",
        "map.toml",
        "--root",
        "in",
        "--fonds",
        "Z",
        "--retention",
        "Y30",
    )
    (sent,) = daemon.asked("POST", "/v1/submissions/list")
    assert re.fullmatch("[0-9a-f]{32}", sent.pop("key"))
    assert sent == {
        "path": str(tmp_path / "l.csv"), "root": str(tmp_path / "in"), "columns": {"归档号": "volume"}, "sheet": "",
        "layout": "", "fonds": "Z", "series": "", "title": "", "storage_class": None, "retention": "Y30",
        "confidentiality": None, "new_version": False, "reason": "", "dry_run": False, "list_retention": "",
        "list_confidentiality": "", "archive_names": "",
    }  # fmt: skip


def test_a_tree_is_sent_with_its_layout(run: Run, daemon: FakeClient, tmp_path: Path) -> None:
    daemon.answers[TREE] = {**ANSWER, "exit_status": 0}
    assert run("submit", "--recursive", str(tmp_path), "--layout", "{fonds}/{series}/{volume}").exit_code == 0
    (sent,) = daemon.asked("POST", "/v1/submissions/tree")
    assert (sent["path"], sent["layout"]) == (str(tmp_path), "{fonds}/{series}/{volume}")


def test_outcomes_are_counted_and_every_refusal_is_named(run: Run, daemon: FakeClient) -> None:
    daemon.answers[LIST] = ANSWER
    result = run("submit", "--list", "l.csv")
    assert result.exit_code == 2
    for words in (
        "batch: B000012", "1 accepted, 1 accepted before, 1 refused, 0 not taken", "Z/S/0003 (/in/0003)",
        "it holds no file at all", "read as GB18030", "责任者", "row 4: pages were not compared",
        "2 packages wait for image I000001 to close: old, no time is known",
    ):  # fmt: skip
        assert words in result.stdout


def test_the_whole_answer_is_kept_with_all_receipts(run: Run, daemon: FakeClient, tmp_path: Path) -> None:
    daemon.answers[LIST] = ANSWER
    file = tmp_path / "receipts.json"
    run("submit", "--list", "l.csv", "--receipt", str(file))
    assert json.loads(file.read_text(encoding="utf-8")) == ANSWER
    assert run("submit", "--list", "l.csv", "--receipt", str(file)).exit_code == 2
    assert len(daemon.asked("POST", "/v1/submissions/list")) == 1


def test_a_list_that_is_wrong_shows_all_that_is_wrong(run: Run, daemon: FakeClient) -> None:
    reasons = [
        {"code": "unacceptable", "message": "2 folders have no row: a, b", "folders_without_row": ["a", "b"]},
        {"code": "unacceptable", "message": "1 rows: c", "rows_without_folder": [{"row": 3, "path": "c"}]},
    ]  # fmt: skip
    daemon.answers[LIST] = Unacceptable("not taken", reasons=reasons)
    result = run("submit", "--list", "l.csv")
    assert result.exit_code == 2
    assert "row 3, path c" in result.stderr
    assert "2 folders have no row: a, b" in result.stderr


def test_a_dry_run_shows_each_volume_and_what_is_wrong_with_the_list(run: Run, daemon: FakeClient) -> None:
    daemon.answers[LIST] = {
        **ANSWER, "dry_run": True, "items": [item(2, "accept"), item(3, "refuse", "it holds no file at all")],
        "problems": [{"code": "unacceptable", "message": "1 files lie beside: x", "stray_files": ["x"]}],
    }  # fmt: skip
    result = run("submit", "--list", "l.csv", "--dry-run")
    assert result.exit_code == 2
    for words in (
        "would be accepted",
        "would be refused",
        "no file at all",
        "1 files lie beside",
        "nothing was taken",
    ):
        assert words in result.stdout


def test_waiting_ends_when_nothing_waits_for_a_disc(run: Run, daemon: FakeClient) -> None:
    batch = {"id": "B000012", "kind": "list", "path": "/l.csv", "opened_at": "2026-01-01T00:00:00+00:00", "owner": 0,
             "items": [], "closings": ANSWER["closings"]}  # fmt: skip
    daemon.answers[LIST] = {**ANSWER, "exit_status": 0}
    daemon.answers["GET /v1/batches/B000012"] = [
        {**batch, "counts": {"accepted": 2}},
        {**batch, "counts": {"on_disc": 2}},
        {**batch, "counts": {"archived": 2}, "closings": []},
    ]
    result = run("submit", "--list", "l.csv", "--wait-for", "archived")
    assert result.exit_code == 0
    assert result.stderr.count("wait for image I000001") == 1
    assert "archived 2" in result.stdout


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["submit"], "Missing argument"),
        (["submit", "x", "--fonds", "Z", "--series", "S"], "--volume"),
        (["submit", "x", "--list", "l.csv"], "stands alone"),
        (["submit", "--list", "l.csv", "--volume", "1"], "--volume is not for many"),
        (["submit", "x", "--recursive"], "--layout"),
        (["submit", "--recursive", "--layout", "{volume}"], "Missing argument"),
        (
            ["submit", "x", "--recursive", "--layout", "{volume}", "--sheet", "S"],
            "--sheet is only for --list",
        ),
        (
            ["submit", "x", "--fonds", "Z", "--series", "S", "--volume", "1", "--layout", "l"],
            "--layout is only",
        ),
        (["submit", "--list", "l.csv", "--new-version"], "--reason"),
    ],
)
def test_what_does_not_go_together_is_refused(
    run: Run, daemon: FakeClient, words: list[str], why: str
) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert why in result.stderr
    assert not daemon.calls


@pytest.mark.parametrize("text", ["[", '"a" = 1', 'x = ["y"]'])
def test_a_map_of_columns_that_is_none_is_refused(run: Run, tmp_path: Path, text: str) -> None:
    file = tmp_path / "map.toml"
    file.write_text(text, encoding="utf-8")
    result = run("submit", "--list", "l.csv", "--columns", str(file))
    assert result.exit_code == 2
    assert "is no column map" in result.stderr


@pytest.mark.parametrize("error", [AnswerBroken("it broke off"), DaemonAbsent("nobody answers")], ids=repr)
def test_a_daemon_that_goes_away_in_the_middle_leaves_what_the_same_command_goes_on_with(
    run: Run, daemon: FakeClient, tmp_path: Path, error: Exception
) -> None:
    daemon.answers[TREE] = error
    result = run("submit", "--recursive", str(tmp_path), "--layout", "{fonds}/{series}/{volume}")
    assert result.exit_code == getattr(error, "exit_status", None)
    assert "give the same command again" in result.stderr
    assert "goes on with the same batch" in result.stderr
