"""Lists and trees through the API: everything that is wrong before anything is taken, and nothing taken twice."""

import os
from pathlib import Path
from typing import Any

import pytest

from archived.catalog import packages
from archived.errors import StagingFull
from archived.model import Package
from archived.stages import intake
from archived.states import PackageState
from tests.unit.archived.api.conftest import Daemon
from tests.unit.archived.on_discs import lose, put_on_discs

HEAD = "全宗号,目录号,案卷号,题名,保管期限,密级,页数,份数,文件夹"


def row(volume: str, *, series: str = "2003", pages: Any = 2, files: Any = 3, retention: str = "永久") -> str:
    return f"Z109,{series},{volume},账簿 {volume},{retention},open,{pages},{files},{series}/{volume}"


def volume(root: Path, path: str) -> Path:
    folder = root / path
    folder.mkdir(parents=True)
    for name in ("0001.tif", "0002.TIF", "目录.txt"):
        (folder / name).write_text(f"{path} {name}")
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Three volumes of two series, and the list of them."""
    folder = tmp_path / "in"
    for path in ("2003/0001", "2003/0002", "2004/0001"):
        volume(folder, path)
    write(folder, row("0001"), row("0002"), row("0001", series="2004"))
    return folder


def write(root: Path, *rows: str, encoding: str = "utf-8-sig") -> Path:
    path = root / "移交.csv"
    path.write_bytes("\r\n".join([HEAD, *rows, ""]).encode(encoding))
    return path


def submit(daemon: Daemon, root: Path, **more: Any) -> dict[str, Any]:
    return daemon.ask("POST", "/v1/submissions/list", {"path": str(root / "移交.csv"), **more}).json()


def submit_tree(daemon: Daemon, root: Path, **more: Any) -> dict[str, Any]:
    return daemon.ask("POST", "/v1/submissions/tree", {"path": str(root), **more}).json()


def taken(daemon: Daemon) -> list[Package]:
    with daemon.services.catalog.read() as read:
        return [p for p in packages.listing(read) if p.state is not PackageState.ABANDONED]


def payload(daemon: Daemon, package: Package) -> dict[str, bytes]:
    folder = daemon.services.site.tools.paths.staging / package.staging_name / "data"
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_every_volume_of_a_list_is_taken_and_the_list_with_each_group(
    daemon: Daemon, root: Path, encoding: str
) -> None:
    rows = (row("0001"), row("0002"), row("0001", series="2004"))
    write(root, *rows, encoding=encoding)
    answer = submit(daemon, root)
    assert (answer["batch"], answer["exit_status"], answer["counts"]) == ("B000001", 0, {"accepted": 5})
    assert [(i["number"], i["outcome"]) for i in answer["items"]] == [(n, "accepted") for n in range(2, 7)]
    assert all(item["receipt"]["batch"] == "B000001" for item in answer["items"])
    lists = [package for package in taken(daemon) if package.volume == "list-B000001"]
    assert [(p.series, p.retention, p.confidentiality) for p in lists] == [
        ("2003", "永久", "open"), ("2004", "永久", "open"),
    ]  # fmt: skip
    assert payload(daemon, lists[0]) == {"移交.csv": "\r\n".join([HEAD, *rows[:2], ""]).encode()}
    assert payload(daemon, lists[1]) == {"移交.csv": "\r\n".join([HEAD, rows[2], ""]).encode()}
    assert not list((daemon.services.folder / "lists").iterdir())


def test_a_list_of_one_group_is_kept_as_it_is(daemon: Daemon, root: Path) -> None:
    path = write(root, row("0001"), row("0002"), encoding="gb18030")
    (root / "2004").rename(root.parent / "2004")
    assert submit(daemon, root)["exit_status"] == 0
    assert payload(daemon, taken(daemon)[-1]) == {"移交.csv": path.read_bytes()}


def test_the_same_list_again_takes_nothing_twice_and_gives_the_first_receipts(
    daemon: Daemon, root: Path
) -> None:
    first = submit(daemon, root)
    again = submit(daemon, root)
    assert (again["batch"], again["exit_status"]) == (first["batch"], 0)
    assert [item["outcome"] for item in again["items"]] == ["repeated"] * 5
    for item, before in zip(again["items"], first["items"], strict=True):
        assert item["receipt"] == before["receipt"] | {"repeated": True}
    assert len(taken(daemon)) == 5


def test_everything_that_is_wrong_is_listed_and_nothing_is_taken(daemon: Daemon, root: Path) -> None:
    volume(root, "2003/0099")
    (root / "stray.txt").write_text("?")
    (root / "2003/.DS_Store").write_text("a system's own")
    (root / "link").symlink_to("2003")
    write(
        root, row("0001", pages=7), row("0002", files=9), row("0001", series="2004", pages="x"), row("0003"),
        row("0001"),
    )  # fmt: skip
    answer = submit(daemon, root)
    assert answer["code"] == "unacceptable"
    detail = answer["detail"]
    assert detail["rows_without_folder"] == [{"row": 5, "path": "2003/0003"}]
    assert detail["folders_without_row"] == ["2003/0099"]
    assert detail["stray_files"] == ["link", "stray.txt"]
    assert detail["duplicate_rows"] == [
        {"row": 6, "same_as_row": 2, "what": "2003/0001"},
        {"row": 6, "same_as_row": 2, "what": "Z109/2003/0001"},
    ]
    assert detail["differing_counts"] == [
        {"row": 2, "what": "pages", "listed": 7, "found": 2},
        {"row": 3, "what": "files", "listed": 9, "found": 3},
    ]
    assert detail["cells"] == [{"row": 4, "field": "pages", "why": "'x' is no whole number"}]
    assert taken(daemon) == []
    assert daemon.ask("GET", "/v1/batches").json()["items"] == []


def test_what_a_class_asks_for_is_asked_before_anything_is_taken(daemon: Daemon, root: Path) -> None:
    write(root, row("0001"), row("0002", retention=""), row("0001", series="2004", retention=""))
    detail = submit(daemon, root)["detail"]
    assert detail["reasons"][0] == {
        "code": "unacceptable",
        "message": "class permanent asks for a retention (--retention) (rows 3, 4)",
        "rows": [3, 4],
    }
    assert taken(daemon) == []


def test_the_list_asks_for_what_its_rows_do_not_agree_on(daemon: Daemon, root: Path) -> None:
    write(root, row("0001"), row("0002", retention="Y30"), row("0001", series="2004"))
    assert "--list-retention" in submit(daemon, root)["message"]
    assert taken(daemon) == []
    assert submit(daemon, root, list_retention="永久")["exit_status"] == 0


def test_a_dry_run_says_the_same_and_what_would_become_of_each(daemon: Daemon, root: Path) -> None:
    (root / "stray.txt").write_text("?")
    (root / "2003/0002/page.pdf").write_text("%PDF")
    answer = submit(daemon, root, dry_run=True)
    assert (answer["outcome"], answer["exit_status"]) == ("refuse", 2)
    assert [problem.get("stray_files") for problem in answer["problems"]] == [["stray.txt"], None]
    assert [item["outcome"] for item in answer["items"]] == ["accept"] * 3
    assert answer["unchecked"] == [
        {"row": 3, "path": "2003/0002", "why": "it holds documents of any number of pages"}
    ]
    assert taken(daemon) == []


def test_one_failure_stops_no_other_and_can_be_put_right(daemon: Daemon, root: Path) -> None:
    write(root, row("0001"), row("0002", files="", pages=""), row("0001", series="2004"))
    os.mkfifo(root / "2003/0002/pipe")
    answer = submit(daemon, root)
    assert answer["exit_status"] == 2
    assert [item["outcome"] for item in answer["items"]] == [
        "accepted", "refused", "accepted", "accepted", "accepted",
    ]  # fmt: skip
    assert answer["counts"] == {"refused": 1, "accepted": 4}
    (root / "2003/0002/pipe").unlink()
    again = submit(daemon, root)
    assert (again["batch"], again["exit_status"]) == (answer["batch"], 0)
    assert [item["outcome"] for item in again["items"]] == [
        "repeated", "accepted", "repeated", "repeated", "repeated",
    ]  # fmt: skip
    assert len(taken(daemon)) == 5


def test_what_finds_no_room_is_not_taken_and_not_refused(
    daemon: Daemon, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = intake._copy_in

    def full(offer: Any, *rest: Any) -> Any:
        if offer.request.volume == "0002":
            raise StagingFull("no room")
        return copy(offer, *rest)

    monkeypatch.setattr(intake, "_copy_in", full)
    answer = submit(daemon, root)
    assert (answer["exit_status"], answer["counts"]) == (3, {"not_taken": 1, "accepted": 4})


def test_a_daemon_that_is_told_to_end_begins_no_further_volume(daemon: Daemon, root: Path) -> None:
    asked = iter([False, False, True, True, True, True])
    object.__setattr__(daemon.services, "is_draining", lambda: next(asked))
    answer = submit(daemon, root)
    assert (answer["stopped"], answer["exit_status"]) == (True, 3)
    assert answer["counts"] == {"not_taken": 4, "accepted": 1}
    object.__setattr__(daemon.services, "is_draining", lambda: False)
    assert submit(daemon, root)["counts"] == {"accepted": 5}


def test_cancelling_ends_the_whole_batch_and_keeps_what_was_accepted(
    daemon: Daemon, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = type(daemon.progress).begin

    def begin_and_cancel(board: Any, key: str, *rest: Any, **more: Any) -> Any:
        report = begin(board, key, *rest, **more)

        def reported(done_bytes: int, total_bytes: int) -> None:
            if done_bytes > total_bytes // 2:
                daemon.ask("POST", f"/v1/progress/{key}/cancel")
            report(done_bytes, total_bytes)

        return reported

    monkeypatch.setattr(type(daemon.progress), "begin", begin_and_cancel)
    answer = submit(daemon, root)
    assert answer["stopped"]
    assert answer["counts"]["not_taken"] >= 3
    assert len(taken(daemon)) == answer["counts"].get("accepted", 0)
    monkeypatch.undo()
    assert submit(daemon, root)["counts"] == {"accepted": 5}


def test_two_at_once_never_take_the_same_batch_in(daemon: Daemon, root: Path) -> None:
    with daemon.application.state.intake_pool.alone("B000001"):
        assert submit(daemon, root)["code"] == "wrong-state"
    assert submit(daemon, root)["exit_status"] == 0


def test_a_folder_without_rights_refuses_a_list_whoever_reads_it(
    daemon: Daemon, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "移交.csv").chmod(0o600)
    for above in (root, *root.parents):
        if above != Path("/"):
            monkeypatch.setattr("os.getgrouplist", lambda *_: [54321])
    answer = daemon.ask(
        "POST", "/v1/submissions/list", {"path": str(root / "移交.csv")}, peer="uid:54321"
    ).json()
    assert answer["code"] == "unacceptable"
    assert "uid 54321 may not" in answer["message"]


def test_the_list_may_be_deleted_when_all_of_it_is_archived(daemon: Daemon, root: Path) -> None:
    submit(daemon, root)
    with daemon.services.catalog.read() as read:
        accepted = packages.in_state(read, PackageState.ACCEPTED)
    discs = [put_on_discs(daemon.services.catalog, p.id, daemon.services.site.now()) for p in accepted]
    answer = daemon.ask("POST", "/v1/batches/B000001/may-delete", {}).json()
    assert [Path(item["path"]).name for item in answer["may_delete"]] == ["0001", "0002", "0001", "移交.csv"]
    write(root, row("0001"))
    answer = daemon.ask("POST", "/v1/batches/B000001/may-delete", {}).json()
    assert [item["why"] for item in answer["keep"]] == ["the list was changed since it was handed in"]
    # Of each group the list has a part; without one of them the rows of that group are lost.
    lose(daemon.services.catalog, discs[-1][0], daemon.services.site.now())
    answer = daemon.ask("POST", "/v1/batches/B000001/may-delete", {}).json()
    assert "no verified copy of member 1" in answer["keep"][-1]["why"]


def test_a_tree_is_taken_by_its_layout(daemon: Daemon, root: Path) -> None:
    (root / "移交.csv").unlink()
    more = {"layout": "{series}/{volume}", "fonds": "Z109", "retention": "永久", "confidentiality": "open"}
    answer = submit_tree(daemon, root, **more)
    assert (answer["exit_status"], answer["kind"]) == (0, "tree")
    assert [item["reference"] for item in answer["items"]] == [
        "Z109/2003/0001", "Z109/2003/0002", "Z109/2004/0001",
    ]  # fmt: skip
    assert [item["outcome"] for item in submit_tree(daemon, root, **more)["items"]] == ["repeated"] * 3


def test_a_tree_says_everything_that_does_not_fit(daemon: Daemon, root: Path) -> None:
    volume(root, "2005-x/0001")
    (root / "2006").mkdir()
    more = {
        "layout": "{series}-{year}/{volume}",
        "fonds": "Z",
        "retention": "永久",
        "confidentiality": "open",
    }
    detail = submit_tree(daemon, root, **more)["detail"]
    assert len(detail["folders"]) == 4
    assert detail["stray_files"] == ["移交.csv"]
    assert detail["folders_without_row"] == ["2006"]
    assert taken(daemon) == []


def test_folders_of_volumes_that_hold_nothing_are_all_named_before_anything_is_taken(
    daemon: Daemon, root: Path
) -> None:
    (root / "移交.csv").unlink()
    (root / "2003/0007").mkdir()
    (root / "2004/0008/in it").mkdir(parents=True)
    (root / "2004/0009").mkdir()
    (root / "2004/0009/Thumbs.db").write_text("left out")
    more = {"layout": "{series}/{volume}", "fonds": "Z109", "retention": "永久", "confidentiality": "open"}
    answer = submit_tree(daemon, root, **more)
    assert answer["detail"]["empty_folders"] == ["2003/0007", "2004/0008", "2004/0009"]
    assert taken(daemon) == []


def test_a_tree_without_a_rule_is_refused(daemon: Daemon, root: Path) -> None:
    assert submit_tree(daemon, root)["code"] == "refused"
