"""Asking about hot folders: how they are, what waits and why, what would be taken, and adopting another folder."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archived.api.application import create_application
from archived.routines.hot_keeper import HotFolders
from archived.settings import HotFolderSettings
from tests.unit.archived.api.conftest import Daemon


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    folder = tmp_path / "drop"
    (folder / "F1/S1/0001").mkdir(parents=True)
    (folder / "F1/S1/0001/page.txt").write_text("one")
    (folder / "F1/S1/0002").mkdir()
    (folder / "F1/S1/0002.ready").touch()
    (folder / "F1/S1/0002.package.json").write_text('{"volume": 2}')
    return folder


@pytest.fixture
def hot(daemon: Daemon, drop: Path) -> Iterator[Daemon]:
    """A daemon with a hot folder that nobody looks at but who asks."""
    settings = HotFolderSettings(str(drop), retention="10", confidentiality="open")
    config = replace(daemon.services.site.config, hot_folders={"scans": settings})
    site = replace(daemon.services.site, config=config)
    folders = HotFolders(daemon.services.catalog, site, is_draining=lambda: False, wake=lambda: None)
    services = replace(daemon.services, site=site, hot_folders=folders.folders)
    yield Daemon(create_application(services), services)
    folders.close()


def ask(hot: Daemon, method: str, path: str, document: Any = None) -> Any:
    answer = hot.ask(method, f"/v1/hot-folders{path}", document)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_hot_folder_is_listed_with_its_state_and_what_waits(hot: Daemon, drop: Path) -> None:
    before = ask(hot, "GET", "")["items"]
    hot.services.hot_folders["scans"].look()
    after = ask(hot, "GET", "")["items"]
    assert [item["state"] for item in (*before, *after)] == ["not looked at yet", "watched"]
    assert after[0]["path"] == str(drop)
    assert after[0]["waiting"] == 1


def test_one_hot_folder_says_what_waits_and_why_and_what_was_refused(hot: Daemon) -> None:
    for _look in range(3):
        hot.services.hot_folders["scans"].look()
    shown = ask(hot, "GET", "/scans")
    assert [(wait["path"], wait["why"]) for wait in shown["waits"]] == [("F1/S1/0001", "no marker")]
    assert shown["refused"][0]["state"] == "rejected"
    assert "volume is not text in quotes" in shown["refused"][0]["note"]


def test_a_dry_run_takes_and_refuses_nothing(hot: Daemon, drop: Path) -> None:
    (drop / "F1/S1/0001.ready").touch()
    found = {item["path"]: item for item in ask(hot, "POST", "/scans/check")["items"]}
    assert found["F1/S1/0001"]["outcome"] == "take"
    assert found["F1/S1/0001"]["reference"] == {"fonds": "F1", "series": "S1", "volume": "0001"}
    assert found["F1/S1/0002"]["outcome"] == "refuse"
    assert found["F1/S1/0002"]["reasons"]
    assert not (drop / "rejected").exists()


def test_another_folder_is_adopted_by_a_person_with_a_reason(hot: Daemon, drop: Path) -> None:
    folder = hot.services.hot_folders["scans"]
    folder.look()
    (drop / ".archived-hot-folder.json").unlink()
    folder.look()
    assert ask(hot, "GET", "")["items"][0]["state"] == "away"
    assert hot.ask("POST", "/v1/hot-folders/scans/adopt", {"reason": " "}).status_code == 422
    ask(hot, "POST", "/scans/adopt", {"reason": "a new disk"})
    folder.look()
    assert ask(hot, "GET", "")["items"][0]["state"] == "watched"


def test_what_is_not_there_is_said_so(hot: Daemon, drop: Path) -> None:
    assert hot.ask("GET", "/v1/hot-folders/other").status_code == 404
    drop.rename(drop.with_name("away"))
    answer = hot.ask("POST", "/v1/hot-folders/scans/check")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert hot.ask("POST", "/v1/hot-folders/scans/adopt", {"reason": "x"}).status_code == 503


def test_an_intake_that_is_under_way_is_cancelled_by_its_path(hot: Daemon, drop: Path) -> None:
    (drop / "F1/S1/0001.ready").touch()
    path = {"path": "F1/S1/0001"}
    assert hot.ask("POST", "/v1/hot-folders/scans/cancel", path).status_code == 404
    board = hot.progress
    folder = hot.services.hot_folders["scans"]
    begin = type(board).begin

    def begun(self: Any, *words: Any, **options: Any) -> Any:
        report = begin(self, *words, **options)
        ask(hot, "POST", "/scans/cancel", path)
        return report

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(board), "begin", begun)
        folder.look()
        while folder.desk.busy():
            time.sleep(0.01)
    folder.look()
    waits = ask(hot, "GET", "/scans")["waits"]
    assert [(wait["path"], wait["why"]) for wait in waits] == [("F1/S1/0001", "put off")]
