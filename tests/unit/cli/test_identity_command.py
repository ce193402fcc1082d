"""archivectl cases, media label and media identify: what is asked, what is shown, and the exit status."""

from typing import Any

import pytest

from .conftest import FakeClient, Run

MEDIUM = {"id": "D1", "state": "good", "rfid_uid": "04aa", "copies": [], "events": []}
WITNESS = {"kind": "tag", "read": "04aa", "says": ["D1"], "by": "uid:7", "words": "tag 04aa: D1 (uid:7)"}
FOUND: dict[str, Any] = {
    "outcome": "agree", "medium": MEDIUM, "candidates": ["D1"], "witnesses": [WITNESS], "learn": [],
    "case": None, "open_cases": [],
}  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (FOUND, 0, "tag 04aa: D1"),
        (FOUND | {"open_cases": ["C00002"]}, 0, "case C00002 is open about it"),
        (FOUND | {"learn": ["archivectl media label D1 --rfid 04bb"]}, 0, "not on record yet: archivectl media label"),
        (FOUND | {"outcome": "unknown", "medium": None, "candidates": []}, 23, "no medium on record"),
        (FOUND | {"medium": None, "candidates": ["D1", "D2"]}, 23, "any of these: D1, D2"),
        (FOUND | {"outcome": "disagree", "medium": None, "case": "C00001"}, 24, "archivectl cases C00001"),
    ],
)  # fmt: skip
def test_what_was_identified_is_said_and_told_by_the_exit_status(
    answer: dict[str, Any], status: int, words: str, run: Run, daemon: FakeClient
) -> None:
    daemon.answers["POST /v1/media/identify"] = answer
    done = run("media", "identify", "--rfid", "04AA")
    assert done.exit_code == status
    assert words in done.stdout
    sent = daemon.asked("POST", "/v1/media/identify")[0]
    assert {name: value for name, value in sent.items() if value} == {"rfid": "04AA"}


def test_a_label_is_put_on_record(run: Run, daemon: FakeClient) -> None:
    daemon.answers["POST /v1/media/D1/label"] = MEDIUM
    done = run("media", "label", "D1", "--rfid", "", "--printed", "0123-07")
    assert done.exit_code == 0
    assert daemon.asked("POST", "/v1/media/D1/label") == [{"printed": "0123-07", "rfid": "", "reader": None}]


def test_a_case_is_shown_with_what_each_witness_said_and_closed_with_a_reason(
    run: Run, daemon: FakeClient
) -> None:
    case = {"id": "C00001", "state": "open", "media": ["D1", "D2"], "witnesses": [WITNESS], "events": []}
    daemon.answers |= {
        "GET /v1/cases": {"items": [case]},
        "GET /v1/cases/C00001": case,
        "POST /v1/cases/C00001/close": case,
    }
    assert "C00001" in run("cases", "--state", "open").stdout
    assert "tag 04aa: D1 (uid:7)" in run("cases", "C00001").stdout
    assert run("cases", "close", "C00001").exit_code == 2
    done = run("cases", "close", "C00001", "--reason", "seen", "--medium-is", "D1")
    assert "case C00001 is closed" in done.stdout
    assert daemon.asked("POST", "/v1/cases/C00001/close") == [{"reason": "seen", "medium_is": "D1"}]
