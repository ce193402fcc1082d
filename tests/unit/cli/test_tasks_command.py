"""archivectl tasks: what is asked of the daemon, and what people read."""

from typing import Any

import pytest

from .conftest import FakeClient, Run

TASK: dict[str, Any] = {
    "id": "T00001", "state": "open", "medium_id": "SIM00007", "from_words": "cabinet 2, drawer 4, slot 17",
    "to_words": "drive B1", "reason": "read in B1", "due_at": "2026-03-01T12:00:00+00:00", "taken_by": "", "note": "",
    "words": "take SIM00007 from cabinet 2, drawer 4, slot 17 and put it into drive B1",
}  # fmt: skip


@pytest.fixture(autouse=True)
def answers(daemon: FakeClient) -> None:
    listed = {"items": [TASK]}
    daemon.answers |= {
        "GET /v1/tasks": listed,
        "GET /v1/tasks/T00001": {**TASK, "events": []},
        "POST /v1/tasks/take": {"items": [TASK | {"note": "drive B1 is empty"}]},
        "POST /v1/tasks/done": listed,
        "POST /v1/tasks/send": listed,
        "POST /v1/tasks/T00001/refuse": {"items": [TASK | {"note": "slot 17 is empty"}]},
        "POST /v1/tasks/T00001/again": listed,
    }


@pytest.mark.parametrize(
    ("line", "which"),
    [("tasks", "open"), ("tasks --mine", "mine"), ("tasks list --all", "all"), ("tasks sheet", "open"),
     ("tasks sheet --mine", "mine")],
)  # fmt: skip
def test_the_list_is_asked_for_as_it_was_meant(line: str, which: str, run: Run, daemon: FakeClient) -> None:
    done = run(*line.split())
    assert done.exit_code == 0
    assert daemon.asked("GET", "/v1/tasks") == [{"which": which}]
    assert "SIM00007" in done.stdout


@pytest.mark.parametrize(
    ("line", "path", "sent", "words"),
    [
        ("tasks take T00001", "take", {"tasks": ["T00001"]}, "before: drive B1 is empty"),
        ("tasks done T00001 --typed SIM00007", "done",
         {"tasks": ["T00001"], "how": "typed", "values": ["SIM00007"]}, "SIM00007 lies in drive B1"),
        ("tasks done T00001 T00002 --rfid 04 --rfid 05", "done",
         {"tasks": ["T00001", "T00002"], "how": "rfid", "values": ["04", "05"]}, "T00001 is done"),
        ("tasks done T00001 --reader desk", "done", {"tasks": ["T00001"], "reader": "desk"}, "T00001 is done"),
        ("tasks refuse T00001 --reason empty", "T00001/refuse", {"reason": "empty"}, "slot 17 is empty"),
        ("tasks send SIM00007 vault --reason kept", "send",
         {"medium": "SIM00007", "library": "vault", "place": "", "reason": "kept"}, "SIM00007"),
        ("tasks again T00001", "T00001/again", {}, "SIM00007 may be asked for again"),
    ],
)  # fmt: skip
def test_a_verb_sends_what_was_said(
    line: str, path: str, sent: dict[str, Any], words: str, run: Run, daemon: FakeClient
) -> None:
    done = run(*line.split())
    assert done.exit_code == 0, done.stderr
    assert daemon.asked("POST", f"/v1/tasks/{path}") == [sent]
    assert words in done.stdout


@pytest.mark.parametrize("line", ["tasks done T00001", "tasks done T00001 --typed A --rfid B", "tasks take"])
def test_a_line_that_shows_no_medium_sends_nothing(line: str, run: Run, daemon: FakeClient) -> None:
    assert run(*line.split()).exit_code == 2
    assert not daemon.calls


def test_the_sheet_has_a_box_and_the_way_for_each_task(run: Run) -> None:
    text = run("tasks", "sheet").stdout
    assert "[ ] T00001  take SIM00007 from cabinet 2, drawer 4, slot 17 and put it into drive B1" in text
    assert "____" in text


def test_the_status_says_that_people_are_asked_for_something(run: Run, daemon: FakeClient) -> None:
    status = {"staging": {}, "exposure": {}, "attention": 0, "tasks": 3}
    daemon.answers["GET /v1/status"] = status
    assert "3 tasks for people are open; see: archivectl tasks" in run("status").stdout
    daemon.answers["GET /v1/status"] = status | {"tasks": 0}
    assert "tasks for people" not in run("status").stdout
