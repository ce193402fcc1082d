"""Thirty volumes by one list, to their discs and until the originals may go; and a list whose daemon is killed."""

import os
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from tests.acceptance.conftest import SMALLEST_SET
from tests.acceptance.running import BIN, PATIENCE_S, Site

ROWS = 30
HEAD = ["全宗号", "目录号", "案卷号", "题名", "保管期限", "密级", "页数", "文件数", "文件夹"]
ROOT = Path(__file__).resolve().parents[2]
SAMPLES = Path(os.environ.get("ARCHIVED_SAMPLES") or ROOT.parent / "shared" / "samples").resolve()


@pytest.fixture(scope="module")
def site(make_site: Any) -> Site:
    made: Site = make_site(settings=SMALLEST_SET)
    made.start()
    return made


def write_volumes(root: Path, count: int, *, size_bytes: int = 20_000) -> list[list[Any]]:
    """Folders of two pages each, and a row for each of them."""
    rows = []
    for number in range(1, count + 1):
        folder = root / "2003" / f"{number:04d}"
        folder.mkdir(parents=True)
        for page in (1, 2):
            (folder / f"{page:03d}.tif").write_bytes(random.Random(number * 10 + page).randbytes(size_bytes))
        rows.append(
            ["Z109", "2003", folder.name, f"第{number}卷", "永久", "open", 2, 2, f"2003/{folder.name}"]
        )
    return rows


def write_xlsx(path: Path, rows: list[list[Any]]) -> Path:
    book = Workbook()
    for row in (HEAD, *rows):
        book.active.append(row)
    book.save(path)
    return path


def write_csv(path: Path, rows: list[list[Any]], *, encoding: str = "gb18030") -> Path:
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in (HEAD, *rows)), encoding=encoding)
    return path


def test_thirty_rows_reach_their_discs_and_only_what_still_matches_may_go(site: Site, tmp_path: Path) -> None:
    rows = write_volumes(tmp_path / "in", ROWS)
    wrong = [*rows[:-1], [*rows[-1][:2], 30, *rows[-1][3:]]]
    refused = site.ctl("submit", "--list", write_xlsx(tmp_path / "in/清单.xlsx", wrong))
    assert (refused.status, refused.document["detail"]["cells"][0]["row"]) == (2, ROWS + 1)
    assert not site.look("select 1 from package")
    assert not site.look("select 1 from batch")

    path = write_xlsx(tmp_path / "in/清单.xlsx", rows)
    trial = site.ctl("submit", "--list", path, "--dry-run").document
    assert (trial["outcome"], len(trial["items"])) == ("accept", ROWS)
    answer = site.ask("submit", "--list", path)
    batch = answer["batch"]
    assert answer["counts"] == {"accepted": ROWS + 1}
    assert {closing["packages"] for closing in answer["closings"]} == {ROWS + 1}
    early = site.ctl("batch", "may-delete", batch)
    assert (early.status, early.document["may_delete"]) == (3, [])

    site.archive(*(row[2] for row in rows), f"list-{batch}")
    assert site.ask("batch", "show", batch)["counts"] == {"archived": ROWS + 1}
    again = site.ask("submit", "--list", path)
    assert (again["batch"], {item["outcome"] for item in again["items"]}) == (batch, {"repeated"})

    touched = tmp_path / "in/2003/0007/001.tif"
    touched.write_bytes(touched.read_bytes()[:-1] + b"?")
    line = [str(BIN / "archivectl"), "--site", str(site.folder), "batch", "may-delete", batch, "-0"]
    done = subprocess.run(line, capture_output=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 3
    assert f"keep {touched.parent}".encode() in done.stderr
    free = {Path(os.fsdecode(name)) for name in done.stdout.split(b"\0")[:-1]}
    assert free == {tmp_path / "in" / str(row[8]) for row in rows} - {touched.parent} | {path}


def test_a_daemon_killed_in_the_middle_of_a_list_takes_nothing_twice(site: Site, tmp_path: Path) -> None:
    site.ask("writes", "pause", "--reason", "this test burns nothing")
    rows = [[*row[:1], "K1", *row[2:]] for row in write_volumes(tmp_path / "in", 12, size_bytes=200_000)]
    path = write_csv(tmp_path / "清单.csv", rows)
    words = ("submit", "--list", path, "--root", tmp_path / "in")
    going = site.begin(*words)
    site.wait_for_rows("select 1 from package where series = 'K1' and state = 'accepted'")
    site.kill()
    going.communicate(timeout=PATIENCE_S)
    site.start()

    (batch,) = site.items("batch")[-1:]
    before = site.ask("batch", batch["id"])["counts"]
    taken = site.look("select count(*) from package where series = 'K1' and state = 'accepted'")[0][0]
    assert before == {"not_taken": 13 - taken, "accepted": taken}, before
    assert taken < 13, "nothing was killed"
    answer = site.ask(*words)
    assert (answer["batch"], answer["counts"]) == (batch["id"], {"accepted": 13})
    assert site.look("select count(*) from package where series = 'K1' and state = 'accepted'") == [(13,)]
    assert site.look("select count(distinct volume) from package where series = 'K1'") == [(13,)]


def test_a_tree_is_handed_in_by_its_layout_or_refused_with_all_that_does_not_fit(
    site: Site, tmp_path: Path
) -> None:
    write_volumes(tmp_path / "in", 3)
    words = ("submit", "--recursive", tmp_path / "in", "--fonds", "Z110", "--retention", "永久")
    refused = site.ctl(*words, "--confidentiality", "open", "--layout", "{series}-{year}/{volume}")
    answer = site.ask(*words, "--confidentiality", "open", "--layout", "{series}/{volume}")
    assert (refused.status, len(refused.document["detail"]["folders"])) == (2, 3)
    assert [item["reference"] for item in answer["items"]] == [f"Z110/2003/000{n}" for n in (1, 2, 3)]
    assert answer["counts"] == {"accepted": 3}


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples here")
@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("CSVmetadata/metadata/metadata.csv", "no heading that is known: filename, dc.title"),
        ("DigitizationOutput/metadata/file_labels.csv", "no heading that is known: P1050152.tif, Page 1"),
    ],
)
def test_lists_of_files_as_they_come_in_practice_are_refused_in_words(
    site: Site, path: str, why: str
) -> None:
    done = site.ctl("submit", "--list", SAMPLES / path)
    assert done.status == 2
    assert why in done.document["message"]
    assert "--columns" in done.document["advice"]
