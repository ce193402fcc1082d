"""An original goes only after its archived receipt, only when it equals the package, and never through a link."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from archived.catalog import hot_items
from archived.hot_items import HotItemState
from archived.routines.hot_tree import HotTree
from tests.unit.archived.hot.conftest import Hot

ONE = "F1/S1/0001"


@pytest.fixture
def archived(hot: Hot) -> Hot:
    """A package that is archived, whose original still lies there."""
    hot.restart(originals="remove-after-archived")
    hot.volume()
    hot.look()
    hot.archive(hot.packages()[0].id)
    return hot


def kept(hot: Hot) -> list[str]:
    with hot.catalog.read() as read:
        return [item.note for item in hot_items.in_state(read, "scans", HotItemState.KEPT)]


def test_it_stays_until_it_is_archived_and_goes_then(hot: Hot) -> None:
    hot.restart(originals="remove-after-archived")
    there = hot.volume()
    hot.look()
    assert there.exists()
    hot.archive(hot.packages()[0].id)
    hot.look()
    assert hot.names("F1/S1") == ["0001.accepted.json", "0001.archived.json"]
    assert sorted(os.listdir(hot.path / "F1/S1")) == hot.names("F1/S1"), "nothing hidden is left"
    assert hot.states() == {ONE: "removed"}


def test_what_is_not_the_package_any_more_stays_and_is_told(archived: Hot) -> None:
    (archived.path / ONE / "page.txt").write_text("two")
    archived.look()
    assert (archived.path / ONE / "page.txt").read_text() == "two"
    assert "page.txt" in kept(archived)[0]
    archived.look()
    assert archived.states() == {ONE: "kept"}

    (archived.path / ONE).rename(archived.path / ".elsewhere")
    archived.look()
    assert archived.states() == {ONE: "removed"}


def test_something_new_in_it_keeps_it(archived: Hot) -> None:
    (archived.path / ONE / "new.txt").write_text("new")
    archived.look()
    assert "new.txt" in kept(archived)[0]
    assert (archived.path / ONE / "new.txt").exists()


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_file_that_was_never_taken_in_keeps_the_folder(hot: Hot, when: str) -> None:
    hot.restart(originals="remove-after-archived")
    there = hot.volume(ready=False)
    if when == "before":
        (there / "~$mine.docx").write_text("left out, and named in the receipt")
    hot.ready()
    hot.look()
    if when == "after":
        (there / "~$mine.docx").write_text("left out, and named nowhere")
    hot.archive(hot.packages()[0].id)
    hot.look()
    assert hot.states() == {ONE: "kept"}
    assert sorted(os.listdir(there)) == ["empty", "page.txt", "~$mine.docx"]
    assert kept(hot) == ["1 file in it was never taken in, and would be lost with it: ~$mine.docx"]

    # A person takes it away and says again that the folder is ready: now nothing stands against it.
    (there / "~$mine.docx").unlink()
    hot.ready()
    hot.look()
    assert not there.exists()


def test_a_link_that_was_put_into_it_is_not_followed(archived: Hot, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("precious")
    (archived.path / ONE / "empty").rmdir()
    (archived.path / ONE / "empty").symlink_to(outside)
    archived.look()
    assert (outside / "precious").read_text() == "precious"
    assert archived.states() == {ONE: "kept"}


def test_what_changes_between_the_comparison_and_the_removal_is_put_back(
    archived: Hot, monkeypatch: pytest.MonkeyPatch
) -> None:
    move = HotTree.move

    def changed_first(self: HotTree, path: str, to: str) -> None:
        if path == ONE:
            (archived.path / ONE / "late.txt").write_text("written late")
        move(self, path, to)

    monkeypatch.setattr(HotTree, "move", changed_first)
    archived.look()
    assert (archived.path / ONE / "late.txt").read_text() == "written late"
    assert archived.states() == {ONE: "kept"}


def test_what_cannot_be_removed_is_told_and_removed_later(
    archived: Hot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: HotTree, path: str, listed: Any) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    with monkeypatch.context() as inside:
        inside.setattr(HotTree, "remove", fail)
        archived.look()
    assert archived.states() == {ONE: "removing"}
    assert list(archived.hot.desk.failed()) == [ONE]
    archived.restart()
    archived.look()
    assert archived.states() == {ONE: "removed"}
    assert sorted(os.listdir(archived.path / "F1/S1")) == ["0001.accepted.json", "0001.archived.json"]


@pytest.mark.parametrize("step", ["differences", "move", "listing", "remove"])
def test_a_crash_anywhere_on_the_way_is_gone_on_with(
    archived: Hot, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class Crash(BaseException):
        pass

    def crash(*words: Any, **options: Any) -> Any:
        raise Crash

    with monkeypatch.context() as inside:
        if step == "differences":
            inside.setattr("archived.routines.hot_folders.difference", crash)
        else:
            original = getattr(HotTree, step)
            calls = []

            def crashing(self: HotTree, *words: Any) -> Any:
                calls.append(None)
                if step == "listing" and len(calls) == 1:
                    return original(self, *words)
                if step == "remove":  # half of it is gone
                    (archived.path / "F1/S1/.0001.removing-1/page.txt").unlink()
                raise Crash

            inside.setattr(HotTree, step, crashing)
        with pytest.raises(Crash):
            archived.look()
    archived.restart()
    archived.look()
    assert archived.states() == {ONE: "removed"}
    assert sorted(os.listdir(archived.path / "F1/S1")) == ["0001.accepted.json", "0001.archived.json"]


def test_what_changed_and_has_lost_its_name_meanwhile_is_told_where_it_lies(
    archived: Hot, monkeypatch: pytest.MonkeyPatch
) -> None:
    move = HotTree.move

    def replaced(self: HotTree, path: str, to: str) -> None:
        (archived.path / ONE / "late.txt").write_text("written late")
        move(self, path, to)
        archived.volume(ready=False)

    monkeypatch.setattr(HotTree, "move", replaced)
    archived.look()
    assert "lies at F1/S1/.0001.removing-1" in kept(archived)[0]
    assert (archived.path / "F1/S1/.0001.removing-1/late.txt").exists()
    assert (archived.path / ONE / "page.txt").exists()
