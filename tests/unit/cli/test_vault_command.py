"""archivectl vault walk: how a list is read, what is shown, and the exit status."""

from pathlib import Path
from typing import Any

import pytest

from .conftest import FakeClient, Run

NONE = {"present": 0, "missing": 0, "misplaced": 0, "unknown": 0, "twice": 0, "disagree": 0}
D1 = {
    "found": "present",
    "medium": "D1",
    "read": ["D1"],
    "place": "cabinet 1, drawer 1, slot 1",
    "on_record": "x",
}
D2 = {
    "found": "missing",
    "medium": "D2",
    "read": [],
    "place": None,
    "on_record": "cabinet 1, drawer 1, slot 2",
}


def report(*lines: dict[str, Any], **counts: int) -> dict[str, Any]:
    return {"items": list(lines), "counts": NONE | counts, "cases": [], "followed": True}


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (report(D1, present=1), 0, "1 present, 0 missing"),
        (report(D1, D2, present=1, missing=1), 25, "cabinet 1, drawer 1, slot 2"),
        (report(D1 | {"found": "twice"}, twice=1) | {"cases": ["C00001"]}, 25, "archivectl cases C00001"),
        (report(), 0, "nothing stands there"),
    ],
)
def test_a_walk_tells_what_stands_there_and_by_its_exit_status_whether_all_does(
    answer: dict[str, Any], status: int, words: str, run: Run, daemon: FakeClient, tmp_path: Path
) -> None:
    daemon.answers["POST /v1/vault/walk"] = answer
    path = tmp_path / "shelf.txt"
    path.write_text("\ufeff# from the top\ncabinet 1, drawer 1, slot 1\tD1\t04aa\n\nD3\n", encoding="utf-8")
    done = run("vault", "walk", "vault", "--list", str(path))
    assert done.exit_code == status
    assert words in done.stdout
    (sent,) = daemon.asked("POST", "/v1/vault/walk")
    assert sent["lines"] == [
        {"place": "cabinet 1, drawer 1, slot 1", "read": ["D1", "04aa"]},
        {"place": "", "read": ["D3"]},
    ]


def test_a_report_comes_as_csv(run: Run, daemon: FakeClient, tmp_path: Path) -> None:
    daemon.answers["POST /v1/vault/walk"] = report(D1, D2, present=1, missing=1)
    path = tmp_path / "shelf.txt"
    path.write_text("D1\n", encoding="utf-8")
    lines = run("vault", "walk", "vault", "--list", str(path), "--csv").stdout.splitlines()
    assert "found,medium,place,on_record,read" in lines
    assert 'present,D1,"cabinet 1, drawer 1, slot 1",x,D1' in lines


def test_a_hand_reader_reads_at_each_enter_and_a_typed_place_belongs_to_a_tag_alone(
    run: Run, daemon: FakeClient
) -> None:
    def seen(*uids: str) -> dict[str, Any]:
        return {"tags": [{"uid": uid, "flaw": ""} for uid in uids] + [{"uid": "08aabbcc", "flaw": "made up"}]}

    daemon.answers |= {
        "GET /v1/readers/desk/read": [seen("01"), seen(), seen("01", "02"), seen("03")],
        "POST /v1/vault/walk": report(D1, present=1),
    }
    done = run("vault", "walk", "vault", "--reader", "desk", stdin="1/4\n\n\n1/6\n")
    assert done.exit_code == 0, done.output
    (sent,) = daemon.asked("POST", "/v1/vault/walk")
    assert sent["reader"] == "desk"
    assert sent["lines"] == [
        {"place": "1/4", "read": ["01"]},
        {"place": "", "read": ["02"]},
        {"place": "1/6", "read": ["03"]},
    ]
