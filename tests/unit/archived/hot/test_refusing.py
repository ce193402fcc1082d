"""What is refused lies in rejected/ with its reasons, and nothing that lay there before is lost."""

import json
import os
from pathlib import Path

import pytest

from tests.unit.archived.hot.conftest import Hot

ONE = "F1/S1/0001"


def refuse(hot: Hot, name: str = ONE) -> None:
    """An empty folder is refused."""
    (hot.path / name).mkdir(parents=True)
    hot.ready(name)
    hot.look()


def test_what_is_refused_lies_in_rejected_with_a_text_and_the_document(hot: Hot) -> None:
    refuse(hot)

    assert hot.names("rejected/F1/S1") == ["0001", "0001.refused.json", "0001.refused.txt"]
    assert hot.names("F1/S1") == []
    assert "it holds no file at all" in (hot.path / f"rejected/{ONE}.refused.txt").read_text()
    document = hot.document(f"rejected/{ONE}.refused.json")
    assert (document["code"], document["path"]) == ("unacceptable", ONE)
    assert hot.states() == {ONE: "rejected"}


def test_an_earlier_refusal_of_the_same_name_is_never_overwritten(hot: Hot) -> None:
    for _ in range(3):
        refuse(hot)
    names = hot.names("rejected/F1/S1")
    assert [name for name in names if "refused" not in name] == ["0001", "0001.2", "0001.3"]
    assert [name for name in names if name.endswith(".txt")] == [
        "0001.2.refused.txt",
        "0001.3.refused.txt",
        "0001.refused.txt",
    ]


def test_put_right_and_put_back_it_is_taken(hot: Hot) -> None:
    refuse(hot)
    back = hot.path / ONE
    (hot.path / "rejected" / ONE).rename(back)
    (back / "page.txt").write_text("here")
    hot.look()
    assert hot.packages() == []
    hot.ready()
    hot.look()
    assert len(hot.packages()) == 1


def test_a_link_is_refused_and_never_followed(hot: Hot, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "file").write_text("secret")
    (hot.path / "F1/S1").mkdir(parents=True)
    (hot.path / ONE).symlink_to(secret)
    hot.ready()
    hot.look()

    moved = hot.path / "rejected" / ONE
    assert hot.packages() == []
    assert moved.is_symlink()
    assert "link" in (hot.path / f"rejected/{ONE}.refused.txt").read_text()
    assert (secret / "file").read_text() == "secret"


def test_a_name_that_is_not_utf_8_is_refused_under_its_own_bytes(hot: Hot) -> None:
    name = "F1/S1/" + os.fsdecode(b"\xff0001")
    hot.volume(name)
    hot.look()
    assert hot.packages() == []
    assert (hot.path / "rejected" / name / "page.txt").exists()
    assert hot.document(f"rejected/{name}.refused.json")["path"] == "F1/S1/\\xff0001"


def test_a_single_file_with_a_marker_is_refused(hot: Hot) -> None:
    (hot.path / "F1/S1").mkdir(parents=True)
    (hot.path / "F1/S1/page.pdf").write_text("%PDF")
    hot.ready("F1/S1/page.pdf")
    hot.look()
    assert (hot.path / "rejected/F1/S1/page.pdf").read_text() == "%PDF"
    assert "neither a folder nor an archive" in (hot.path / "rejected/F1/S1/page.pdf.refused.txt").read_text()


@pytest.mark.parametrize(
    ("sidecar", "words"),
    [
        ("{", "cannot be read"),
        ("[]", "not one JSON object"),
        ('{"volume": 1}', "volume is not text in quotes"),
        ('{"volum": "0001"}', "did you mean 'volume'"),
        ('{"volume": "0002"}', "'0002', its place says '0001'"),
        ('{"new_version": "yes"}', "true or false"),
    ],
)
def test_a_sidecar_that_cannot_be_meant_is_refused_and_goes_along(hot: Hot, sidecar: str, words: str) -> None:
    hot.volume()
    (hot.path / f"{ONE}.package.json").write_text(sidecar)
    hot.look()
    assert hot.packages() == []
    assert words in (hot.path / f"rejected/{ONE}.refused.txt").read_text()
    assert (hot.path / f"rejected/{ONE}.package.json").read_text() == sidecar
    assert hot.names("F1/S1") == []


def test_all_that_nothing_says_is_listed_at_once(hot: Hot) -> None:
    hot.restart(layout="")
    hot.volume("thing")
    hot.look()
    text = (hot.path / "rejected/thing.refused.txt").read_text()
    assert all(f"nothing says its {field}" in text for field in ("fonds", "series", "volume"))


def test_another_thing_that_came_before_the_move_is_looked_at_for_itself(hot: Hot) -> None:
    (hot.path / ONE).mkdir(parents=True)
    hot.ready()
    hot.look(1)
    assert hot.states() == {ONE: "refused"}
    (hot.path / ONE).rmdir()
    hot.volume(ready=False)

    hot.look()

    assert hot.names("rejected/F1/S1") == ["0001.refused.json", "0001.refused.txt"]
    assert (hot.path / ONE / "page.txt").exists()
    assert hot.packages() == []


def test_the_reasons_are_json_that_any_program_reads(hot: Hot) -> None:
    refuse(hot)
    text = (hot.path / f"rejected/{ONE}.refused.json").read_text(encoding="utf-8")
    assert json.loads(text)["detail"]["reasons"][0]["message"] == "it holds no file at all"


def test_the_folders_that_are_made_are_on_the_disk_before_it_is_on_record_as_moved(
    hot: Hot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut keeps what was synced: each new name must be in a folder that was, after it was made."""
    synced: list[str] = []
    sync, make = os.fsync, os.mkdir

    def noted(descriptor: int) -> None:
        synced.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        sync(descriptor)

    def made(name: str, mode: int = 0o777, *, dir_fd: int | None = None) -> None:
        make(name, mode, dir_fd=dir_fd)
        synced.clear() if name == "rejected" else None

    monkeypatch.setattr(os, "fsync", noted)
    monkeypatch.setattr(os, "mkdir", made)
    refuse(hot)
    assert hot.states() == {ONE: "rejected"}
    for below in ("", "rejected", "rejected/F1", "rejected/F1/S1", "F1/S1"):
        assert str(hot.path / below) in synced, f"{below or 'the hot folder'} was not synced"
