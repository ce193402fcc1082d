"""archivectl submit: what is sent, what a producer gets, and waiting for the archived receipt."""

import json
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archived.errors import ArchivedError, Cancelled, DaemonAbsent, Failed, NotFound

from .conftest import NOTICE, FakeClient, Run

VOLUME = ("--fonds", "Z109", "--series", "2003", "--volume", "0007")
ACCEPTED: dict[str, Any] = {
    "notice": NOTICE, "receipt": "accepted", "package": "P000001", "version": 1, "files": 3, "bytes": 3000,
    "reference": {"fonds": "Z109", "series": "2003", "volume": "0007"}, "repeated": False,
    "root_digest": {"algorithm": "sha256", "value": "ab" * 32, "computed": "…"},
    "exposure": {"advice": "keep your original: it lies on one disk only", "archived_by": "2026-12-04T00:00:00+00:00"},
}  # fmt: skip
ARCHIVED: dict[str, Any] = {
    **{k: ACCEPTED[k] for k in ("notice", "package", "version", "files", "bytes", "reference", "root_digest")},
    "receipt": "archived", "media": [{"set": "7K3F", "position": 1, "medium": "D1", "label": "7K3F · 1 of 6"}],
}  # fmt: skip


@pytest.fixture
def accepting(daemon: FakeClient) -> FakeClient:
    daemon.answers["POST /v1/submissions"] = ACCEPTED
    return daemon


def package(state: str, *waits_for: str) -> dict[str, Any]:
    receipt = ARCHIVED if state == "archived" else None
    return {"id": "P000001", "state": state, "waits_for": list(waits_for), "archived_receipt": receipt}


def test_the_path_is_made_absolute_before_it_is_sent(
    run: Run, accepting: FakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run("submit", "./0007", *VOLUME, "--retention", "Y30")
    (sent,) = accepting.asked("POST", "/v1/submissions")
    assert re.fullmatch("[0-9a-f]{32}", sent.pop("key"))
    assert [sent] == [
        {
            "path": str(tmp_path / "0007"), "fonds": "Z109", "series": "2003", "volume": "0007", "title": "",
            "storage_class": None, "retention": "Y30", "confidentiality": None, "new_version": False, "reason": "",
            "dry_run": False, "archive_names": "",
        }
    ]  # fmt: skip


def test_a_producer_hears_what_was_taken_and_that_he_keeps_his_original(
    run: Run, accepting: FakeClient
) -> None:
    result = run("submit", "x", *VOLUME)
    assert result.exit_code == 0
    for words in ("accepted: P000001 Z109/2003/0007 version 1", "3.0 kB", "ab" * 32, "keep your original"):
        assert words in result.stdout
    assert result.output.startswith(NOTICE)


@pytest.mark.parametrize(
    ("state", "why", "said"),
    [
        ("accepted", "P000001 is not archived, it is accepted", "it lies on one disk only"),
        (
            "found",
            "P000001 was found on media by a rebuild",
            "keep your original: P000001 was found on media",
        ),
        (
            "archived",
            "set 7K3F: no verified copy of member 1",
            "keep your original: set 7K3F: no verified copy",
        ),
        ("archived", "", "it is archived; whether an original may go is said by"),
    ],
    ids=["accepted", "found by a rebuild", "archived, with a disc away", "archived"],
)
def test_the_same_content_again_says_so_and_what_became_of_it(
    run: Run, accepting: FakeClient, state: str, why: str, said: str
) -> None:
    accepting.answers["POST /v1/submissions"] = {**ACCEPTED, "repeated": True}
    accepting.answers["GET /v1/packages/P000001"] = package(state) | {"keep_original": why}
    shown = run("submit", "x", *VOLUME).stdout
    assert "first receipt" in shown
    assert said in shown
    assert ("it is to be archived by" in shown) == (state == "accepted")


def test_the_receipt_is_written_whole_and_never_over_a_file(
    run: Run, accepting: FakeClient, tmp_path: Path
) -> None:
    target = tmp_path / "receipt.json"
    assert run("submit", "x", *VOLUME, "--receipt", str(target)).exit_code == 0
    assert json.loads(target.read_text(encoding="utf-8")) == ACCEPTED
    assert next(iter(json.loads(target.read_text(encoding="utf-8")))) == "notice"
    assert list(tmp_path.iterdir()) == [target]
    before = len(accepting.calls)
    assert run("submit", "x", *VOLUME, "--receipt", str(target)).exit_code == 2
    assert len(accepting.calls) == before, "nothing may be handed in for a receipt that cannot be written"


def test_waiting_says_what_is_waited_for_and_ends_with_the_archived_receipt(
    run: Run, accepting: FakeClient, tmp_path: Path
) -> None:
    accepting.answers["GET /v1/packages/P000001"] = [
        package("accepted", "an image to close"),
        package("accepted", "an image to close"),
        package("accepted", "members 1, 5", "its class"),
        package("archived"),
    ]
    result = run("submit", "x", *VOLUME, "--wait-for", "archived", "--receipt", str(tmp_path / "r.json"))
    assert result.exit_code == 0, result.output
    assert result.stderr.count("waits for: an image to close") == 1
    assert "P000001 waits for: members 1, 5; its class" in result.stderr
    assert "7K3F · 1 of 6" in result.stdout
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8")) == ARCHIVED


def test_json_prints_the_receipt_that_was_waited_for_and_nothing_else(
    run: Run, accepting: FakeClient
) -> None:
    accepting.answers["GET /v1/packages/P000001"] = [package("accepted", "x"), package("archived")]
    result = run("submit", "x", *VOLUME, "--wait-for", "archived", "--json")
    assert json.loads(result.stdout) == ARCHIVED
    assert result.stderr == ""


def test_a_package_withdrawn_meanwhile_ends_the_waiting_with_4(run: Run, accepting: FakeClient) -> None:
    accepting.answers["GET /v1/packages/P000001"] = [package("accepted", "x"), package("withdrawn")]
    assert run("submit", "x", *VOLUME, "--wait-for", "archived").exit_code == 4


def test_an_interrupted_waiting_says_that_the_package_goes_on(
    run: Run, accepting: FakeClient, tmp_path: Path
) -> None:
    accepting.answers["GET /v1/packages/P000001"] = [package("accepted", "x"), KeyboardInterrupt()]
    result = run("submit", "x", *VOLUME, "--wait-for", "archived", "--receipt", str(tmp_path / "r.json"))
    assert result.exit_code == 130
    assert "P000001 is accepted and goes on" in result.stderr
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8")) == ACCEPTED


def test_a_daemon_that_leaves_meanwhile_is_unavailable(run: Run, accepting: FakeClient) -> None:
    accepting.answers["GET /v1/packages/P000001"] = [package("accepted", "x"), DaemonAbsent("nobody answers")]
    assert run("submit", "x", *VOLUME, "--wait-for", "archived").exit_code == 3


@pytest.mark.parametrize(("outcome", "code"), [("accept", 0), ("repeat", 0), ("refuse", 2)])
def test_a_dry_run_lists_every_reason_and_exits_0_or_2(
    outcome: str, code: int, run: Run, daemon: FakeClient, tmp_path: Path
) -> None:
    reasons = [{"code": "c", "message": f"reason {number}"} for number in range(7)] if code else []
    daemon.answers["POST /v1/submissions"] = {
        "dry_run": True, "outcome": outcome, "exit_status": code, "reasons": reasons, "version": 1, "files": 1,
        "bytes": 9, "pools": ["bluray"], "reference": {"fonds": "Z109", "series": "2003", "volume": "0007"},
    }  # fmt: skip
    result = run("submit", "x", *VOLUME, "--dry-run", "--receipt", str(tmp_path / "r.json"))
    assert result.exit_code == code
    assert result.stdout.count("  - reason") == len(reasons)
    assert not (tmp_path / "r.json").exists()
    assert run("submit", "x", *VOLUME, "--dry-run", "--json").exit_code == code


def test_a_new_version_needs_a_reason(run: Run, accepting: FakeClient) -> None:
    assert run("submit", "x", *VOLUME, "--new-version").exit_code == 2
    assert accepting.calls == []


@pytest.fixture
def interrupted(accepting: FakeClient, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], list[str]]:
    """Ctrl-C in the middle of a submission, which ends with the given answer once its key was cancelled twice:
    the first time the daemon has not heard of it yet. Returns the keys that were cancelled."""

    def ends_with(outcome: Any) -> list[str]:
        cancelled: list[str] = []
        enough = threading.Event()

        def post(path: str, document: Any) -> Any:
            if path == "/v1/submissions":
                assert enough.wait(10)
                if isinstance(outcome, ArchivedError):
                    raise outcome
                return outcome
            cancelled.append(path)
            if len(cancelled) == 1:
                raise NotFound("nothing of this key is under way")
            enough.set()
            return {}

        def press(*_arguments: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(accepting, "post", post)
        monkeypatch.setattr("cli.waiting.NEWS_WAIT_S", 0.01)
        monkeypatch.setattr("cli.waiting._draw", press)
        return cancelled

    return ends_with


def test_an_interrupted_submission_is_cancelled_and_nothing_is_kept(
    run: Run, interrupted: Callable[[Any], list[str]], tmp_path: Path
) -> None:
    cancelled = interrupted(Cancelled("taking in Z109/2003/0007 was cancelled"))
    result = run("submit", "x", *VOLUME, "--receipt", str(tmp_path / "r.json"))
    assert result.exit_code == 130
    assert "cancelled, and nothing of it was kept" in result.stderr
    assert len(set(cancelled)) == 1
    assert re.fullmatch("/v1/progress/[0-9a-f]{32}/cancel", cancelled[0])
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_is_a_document_with_json(run: Run, interrupted: Callable[[Any], list[str]]) -> None:
    interrupted(Cancelled("it was cancelled"))
    result = run("submit", "x", *VOLUME, "--json")
    assert (result.exit_code, result.stdout) == (130, "")
    assert json.loads(result.stderr)["code"] == "cancelled"


def test_an_interruption_that_comes_too_late_leaves_the_receipt_and_says_so(
    run: Run, interrupted: Callable[[Any], list[str]], tmp_path: Path
) -> None:
    interrupted(ACCEPTED)
    result = run("submit", "x", *VOLUME, "--receipt", str(tmp_path / "r.json"))
    assert result.exit_code == 130
    assert "archivectl withdraw P000001" in result.stderr
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8")) == ACCEPTED


def test_whatever_else_an_interrupted_submission_ends_with_is_told(
    run: Run, interrupted: Callable[[Any], list[str]]
) -> None:
    interrupted(Failed("the disk broke"))
    result = run("submit", "x", *VOLUME)
    assert result.exit_code == 4
    assert "the disk broke" in result.stderr
