"""Originals that are archives: the very file that was handed in may go, and no other that holds the same."""

import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.archived.api.conftest import Daemon
from tests.unit.archived.api.test_originals import compare
from tests.unit.archived.archives.packing import SUFFIXES, TARS, TREE, member, pack, tar_of_members, zip_of
from tests.unit.archived.on_discs import put_on_discs

__all__ = ["compare"]
Compare = Callable[..., str]


def packed_otherwise(path: Path) -> None:
    """The same files in the same kind of archive, and other bytes of it."""
    if path.suffix == ".zip":
        path.write_bytes(zip_of(TREE, method=zipfile.ZIP_STORED))
        return
    suffix = next(suffix for suffix in sorted(TARS, key=len, reverse=True) if path.name.endswith(suffix))
    members = [member(name, data, uid=1234) for name, data in TREE.items()]
    path.write_bytes(tar_of_members(members, TARS[suffix], tarfile.GNU_FORMAT))


@pytest.mark.parametrize(
    ("suffix", "harm"),
    [
        (".zip", "another file"), (".zip", "cut off"), (".tar.gz", "cut off"), (".tar", "gone"),
        (".tar.xz", "a folder"), (".zip", "no archive"),
    ],
)  # fmt: skip
def test_whatever_else_lies_there_may_not_go(
    compare: Compare, tmp_path: Path, suffix: str, harm: str
) -> None:
    path = pack(tmp_path / f"x{suffix}")

    def change() -> None:
        if harm == "another file":
            pack(path, {**TREE, "0007/a.txt": b"First"})
        elif harm == "cut off":
            os.truncate(path, path.stat().st_size // 2)
        else:
            path.unlink()
            if harm == "a folder":
                (path / "other").mkdir(parents=True)
            elif harm == "no archive":
                path.write_bytes(b"never an archive" * 100)

    assert compare(path, change) != ""


def test_its_names_are_read_in_the_encoding_in_which_they_were_taken(daemon: Daemon, tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(zip_of({"AAAA.txt": b"x"}).replace(b"AAAA", "账簿".encode("gb18030")))
    answers = [may_delete(daemon, path, archive_names="gb18030")]
    path.write_bytes(path.read_bytes().replace("账簿".encode("gb18030"), "簿账".encode("gb18030")))
    answers.append(daemon.ask("POST", "/v1/batches/B000001/may-delete", {}).json())

    assert [(len(answer["may_delete"]), answer["exit_status"]) for answer in answers] == [(1, 0), (0, 3)]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_batch_lets_the_very_archive_go_and_keeps_one_that_was_changed(
    daemon: Daemon, tmp_path: Path, suffix: str
) -> None:
    path = pack(tmp_path / f"x{suffix}")
    os.utime(path, (1, 1))
    answer = may_delete(daemon, path)
    assert ([item["path"] for item in answer["may_delete"]], answer["exit_status"]) == ([str(path)], 0)

    packed_otherwise(path)
    answer = daemon.ask("POST", "/v1/batches/B000001/may-delete", {}).json()
    assert (answer["may_delete"], answer["exit_status"]) == ([], 3)
    assert "sha256 is another one" in answer["keep"][0]["why"]


def may_delete(daemon: Daemon, path: Path, **more: Any) -> dict[str, Any]:
    """What a batch says of one archive that was handed in and is on discs."""
    request = {
        "path": str(path), "fonds": "F", "series": "S", "volume": "V", "retention": "Y10",
        "confidentiality": "open", **more,
    }  # fmt: skip
    receipt = daemon.ask("POST", "/v1/submissions", request).json()
    put_on_discs(daemon.services.catalog, receipt["package"], daemon.services.site.now())
    answer: dict[str, Any] = daemon.ask("POST", "/v1/batches/B000001/may-delete", {}).json()
    return answer
