"""The first look at a list or a tree: what it has met is told while it goes on, and it can be given up."""

from pathlib import Path
from typing import Any

import pytest

from archived.sessions.tools import Progress, ProgressBoard
from tests.unit.archived.api.conftest import Daemon
from tests.unit.archived.api.test_lists import payload, row, submit, submit_tree, taken, volume, write
from tests.unit.archived.archives.packing import zip_of

KEY = "0123456789abcdef"
TREE = {"layout": "{series}/{volume}", "fonds": "Z109", "retention": "永久", "confidentiality": "open"}


@pytest.fixture
def boards(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> list[Progress]:
    """Whatever stood on the board after each folder that was looked at."""
    found: list[Progress] = []
    looking = ProgressBoard.looking

    def watched(board: ProgressBoard, key: str) -> Any:
        seen = looking(board, key)

        def told(*counts: int) -> None:
            seen(*counts)
            found.extend(board.items())

        return told

    monkeypatch.setattr(ProgressBoard, "looking", watched)
    return found


def test_folders_files_and_bytes_that_it_has_met_stand_on_the_board(
    daemon: Daemon, boards: list[Progress], tmp_path: Path
) -> None:
    for path in ("2003/0001", "2003/0002"):
        volume(tmp_path / "in", path)
    (tmp_path / "in/2003/0002/deeper").mkdir()
    (tmp_path / "in/2003/0002/deeper/x").write_bytes(b"12345")
    answer = submit_tree(daemon, tmp_path / "in", key=KEY, **TREE)

    assert answer["exit_status"] == 0
    size = sum(path.stat().st_size for path in (tmp_path / "in").rglob("*") if path.is_file())
    assert [(item.folders, item.files) for item in boards] == [(1, 0), (2, 0), (3, 3), (4, 6), (5, 7)]
    assert (boards[-1].done_bytes, boards[-1].total_bytes) == (size, 0)
    assert (boards[-1].rate_bytes_per_s, boards[-1].left_s) == (0, None), "nothing was read yet"
    assert daemon.progress.items() == []


def test_it_is_given_up_between_two_folders_and_nothing_is_taken(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    volume(tmp_path / "in", "2003/0001")
    looking, told = ProgressBoard.looking, []

    def cancelled(board: ProgressBoard, key: str) -> Any:
        seen = looking(board, key)

        def told_and_cancelled(*counts: int) -> None:
            told.append(counts)
            board.cancel(key)
            seen(*counts)

        return told_and_cancelled

    monkeypatch.setattr(ProgressBoard, "looking", cancelled)
    answer = daemon.ask("POST", "/v1/submissions/tree", {"path": str(tmp_path / "in"), "key": KEY, **TREE})

    assert answer.json()["code"] == "cancelled"
    assert len(told) == 1
    assert taken(daemon) == []
    assert daemon.ask("GET", "/v1/batches").json()["items"] == []


def test_archives_of_a_list_have_their_names_in_the_encoding_that_is_named(
    daemon: Daemon, tmp_path: Path
) -> None:
    root = tmp_path / "in"
    (root / "2003").mkdir(parents=True)
    unmarked = zip_of({"AAAA.txt": b"x"}).replace(b"AAAA", "账簿".encode("gb18030"))
    (root / "2003/0001.zip").write_bytes(unmarked)
    write(root, row("0001", pages="", files="").replace("2003/0001", "2003/0001.zip"))

    outcomes = [
        answer["items"][0]["outcome"]
        for answer in (submit(daemon, root), submit(daemon, root, archive_names="gb18030"))
    ]

    assert outcomes == ["refused", "accepted"]
    (package,) = [package for package in taken(daemon) if package.volume == "0001"]
    assert payload(daemon, package) == {"账簿.txt": b"x"}
