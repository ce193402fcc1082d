"""What is not taken is refused with every reason, and nothing of it is kept."""

import errno
import os
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import bagit
import pytest

from archived.errors import (
    Failed,
    NotCarried,
    Refused,
    StagingFull,
    TooLarge,
    Unacceptable,
    Unavailable,
)
from archived.stages import intake_writing
from archived.stages.intake import Limits
from tests.unit.archived.intake.conftest import Site


def messages(error: Refused) -> str:
    return "\n".join(reason["message"] for reason in error.detail["reasons"])


def test_every_reason_is_given_at_once(site: Site, volume: Path) -> None:
    with pytest.raises(Unacceptable) as refused:
        site.accept(volume, fonds="", volume="a/b", retention=None, confidentiality=" ", new_version=True)
    said = messages(refused.value)
    for words in (
        "fonds is empty",
        "'a/b'",
        "retention",
        "confidentiality",
        "needs a reason",
        "no version of it",
    ):
        assert words in said
    assert site.states() == []


@pytest.mark.parametrize("name", ["", " a", "a ", ".a", "a.", "..", "a/b", "a\nb", "x" * 200, "\udcff"])
def test_a_reference_field_must_be_a_folder_name_on_every_system(site: Site, volume: Path, name: str) -> None:
    with pytest.raises(Unacceptable):
        site.accept(volume, series=name)


def test_an_unknown_class_names_the_known_ones(site: Site, volume: Path) -> None:
    with pytest.raises(Unacceptable, match="permanent"):
        site.accept(volume, storage_class="nonsense")


def test_a_class_may_leave_retention_and_confidentiality_open(site: Site, volume: Path) -> None:
    kind = replace(
        site.config.classes["permanent"], retention_mandatory=False, confidentiality_mandatory=False
    )
    site.config = replace(site.config, classes={"permanent": kind})
    assert site.accept(volume, retention=None, confidentiality=None)["retention"] == ""


def test_what_is_not_there_or_is_a_single_file_is_refused(site: Site, volume: Path) -> None:
    with pytest.raises(Unacceptable, match="is not there"):
        site.accept(volume / "nowhere")
    with pytest.raises(Unacceptable, match="is a file; put it into a folder"):
        site.accept(volume / "a.txt")


def test_a_folder_without_any_file_is_refused(site: Site) -> None:
    (site.producer / "empty").mkdir()
    with pytest.raises(Unacceptable, match="no file at all"):
        site.accept()


def test_the_staging_area_itself_is_refused(site: Site, volume: Path) -> None:
    site.accept(volume)
    with pytest.raises(Unacceptable, match="staging area"):
        site.accept(site.folder, volume="13")


def test_what_is_neither_file_nor_folder_is_listed(site: Site, volume: Path) -> None:
    (volume / "link").symlink_to("a.txt")
    os.mkfifo(volume / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(os.path.relpath(volume / "socket"))
    with pytest.raises(NotCarried) as refused:
        site.accept(volume)
    listed = {item["path"]: item["why"] for item in refused.value.detail["names"]}
    assert set(listed) == {"link", "pipe", "socket"}
    assert "symbolic link" in listed["link"]
    assert site.left_in_staging() == []


def test_a_bag_with_a_wrong_byte_is_refused_with_all_that_is_wrong(site: Site, volume: Path) -> None:
    bagit.make_bag(str(volume), checksums=["sha256"])
    (volume / "data/a.txt").write_text("First")
    (volume / "data/.hidden").write_text("Dot")
    with pytest.raises(Unacceptable) as refused:
        site.accept(volume)
    said = "\n".join(refused.value.detail["bag"])
    assert "data/a.txt" in said
    assert "data/.hidden" in said
    assert site.left_in_staging() == []
    assert site.states() == ["abandoned"]


def test_an_incomplete_bag_is_refused_before_anything_is_copied(site: Site, volume: Path) -> None:
    bagit.make_bag(str(volume))
    (volume / "data/a.txt").unlink()
    with pytest.raises(Unacceptable, match=r"data/a\.txt is missing"):
        site.accept(volume)
    assert site.states() == []


def test_a_volume_larger_than_every_disc_is_refused_with_sizes_and_choices(site: Site, volume: Path) -> None:
    limits = Limits(largest_image_bytes={"bluray": 4096}, exceptions=frozenset({"J001/A/12"}))
    with pytest.raises(TooLarge, match="exception on record") as refused:
        site.accept(volume, limits=limits)
    assert refused.value.detail["largest_image_bytes"] == 4096
    assert len(refused.value.detail["choices"]) == 3
    assert site.accept(volume, limits=Limits(largest_image_bytes={"bluray": 1 << 30}))["version"] == 1


def test_a_pool_that_never_had_media_is_told_as_what_it_is_and_nobody_is_blamed(
    site: Site, volume: Path
) -> None:
    unknown = Limits(largest_image_bytes={"bluray": 0}, unmeasured=frozenset({"bluray"}))
    with pytest.raises(Unavailable, match="pool bluray has no media yet") as refused:
        site.accept(volume, limits=unknown)
    assert (refused.value.code, refused.value.exit_status) == ("unavailable", 3)
    assert "archivectl media register" in refused.value.advice
    site.config = replace(site.config, staging=replace(site.config.staging, keep_free_bytes=1 << 62))
    with pytest.raises(Unavailable, match=r"no media yet.*; staging needs"):
        site.accept(volume, limits=unknown)
    assert site.states() == []


def test_staging_without_room_is_told_before_copying(site: Site, volume: Path) -> None:
    site.config = replace(site.config, staging=replace(site.config.staging, keep_free_bytes=1 << 62))
    with pytest.raises(StagingFull):
        site.accept(volume)
    assert site.states() == []


@pytest.mark.parametrize(("number", "expected"), [(errno.ENOSPC, StagingFull), (errno.EIO, Failed)])
def test_a_staging_disk_that_fails_in_the_middle_keeps_nothing(
    site: Site, volume: Path, monkeypatch: pytest.MonkeyPatch, number: int, expected: type[Exception]
) -> None:
    real = os.write
    calls = iter(range(100))

    def write(descriptor: int, data: Any) -> int:
        if next(calls) == 2:
            raise OSError(number, os.strerror(number))
        return real(descriptor, data)

    monkeypatch.setattr(intake_writing.os, "write", write)
    with pytest.raises(expected):
        site.accept(volume)
    monkeypatch.undo()
    assert site.left_in_staging() == []
    assert site.states() == ["abandoned"]
    assert site.accept(volume)["version"] == 1


def test_a_file_that_changes_while_it_is_read_is_refused(site: Site, volume: Path) -> None:
    (volume / "big.bin").write_bytes(bytes(2 << 20))

    def meddle(done: int, _total: int) -> None:
        if done > 1 << 20:
            with (volume / "big.bin").open("ab") as growing:
                growing.write(b"more")

    with pytest.raises(Unacceptable, match=r"big\.bin changed while it was read"):
        site.accept(volume, progress=meddle)
    assert site.left_in_staging() == []


def test_a_file_that_comes_or_goes_meanwhile_is_noticed(site: Site, volume: Path) -> None:
    with pytest.raises(Unacceptable, match="changed while it was read"):
        site.accept(volume, progress=lambda _done, _total: (volume / "late.txt").write_text("late"))
    (volume / "late.txt").unlink()
    with pytest.raises(Unacceptable, match="changed while it was read"):
        site.accept(volume, progress=lambda _done, _total: (volume / "a.txt").unlink(missing_ok=True))
    assert site.states() == ["abandoned", "abandoned"]


def test_a_dry_run_lists_every_reason_and_takes_nothing(site: Site, volume: Path) -> None:
    site.accept(volume)
    (volume / "a.txt").write_text("other")
    answer = site.would_accept(volume, retention=None)
    assert (answer["outcome"], answer["exit_status"]) == ("refuse", 2)
    assert [reason["code"] for reason in answer["reasons"]] == ["unacceptable", "content-differs"]
    assert answer["reasons"][1]["changed"] == ["a.txt"]
    assert site.states() == ["accepted"]


def test_a_dry_run_tells_what_would_be_taken(site: Site, volume: Path) -> None:
    answer = site.would_accept(volume)
    assert (answer["outcome"], answer["exit_status"], answer["version"]) == ("accept", 0, 1)
    assert site.states() == []
    assert site.left_in_staging() == []
    receipt = site.accept(volume)
    assert answer["root_digest"] == receipt["root_digest"]["value"]
    assert site.would_accept(volume)["outcome"] == "repeat"


def test_a_dry_run_finds_what_is_wrong_inside_a_bag(site: Site, volume: Path) -> None:
    bagit.make_bag(str(volume))
    (volume / "data/a.txt").write_text("First")
    answer = site.would_accept(volume)
    assert answer["outcome"] == "refuse"
    assert any("data/a.txt" in line for line in answer["reasons"][0]["bag"])
