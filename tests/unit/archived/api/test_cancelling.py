"""An intake under way is cancelled by its key, and keeps nothing."""

from pathlib import Path
from typing import Any

import pytest

from archived.catalog import events, packages
from archived.states import PackageState
from tests.unit.archived.api.conftest import Daemon

KEY = "0123456789abcdef"


@pytest.fixture
def request_(tmp_path: Path) -> dict[str, Any]:
    volume = tmp_path / "volume"
    volume.mkdir()
    (volume / "a.txt").write_text("first")
    return {
        "path": str(volume), "fonds": "F", "series": "S", "volume": "V", "retention": "Y10",
        "confidentiality": "open", "key": KEY,
    }  # fmt: skip


@pytest.fixture
def cancelled_in_the_middle(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever puts work on the board is cancelled by another request before its first report."""
    begin = type(daemon.progress).begin

    def begin_and_cancel(board: Any, key: str, *rest: Any, **more: Any) -> Any:
        report = begin(board, key, *rest, **more)

        def reported(done_bytes: int, total_bytes: int) -> None:
            answers.append(daemon.ask("POST", f"/v1/progress/{key}/cancel").status_code)
            report(done_bytes, total_bytes)

        return reported

    answers: list[int] = []
    monkeypatch.setattr(type(daemon.progress), "begin", begin_and_cancel)


@pytest.mark.usefixtures("cancelled_in_the_middle")
@pytest.mark.parametrize("text", ["first", ""])
def test_a_cancelled_intake_keeps_nothing_and_says_so(
    daemon: Daemon, request_: dict[str, Any], text: str
) -> None:
    (Path(request_["path"]) / "a.txt").write_text(text)
    answer = daemon.ask("POST", "/v1/submissions", request_)
    assert (answer.status_code, answer.json()["code"]) == (409, "cancelled")
    assert "nothing of it was kept" in answer.json()["message"]
    with daemon.services.catalog.read() as read:
        assert [item.state for item in packages.listing(read)] == [PackageState.ABANDONED]
    assert list((daemon.services.folder / "staging/packages").iterdir()) == []
    assert daemon.progress.items() == []


@pytest.mark.usefixtures("cancelled_in_the_middle")
def test_a_trial_is_cancelled_too_and_is_no_verdict(daemon: Daemon, request_: dict[str, Any]) -> None:
    answer = daemon.ask("POST", "/v1/submissions", {**request_, "dry_run": True})
    assert answer.json()["code"] == "cancelled"


def test_what_has_ended_or_never_was_cannot_be_cancelled(daemon: Daemon, request_: dict[str, Any]) -> None:
    assert daemon.ask("POST", "/v1/submissions", request_).status_code == 200
    answer = daemon.ask("POST", f"/v1/progress/{KEY}/cancel")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


def test_a_burn_is_not_cancelled(daemon: Daemon) -> None:
    report = daemon.progress.begin("copy-1", "burning")
    assert daemon.ask("POST", "/v1/progress/copy-1/cancel").status_code == 404
    report(1, 2)


def test_two_intakes_never_share_a_key(daemon: Daemon, request_: dict[str, Any]) -> None:
    daemon.progress.begin(KEY, "taking in another one", cancellable=True)
    assert daemon.ask("POST", "/v1/submissions", request_).json()["code"] == "wrong-state"


def test_no_question_for_events_is_answered_without_end(daemon: Daemon) -> None:
    with daemon.services.catalog.write() as write:
        for _ in range(1001):
            events.append(write, daemon.services.site.now(), "test", ("test", "x"))
    for limit in (5000, 1000):
        assert len(daemon.ask("GET", f"/v1/events?limit={limit}").json()["items"]) == 1000
    assert daemon.ask("GET", "/v1/events?limit=-1").json()["items"] == []
