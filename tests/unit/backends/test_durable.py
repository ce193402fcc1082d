"""What is named durably was synced in the right order: first the file, then its name."""

import os
import stat
from pathlib import Path

import pytest

from backends.durable import name_durably, write_durably


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was synced and renamed, in order."""
    done: list[str] = []
    sync, replace = os.fsync, Path.replace

    def synced(descriptor: int) -> None:
        done.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        sync(descriptor)

    def replaced(here: Path, there: Path) -> Path:
        done.append("name")
        return replace(here, there)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    return done


def test_a_file_is_synced_before_it_is_named_and_its_folder_after(tmp_path: Path, steps: list[str]) -> None:
    write_durably(tmp_path / "a", "页")
    assert steps == ["file", "name", "folder"]
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == "页".encode()


def test_a_name_that_is_taken_is_taken_over_whole(tmp_path: Path, steps: list[str]) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "a.part").write_text("new")
    name_durably(tmp_path / "a.part", tmp_path / "a")
    assert steps == ["name", "folder"]
    assert (tmp_path / "a").read_text() == "new"


def test_a_writing_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_durably(tmp_path / "a", "\udcff")
    assert (tmp_path / "a").read_text() == "old"
